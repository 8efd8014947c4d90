//! The HTML report: texts of the catalogue, findings and proofs of the store.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, Check};
use engine::{AccountScope, Proof, Prover};
use finding::{Filter, Finding};
use resource::{Hole, Value, Verdict};
use sink::html::{
    CheckText, Detail, FieldRead, Flip, Reason, Report, Requirement, ResourceText, Row, RuleLine, Scan, TypeText,
    Unread,
};
use sink::{Destination, Selection};
use store::{HoleFilter, Reader, ResourceFilter, StoreError, StoredResource};

use crate::output::Wanted;

/// Failures for which the smallest change is looked for: each means that the check runs again and again over changed
/// documents. The worst come first.
const FLIPPED: usize = 5_000;

/// Writes the report; gives the number of findings in it.
pub(crate) fn write(wanted: &Wanted<'_>, to: &Destination) -> anyhow::Result<u64> {
    let now = jiff::Timestamp::now().as_microsecond();
    let reader = wanted.store.reader()?;
    let filter = wanted.filter;
    let report = Report {
        program: concat!("plumb ", env!("CARGO_PKG_VERSION")).to_owned(),
        catalogue: format!("catalogue {}", wanted.catalog.version()),
        made_at: now,
        selection: selection(filter),
        scans: scans(&reader, filter)?,
        checks: checks(wanted.catalog, filter)?,
        types: types(wanted.catalog),
        objectives: objectives(wanted.catalog),
        unread: unread(&reader, filter)?,
    };
    let places = ResourceFilter {
        accounts: filter.accounts.clone(),
        regions: filter.regions.clone(),
        types: filter.types.clone(),
        without_views: true,
    };
    let resources = reader.load_all(&places).map(|stored| stored.map(resource));
    engine::with_prover(wanted.catalog, wanted.store, wanted.settings, now, |prover| {
        let mut failures = 0;
        let rows = reader.findings(filter).map(|found| {
            let finding = found?;
            failures += usize::from(finding.verdict == Verdict::Fail);
            Ok::<_, StoreError>(row(prover, finding, failures <= FLIPPED))
        });
        Ok(sink::html::write(to, &report, resources, rows)?)
    })?
}

fn row(prover: &Prover<'_>, finding: Finding, flipped: bool) -> Row {
    let proof = match finding.verdict {
        Verdict::Fail if flipped => prover.proof(&finding),
        Verdict::Fail | Verdict::Unknown => prover.proof_without_flips(&finding),
        Verdict::Pass | Verdict::NotApplicable => None,
    };
    let failing = finding.verdict == Verdict::Fail;
    let mut detail = proof.map(|proof| detail(proof, failing));
    if let Some(detail) = detail.as_mut().filter(|_| failing && !flipped) {
        let text = format!("not looked for in a report of this size; `plumb explain {}` does", finding.short_id);
        detail.flips.push(Flip { text, proven: false });
    }
    Row { finding, detail }
}

fn detail(proof: Proof, failing: bool) -> Detail {
    let step = |line: engine::RuleLine| RuleLine {
        statement: line.statement.to_owned(),
        text: line.text,
        value: line.value,
        depth: line.depth,
        decisive: line.decisive,
    };
    let read = |read: engine::Read| FieldRead {
        path: read.path,
        value: shown(&read.value),
        note: read.note.unwrap_or_default(),
        call: read.call.unwrap_or_default(),
        resource: read.resource.unwrap_or_default(),
        at: read.at.unwrap_or_default(),
    };
    let reason = |reason: engine::Reason| Reason {
        fact: reason.fact,
        place: [reason.resource.unwrap_or_default(), reason.policy, reason.statement]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        text: reason.text,
    };
    let statement = if failing { None } else { statement(&proof.unknown) };
    let fixes = if failing { proof.fixes } else { Vec::new() };
    Detail {
        rule: proof.rule.into_iter().map(step).collect(),
        reads: proof.reads.into_iter().map(read).collect(),
        because: proof.because.into_iter().map(reason).collect(),
        flips: proof.flips.into_iter().map(|flip| Flip { text: flip.text, proven: flip.proven }).collect(),
        fixes: fixes.into_iter().map(fenced).chain(statement).collect(),
        until: proof.until.unwrap_or_default(),
        missing: proof.unknown.into_iter().map(|missing| missing.text).collect(),
    }
}

