//! `plumb check list|show|new|test`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, bail};
use catalog::{Catalog, Check, Inverse, Requirement, Subject, example_word};
use check::ExampleResult;
use engine::Facts;
use resource::Value;

use crate::args::{CheckAction, Format, Shared};
use crate::commands::check_new;
use crate::commands::scan::no_check;
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::output::{Table, say};
use crate::style::{Style, counted};

pub(crate) fn run(shared: &Shared, action: &CheckAction, style: &Style) -> anyhow::Result<Exit> {
    match action {
        CheckAction::List => list(shared, style),
        CheckAction::Show { id } => show(shared, id, style),
        CheckAction::New { id, type_id, objective, into } => {
            check_new::run(shared, id, type_id, objective.as_deref(), into)
        }
        CheckAction::Test { what } => test(shared, what.as_deref(), style),
    }
}

fn subject(check: &Check) -> &str {
    match &check.subject {
        Subject::Type(id) | Subject::Kind(id) => id,
    }
}

fn list(shared: &Shared, style: &Style) -> anyhow::Result<Exit> {
    let catalog = Config::load(shared)?.catalog(shared)?;
    if matches!(shared.format, Some(Format::Json | Format::Jsonl)) {
        for check in catalog.checks() {
            let line = serde_json::json!({
                "id": &*check.id, "severity": check.severity.as_str(), "subject": subject(check),
                "title": check.title, "objective": &*check.objective, "peers": check.peers, "enabled": check.enabled,
            });
            say!("{line}");
        }
        return Ok(Exit::Clean);
    }
    let mut table = Table::new(&["CHECK", "SEV", "SUBJECT", "TITLE"]);
    for check in catalog.checks() {
        table.row(vec![
            check.id.to_string(),
            style.severity(check.severity),
            subject(check).to_owned(),
            if check.enabled { check.title.clone() } else { format!("(off) {}", check.title) },
        ]);
    }
    if shared.format == Some(Format::Csv) {
        table.print_csv()?
    } else {
        table.print(style.width, 3)?
    }
    if !shared.quiet {
        eprintln!("{} · next: plumb check show ID", counted(catalog.checks().count() as u64, "check", "checks"));
    }
    Ok(Exit::Clean)
}

fn show(shared: &Shared, id: &str, style: &Style) -> anyhow::Result<Exit> {
    let catalog = Config::load(shared)?.catalog(shared)?;
    let check = catalog.check(id).ok_or_else(|| no_check(&catalog, id))?;
    say!("{}", style.bold(&check.title));
    say!("id        {}", check.id);
    let fixed = if check.fixed_severity.is_some() { " (set by the configuration)" } else { "" };
    say!("severity  {}{fixed}", check.severity);
    if !check.enabled {
        say!("off       by the configuration: scans leave it out");
    }
    say!("subject   {}", subject(check));
    let objective = catalog.objectives().get(&check.objective).map_or("", String::as_str);
    say!("objective {} · {objective}", check.objective);
    print_requirements(&catalog, check)?;
    for (name, value) in &check.params {
        match check.table_of(name).and_then(|table| catalog.data_named(table)) {
            Some(data) => {
                let rows = counted(value.items().len() as u64, "row", "rows");
                say!("param     {name} = {} ({rows}, of {}, {})", data.file, data.date, data.source);
            }
            None => say!("param     {name} = {}", value.to_json()),
        }
    }
    say!("\n{}\n\n{}", check.description, check.rule_text.trim_end());
    say!("\n{}\n{}", style.bold("Risk"), check.risk);
    print_actions(&catalog, check, style);
    for (tab, text) in &check.fixes {
        say!("\n{}\n{}", style.bold(&format!("Fix: {tab}")), text.trim_end());
    }
    say!("\n{}", style.bold("Examples"));
    for example in check.examples()? {
        say!("  {:<15} {}", example_word(example.expected), example.title);
    }
    Ok(Exit::Clean)
}

