//! Whole rules: statements, verdicts, evidence, words.

mod common;

use common::{NOW, World};
use expr::{Judgement, Rule, parse_rule};
use resource::{Severity, Verdict};

const DAY: i64 = 86_400_000_000;

fn rule(text: &str) -> Rule {
    parse_rule(text).unwrap_or_else(|faults| panic!("{text}\n{faults:?}"))
}

fn judge(text: &str, world: &str) -> Vec<Judgement> {
    let world = World::new(world);
    rule(text).evaluate(&world.subject, &world)
}

fn only(text: &str, world: &str) -> Judgement {
    let mut all = judge(text, world);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn evidence(judgement: &Judgement) -> Vec<String> {
    judgement.evidence.iter().map(|one| format!("{} = {}", one.path, one.value.to_json())).collect()
}

const BLOCK: &str = r#"
# The account may carry the block instead.
let bucket = self.PublicAccessBlockConfiguration   // either level
let block  = account.S3PublicAccessBlock
pass when (bucket.IgnorePublicAcls || block.IgnorePublicAcls)
       && (bucket.RestrictPublicBuckets || block.RestrictPublicBuckets)
say "{self.Name} lets public ACLs or policies take effect"
"#;

#[test]
fn the_bucket_block_passes_fails_and_is_unknown() {
    let pass = only(
        BLOCK,
        r#"{"self": {"Name": "logs"}, "account": {"S3PublicAccessBlock":
        {"IgnorePublicAcls": true, "RestrictPublicBuckets": true}}}"#,
    );
    assert_eq!((pass.verdict, pass.message.as_str()), (Verdict::Pass, ""));

    let fail = only(
        BLOCK,
        r#"{"self": {"Name": "logs", "PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}}, "account": {}}"#,
    );
    assert_eq!(fail.verdict, Verdict::Fail);
    assert_eq!(fail.message, "logs lets public ACLs or policies take effect");
    assert_eq!(
        evidence(&fail),
        ["self.PublicAccessBlockConfiguration.RestrictPublicBuckets = null", "account.S3PublicAccessBlock = null"]
    );

    let unknown = only(
        BLOCK,
        r#"{"self": {"Name": "logs"}, "account": {"S3PublicAccessBlock":
        {"?": "denied", "call": "s3control:GetPublicAccessBlock", "permission": "s3:GetAccountPublicAccessBlock"}}}"#,
    );
    assert_eq!(unknown.verdict, Verdict::Unknown);
    assert_eq!(
        unknown.message,
        "could not read account.S3PublicAccessBlock (s3control:GetPublicAccessBlock denied, needs s3:GetAccountPublicAccessBlock)"
    );
    assert_eq!(unknown.unknown.len(), 1);
}

