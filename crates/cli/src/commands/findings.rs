//! `plumb findings`.

use finding::{Filter, Finding};
use resource::Verdict;

use crate::args::{FindingsArgs, Format, Output, Shared};
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::names;
use crate::output::{self, Table, Wanted};
use crate::style::{Style, number, printable};

pub(crate) fn run(shared: &Shared, args: &FindingsArgs, style: &Style) -> anyhow::Result<Exit> {
    let config = Config::load(shared)?;
    let catalog = config.catalog(shared)?;
    let store = config::existing_store(shared)?;
    args.check.iter().try_for_each(|check| names::check(&catalog, check))?;
    for output in &args.outputs {
        sink::check_writable(&output.destination)?;
    }
    let reader = store.reader()?;
    let filter = Filter {
        severity: args.severity,
        verdicts: args.status.iter().flat_map(|word| word.0.iter().copied()).collect(),
        check: args.check.clone(),
        accounts: names::accounts(&reader, &args.accounts)?,
        regions: names::regions(&reader, &args.regions)?,
        types: names::types(&catalog, &args.types)?,
        resource: None,
        without_checks: config::switched_off(&catalog, args.check.as_deref()),
    };
    let settings = config.settings();
    let wanted = Wanted { catalog: &catalog, store: &store, settings: &settings, filter: &filter };
    for Output { form, destination } in &args.outputs {
        let rows = wanted.export(*form, destination)?;
        if !shared.quiet {
            eprintln!("wrote {} findings to {}", number(rows), output::describe(destination));
        }
    }
    match shared.format {
        None if !args.outputs.is_empty() => {}
        None | Some(Format::Table) => table(&wanted, shared, style)?,
        Some(Format::Json) => {
            let counts = reader.counts()?;
            let summary = serde_json::json!({
                "pass": counts.pass, "fail": counts.fail, "unknown": counts.unknown,
                "not_applicable": counts.not_applicable, "resources": counts.resources,
            });
            wanted.write_document(&summary)?;
        }
        Some(Format::Jsonl) => drop(wanted.write(sink::Format::Jsonl, &sink::Destination::Stdout)?),
        Some(Format::Csv) => drop(wanted.write(sink::Format::Csv, &sink::Destination::Stdout)?),
    }
    Ok(Exit::Clean)
}

fn table(wanted: &Wanted<'_>, shared: &Shared, style: &Style) -> anyhow::Result<()> {
    let reader = wanted.store.reader()?;
    let mut table = Table::new(&["ID", "SEV", "VERDICT", "FINDING", "RESOURCE", "REGION", "ACCOUNT", "CHECK"]);
    let mut shown = 0;
    for found in reader.findings(wanted.filter) {
        let found: Finding = found?;
        shown += 1;
        table.row(vec![
            found.short_id.clone(),
            style.severity(found.severity),
            style.verdict(found.verdict),
            printable(&found.message),
            printable(&found.resource_name),
            if found.region.is_empty() { "global".to_owned() } else { found.region.to_string() },
            found.account.to_string(),
            found.check.to_string(),
        ]);
    }
    table.print(style.width, 3)?;
    if !shared.quiet {
        let counts = reader.counts()?;
        let all = [
            (Verdict::Fail, counts.fail, "fail"),
            (Verdict::Unknown, counts.unknown, "unknown"),
            (Verdict::Pass, counts.pass, "pass"),
            (Verdict::NotApplicable, counts.not_applicable, "not applicable"),
        ];
        let wanted = all.iter().filter(|(verdict, ..)| wanted.filter.wants(*verdict));
        let parts: Vec<String> = wanted.map(|(_, count, word)| format!("{} {word}", number(*count))).collect();
        eprintln!("{} of {} · next: plumb explain ID", number(shown), parts.join(" and "));
    }
    Ok(())
}
