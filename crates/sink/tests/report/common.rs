//! Findings with names that try to be something else.

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::{Finding, Fingerprint, State};
use resource::{Hole, Severity, Verdict, Why};
use sink::html::{
    CheckText, Detail, FieldRead, Flip, Reason, Report, Requirement, ResourceText, Row, RuleLine, Scan, TypeText,
    Unread,
};
use sink::{Destination, Format, Selection};

/// What an attacker would name a bucket if he could.
pub(crate) fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        "<!-- <script>",
        "-->]]>",
        "\u{202e}gpj.exe\u{202c}",
        "\"' onmouseover='alert(1)",
        "a|b`c*d_e[f](javascript:alert(1))",
        "@everyone #1 https://evil.example/ WWW.evil.example ![x](y)",
        "=HYPERLINK(\"x\")",
        "tab\tline\nreturn\r\u{0}\u{1b}[31m\u{7f}\u{85}\u{feff}\u{fffe}",
        "&lt;b&gt; &amp; &#x3c;",
        "{self.Name} {{}} ${x}",
        "日本語 🪣 e\u{301}",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("<b>".repeat(1400));
    names
}

pub(crate) fn finding(name: &str, verdict: Verdict) -> Finding {
    let fingerprint = Fingerprint::of("aws-s3-bucket-tls-only", name, verdict.as_str());
    let hole = Hole::new(Why::Denied).call("s3:GetBucketPolicy").permission("s3:GetBucketPolicy").detail(name);
    Finding {
        fingerprint,
        short_id: fingerprint.short(8),
        check: "aws-s3-bucket-tls-only".into(),
        title: "S3 bucket refuses plain HTTP".into(),
        objective: "storage.tls-only".into(),
        frameworks: Arc::from([]),
        verdict,
        severity: Severity::High,
        score: 70,
        state: State::of(verdict, false),
        cloud: "aws".into(),
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        type_id: "aws.s3.bucket".into(),
        uid: format!("arn:aws:s3:::{name}").into(),
        resource_name: name.to_owned(),
        discriminator: name.to_owned(),
        message: format!("{name} answers plain HTTP"),
        owner: name.to_owned(),
        first_seen: 1_795_000_000_000_000,
        last_changed: 1_795_000_060_000_000,
        unknown: if verdict == Verdict::Unknown { vec![Arc::new(hole)] } else { Vec::new() },
        evidence: Vec::new(),
        holds_until: None,
    }
}

/// One failing, one unknown, one passing and one that does not apply for each name.
pub(crate) fn findings(names: &[String]) -> Vec<Finding> {
    let verdicts = [Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable];
    verdicts.iter().flat_map(|verdict| names.iter().map(|name| finding(name, *verdict))).collect()
}

pub(crate) fn detail(name: &str) -> Detail {
    let text = name.to_owned();
    Detail {
        rule: vec![RuleLine {
            statement: "pass when".into(),
            text: text.clone(),
            value: text.clone(),
            depth: 0,
            decisive: true,
        }],
        reads: vec![FieldRead { path: text.clone(), value: text.clone(), call: text.clone(), ..FieldRead::default() }],
        because: vec![Reason { fact: text.clone(), place: text.clone(), text: text.clone() }],
        flips: vec![Flip { text: text.clone(), proven: true }],
        fixes: vec![("CLI".into(), format!("```sh\naws s3 x --bucket {name}\n```\n{{ \"a\": 1 }}"))],
        until: String::new(),
        missing: vec![text.clone()],
    }
}

pub(crate) fn report(name: &str) -> Report {
    let text = || name.to_owned();
    Report {
        program: "plumb 0.1.0".into(),
        catalogue: text(),
        made_at: 1_795_000_100_000_000,
        selection: Selection { words: text(), left_out: Vec::new() },
        scans: vec![Scan {
            cloud: "aws".into(),
            account: text(),
            regions: vec![text()],
            started: 1_795_000_000_000_000,
            finished: Some(1_795_000_090_000_000),
            cancelled: false,
            requests: 9,
        }],
        checks: vec![CheckText {
            id: "aws-s3-bucket-tls-only".into(),
            title: text(),
            description: text(),
            risk: text(),
            severity: Severity::High,
            objective: "storage.tls-only".into(),
            rule: text(),
            fixes: vec![("CLI".into(), "```sh\naws s3 x --bucket {self.Name}\n```\n{ \"a\": 1 }".into())],
            requirements: vec![Requirement { framework: text(), id: text(), title: text() }],
        }],
        types: vec![TypeText { id: "aws.s3.bucket".into(), title: text() }],
        objectives: BTreeMap::from([("storage.tls-only".to_owned(), text())]),
        unread: vec![Unread {
            why: "denied".into(),
            call: text(),
            permission: text(),
            detail: text(),
            is_hole: true,
            resources: 2,
            regions: vec![text()],
            accounts: vec![text()],
            ..Unread::default()
        }],
    }
}

pub(crate) fn resource(name: &str) -> ResourceText {
    ResourceText {
        uid: format!("arn:aws:s3:::{name}"),
        name: name.to_owned(),
        type_id: "aws.s3.bucket".into(),
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        tags: BTreeMap::from([(name.to_owned(), name.to_owned())]),
    }
}

/// The HTML report about resources of these names.
pub(crate) fn html(names: &[String]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let resources = names.iter().map(|name| Ok::<_, String>(resource(name)));
    let rows = findings(names).into_iter().map(|finding| {
        let open = matches!(finding.verdict, Verdict::Fail | Verdict::Unknown);
        Ok(Row { detail: open.then(|| detail(&finding.resource_name)), finding })
    });
    let count = sink::html::write(&Destination::File(path.clone()), &report(&names[0]), resources, rows).unwrap();
    assert_eq!(count, names.len() as u64 * 4);
    std::fs::read_to_string(path).unwrap()
}

/// The findings about resources of these names in another format.
pub(crate) fn export(format: Format, names: &[String]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    sink::write(
        format,
        &Destination::File(path.clone()),
        &Selection::default(),
        findings(names).into_iter().map(Ok::<_, String>),
    )
    .unwrap();
    std::fs::read_to_string(path).unwrap()
}