/// The fix by calls, with expressions in place of a resource's values.
fn print_actions(catalog: &Catalog, check: &Check, style: &Style) {
    for action in check.fix.iter().filter_map(|fix| catalog.action(&fix.action)) {
        say!("\n{}", style.bold(&format!("Fix: CLI ({})", action.id)));
        say!("{}.", action.title);
        if let Some(risk) = &action.risk {
            say!("Can break: {risk}");
        }
        for line in action.sketch(catalog.api()) {
            say!("{}", line.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        if let Inverse::Irreversible(reason) = &action.inverse {
            say!("Cannot be taken back: {reason}");
        }
    }
}

/// The requirements that the check serves, a framework a line.
fn print_requirements(catalog: &Catalog, check: &Check) -> anyhow::Result<()> {
    let mut served: BTreeMap<&str, Vec<&Requirement>> = BTreeMap::new();
    for one in catalog.requirements_of(&check.id)? {
        served.entry(&one.framework.id).or_default().push(one.requirement);
    }
    let mut label = "serves";
    for (framework, requirements) in served {
        let words = match requirements[..] {
            [one] => format!("{} {}", one.id, one.title),
            _ => requirements.iter().map(|one| &*one.id).collect::<Vec<_>>().join(", "),
        };
        say!("{label:<9} {framework:<19} {words}");
        label = "";
    }
    Ok(())
}

/// Runs examples as tests; the exit code is that of a failed command when one does not hold.
fn test(shared: &Shared, what: Option<&str>, style: &Style) -> anyhow::Result<Exit> {
    let folder = what.map(Path::new).filter(|path| path.exists()).map(Path::to_path_buf);
    let (catalog, chosen) = match (&folder, what) {
        (Some(path), _) => from_path(shared, path)?,
        (None, Some(id)) => {
            let catalog = config::catalog(shared)?;
            let check = catalog.check(id).cloned().ok_or_else(|| {
                anyhow!("`{id}` is no check, file or folder\n  help: `plumb check list` shows the ids")
            })?;
            (catalog, vec![check])
        }
        (None, None) => {
            let catalog = config::catalog(shared)?;
            let all = catalog.checks().cloned().collect();
            (catalog, all)
        }
    };
    let facts = Facts::new(catalog.clone(), Value::map::<&str>([]), "aws");
    let (mut held, mut failed) = (0_u64, 0_u64);
    for check in &chosen {
        for result in check::run_examples(&catalog, check, &facts)? {
            if result.holds() {
                held += 1;
            } else {
                failed += 1;
                print_failure(check, &result, style);
            }
        }
    }
    say!(
        "{}, {} held, {failed} failed",
        counted(chosen.len() as u64, "check", "checks"),
        counted(held, "example", "examples")
    );
    Ok(if failed == 0 { Exit::Clean } else { Exit::Error })
}

/// The checks of a file or folder of the user's, on top of the catalogue. A file is one below a `checks` folder.
fn from_path(shared: &Shared, path: &Path) -> anyhow::Result<(Arc<Catalog>, Vec<Arc<Check>>)> {
    let root = path
        .ancestors()
        .find(|folder| folder.file_name().is_some_and(|name| name == "checks"))
        .and_then(Path::parent)
        .map_or_else(
            || path.to_path_buf(),
            |root| if root.as_os_str().is_empty() { PathBuf::from(".") } else { root.to_path_buf() },
        );
    if !root.is_dir() {
        bail!(
            "`{}` is not below a folder `checks`\n  help: a check is CATALOG/checks/aws/SERVICE/NAME.md",
            path.display()
        );
    }
    let mut folders = shared.catalogs.clone();
    folders.push(root.clone());
    let catalog = Catalog::with_folders(&folders).map_err(|errors| {
        let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("the catalogue does not load\n{}", words.join("\n"))
    })?;
    let inside = |check: &&Arc<Check>| {
        let file = root.join(&check.file);
        file.exists() && (path.is_dir() || file.canonicalize().ok() == path.canonicalize().ok())
    };
    let chosen: Vec<Arc<Check>> = catalog.checks().filter(inside).cloned().collect();
    if chosen.is_empty() {
        bail!("there is no check in `{}`\n  help: a check is CATALOG/checks/aws/SERVICE/NAME.md", path.display());
    }
    Ok((Arc::new(catalog), chosen))
}

fn print_failure(check: &Check, result: &ExampleResult, style: &Style) {
    say!(
        "{} {}:{} `{}` is {}, not {}",
        style.red("failed"),
        check.file,
        result.example.line,
        result.example.title,
        example_word(result.verdict()),
        example_word(result.example.expected)
    );
    for outcome in &result.outcomes {
        say!("    {} {} {}", outcome.verdict, outcome.discriminator, outcome.message);
        for evidence in &outcome.evidence {
            say!("        {} = {}", evidence.path, evidence.value.to_json());
        }
    }
}
