//! `docs/reference/calls.md`: what each check makes a scan call.

use std::fmt::Write as _;

use catalog::{Catalog, Demand};

pub(super) fn page(catalog: &Catalog) -> String {
    let mut text = String::from(
        "# Calls\n\nGenerated from the catalogue by `cargo xtask generate`. With one check enabled a scan calls what stands beside \
         it, and `sts:GetCallerIdentity` and `ec2:DescribeRegions` to find the account and its regions; a test makes that \
         scan for every check and compares. What several checks need is called once. A detail is asked only of what a \
         listing gave.\n\n| check | calls |\n|---|---|\n",
    );
    for check in catalog.checks() {
        let calls = Demand::of(catalog, [check]).calls(catalog);
        let names: Vec<String> = calls.keys().map(|call| format!("`{call}`")).collect();
        let _ = writeln!(text, "| `{}` | {} |", check.id, names.join(", "));
    }
    text
}
