//! Findings and resources as columns: dictionary-encoded, in blocks that are written as soon as they are full.

use std::collections::HashMap;
use std::io::{self, Write};

use finding::Finding;
use resource::Verdict;
use serde::Serialize;
use serde_json::json;

use super::model::{CheckText, Detail, Report, ResourceText, Row};
use super::tally::Tally;
use super::words::{severity_number, verdict_number};
use super::{blocks, fill};

/// Rows of a block of findings or resources.
const ROWS: usize = 8192;
/// Proofs of a block: the script unpacks one block to show one proof.
const PROOFS: usize = 256;

/// Texts by number.
#[derive(Default)]
struct Dictionary {
    numbers: HashMap<String, usize>,
    texts: Vec<String>,
}

impl Dictionary {
    fn number(&mut self, text: &str) -> usize {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let next = self.texts.len();
        self.numbers.insert(text.to_owned(), next);
        self.texts.push(text.to_owned());
        next
    }
}

#[derive(Default, Serialize)]
struct ResourceColumns {
    uid: Vec<String>,
    name: Vec<String>,
    #[serde(rename = "type")]
    of: Vec<usize>,
    account: Vec<usize>,
    region: Vec<usize>,
    tags: Vec<std::collections::BTreeMap<String, String>>,
}

/// Seconds since 1970 UTC for times; the position of the check, of the resource, of what was not read.
#[derive(Default, Serialize)]
struct RowColumns {
    verdict: Vec<u8>,
    severity: Vec<u8>,
    score: Vec<u8>,
    check: Vec<usize>,
    resource: Vec<usize>,
    id: Vec<String>,
    item: Vec<String>,
    message: Vec<String>,
    first: Vec<i64>,
    changed: Vec<i64>,
    unread: Vec<(usize, Vec<usize>)>,
}

/// One proof, with its fixes as values of the check's templates where they fit.
#[derive(Serialize)]
struct Proof {
    rule: Vec<(String, String, String, usize, bool)>,
    reads: Vec<[String; 6]>,
    because: Vec<[String; 3]>,
    flips: Vec<(String, bool)>,
    fixes: Vec<(String, Filled)>,
    #[serde(skip_serializing_if = "String::is_empty")]
    until: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Filled {
    /// What stands in the gaps of the check's template of that tab.
    Values(Vec<String>),
    Whole(String),
}

/// The encoder.
pub(super) struct Columns {
    checks: Vec<CheckText>,
    check_numbers: HashMap<String, usize>,
    types: Dictionary,
    accounts: Dictionary,
    regions: Dictionary,
    resources: HashMap<String, usize>,
    pending_resources: ResourceColumns,
    rows: usize,
    pending_rows: RowColumns,
    proofs: Vec<(usize, Proof)>,
}

impl Columns {
    pub(super) fn new(report: &Report) -> Columns {
        let mut types = Dictionary::default();
        for known in &report.types {
            types.number(&known.id);
        }
        let numbered = report.checks.iter().enumerate();
        Columns {
            check_numbers: numbered.map(|(number, check)| (check.id.clone(), number)).collect(),
            checks: report.checks.clone(),
            types,
            accounts: Dictionary::default(),
            regions: Dictionary::default(),
            resources: HashMap::new(),
            pending_resources: ResourceColumns::default(),
            rows: 0,
            pending_rows: RowColumns::default(),
            proofs: Vec::new(),
        }
    }

    /// Adds a resource that was not seen before; gives its number.
    pub(super) fn resource(&mut self, out: &mut dyn Write, resource: &ResourceText) -> io::Result<usize> {
        if let Some(known) = self.resources.get(&resource.uid) {
            return Ok(*known);
        }
        let number = self.resources.len();
        self.resources.insert(resource.uid.clone(), number);
        let pending = &mut self.pending_resources;
        pending.uid.push(resource.uid.clone());
        pending.name.push(resource.name.clone());
        pending.of.push(self.types.number(&resource.type_id));
        pending.account.push(self.accounts.number(&resource.account));
        pending.region.push(self.regions.number(&resource.region));
        pending.tags.push(resource.tags.clone());
        if pending.uid.len() == ROWS {
            self.flush_resources(out)?;
        }
        Ok(number)
    }

    /// Adds a finding; `unread` are the numbers of what kept it undecided.
    pub(super) fn row(&mut self, out: &mut dyn Write, row: &Row, unread: &[usize]) -> io::Result<()> {
        let finding = &row.finding;
        let resource = match self.resources.get(&*finding.uid) {
            Some(known) => *known,
            None => self.resource(out, &resource_of(finding))?,
        };
        let check = self.check(finding);
        if let Some(detail) = &row.detail {
            let proof = self.checks.get(check).map(|check| proof(check, detail));
            self.proofs.extend(proof.map(|proof| (self.rows, proof)));
        }
        let columns = &mut self.pending_rows;
        columns.verdict.push(verdict_number(finding.verdict));
        columns.severity.push(severity_number(finding.severity));
        columns.score.push(finding.score);
        columns.check.push(check);
        columns.resource.push(resource);
        columns.id.push(finding.short_id.clone());
        columns.item.push(finding.discriminator.clone());
        columns.message.push(finding.message.clone());
        columns.first.push(finding.first_seen.div_euclid(1_000_000));
        columns.changed.push(finding.last_changed.div_euclid(1_000_000));
        if finding.verdict == Verdict::Unknown {
            columns.unread.push((self.rows, unread.to_vec()));
        }
        self.rows += 1;
        if self.proofs.len() == PROOFS {
            self.flush_proofs(out)?;
        }
        if self.pending_rows.verdict.len() == ROWS {
            self.flush_rows(out)?;
        }
        Ok(())
    }