/// What the scanner lacks, where a statement of its own policies would help.
fn statement(missing: &[engine::Missing]) -> Option<(String, String)> {
    let elsewhere = |one: &engine::Missing| matches!(one.by, Some("scp" | "boundary" | "resource"));
    let denied = missing.iter().filter(|one| one.why == "denied" && !elsewhere(one));
    let actions: BTreeSet<&str> = denied.filter_map(|one| one.permission.as_deref()).collect();
    if actions.is_empty() {
        return None;
    }
    let listed: Vec<String> = actions.iter().map(|action| format!("\"{action}\"")).collect();
    let text = format!(
        "Attach it to the role or user that scans; each action only reads.\n\n```json\n{{\n  \"Effect\": \"Allow\",\n  \"Action\": [{}],\n  \"Resource\": \"*\"\n}}\n```",
        listed.join(", ")
    );
    Some(("Statement to add".to_owned(), text))
}

/// Commands are plain text, the catalogue's own tabs are Markdown.
fn fenced(fix: engine::Fix) -> (String, String) {
    let commands = matches!(fix.tab.as_str(), "CLI" | "Undo") && !fix.text.contains("```");
    let text = if commands { format!("```sh\n{}\n```", fix.text.trim_end()) } else { fix.text };
    (fix.tab, text)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        Value::Unknown(hole) => format!("not known: {hole}"),
        known => known.to_json(),
    }
}

fn resource(stored: StoredResource) -> ResourceText {
    let region = if stored.region.is_empty() { &stored.unit.region } else { &stored.region };
    ResourceText {
        uid: stored.uid.to_string(),
        type_id: stored.unit.type_id.to_string(),
        account: stored.unit.account.to_string(),
        region: region.to_string(),
        name: stored.name,
        tags: stored.tags,
    }
}

/// The newest scan of each account that the filter wants.
fn scans(reader: &Reader, filter: &Filter) -> anyhow::Result<Vec<Scan>> {
    let mut found: BTreeMap<String, Scan> = BTreeMap::new();
    for scan in reader.scan_history()? {
        let Some(scope) = scan.options.get("scope").and_then(AccountScope::from_json) else { continue };
        let wanted =
            filter.accounts.is_empty() || filter.accounts.iter().any(|pattern| finding::glob(pattern, &scope.account));
        if !wanted || found.contains_key(&*scope.account) {
            continue;
        }
        let total = |name: &str| scan.totals.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
        let one = Scan {
            cloud: "aws".to_owned(),
            account: scope.account.to_string(),
            regions: scope.regions.scanned.iter().map(ToString::to_string).collect(),
            started: scan.started,
            finished: scan.finished,
            cancelled: scan.state != "finished",
            requests: total("requests"),
        };
        found.insert(scope.account.to_string(), one);
    }
    Ok(found.into_values().collect())
}

fn checks(catalog: &Catalog, filter: &Filter) -> anyhow::Result<Vec<CheckText>> {
    catalog.checks().filter(|check| filter.wants_check(&check.id)).map(|check| check_text(catalog, check)).collect()
}

fn check_text(catalog: &Catalog, check: &Check) -> anyhow::Result<CheckText> {
    let served = catalog.requirements_of(&check.id)?;
    let requirements = served.iter().map(|one| Requirement {
        framework: one.framework.id.to_string(),
        id: one.requirement.id.to_string(),
        title: one.requirement.title.clone(),
    });
    Ok(CheckText {
        id: check.id.to_string(),
        title: check.title.clone(),
        description: check.description.clone(),
        risk: check.risk.clone(),
        severity: check.severity,
        objective: check.objective.to_string(),
        rule: check.rule_text.clone(),
        fixes: check.fixes.clone(),
        requirements: requirements.collect(),
    })
}

