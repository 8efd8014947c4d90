//! The least that a scanner may do: `deploy/aws/read-only-policy.json` and the page that says who needs what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::bail;
use catalog::{Call, Catalog, Demand};
use serde::Serialize;

use super::calls;

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

/// Action → the calls that need it.
fn actions(catalog: &Catalog) -> BTreeMap<Arc<str>, BTreeSet<String>> {
    let mut found: BTreeMap<Arc<str>, BTreeSet<String>> = BTreeMap::new();
    let everything = calls(catalog, &Demand::everything(catalog, catalog.resource_types()));
    let always = ALWAYS.map(|(service, operation)| Call { service: service.into(), operation: operation.into() });
    for call in everything.into_keys().chain(always) {
        for action in catalog.permissions(&call) {
            found.entry(action).or_default().insert(call.to_string());
        }
    }
    found
}

pub(super) fn document(catalog: &Catalog) -> anyhow::Result<String> {
    let action = actions(catalog).into_keys().collect();
    let statement = [Statement { sid: "PlumbReads", effect: "Allow", action, resource: "*" }];
    let policy = Policy { version: "2012-10-17", statement };
    let length = serde_json::to_string(&policy)?.len();
    if length > LIMIT {
        bail!("the read-only policy has {length} characters, IAM takes {LIMIT}; split it into two documents");
    }
    Ok(serde_json::to_string_pretty(&policy)? + "\n")
}

pub(super) fn page(catalog: &Catalog) -> String {
    let found = actions(catalog);
    let mut text = format!(
        "# Permissions\n\nGenerated from the catalogue by `cargo xtask generate`. With every check enabled a scan needs these {} \
         actions, which [`deploy/aws/read-only-policy.json`](../../deploy/aws/read-only-policy.json) grants. What is denied \
         becomes *unknown*, with the call and the action named; nothing else suffers.\n\n| action | for the calls |\n|---|---|\n",
        found.len()
    );
    for (action, calls) in found {
        let calls: Vec<String> = calls.iter().map(|call| format!("`{call}`")).collect();
        let _ = writeln!(text, "| `{action}` | {} |", calls.join(", "));
    }
    text
}