    /// Writes what is left and the index; gives the number of resources.
    pub(super) fn finish(mut self, out: &mut dyn Write, report: &Report, tally: &Tally) -> io::Result<usize> {
        self.flush_proofs(out)?;
        self.flush_rows(out)?;
        self.flush_resources(out)?;
        let titles: HashMap<&str, &str> = report.types.iter().map(|of| (&*of.id, &*of.title)).collect();
        let types: Vec<_> = self.types.texts.iter().map(|id| (id, titles.get(&**id).unwrap_or(&""))).collect();
        let index = json!({
            "made": report.made_at.div_euclid(1_000_000),
            "rows": self.rows,
            "resources": self.resources.len(),
            "checks": self.checks.iter().map(check_text).collect::<Vec<_>>(),
            "types": types,
            "accounts": self.accounts.texts,
            "regions": self.regions.texts,
            "objectives": report.objectives,
            "unread": tally.unread().iter().map(|one| json!({
                "why": one.what.why, "call": one.what.call, "permission": one.what.permission,
                "by": one.what.by, "detail": one.what.detail,
            })).collect::<Vec<_>>(),
        });
        blocks::write(out, "index", 0, &index)?;
        Ok(self.resources.len())
    }

    /// A check that the catalogue no longer has is known by its findings.
    fn check(&mut self, finding: &Finding) -> usize {
        if let Some(known) = self.check_numbers.get(&*finding.check) {
            return *known;
        }
        let number = self.checks.len();
        self.check_numbers.insert(finding.check.to_string(), number);
        self.checks.push(CheckText {
            id: finding.check.to_string(),
            title: finding.title.to_string(),
            description: String::new(),
            risk: String::new(),
            severity: finding.severity,
            objective: finding.objective.to_string(),
            rule: String::new(),
            fixes: Vec::new(),
            requirements: Vec::new(),
        });
        number
    }

    fn flush_resources(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let block = std::mem::take(&mut self.pending_resources);
        if block.uid.is_empty() {
            return Ok(());
        }
        blocks::write(out, "resources", self.resources.len() - block.uid.len(), &block)
    }

    fn flush_rows(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let block = std::mem::take(&mut self.pending_rows);
        if block.verdict.is_empty() {
            return Ok(());
        }
        blocks::write(out, "rows", self.rows - block.verdict.len(), &block)
    }

    fn flush_proofs(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let block = std::mem::take(&mut self.proofs);
        let Some((first, _)) = block.first() else { return Ok(()) };
        blocks::write(out, "proofs", *first, &block)
    }
}

fn resource_of(finding: &Finding) -> ResourceText {
    ResourceText {
        uid: finding.uid.to_string(),
        name: finding.resource_name.clone(),
        type_id: finding.type_id.to_string(),
        account: finding.account.to_string(),
        region: finding.region.to_string(),
        tags: Default::default(),
    }
}

fn check_text(check: &CheckText) -> serde_json::Value {
    let fixes = check.fixes.iter().map(|(tab, text)| (tab, fill::literals(text)));
    let requirements = check.requirements.iter().map(|one| (&one.framework, &one.id, &one.title));
    json!({
        "id": check.id,
        "title": check.title,
        "description": check.description,
        "risk": check.risk,
        "severity": severity_number(check.severity),
        "objective": check.objective,
        "rule": check.rule,
        "fixes": fixes.collect::<Vec<_>>(),
        "requirements": requirements.collect::<Vec<_>>(),
    })
}

fn proof(check: &CheckText, detail: &Detail) -> Proof {
    let filled = |tab: &String, text: &String| {
        let template = check.fixes.iter().find(|(known, _)| known == tab);
        match template.and_then(|(_, template)| fill::values(&fill::literals(template), text)) {
            Some(values) => Filled::Values(values.into_iter().map(str::to_owned).collect()),
            None => Filled::Whole(text.clone()),
        }
    };
    let step = |line: &super::RuleLine| {
        (line.statement.clone(), line.text.clone(), line.value.clone(), line.depth, line.decisive)
    };
    let read = |one: &super::FieldRead| {
        [one.path.clone(), one.value.clone(), one.call.clone(), one.resource.clone(), one.at.clone(), one.note.clone()]
    };
    Proof {
        rule: detail.rule.iter().map(step).collect(),
        reads: detail.reads.iter().map(read).collect(),
        because: detail.because.iter().map(|one| [one.fact.clone(), one.place.clone(), one.text.clone()]).collect(),
        flips: detail.flips.iter().map(|flip| (flip.text.clone(), flip.proven)).collect(),
        fixes: detail.fixes.iter().map(|(tab, text)| (tab.clone(), filled(tab, text))).collect(),
        until: detail.until.clone(),
        missing: detail.missing.clone(),
    }
}
