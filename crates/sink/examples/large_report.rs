//! Writes a report of so many made-up findings, some about things with hostile names, to measure the file and to try the
//! browser: `large_report 50000 FILE`.

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::{Finding, Fingerprint, State, base_score};
use resource::{Hole, Severity, Verdict, Why};
use sink::Destination;
use sink::html::{
    CheckText, Detail, FieldRead, Report, Requirement, ResourceText, Row, RuleLine, Scan, TypeText, Unread,
};

const SERVICES: [(&str, &str); 8] = [
    ("aws.s3.bucket", "S3 bucket"),
    ("aws.ec2.security-group", "security group"),
    ("aws.ec2.instance", "EC2 instance"),
    ("aws.iam.role", "IAM role"),
    ("aws.kms.key", "KMS key"),
    ("aws.rds.instance", "RDS instance"),
    ("aws.lambda.function", "Lambda function"),
    ("aws.sqs.queue", "SQS queue"),
];
const REGIONS: [&str; 6] = ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-southeast-2", ""];
const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];
const NOW: i64 = 1_795_500_000_000_000;
const CHECKS: usize = 120;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(count), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("say how many findings and where: large_report 50000 report.html".into());
    };
    let count: usize = count.parse()?;
    let resources = (count / 5).max(1);
    let denied = Hole::new(Why::Denied).call("sqs:GetQueueAttributes").permission("sqs:GetQueueAttributes");
    let report = report(&denied);
    let inventory = (0..resources).map(|at| Ok::<_, sink::SinkError>(resource(at)));
    let denied = Arc::new(denied);
    let rows = (0..count).map(|at| Ok(row(at, count, resources, &denied)));
    sink::html::write(&Destination::File(file.into()), &report, inventory, rows)?;
    Ok(())
}

fn report(denied: &Hole) -> Report {
    let mut unread = Unread::of(denied);
    (unread.resources, unread.regions) = (40, vec!["eu-west-1".into()]);
    Report {
        program: "plumb 0.1.0".into(),
        catalogue: format!("catalogue 0.1.0+{CHECKS}"),
        made_at: NOW,
        selection: Default::default(),
        scans: ACCOUNTS.map(scan).to_vec(),
        checks: (0..CHECKS).map(check).collect(),
        types: SERVICES.iter().map(|(id, title)| TypeText { id: (*id).into(), title: (*title).into() }).collect(),
        objectives: BTreeMap::new(),
        unread: vec![unread],
    }
}

fn scan(account: &str) -> Scan {
    Scan {
        cloud: "aws".into(),
        account: account.into(),
        regions: REGIONS.iter().filter(|name| !name.is_empty()).map(ToString::to_string).collect(),
        started: NOW - 90_000_000,
        finished: Some(NOW),
        cancelled: false,
        requests: 24_310,
    }
}

fn account(at: usize) -> &'static str {
    ACCOUNTS[at / 5 % ACCOUNTS.len()]
}

fn check(at: usize) -> CheckText {
    let (type_id, title) = SERVICES[at % SERVICES.len()];
    let service = type_id.split('.').nth(1).unwrap_or_default();
    CheckText {
        id: format!("aws-{service}-desired-state-{at}"),
        title: format!("The {title} keeps rule number {at}"),
        description: "What is looked at, in a sentence or two, and why it is decided so.".into(),
        risk: "An outsider who finds it reads what should not be read. It takes minutes.".into(),
        severity: severity(at),
        objective: format!("{service}.rule-{}", at % 9),
        rule: "pass when self.Setting.Enabled\nsay \"{self.Name} does not keep the rule\"".into(),
        fixes: vec![
            ("CLI".into(), "```sh\naws thing set --name {self.Name} --enabled\n```".into()),
            ("Terraform".into(), "```hcl\nresource \"aws_thing\" \"this\" {\n  name = \"{self.Name}\"\n}\n```".into()),
        ],
        requirements: vec![Requirement {
            framework: "cis-aws-5.0".into(),
            id: format!("{}.{}", at % 5 + 1, at % 12),
            title: "Rules are kept".into(),
        }],
    }
}

