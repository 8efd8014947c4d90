//! `plumb explain FINDING`: the proof.

use anyhow::{anyhow, bail};
use engine::Explained;
use expr::Step;
use finding::Finding;
use resource::{Value, Verdict};

use crate::args::{Format, Shared};
use crate::commands::summary::detail;
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::output::{cut, say};
use crate::style::{Style, printable};

pub(crate) fn run(shared: &Shared, id: &str, style: &Style) -> anyhow::Result<Exit> {
    let config = Config::load(shared)?;
    let catalog = config::catalog(shared)?;
    let store = config::existing_store(shared)?;
    let found = store.reader()?.finding(id)?;
    let finding = match found.as_slice() {
        [] => bail!("there is no finding `{id}`\n  help: `plumb findings` lists the ids"),
        [finding] => finding,
        several => {
            let ids: Vec<&str> = several.iter().map(|finding| finding.short_id.as_str()).collect();
            bail!("`{id}` is the beginning of several findings: {}\n  help: give more of it", ids.join(", "));
        }
    };
    let params = config.params();
    let now = jiff::Timestamp::now().as_microsecond();
    let explained = engine::with_prover(&catalog, &store, &config.settings(), now, |prover| {
        prover.explain(finding, params.get(&*finding.check))
    })?;
    let explained = explained.ok_or_else(|| {
        anyhow!("the resource or the check of `{id}` is no longer there\n  help: scan again, then `plumb findings`")
    })?;
    if shared.format == Some(Format::Json) {
        say!("{}", serde_json::to_string_pretty(&document(finding, &explained))?);
    } else {
        print(finding, &explained, style);
    }
    Ok(Exit::Clean)
}

fn print(finding: &Finding, explained: &Explained, style: &Style) {
    let outcome = &explained.outcome;
    say!(
        "{}  {} {}  {}",
        style.verdict(outcome.verdict),
        style.severity(outcome.severity),
        finding.short_id,
        style.bold(&printable(&outcome.message))
    );
    say!("check     {} · {}", explained.check.id, explained.check.title);
    say!("resource  {}", printable(&explained.resource.uid));
    if !outcome.discriminator.is_empty() {
        say!("item      {}", printable(&outcome.discriminator));
    }
    let rule = &explained.check.rule_text;
    for statement in &explained.explanation.statements {
        let step = &statement.step;
        let text = one_line(rule, &step.span);
        say!("rule      {} {text}   {}", statement.statement, style.bold(&value(&step.value)));
        for child in &step.children {
            print_step(rule, child, 1, style);
        }
    }
    let mut label = "read";
    for evidence in &outcome.evidence {
        say!("{label:<9} {} = {}", printable(&evidence.path), value(&evidence.value));
        label = "";
    }
    print_because(&explained.facts);
    if outcome.verdict == Verdict::Unknown {
        for hole in &outcome.unknown {
            say!("missing   {}", detail(hole));
        }
    }
    say!("read at   {}", moment(explained.resource.read_at));
    say!("since     {}", moment(finding.first_seen));
    if let Some(until) = outcome.holds_until {
        say!("until     {} (then time alone may change the verdict)", moment(until));
    }
    say!("risk      {}", printable(&explained.check.risk));
    for (tab, text) in explained.fixes.iter().take(1) {
        let text = text.lines().map(printable).collect::<Vec<_>>().join("\n          ");
        say!("fix       {tab}: {text}");
    }
    say!("more      plumb check show {}", explained.check.id);
}

fn print_step(rule: &str, step: &Step, depth: usize, style: &Style) {
    say!("          {}{}   {}", "  ".repeat(depth), one_line(rule, &step.span), style.dim(&value(&step.value)));
    if depth < 3 {
        for child in &step.children {
            print_step(rule, child, depth + 1, style);
        }
    }
}

/// The rule's text of a span, on one line.
fn one_line(rule: &str, span: &std::ops::Range<usize>) -> String {
    let text = rule.get(span.clone()).unwrap_or_default();
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), 140)
}

/// The reason chains of the facts: statements, rules, settings.
fn print_because(facts: &Value) {
    let Some(facts) = facts.as_map() else { return };
    for (name, fact) in facts {
        // A grant to the own account explains nothing that is wrong.
        for item in fact.items().iter().filter(|item| item.get("to").as_str() != Some("own")) {
            for reason in item.get("because").items() {
                let place = [reason.get("policy"), reason.get("statement")];
                let place: Vec<&str> = place.iter().filter_map(|part| part.as_str()).collect();
                let text = reason.get("text").as_str().or(reason.as_str()).unwrap_or_default();
                say!("because   {name}: {} {}", printable(&place.join(" ")), printable(text));
            }
        }
    }
}

fn value(value: &Value) -> String {
    cut(&printable(&value.to_json()), 160)
}

fn moment(microseconds: i64) -> String {
    jiff::Timestamp::from_microsecond(microseconds).map(|moment| format!("{moment:.0}")).unwrap_or_default()
}

fn document(finding: &Finding, explained: &Explained) -> serde_json::Value {
    fn steps(rule: &str, found: &[Step]) -> Vec<serde_json::Value> {
        let step = |one: &Step| {
            serde_json::json!({
                "text": one_line(rule, &one.span), "value": one.value, "steps": steps(rule, &one.children),
            })
        };
        found.iter().map(step).collect()
    }
    let rule = &explained.check.rule_text;
    let statement = |one: &expr::Explained| {
        serde_json::json!({
            "statement": one.statement,
            "text": one_line(rule, &one.step.span),
            "value": one.step.value,
            "steps": steps(rule, &one.step.children),
        })
    };
    let statements: Vec<_> = explained.explanation.statements.iter().map(statement).collect();
    serde_json::json!({
        "finding": finding.record(),
        "evidence": explained.outcome.evidence,
        "unknown": explained.outcome.unknown,
        "facts": explained.facts,
        "rule": statements,
        "read_at": moment(explained.resource.read_at),
        "risk": explained.check.risk,
        "fix": explained.fixes.iter().map(|(tab, text)| serde_json::json!({"tab": tab, "text": text})).collect::<Vec<_>>(),
    })
}
