//! The first page: what is wrong in words and numbers, readable without the script.

use std::collections::BTreeMap;
use std::io::{self, Write};

use resource::{Severity, Verdict};

use super::model::Report;
use super::page::accounts;
use super::scanned;
use super::tally::{Counts, Tally};
use super::text::{Text, cut, link, quoted};
use super::words::{VERDICTS, severity_mark, verdict_word};
use crate::Selection;
use crate::numbers::{counted, number};

/// Rows of a table of the overview that show at once; the rest is a link away.
const ROWS: usize = 12;

pub(super) fn write(out: &mut dyn Write, report: &Report, tally: &Tally, resources: usize) -> io::Result<()> {
    writeln!(
        out,
        "<section id=\"overview\" class=\"sheet\" aria-label=\"Overview\">\n<h1>{}</h1>",
        sentence(report, tally)
    )?;
    let selection = &report.selection;
    if !selection.words.is_empty() {
        writeln!(out, "<p class=\"note\">Only a part is in this report: {}</p>", Text(&selection.words))?;
    }
    figures(out, selection, tally)?;
    out.write_all(b"<div class=\"columns\">\n<div>\n")?;
    worst(out, tally)?;
    checks(out, selection, tally)?;
    out.write_all(b"</div>\n<div>\n")?;
    scanned::write(out, report, resources)?;
    unread(out, tally)?;
    if tally.accounts.len() > 1 {
        groups(out, selection, "Account", "account", &tally.accounts)?;
    }
    groups(out, selection, "Service", "service", &tally.services)?;
    groups(out, selection, "Region", "region", &tally.regions)?;
    out.write_all(b"</div>\n</div>\n</section>\n")
}

/// What a person would say who had read all of it.
fn sentence(report: &Report, tally: &Tally) -> String {
    let accounts = accounts(report);
    let (fail, unknown) = (tally.all.of(Verdict::Fail), tally.all.of(Verdict::Unknown));
    let place = format!("<bdi>{}</bdi>", Text(&accounts));
    let worst = Severity::ALL.into_iter().find(|severity| tally.all.failing(*severity) > 0);
    let failing = match worst {
        None if tally.total() == 0 && report.selection.words.is_empty() => format!("Nothing was judged in {place}"),
        None if tally.total() == 0 => format!("No such finding in {place}"),
        None if !report.selection.holds(Verdict::Fail) => {
            format!("{} in {place}, those that fail not among them", counted(tally.total(), "finding", "findings"))
        }
        None => format!("Nothing that was judged fails in {place}"),
        Some(worst) => {
            let failing = tally.checks.values().filter(|one| one.of(Verdict::Fail) > 0).count() as u64;
            let (findings, checks) = (counted(fail, "finding", "findings"), counted(failing, "check", "checks"));
            let verb = if fail == 1 { "fails" } else { "fail" };
            match tally.all.failing(worst) {
                all if all == fail => format!("{findings} of {checks} {verb} in {place}, all {worst}"),
                some => format!("{findings} of {checks} {verb} in {place}, {} of them {worst}", number(some)),
            }
        }
    };
    let holes = tally.unread().iter().filter(|one| one.what.is_hole).count() as u64;
    match (unknown, holes) {
        (0, 0) if !report.selection.holds(Verdict::Unknown) => format!("{failing}."),
        (0, 0) => format!("{failing}. Everything that was asked for could be read."),
        (0, _) => format!("{failing}. {} could not be made.", counted(holes, "call", "calls")),
        _ => format!("{failing}. {} could not be decided.", counted(unknown, "more", "more")),
    }
}