#[test]
fn only_the_holes_that_matter_are_named() {
    let text = "pass when (self.A || self.B) && self.C\nsay \"x\"";
    let one = only(
        text,
        r#"{"self": {"A": {"?": "denied", "call": "a:A"}, "B": true, "C": {"?": "throttled", "call": "c:C"}}}"#,
    );
    assert_eq!(one.message, "could not read self.C (c:C throttled)");
    assert_eq!(one.unknown.iter().map(|hole| hole.why.as_str()).collect::<Vec<_>>(), ["throttled"]);
    let decided = only(text, r#"{"self": {"A": {"?": "denied"}, "B": {"?": "denied"}, "C": false}}"#);
    assert_eq!(decided.verdict, Verdict::Fail);
    assert_eq!(evidence(&decided), ["self.C = false"]);
    assert!(decided.unknown.is_empty());
}

#[test]
fn applies_when_decides_first() {
    let text = "applies when self.Manager == 'CUSTOMER'\npass when self.Rotation\nsay \"no rotation\"";
    assert_eq!(only(text, r#"{"self": {"Manager": "AWS"}}"#).verdict, Verdict::NotApplicable);
    assert_eq!(only(text, r#"{"self": {"Manager": {"?": "denied"}, "Rotation": true}}"#).verdict, Verdict::Unknown);
    assert_eq!(only(text, r#"{"self": {"Manager": "CUSTOMER", "Rotation": true}}"#).verdict, Verdict::Pass);
    assert_eq!(only(text, r#"{"self": {"Manager": "CUSTOMER"}}"#).verdict, Verdict::Fail);
}

#[test]
fn a_person_must_attest() {
    let text = "unknown when self.Phone != null because \"a person must attest that the number is right\"\n\
                pass when has(self.Email)\nsay \"no contact\"";
    let attest = only(text, r#"{"self": {"Phone": "1", "Email": "a@b"}}"#);
    assert_eq!(attest.verdict, Verdict::Unknown);
    assert_eq!(attest.message, "a person must attest that the number is right");
    assert_eq!(attest.unknown[0].why, resource::Why::Attestation);
    assert_eq!(only(text, r#"{"self": {"Email": "a@b"}}"#).verdict, Verdict::Pass);
    assert_eq!(only(text, r#"{"self": {"Phone": {"?": "denied"}, "Email": "a@b"}}"#).verdict, Verdict::Unknown);
}

#[test]
fn severity_is_raised_for_failures_only() {
    let text = "pass when !facts.public\nseverity when self.Sensitive is critical\nseverity when self.Old is low\nsay \"public\"";
    let fail =
        |document: &str| only(text, &format!("{{\"self\": {document}, \"facts\": {{\"public\": true}}}}")).severity;
    assert_eq!(fail(r#"{"Sensitive": true, "Old": true}"#), Some(Severity::Critical));
    assert_eq!(fail(r#"{"Old": true}"#), Some(Severity::Low));
    assert_eq!(fail(r#"{"Sensitive": {"?": "denied"}}"#), None);
    assert_eq!(only(text, r#"{"self": {"Sensitive": true}, "facts": {"public": false}}"#).severity, None);
}

const KEYS: &str = "let limit = days(params.max_age_days)\n\
    for key in self.AccessKeys by key.AccessKeyId\n\
    let age = age(key.CreateDate)\n\
    applies when key.Status == 'Active'\n\
    pass when age < limit\n\
    say \"{key.AccessKeyId} of {self.Name} is {age} old\"";

#[test]
fn each_item_gets_its_verdict() {
    let world = r#"{"self": {"Name": "ann", "AccessKeys": [
        {"AccessKeyId": "AK1", "Status": "Active", "CreateDate": "2025-12-31T00:00:00Z"},
        {"AccessKeyId": "AK2", "Status": "Active", "CreateDate": "2025-01-01T00:00:00Z"},
        {"AccessKeyId": "AK3", "Status": "Inactive", "CreateDate": "2025-01-01T00:00:00Z"},
        {"AccessKeyId": "AK2", "Status": "Active", "CreateDate": {"?": "denied"}}]}, "params": {"max_age_days": 90}}"#;
    let all = judge(KEYS, world);
    let short: Vec<_> = all.iter().map(|one| (one.discriminator.as_str(), one.verdict)).collect();
    assert_eq!(
        short,
        [("AK1", Verdict::Pass), ("AK2", Verdict::Fail), ("AK3", Verdict::NotApplicable), ("AK2#2", Verdict::Unknown)]
    );
    assert_eq!(all[1].message, "AK2 of ann is 365 days old");
    assert_eq!(evidence(&all[1])[0], "self.AccessKeys[1].CreateDate = \"2025-01-01T00:00:00Z\"");
    assert_eq!(all[0].holds_until, Some(NOW + 89 * DAY + 1));
    assert_eq!(all[1].holds_until, None);
}

#[test]
fn items_that_may_be_missing_are_one_unknown_more() {
    let open = r#"{"self": {"AccessKeys": {"known": [{"AccessKeyId": "AK1", "Status": "Active",
        "CreateDate": "2025-12-31T00:00:00Z"}], "?": "denied", "call": "iam:ListAccessKeys"}}, "params": {"max_age_days": 90}}"#;
    let all = judge(KEYS, open);
    let short: Vec<_> = all.iter().map(|one| (one.discriminator.as_str(), one.verdict)).collect();
    assert_eq!(short, [("AK1", Verdict::Pass), ("", Verdict::Unknown)]);
    let hidden = judge(KEYS, r#"{"self": {"AccessKeys": {"?": "denied", "call": "iam:ListAccessKeys"}}}"#);
    assert_eq!(hidden.len(), 1);
    assert_eq!(hidden[0].message, "could not read self.AccessKeys (iam:ListAccessKeys denied)");
    assert_eq!(only(KEYS, r#"{"self": {"AccessKeys": []}}"#).verdict, Verdict::NotApplicable);
    assert_eq!(only(KEYS, r#"{"self": {}}"#).verdict, Verdict::NotApplicable);
}

#[test]
fn a_denied_listing_can_make_an_absence_neither_pass_nor_fail() {
    let text = "pass when list(\"aws.cloudtrail.trail\").exists(t, t.IsMultiRegionTrail && t.facts.logging)\n\
                say \"account {account.id} has no multi-region trail\"";
    let fail = only(text, r#"{"list": {"aws.cloudtrail.trail": [{"uid": "t1", "IsMultiRegionTrail": false}]}}"#);
    assert_eq!(fail.message, "account 111111111111 has no multi-region trail");
    assert_eq!(evidence(&fail), ["list(\"aws.cloudtrail.trail\")[t1].IsMultiRegionTrail = false"]);
    let none = only(text, r#"{"list": {"aws.cloudtrail.trail": []}}"#);
    assert_eq!(
        (none.verdict, evidence(&none)),
        (Verdict::Fail, vec!["list(\"aws.cloudtrail.trail\") = []".to_owned()])
    );
    let denied = only(
        text,
        r#"{"list": {"aws.cloudtrail.trail": {"known": [], "?": "denied", "call": "cloudtrail:DescribeTrails"}}}"#,
    );
    assert_eq!(denied.verdict, Verdict::Unknown);
    assert_eq!(denied.message, "could not read list(\"aws.cloudtrail.trail\") (cloudtrail:DescribeTrails denied)");
}

#[test]
fn evidence_names_the_item_that_decided() {
    let text = "let open = facts.open.filter(o, is_public(o.source))\n\
                pass when !open.exists(o, o.covers(22))\nsay \"SSH is open\"";
    let fail = only(
        text,
        r#"{"facts": {"open": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "source": "0.0.0.0/0"},
        {"protocol": "tcp", "from_port": 0, "to_port": 1024, "source": "0.0.0.0/0"}]}}"#,
    );
    assert!(evidence(&fail).iter().any(|line| line.starts_with("facts.open[1] = ")), "{:?}", evidence(&fail));
    assert!(!evidence(&fail).iter().any(|line| line.starts_with("facts.open[0] = {")), "{:?}", evidence(&fail));
}

#[test]
fn an_expiry_holds_until_its_day() {
    let text = "pass when self.NotAfter - now > days(30)\nsay \"expires\"";
    let pass = only(text, r#"{"self": {"NotAfter": "2026-03-02T00:00:00Z"}}"#);
    assert_eq!((pass.verdict, pass.holds_until), (Verdict::Pass, Some(NOW + 30 * DAY + 1)));
    let fail = only(text, r#"{"self": {"NotAfter": "2026-01-02T00:00:00Z"}}"#);
    assert_eq!((fail.verdict, fail.holds_until), (Verdict::Fail, None));
}

#[test]
fn a_shared_let_moves_every_item_with_the_clock() {
    let text = "let young = age(self.Created) < days(10)\nfor n in self.Names by n\npass when young\nsay \"old\"";
    let all = judge(text, r#"{"self": {"Created": "2025-12-31T00:00:00Z", "Names": ["a", "b"]}}"#);
    assert!(all.iter().all(|one| one.holds_until == Some(NOW + 9 * DAY + 1)), "{all:?}");
}

#[test]
fn words_say_what_is_missing() {
    let text = r#"pass when false
say "a \"quoted\" {{brace}} {self.None} {self.Hole} {self.List} {self.Map} {last(self.Arn, "/")}""#;
    let fail = only(text, r#"{"self": {"Hole": {"?": "denied"}, "List": [1, "b"], "Map": {"k": 1}, "Arn": "a/b\nc"}}"#);
    assert_eq!(fail.message, r#"a "quoted" {brace} (absent) (unknown) 1, b {"k":1} b c"#);
}

#[test]
fn long_evidence_is_cut() {
    let world = format!("{{\"self\": {{\"Name\": \"{}\"}}}}", "x".repeat(5_000));
    let fail = only("pass when self.Name == 'a'\nsay \"{self.Name}\"", &world);
    assert_eq!(fail.evidence[0].value.as_str().map(|text| text.chars().count()), Some(201));
    assert!(fail.message.chars().count() < 250);
}

#[test]
fn an_expensive_rule_is_unknown() {
    let items: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    let world = format!("{{\"self\": {{\"L\": [{}]}}}}", items.join(","));
    let text = "pass when self.L.all(a, self.L.all(b, self.L.all(c, a + b + c >= 0)))\nsay \"x\"";
    let one = only(text, &world);
    assert_eq!(one.verdict, Verdict::Unknown);
    assert!(one.message.contains("too expensive"), "{}", one.message);
}

#[test]
fn doubling_texts_and_lists_stay_bounded() {
    let mut text = "let a0 = 'xxxxxxxxxxxxxxxx'\nlet l0 = [1, 2, 3, 4]\n".to_owned();
    for step in 0..25 {
        let next = step + 1;
        text += &format!("let a{next} = a{step} + a{step}\nlet l{next} = l{step} + l{step}\n");
    }
    text += "pass when a25 == 'x' || size(l25) == 1\nsay \"x\"";
    let one = only(&text, "{}");
    assert_eq!(one.verdict, Verdict::Unknown);
}

#[test]
fn explain_shows_each_statement_with_its_values() {
    let world = World::new(r#"{"self": {"A": true, "B": 5}}"#);
    let text = "applies when self.A\npass when self.B < 10 && has(self.A)\nsay \"x\"";
    let all = rule(text).explain(&world.subject, &world);
    let shown: Vec<_> = all[0]
        .statements
        .iter()
        .map(|one| (one.statement, text.get(one.step.span.clone()).unwrap_or_default(), one.step.value.to_json()))
        .collect();
    assert_eq!(
        shown,
        [("applies when", "self.A", "true".to_owned()), ("pass when", "self.B < 10 && has(self.A)", "true".to_owned())]
    );
    let children: Vec<_> = all[0].statements[1].step.children.iter().map(|step| text.get(step.span.clone())).collect();
    assert_eq!(children, [Some("self.B < 10"), Some("has(self.A)")]);
    assert_eq!(all[0].judgement.verdict, Verdict::Pass);
    assert_eq!(evidence(&all[0].judgement), ["self.B = 5", "self.A = true"]);
}

#[test]
fn explain_shows_the_severity_statement_that_held_and_what_it_read() {
    let text =
        "pass when self.A\nseverity when self.B == 1 is critical\nseverity when self.C == 2 is low\nsay \"{self.D}\"";
    let explained = |document: &str| {
        let world = World::new(document);
        rule(text).explain(&world.subject, &world).remove(0)
    };
    let low = explained(r#"{"self": {"A": false, "B": 0, "C": 2, "D": "x"}}"#);
    let (held, reads) = low.severity.as_ref().unwrap();
    assert_eq!((held.statement, text.get(held.step.span.clone())), ("severity when", Some("self.C == 2")));
    assert!(reads.iter().any(|read| read.path == "self.C"), "{reads:?}");
    assert_eq!(low.judgement.severity.map(|severity| severity.to_string()).as_deref(), Some("low"));
    assert_eq!((evidence(&low.judgement), low.judgement.message.as_str()), (vec!["self.A = false".to_owned()], "x"));
    assert_eq!(explained(r#"{"self": {"A": false, "B": 0, "C": 0}}"#).severity, None);
    assert_eq!(explained(r#"{"self": {"A": true, "B": 1, "C": 2}}"#).severity, None);
}

#[test]
fn explain_shows_which_list_had_no_items() {
    let world = World::new(r#"{"self": {}}"#);
    let text = "for p in self.Ports by p\npass when p != 22\nsay \"port {p}\"";
    let all = rule(text).explain(&world.subject, &world);
    assert_eq!(all[0].judgement.verdict, Verdict::NotApplicable);
    assert_eq!(all[0].reads.iter().map(|read| &*read.path).collect::<Vec<_>>(), ["self.Ports"]);
    assert_eq!(rule(text).evaluate(&world.subject, &world)[0].evidence, []);
}

#[test]
fn an_item_that_is_a_plain_value_is_evidence_itself() {
    let all =
        judge("for p in self.Ports by p\npass when p != 22\nsay \"port {p}\"", r#"{"self": {"Ports": [22, 80]}}"#);
    assert_eq!(all.iter().map(|one| one.verdict).collect::<Vec<_>>(), [Verdict::Fail, Verdict::Pass]);
    assert_eq!(evidence(&all[0]), ["self.Ports[0] = 22"]);
}

#[test]
fn a_long_list_does_not_hide_the_evidence_after_it() {
    let items: Vec<String> = (0..2_000).map(|number| format!("{{\"n\": {number}}}")).collect();
    let world = World::new(&format!("{{\"self\": {{\"L\": [{}], \"Flag\": false}}}}", items.join(",")));
    let text = "pass when self.L.exists(i, i.n == -1) || self.Flag\nsay \"x\"";
    let explained = rule(text).explain(&world.subject, &world).remove(0);
    let lines = evidence(&explained.judgement);
    assert_eq!(lines.last().map(String::as_str), Some("self.Flag = false"), "{lines:?}");
    let late = rule("pass when !self.L.exists(i, i.n == 1999)\nsay \"x\"").explain(&world.subject, &world).remove(0);
    assert_eq!(evidence(&late.judgement), ["self.L[1999].n = 1999"]);
    let exists = &late.statements[0].step.children[0];
    assert_eq!(exists.children.last().map(|step| step.value.to_json()), Some("true".to_owned()));
}

#[test]
fn neighbours_of_one_type_leave_out_what_may_be_of_another() {
    let text = "pass when size(refs_in(\"uses\", \"b\")) == 1\nsay \"x\"";
    let foreign = r#"{"refs_in": {"uses": [{"uid": "y", "type": "b"}, {"?": "foreign"}]}}"#;
    assert_eq!(only(text, foreign).verdict, Verdict::Unknown);
    let known = r#"{"refs_in": {"uses": [{"uid": "y", "type": "b"}, {"uid": "x", "type": "a"}]}}"#;
    assert_eq!(only(text, known).verdict, Verdict::Pass);
}
