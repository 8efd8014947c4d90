//! JUnit's XML as Jenkins and Surefire read it: one `testsuite` per check, one `testcase` per resource or item. Surefire's
//! schema wants times, of which there are none.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};
use std::io::Write;

use finding::Finding;
use resource::Verdict;

use crate::{Failure, Selection};

/// The cases of one check, as text: counts stand before them in the file.
#[derive(Default)]
struct Suite {
    tests: u64,
    failures: u64,
    skipped: u64,
    cases: String,
}

pub(crate) fn write(
    out: &mut dyn Write,
    selection: &Selection,
    findings: impl Iterator<Item = Result<Finding, Failure>>,
) -> Result<u64, Failure> {
    let mut suites: BTreeMap<String, Suite> = BTreeMap::new();
    for finding in findings {
        let finding = finding?;
        let suite = suites.entry(finding.check.to_string()).or_default();
        suite.tests += 1;
        suite.failures += u64::from(finding.verdict == Verdict::Fail);
        suite.skipped += u64::from(matches!(finding.verdict, Verdict::Unknown | Verdict::NotApplicable));
        // Writing to a string cannot fail.
        let _ = add_case(&mut suite.cases, &finding);
    }
    let sum = |of: fn(&Suite) -> u64| suites.values().map(of).sum::<u64>();
    let (tests, failures) = (sum(|one| one.tests), sum(|one| one.failures));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let part = if selection.words.is_empty() { String::new() } else { format!(": {}", selection.words) };
    writeln!(
        out,
        "<testsuites name=\"plumb{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"0\">",
        Xml(&part)
    )?;
    for (check, suite) in &suites {
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\">",
            Xml(check),
            suite.tests,
            suite.failures,
            suite.skipped
        )?;
        out.write_all(suite.cases.as_bytes())?;
        out.write_all(b"  </testsuite>\n")?;
    }
    out.write_all(b"</testsuites>\n")?;
    Ok(tests)
}

fn add_case(cases: &mut String, finding: &Finding) -> fmt::Result {
    let item = if finding.discriminator.is_empty() { String::new() } else { format!(" [{}]", finding.discriminator) };
    let name = format!("{}{item}", finding.uid);
    write!(cases, "    <testcase name=\"{}\" classname=\"{}\" time=\"0\"", Xml(&name), Xml(&finding.check))?;
    match finding.verdict {
        Verdict::Pass => cases.push_str("/>\n"),
        Verdict::Fail => {
            let kind = finding.severity.as_str();
            write!(cases, ">\n      <failure message=\"{}\" type=\"{kind}\">", Xml(&finding.message))?;
            let region = if finding.region.is_empty() { "global" } else { &finding.region };
            let lines = [
                format!("{} ({kind})", finding.title),
                format!("account {}, {region}", finding.account),
                format!("id {}", finding.short_id),
            ];
            write!(cases, "{}</failure>\n    </testcase>\n", Xml(&lines.join("\n")))?;
        }
        Verdict::Unknown => {
            let needs: Vec<String> = finding.unknown.iter().map(|hole| hole.to_string()).collect();
            let message = format!("not known: {} ({})", finding.title, needs.join("; "));
            write!(cases, ">\n      <skipped message=\"{}\"/>\n    </testcase>\n", Xml(&message))?;
        }
        Verdict::NotApplicable => {
            cases.push_str(">\n      <skipped message=\"not applicable\"/>\n    </testcase>\n");
        }
    }
    Ok(())
}

/// Escaped for XML 1.0 text and attributes. What XML cannot hold (most control characters, the two last code points of
/// the first plane) becomes U+FFFD; line ends and tabs are written as references, which attributes keep.
struct Xml<'a>(&'a str);

impl Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&apos;")?,
                '\t' | '\n' | '\r' => write!(f, "&#{};", u32::from(letter))?,
                '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
