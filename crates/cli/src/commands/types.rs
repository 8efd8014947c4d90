//! `plumb type list|show`.

use catalog::{Catalog, ResourceType};

use crate::args::{Shared, TypeAction};
use crate::config;
use crate::exit::{Exit, unknown_name};
use crate::output::{Table, say};

pub(crate) fn run(shared: &Shared, action: &TypeAction) -> anyhow::Result<Exit> {
    let catalog = config::catalog(shared)?;
    match action {
        TypeAction::List { proof } => list(&catalog, *proof)?,
        TypeAction::Show { id } => {
            let of = catalog.resource_type(id).ok_or_else(|| no_type(&catalog, id))?;
            show(&catalog, of);
        }
    }
    Ok(Exit::Clean)
}

/// The error for a type that does not exist.
pub(crate) fn no_type(catalog: &Catalog, id: &str) -> anyhow::Error {
    unknown_name("type", id, catalog.resource_types().map(|of| &*of.id), "plumb type list")
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
    say!("{}  {}", of.id, of.title);
    if let Some(kind) = &of.kind {
        say!("kind      {kind}");
    }
    say!("id        {}", of.uid.text());
    let needs =
        |call: &catalog::Call| catalog.permissions(call).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if let Some(list) = &of.list {
        say!("listed    {}   needs {}", list.call, needs(&list.call));
    }
    if let Some(source) = of.source.as_ref().and_then(|from| catalog.source(&from.id)) {
        say!("listed    {}   needs {}", source.call, needs(&source.call));
    }
    for (index, get) in of.get.iter().enumerate() {
        let members: Vec<String> = catalog.gives(of, index).iter().map(ToString::to_string).collect();
        match (&get.call, get.source.as_ref().and_then(|id| catalog.source(id))) {
            (Some(call), _) => say!("detail    {call}   needs {}   gives {}", needs(call), members.join(", ")),
            (None, Some(source)) => {
                say!("detail    {}   needs {}   gives {}", source.call, needs(&source.call), members.join(", "))
            }
            (None, None) => {}
        }
    }
    for edge in &of.edge {
        say!("edge      {} → {}   by {}", edge.name, edge.to, edge.by.text());
    }
    for (name, expression) in &of.norm {
        say!("norm      {name} = {}", expression.text());
    }
    for proof in &of.proof {
        say!("proof     {proof}");
    }
}
