//! A summary in Markdown (GitHub's kind) to paste into a pull request or a wiki.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};
use std::io::Write;

use finding::Finding;
use resource::{Severity, Verdict};

use crate::{Failure, Selection};

/// The failures of one check, as rows of a table.
struct Group {
    title: String,
    worst: Severity,
    count: u64,
    rows: String,
}

#[derive(Default)]
struct Summary {
    verdicts: BTreeMap<&'static str, u64>,
    severities: BTreeMap<Severity, u64>,
    failing: BTreeMap<String, Group>,
    /// Hole in words → findings that it leaves undecided.
    unknown: BTreeMap<String, u64>,
    total: u64,
}

pub(crate) fn write(
    out: &mut dyn Write,
    selection: &Selection,
    findings: impl Iterator<Item = Result<Finding, Failure>>,
) -> Result<u64, Failure> {
    let mut summary = Summary::default();
    for finding in findings {
        summary.add(&finding?);
    }
    summary.write(out, selection)?;
    Ok(summary.total)
}

impl Summary {
    fn add(&mut self, finding: &Finding) {
        self.total += 1;
        *self.verdicts.entry(finding.verdict.as_str()).or_default() += 1;
        match finding.verdict {
            Verdict::Fail => self.add_failure(finding),
            Verdict::Unknown => {
                for hole in &finding.unknown {
                    *self.unknown.entry(hole.to_string()).or_default() += 1;
                }
            }
            Verdict::Pass | Verdict::NotApplicable => {}
        }
    }

    fn add_failure(&mut self, finding: &Finding) {
        *self.severities.entry(finding.severity).or_default() += 1;
        let group = self.failing.entry(finding.check.to_string()).or_insert_with(|| Group {
            title: finding.title.to_string(),
            worst: finding.severity,
            count: 0,
            rows: String::new(),
        });
        group.count += 1;
        group.worst = group.worst.max(finding.severity);
        let region = if finding.region.is_empty() { "global" } else { &finding.region };
        // Writing to a string cannot fail.
        let _ = writeln!(
            group.rows,
            "| {} | {} | {} | {} | {} | {} |",
            finding.severity,
            Plain(&finding.message),
            Plain(&finding.resource_name),
            Plain(region),
            Plain(&finding.account),
            Plain(&finding.short_id)
        );
    }

    fn write(&self, out: &mut dyn Write, selection: &Selection) -> std::io::Result<()> {
        writeln!(out, "## Cloud security findings\n")?;
        if !selection.words.is_empty() {
            writeln!(out, "Only a part is counted: {}.\n", Plain(&selection.words))?;
        }
        self.write_counts(out, selection)?;
        self.write_failing(out)?;
        if !self.unknown.is_empty() {
            writeln!(out, "### Could not be decided\n\n| why | findings |\n| --- | ---: |")?;
            for (hole, findings) in &self.unknown {
                writeln!(out, "| {} | {findings} |", Plain(hole))?;
            }
        }
        Ok(())
    }

    /// A column for each verdict that may be in: one that the filter keeps out has no count.
    fn write_counts(&self, out: &mut dyn Write, selection: &Selection) -> std::io::Result<()> {
        let count = |verdict: Verdict| self.verdicts.get(verdict.as_str()).copied().unwrap_or(0);
        let columns = [
            (Verdict::Fail, "fail"),
            (Verdict::Unknown, "unknown"),
            (Verdict::Pass, "pass"),
            (Verdict::NotApplicable, "not applicable"),
        ];
        let (mut heads, mut rule, mut row) = ("|".to_owned(), "|".to_owned(), "|".to_owned());
        for (verdict, name) in columns.into_iter().filter(|(verdict, _)| selection.holds(*verdict)) {
            // Writing to a string cannot fail.
            let _ = write!(heads, " {name} |");
            rule.push_str(" ---: |");
            let _ = write!(row, " {} |", count(verdict));
        }
        writeln!(out, "{heads}\n{rule}\n{row}\n")?;
        if count(Verdict::Fail) > 0 {
            let parts: Vec<String> = Severity::ALL
                .into_iter()
                .filter_map(|severity| Some(format!("{} {severity}", self.severities.get(&severity)?)))
                .collect();
            writeln!(out, "Failing: {}.\n", parts.join(", "))?;
        } else if selection.holds(Verdict::Fail) {
            writeln!(out, "Nothing that was judged fails.\n")?;
        }
        Ok(())
    }

    fn write_failing(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let mut groups: Vec<_> = self.failing.iter().collect();
        groups.sort_by_key(|(id, group)| (std::cmp::Reverse((group.worst, group.count)), (*id).clone()));
        for (id, group) in groups {
            writeln!(
                out,
                "<details><summary><b>{}</b> · {} · {} failing</summary>\n\n<code>{}</code>\n",
                group.worst,
                Plain(&group.title),
                group.count,
                Plain(id)
            )?;
            writeln!(
                out,
                "| severity | finding | resource | region | account | id |\n| --- | --- | --- | --- | --- | --- |"
            )?;
            writeln!(out, "{}\n</details>\n", group.rows)?;
        }
        Ok(())
    }
}

/// Text that stays text in a cell of a table: every character that Markdown or HTML would act on is written as a
/// reference, line ends become spaces, and what cannot be seen is named.
struct Plain<'a>(&'a str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = ['\0'; 3];
        for letter in self.0.chars() {
            match letter {
                '\n' | '\r' | '\t' => f.write_char(' ')?,
                // `@` and `#` would notify people and link issues; `:` and the `.` of `www.` make links of addresses.
                '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '\\' | '~' | '#'
                | '@' | '!' | '$' | '{' | '}' | '+' | '=' | '^' | ':' => write!(f, "&#{};", u32::from(letter))?,
                '.' if last == ['w'; 3] => f.write_str("&#46;")?,
                letter if crate::is_hidden(letter) => write!(f, "‹U+{:04X}›", u32::from(letter))?,
                letter => f.write_char(letter)?,
            }
            last = [last[1], last[2], letter.to_ascii_lowercase()];
        }
        Ok(())
    }
}