fn severity(at: usize) -> Severity {
    Severity::ALL[[0, 1, 1, 2, 2, 2, 3, 3, 4, 2][at % 10]]
}

fn name(at: usize) -> String {
    let words = ["orders", "payments", "warehouse", "search", "images", "audit", "billing", "catalogue"];
    match at % 97 {
        5 => format!("<script>window.pwned=1</script>{at}"),
        6 => format!("</script><img src=x onerror=window.pwned=1>{at}"),
        7 => format!("\u{202e}gpj.{at}"),
        8 => format!("{}{at}", "<b>".repeat(1000)),
        _ => format!("{}-{}-{at:05}", words[at % words.len()], words[at / 7 % words.len()]),
    }
}

fn resource(at: usize) -> ResourceText {
    let (type_id, _) = SERVICES[at % SERVICES.len()];
    ResourceText {
        uid: uid(at),
        name: name(at),
        type_id: type_id.into(),
        account: account(at).into(),
        region: REGIONS[at / 3 % REGIONS.len()].into(),
        tags: BTreeMap::from([
            ("env".to_owned(), ["prod", "test"][at % 2].to_owned()),
            ("owner".to_owned(), format!("team-{}", at % 13)),
        ]),
    }
}

fn uid(at: usize) -> String {
    let (type_id, _) = SERVICES[at % SERVICES.len()];
    let service = type_id.split('.').nth(1).unwrap_or_default();
    format!("arn:aws:{service}:{}:{}:thing/{}", REGIONS[at / 3 % REGIONS.len()], account(at), name(at))
}

/// Half fails, a tenth is unknown, the rest passes, as the store lists them.
fn row(at: usize, count: usize, resources: usize, denied: &Arc<Hole>) -> Row {
    let verdict = match at * 10 / count {
        0..=4 => Verdict::Fail,
        5 => Verdict::Unknown,
        _ => Verdict::Pass,
    };
    let (of, owner) = (at % CHECKS, at * 7 % resources);
    let text = check(of);
    let (type_id, _) = SERVICES[owner % SERVICES.len()];
    let message = match verdict {
        Verdict::Fail => format!("{} does not keep rule number {of}", name(owner)),
        Verdict::Unknown => format!("rule {of} of {} could not be decided", name(owner)),
        _ => String::new(),
    };
    let fingerprint = Fingerprint::of(&text.id, &format!("{at}"), "");
    let finding = Finding {
        fingerprint,
        short_id: fingerprint.short(8),
        check: text.id.as_str().into(),
        title: text.title.as_str().into(),
        objective: text.objective.as_str().into(),
        frameworks: Arc::from([]),
        verdict,
        severity: text.severity,
        score: base_score(text.severity),
        state: State::of(verdict, false),
        cloud: "aws".into(),
        account: account(owner).into(),
        region: REGIONS[owner / 3 % REGIONS.len()].into(),
        type_id: type_id.into(),
        uid: uid(owner).into(),
        resource_name: name(owner),
        discriminator: String::new(),
        message,
        owner: String::new(),
        first_seen: NOW - (at as i64 * 7919 % 5_000_000) * 1_000_000,
        last_changed: NOW - (at as i64 * 7919 % 5_000_000) * 1_000_000,
        unknown: if verdict == Verdict::Unknown { vec![denied.clone()] } else { Vec::new() },
        evidence: Vec::new(),
        holds_until: None,
    };
    Row { detail: (verdict != Verdict::Pass).then(|| detail(owner, &text)), finding }
}

fn detail(owner: usize, check: &CheckText) -> Detail {
    let fixes = check.fixes.iter().map(|(tab, text)| (tab.clone(), text.replace("{self.Name}", &name(owner))));
    Detail {
        rule: vec![RuleLine {
            statement: "pass when".into(),
            text: "self.Setting.Enabled".into(),
            value: "false".into(),
            depth: 0,
            decisive: true,
        }],
        reads: vec![FieldRead {
            path: "self.Setting.Enabled".into(),
            value: "false".into(),
            note: String::new(),
            call: "thing:DescribeThings".into(),
            resource: String::new(),
            at: "2026-11-24T09:14:09Z".into(),
        }],
        fixes: fixes.collect(),
        ..Detail::default()
    }
}
