//! The frame of the page.

use std::io::{self, Write};

use super::assets::{SCRIPT, STYLE, content_security_policy};
use super::model::{Report, Scan};
use super::tally::Tally;
use super::text::{Text, moment};
use super::{MARKER, overview, unread};
use crate::numbers::{counted, number};
use resource::Verdict;

/// Marks are shapes first, letters second, colour last.
const SYMBOLS: &str = r##"<svg class="symbols" aria-hidden="true">
<symbol id="m-critical" viewBox="0 0 14 14"><path d="M4.3.5h5.4l3.8 3.8v5.4l-3.8 3.8H4.3L.5 9.7V4.3z" fill="currentColor"/></symbol>
<symbol id="m-high" viewBox="0 0 14 14"><path d="M7 1l6.5 12H.5z" fill="currentColor"/></symbol>
<symbol id="m-medium" viewBox="0 0 14 14"><path d="M7 .5L13.5 7 7 13.5.5 7z" fill="currentColor"/></symbol>
<symbol id="m-low" viewBox="0 0 14 14"><path d="M1.5 2h11L7 12.5z" fill="none" stroke="currentColor" stroke-width="1.6"/></symbol>
<symbol id="m-info" viewBox="0 0 14 14"><circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6"/></symbol>
<symbol id="m-fail" viewBox="0 0 14 14"><path d="M1 1h12v12H1z" fill="currentColor"/><path class="cut" d="M4.4 4.4l5.2 5.2m0-5.2L4.4 9.6" fill="none" stroke-width="1.7"/></symbol>
<symbol id="m-pass" viewBox="0 0 14 14"><circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M4.2 7.2l2 2 3.6-4.2" fill="none" stroke="currentColor" stroke-width="1.6"/></symbol>
<symbol id="m-unknown" viewBox="0 0 14 14"><circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.6 1.8"/><path d="M5.2 5.6c0-2.6 3.8-2.4 3.6 0C8.6 6.8 7 6.900 7 8.300M7 9.700v1.200" fill="none" stroke="currentColor" stroke-width="1.400"/></symbol>
<symbol id="m-na" viewBox="0 0 14 14"><path d="M2.500 7h9" fill="none" stroke="currentColor" stroke-width="1.800"/></symbol>
</svg>
"##;

/// The frame of the list of findings; the script fills it.
const FINDINGS: &str = r#"<section id="findings" class="list" aria-label="Findings" hidden><h1 class="sr">Findings</h1>
<div class="controls"><div role="search"><input type="search" autocomplete="off" spellcheck="false" aria-label="Filter findings" aria-describedby="q-error" placeholder='severity>=high service:s3 region:eu-* "text"'></div>
<button type="button" class="narrow" aria-expanded="false">Filters</button>
<select aria-label="Group by"><option value="">not grouped</option><option value="check">by check</option><option value="resource">by resource</option><option value="service">by service</option><option value="severity">by severity</option><option value="region">by region</option><option value="objective">by objective</option></select>
<span class="total" role="status"></span><div class="error" id="q-error" role="alert" hidden></div></div>
<div class="body"><aside class="facets" aria-label="Filter by value"></aside>
<div class="grid findings-grid" role="treegrid" tabindex="0" aria-label="Findings"><div class="head" role="row"><div role="columnheader" class="c-mark" data-sort="severity"><button type="button" tabindex="-1">Mark</button></div><div role="columnheader" class="c-score" data-sort="score"><button type="button" tabindex="-1">Score</button></div><div role="columnheader" class="c-finding" data-sort="finding"><button type="button" tabindex="-1">Finding</button></div><div role="columnheader" class="c-resource" data-sort="resource"><button type="button" tabindex="-1">Resource</button></div><div role="columnheader" class="c-type" data-sort="type"><button type="button" tabindex="-1">Type</button></div><div role="columnheader" class="c-account" data-sort="account"><button type="button" tabindex="-1">Account</button></div><div role="columnheader" class="c-region" data-sort="region"><button type="button" tabindex="-1">Region</button></div><div role="columnheader" class="c-first" data-sort="first"><button type="button" tabindex="-1">First seen</button></div></div><div class="canvas" role="rowgroup"></div></div>
<aside class="panel" aria-label="Finding" tabindex="-1" hidden></aside></div>
</section>
"#;