fn types(catalog: &Catalog) -> Vec<TypeText> {
    catalog.resource_types().map(|of| TypeText { id: of.id.to_string(), title: of.title.clone() }).collect()
}

fn objectives(catalog: &Catalog) -> BTreeMap<String, String> {
    catalog.objectives().iter().map(|(id, words)| (id.to_string(), words.clone())).collect()
}

/// What was denied, throttled or failed, one line per call, with what it hides.
fn unread(reader: &Reader, filter: &Filter) -> anyhow::Result<Vec<Unread>> {
    let mut lines: Vec<Unread> = Vec::new();
    let mut add = |hole: &Hole, account: &str, region: &str, count: fn(&mut Unread)| {
        let new = Unread::of(hole);
        let known = lines.iter().position(|line| line.is_same(&new));
        let at = known.unwrap_or(lines.len());
        if known.is_none() {
            lines.push(new);
        }
        let Some(line) = lines.get_mut(at) else { return };
        count(line);
        for (places, place) in [(&mut line.accounts, account), (&mut line.regions, region)] {
            if !place.is_empty() && !places.iter().any(|known| known == place) {
                places.push(place.to_owned());
                places.sort_unstable();
            }
        }
    };
    for stored in reader.holes(&HoleFilter::default())? {
        let (unit, hole) = (&stored.unit, &stored.record.hole);
        if hole.why.is_coverage_hole() && filter.wants_place(&unit.account, &unit.region, &unit.type_id) {
            let of_one = stored.record.resource.is_some();
            add(hole, &unit.account, &unit.region, if of_one { |line| line.resources += 1 } else { |_| {} });
        }
    }
    for one in reader.coverage(None)? {
        let unit = &one.unit;
        if let Some(hole) = one.coverage.hole()
            && hole.why.is_coverage_hole()
            && filter.wants_place(&unit.account, &unit.region, &unit.type_id)
        {
            add(hole, &unit.account, &unit.region, |line| line.listings += 1);
        }
    }
    lines.sort_by_key(|line| (std::cmp::Reverse((line.listings, line.resources)), line.call.clone()));
    Ok(lines)
}

/// What a filter lets through; everything of the accounts when it has no words.
pub(crate) fn selection(filter: &Filter) -> Selection {
    let mut parts = Vec::new();
    let verdicts = [
        (Verdict::Fail, "failing"),
        (Verdict::Unknown, "unknown"),
        (Verdict::Pass, "passing"),
        (Verdict::NotApplicable, "not applicable"),
    ];
    let left_out: Vec<Verdict> = verdicts.iter().map(|(one, _)| *one).filter(|one| !filter.wants(*one)).collect();
    let wanted: Vec<&str> = verdicts.iter().filter(|(one, _)| filter.wants(*one)).map(|(_, name)| *name).collect();
    if wanted.len() < verdicts.len() {
        parts.push(format!("findings that are {}", wanted.join(" or ")));
    }
    if let Some(severity) = filter.severity {
        parts.push(format!("severity {severity} or worse"));
    }
    let lists = [("accounts", &filter.accounts), ("regions", &filter.regions), ("types", &filter.types)];
    // The account of a scan is not a restriction worth a word: the page names it.
    let lists = lists.into_iter().filter(|(name, items)| !items.is_empty() && (*name != "accounts" || items.len() > 1));
    parts.extend(lists.map(|(name, items)| format!("{name} {}", items.join(", "))));
    parts.extend(filter.check.iter().map(|check| format!("check {check}")));
    Selection { words: parts.join("; "), left_out }
}