fn figures(out: &mut dyn Write, selection: &Selection, tally: &Tally) -> io::Result<()> {
    out.write_all(b"<div class=\"figures\">\n")?;
    for verdict in VERDICTS {
        let (word, name) = verdict_word(verdict);
        if !selection.holds(verdict) {
            writeln!(
                out,
                "<span class=\"figure {word}\"><span class=\"name\"><svg aria-hidden=\"true\"><use href=\"#m-{word}\"/></svg>{name}</span><span class=\"note\">not in this report</span></span>"
            )?;
            continue;
        }
        writeln!(
            out,
            "<a class=\"figure {word}\" href=\"{}\"><span class=\"name\"><svg aria-hidden=\"true\"><use href=\"#m-{word}\"/></svg>{name}</span><b>{}</b></a>",
            link(&format!("verdict:{word}")),
            number(tally.all.of(verdict))
        )?;
    }
    out.write_all(b"</div>\n<p class=\"severities\"><span class=\"muted\">Failing by severity</span>")?;
    for severity in Severity::ALL {
        let href = link(&format!("verdict:fail severity:{severity}"));
        let count = number(tally.all.failing(severity));
        write!(out, " <a href=\"{href}\">{} {severity} <b>{count}</b></a>", severity_mark(severity))?;
    }
    out.write_all(b"</p>\n")
}

fn worst(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    if tally.worst.is_empty() {
        return Ok(());
    }
    let shown = tally.worst.len() as u64;
    let all = tally.all.of(Verdict::Fail);
    writeln!(
        out,
        "<h2>Worst findings</h2>\n<div class=\"scroll\"><table class=\"worst\"><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Finding</th><th scope=\"col\">Resource</th><th scope=\"col\">Region</th><th scope=\"col\">Since</th></tr></thead><tbody>"
    )?;
    for (place, finding) in tally.worst.iter().enumerate() {
        let later = if place < ROWS { "" } else { " class=\"later\"" };
        let region = if finding.region.is_empty() { "global" } else { &finding.region };
        writeln!(
            out,
            "<tr{later}><td>{}</td><td><a class=\"scripted-link\" href=\"#findings?q=verdict:fail&amp;open={}\"><bdi>{}</bdi></a></td><td><bdi title=\"{}\">{}</bdi></td><td>{}</td><td class=\"time\">{}</td></tr>",
            severity_mark(finding.severity),
            Text(&finding.short_id),
            Text(&cut(&finding.message, 300)),
            Text(&cut(&finding.uid, 300)),
            Text(&cut(&finding.resource_name, 80)),
            Text(region),
            Text(finding::timestamp(finding.first_seen).get(..10).unwrap_or_default()),
        )?;
    }
    out.write_all(b"</tbody></table></div>\n")?;
    if all > shown {
        writeln!(
            out,
            "<p class=\"note static\">The {} worst of {} failing findings; the others show with JavaScript on.</p>",
            number(shown),
            number(all)
        )?;
    }
    if all > ROWS as u64 {
        writeln!(
            out,
            "<p class=\"scripted\"><a href=\"{}\">All {} failing findings</a></p>",
            link("verdict:fail"),
            number(all)
        )?;
    }
    Ok(())
}

fn checks(out: &mut dyn Write, selection: &Selection, tally: &Tally) -> io::Result<()> {
    let mut failing: Vec<_> = tally.checks.iter().filter(|(_, counts)| counts.of(Verdict::Fail) > 0).collect();
    failing.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.of(Verdict::Fail)));
    if failing.is_empty() {
        return Ok(());
    }
    out.write_all(b"<h2>Checks that fail most</h2>\n<div class=\"scroll\"><table class=\"most\"><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Check</th>")?;
    verdict_heads(out, selection)?;
    for (id, counts) in failing.iter().take(ROWS) {
        let Some((title, severity)) = tally.titles.get(*id) else { continue };
        write!(
            out,
            "<tr><td>{}</td><td class=\"named\">{}<br><span class=\"id\">{}</span></td>",
            severity_mark(*severity),
            Text(title),
            Text(id),
        )?;
        verdict_counts(out, selection, counts, &format!("check:{}", quoted(id)))?;
    }
    out.write_all(b"</tbody></table></div>\n")?;
    if failing.len() > ROWS {
        let href = format!("{}&amp;group=check", link("verdict:fail"));
        writeln!(out, "<p class=\"scripted\"><a href=\"{href}\">All {} checks that fail</a></p>", failing.len())?;
    }
    Ok(())
}

