//! `plumb type list|show`.

use anyhow::anyhow;
use catalog::{Catalog, ResourceType};

use crate::args::{Shared, TypeAction};
use crate::config;
use crate::exit::Exit;
use crate::output::Table;

pub(crate) fn run(shared: &Shared, action: &TypeAction) -> anyhow::Result<Exit> {
    let catalog = config::catalog(shared)?;
    match action {
        TypeAction::List { proof } => list(&catalog, *proof)?,
        TypeAction::Show { id } => {
            let of = catalog
                .resource_type(id)
                .ok_or_else(|| anyhow!("there is no type `{id}`\n  help: `plumb type list` shows all"))?;
            show(&catalog, of);
        }
    }
    Ok(Exit::Clean)
}

fn list(catalog: &Catalog, proof: bool) -> std::io::Result<()> {
    let mut table = Table::new(if proof { &["TYPE", "TITLE", "PROOF"] } else { &["TYPE", "TITLE", "KIND"] });
    for of in catalog.resource_types() {
        let last = if proof { of.proof.join("; ") } else { of.kind.as_deref().unwrap_or_default().to_owned() };
        table.row(vec![of.id.to_string(), of.title.clone(), last]);
    }
    table.print(None, 1)
}

fn show(catalog: &Catalog, of: &ResourceType) {
    println!("{}  {}", of.id, of.title);
    if let Some(kind) = &of.kind {
        println!("kind      {kind}");
    }
    println!("id        {}", of.uid.text());
    let needs = |call: &catalog::Call| catalog.permissions(call).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if let Some(list) = &of.list {
        println!("listed    {}   needs {}", list.call, needs(&list.call));
    }
    if let Some(source) = of.source.as_ref().and_then(|from| catalog.source(&from.id)) {
        println!("listed    {}   needs {}", source.call, needs(&source.call));
    }
    for (index, get) in of.get.iter().enumerate() {
        let members: Vec<String> = catalog.gives(of, index).iter().map(ToString::to_string).collect();
        match (&get.call, get.source.as_ref().and_then(|id| catalog.source(id))) {
            (Some(call), _) => println!("detail    {call}   needs {}   gives {}", needs(call), members.join(", ")),
            (None, Some(source)) => println!("detail    {}   needs {}   gives {}", source.call, needs(&source.call), members.join(", ")),
            (None, None) => {}
        }
    }
    for edge in &of.edge {
        println!("edge      {} → {}   by {}", edge.name, edge.to, edge.by.text());
    }
    for (name, expression) in &of.norm {
        println!("norm      {name} = {}", expression.text());
    }
    for proof in &of.proof {
        println!("proof     {proof}");
    }
}