/// The frame of the inventory.
const INVENTORY: &str = r#"<section id="inventory" class="list" aria-label="Inventory" hidden><h1 class="sr">Inventory</h1>
<div class="controls"><div role="search"><input type="search" autocomplete="off" spellcheck="false" aria-label="Search the inventory" placeholder="name, id, region or tag"></div>
<button type="button" class="narrow" aria-expanded="false">Types</button><span class="total" role="status"></span></div>
<div class="body"><aside class="facets" aria-label="Types"></aside>
<div class="grid inventory-grid" role="grid" tabindex="0" aria-label="Resources"><div class="head" role="row"><div role="columnheader" class="c-name" data-sort="name"><button type="button" tabindex="-1">Name</button></div><div role="columnheader" class="c-type" data-sort="type"><button type="button" tabindex="-1">Type</button></div><div role="columnheader" class="c-account" data-sort="account"><button type="button" tabindex="-1">Account</button></div><div role="columnheader" class="c-region" data-sort="region"><button type="button" tabindex="-1">Region</button></div><div role="columnheader" class="c-uid" data-sort="uid"><button type="button" tabindex="-1">Id</button></div><div role="columnheader" class="c-tags"><button type="button" tabindex="-1" disabled>Tags</button></div><div role="columnheader" class="c-open" data-sort="open"><button type="button" tabindex="-1">Open</button></div></div><div class="canvas" role="rowgroup"></div></div></div>
</section>
"#;

/// The list of keys.
const KEYS: &str = r#"<dialog id="keys" aria-label="Keys"><h2>Keys</h2><dl><dt><kbd>/</kbd></dt><dd>filter</dd><dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next, previous row</dd><dt><kbd>Enter</kbd> <kbd>o</kbd></dt><dd>open the row</dd><dt><kbd>[</kbd> <kbd>]</kbd></dt><dd>previous, next finding while one is open</dd><dt><kbd>Esc</kbd></dt><dd>leave the filter, close the finding</dd><dt><kbd>g</kbd> then <kbd>o</kbd> <kbd>f</kbd> <kbd>u</kbd> <kbd>i</kbd></dt><dd>overview, findings, unknown, inventory</dd><dt><kbd>t</kbd></dt><dd>theme</dd><dt><kbd>?</kbd></dt><dd>this list</dd></dl>
<p class="note">Filter: <code>severity&gt;=high verdict:fail service:s3 region:eu-* "text"</code>; fields <code>verdict severity check service type region account name uid resource objective framework requirement first_seen unread id tag.KEY</code>; <code>-</code> negates, <code>,</code> lists, <code>OR</code> and brackets work.</p>
<button type="button">Close</button></dialog>
"#;

/// Everything before the data.
pub(super) fn begin(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let title = format!("Plumb report · {}", accounts(report));
    write!(
        out,
        "{MARKER}\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"referrer\" content=\"no-referrer\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"generator\" content=\"{}\"><link rel=\"icon\" href=\"data:,\">\
         <title>{}</title><style>{STYLE}</style></head>\n<body>\n{SYMBOLS}",
        content_security_policy(),
        Text(&report.program),
        Text(&title),
    )
}

/// The views: the overview and what could not be read as plain HTML, the two lists as frames for the script.
pub(super) fn views(out: &mut dyn Write, report: &Report, tally: &Tally, resources: usize) -> io::Result<()> {
    bar(out, report, tally)?;
    out.write_all(b"<main id=\"main\" tabindex=\"-1\">\n")?;
    overview::write(out, report, tally, resources)?;
    out.write_all(FINDINGS.as_bytes())?;
    unread::write(out, tally)?;
    out.write_all(INVENTORY.as_bytes())?;
    out.write_all(b"</main>\n")
}

/// The script and the end.
pub(super) fn end(out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<div id=\"say\" role=\"status\" aria-live=\"polite\"></div>\n{KEYS}<script>{}</script>\n</body></html>\n",
        *SCRIPT
    )
}

fn bar(out: &mut dyn Write, report: &Report, tally: &Tally) -> io::Result<()> {
    let newest = report.scans.iter().filter_map(|scan| scan.finished.or(Some(scan.started))).max();
    writeln!(
        out,
        "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
         <header class=\"bar\"><span class=\"brand\">plumb</span>\
         <nav aria-label=\"Views\" class=\"scripted\">\
         <a href=\"#overview\" data-view=\"overview\">Overview</a>\
         <a href=\"#findings\" data-view=\"findings\">Findings <b>{}</b></a>\
         <a href=\"#unknown\" data-view=\"unknown\">Unknown <b>{}</b></a>\
         <a href=\"#inventory\" data-view=\"inventory\">Inventory</a></nav>\
         <span class=\"about\"><bdi>{}</bdi> · {}</span>\
         <span class=\"tools scripted\"><button type=\"button\" id=\"theme\">Theme</button>\
         <button type=\"button\" id=\"help\" aria-label=\"Keys\" aria-haspopup=\"dialog\">?</button></span></header>",
        number(tally.all.of(Verdict::Fail)),
        number(tally.all.of(Verdict::Unknown)),
        Text(&accounts(report)),
        moment(newest.unwrap_or(report.made_at)),
    )
}

/// The accounts in words.
pub(super) fn accounts(report: &Report) -> String {
    let mut names: Vec<&str> = report.scans.iter().map(|scan: &Scan| scan.account.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [] => "no account".to_owned(),
        [one] => format!("account {one}"),
        several => counted(several.len() as u64, "account", "accounts"),
    }
}