/// The verdicts that a table counts, as far as they are in the report.
fn columns(selection: &Selection) -> impl Iterator<Item = Verdict> {
    [Verdict::Fail, Verdict::Unknown, Verdict::Pass].into_iter().filter(|verdict| selection.holds(*verdict))
}

/// The last headings of a table, and its body's beginning.
fn verdict_heads(out: &mut dyn Write, selection: &Selection) -> io::Result<()> {
    for verdict in columns(selection) {
        let name = match verdict {
            Verdict::Fail => "Fail",
            Verdict::Unknown => "Unknown",
            _ => "Pass",
        };
        write!(out, "<th scope=\"col\" class=\"count\">{name}</th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")
}

/// The last cells of a row.
fn verdict_counts(out: &mut dyn Write, selection: &Selection, counts: &Counts, filter: &str) -> io::Result<()> {
    for verdict in columns(selection) {
        write!(out, "<td class=\"count\">{}</td>", counted_link(counts, verdict, filter))?;
    }
    out.write_all(b"</tr>\n")
}

/// A count that leads to its rows; a plain dash where there is nothing.
fn counted_link(counts: &Counts, verdict: Verdict, filter: &str) -> String {
    match counts.of(verdict) {
        0 => "<span class=\"muted\">–</span>".to_owned(),
        count => format!(
            "<a href=\"{}\">{}</a>",
            link(&format!("verdict:{} {filter}", verdict_word(verdict).0)),
            number(count)
        ),
    }
}

fn unread(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    let holes: Vec<_> = tally.unread().iter().filter(|one| one.what.is_hole).collect();
    if holes.is_empty() {
        return Ok(());
    }
    out.write_all(b"<h2>What could not be read</h2>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Call</th><th scope=\"col\">Why</th><th scope=\"col\" class=\"count\">Undecided</th></tr></thead><tbody>\n")?;
    for one in holes.iter().take(ROWS) {
        let name = if one.what.call.is_empty() { &one.what.detail } else { &one.what.call };
        writeln!(
            out,
            "<tr><td class=\"id\">{}</td><td>{}</td><td class=\"count\">{}</td></tr>",
            Text(name),
            Text(&one.what.why),
            super::unread::undecided(one)
        )?;
    }
    out.write_all(
        b"</tbody></table></div>\n<p><a href=\"#unknown\">What each needs, and the policy statement to add</a></p>\n",
    )
}

/// Failures of a group by severity, each number a link to its rows.
fn groups(
    out: &mut dyn Write,
    selection: &Selection,
    title: &str,
    field: &str,
    groups: &BTreeMap<String, Counts>,
) -> io::Result<()> {
    let mut groups: Vec<_> = groups.iter().collect();
    groups.sort_by_key(|(_, counts)| counts.rank());
    writeln!(
        out,
        "<h2>By {field}</h2>\n<div class=\"scroll\"><table class=\"tight\"><thead><tr><th scope=\"col\">{title}</th>"
    )?;
    for severity in Severity::ALL {
        write!(out, "<th scope=\"col\" class=\"count\">{}</th>", severity_mark(severity))?;
    }
    verdict_heads(out, selection)?;
    for (name, counts) in groups {
        let shown = if name.is_empty() { "global" } else { name };
        let filter = format!("{field}:{}", quoted(shown));
        write!(out, "<tr><th scope=\"row\">{}</th>", Text(shown))?;
        for severity in Severity::ALL {
            match counts.failing(severity) {
                0 => out.write_all(b"<td class=\"count muted\">\xc2\xb7</td>")?,
                count => {
                    let href = link(&format!("verdict:fail severity:{severity} {filter}"));
                    write!(out, "<td class=\"count\"><a href=\"{href}\">{}</a></td>", number(count))?;
                }
            }
        }
        verdict_counts(out, selection, counts, &filter)?;
    }
    out.write_all(b"</tbody></table></div>\n")
}
