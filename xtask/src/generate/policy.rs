//! The least that a scanner may do, as two policies of `deploy/aws` (what the checks need; what an inventory needs beyond
//! it), and the page that says who needs what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::bail;
use catalog::{Call, Catalog, Demand};
use serde::Serialize;

/// What every scan calls, whatever is enabled: which regions are there. `sts:GetCallerIdentity` needs no permission.
const ALWAYS: [(&str, &str); 1] = [("ec2", "DescribeRegions")];

/// Longest managed policy that IAM takes, without white space. Source: IAM and STS quotas, IAM User Guide.
const LIMIT: usize = 6144;

/// A policy in the order in which people write it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: Vec<Arc<str>>,
    resource: &'static str,
}

/// Actions → the calls that need each.
type Needs = BTreeMap<Arc<str>, BTreeSet<String>>;

fn needs(catalog: &Catalog, demand: &Demand) -> Needs {
    let mut found = Needs::new();
    let always = ALWAYS.map(|(service, operation)| Call { service: service.into(), operation: operation.into() });
    for call in demand.calls(catalog).into_keys().chain(always) {
        for action in catalog.permissions(&call) {
            found.entry(action).or_default().insert(call.to_string());
        }
    }
    found
}

/// What all checks need, and what reading every type needs beyond it.
fn actions(catalog: &Catalog) -> (Needs, Needs) {
    let checks = needs(catalog, &Demand::of(catalog, catalog.checks()));
    let mut further = needs(catalog, &Demand::everything(catalog, catalog.resource_types()));
    further.retain(|action, _| !checks.contains_key(action));
    (checks, further)
}

/// The policy for all checks.
pub(super) fn for_checks(catalog: &Catalog) -> anyhow::Result<String> {
    document("PlumbReads", actions(catalog).0)
}

/// What to add to it for `--inventory`.
pub(super) fn for_inventory(catalog: &Catalog) -> anyhow::Result<String> {
    document("PlumbListsTheRest", actions(catalog).1)
}

fn document(sid: &'static str, needs: Needs) -> anyhow::Result<String> {
    let statement = [Statement { sid, effect: "Allow", action: needs.into_keys().collect(), resource: "*" }];
    let policy = Policy { version: "2012-10-17", statement };
    let length = serde_json::to_string(&policy)?.len();
    if length > LIMIT {
        bail!("the policy {sid} has {length} characters, IAM takes {LIMIT}; split it");
    }
    Ok(serde_json::to_string_pretty(&policy)? + "\n")
}

pub(super) fn page(catalog: &Catalog) -> String {
    let (checks, further) = actions(catalog);
    let mut text = format!(
        "# Permissions\n\nGenerated from the catalogue by `cargo xtask generate`. With every check enabled a scan needs these {} \
         actions, which [`deploy/aws/read-only-policy.json`](../../deploy/aws/read-only-policy.json) grants. What is denied \
         becomes *unknown*, with the call and the action named; nothing else suffers.\n\n",
        checks.len()
    );
    table(&mut text, checks);
    let _ = write!(
        text,
        "\n## For the inventory\n\nReading every resource type, with `--inventory`, needs {} actions more, in \
         [`deploy/aws/read-only-inventory-policy.json`](../../deploy/aws/read-only-inventory-policy.json): IAM takes 6,144 \
         characters a policy, so they are two.\n\n",
        further.len()
    );
    table(&mut text, further);
    text
}

fn table(text: &mut String, needs: Needs) {
    text.push_str("| action | for the calls |\n|---|---|\n");
    for (action, calls) in needs {
        let calls: Vec<String> = calls.iter().map(|call| format!("`{call}`")).collect();
        let _ = writeln!(text, "| `{action}` | {} |", calls.join(", "));
    }
}
