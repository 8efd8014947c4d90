//! Facts of whole resources: neutralising settings, attached policies, groups, boundaries; the functions of rules.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use expr::EntityData;
use resource::Why;

use super::*;
use crate::call;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::embedded().unwrap_or_else(|errors| panic!("{errors:?}")));

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A world of one account: neighbours by (name of the resource, edge).
#[derive(Default)]
struct Cloud {
    account: Value,
    edges: BTreeMap<(String, String), EntitySet>,
}

impl Scope for Cloud {
    fn root(&self, name: &str) -> Option<Val> {
        (name == "account").then(|| Val::from(self.account.clone()))
    }
    fn refs(&self, from: &Entity, edge: &str) -> Arc<EntitySet> {
        Arc::new(self.edges.get(&(from.name.to_string(), edge.to_owned())).cloned().unwrap_or_default())
    }
    fn now(&self) -> i64 {
        0
    }
}

impl Cloud {
    fn edge(mut self, from: &str, edge: &str, to: Vec<Entity>) -> Cloud {
        self.edges.insert((from.to_owned(), edge.to_owned()), EntitySet::complete(to));
        self
    }

    fn unread(mut self, from: &str, edge: &str) -> Cloud {
        let hole = Arc::new(Hole::new(Why::Denied).call("iam:GetAccountAuthorizationDetails"));
        self.edges.insert((from.to_owned(), edge.to_owned()), EntitySet::unknown(hole));
        self
    }

    fn facts(&self, entity: &Entity, wanted: &[&str]) -> Map {
        let of = CATALOG.resource_type(&entity.type_id).expect("the type");
        let settings = Settings::new(&Value::Null, "111122223333", "aws");
        let wanted: BTreeSet<Arc<str>> = wanted.iter().map(|name| Arc::from(*name)).collect();
        let all = CATALOG.facts().closure(&wanted);
        let world = World { catalog: &CATALOG, scope: self, settings: &settings };
        let mut map = facts(entity, of, &world, &all);
        CATALOG.facts().derive(&all, &mut map, entity, self);
        map
    }

    fn fact(&self, entity: &Entity, name: &str) -> Value {
        self.facts(entity, &[name]).remove(name).expect("the fact")
    }
}

fn entity(type_id: &str, name: &str, document: &str) -> Entity {
    Arc::new(EntityData {
        uid: name.into(),
        type_id: type_id.into(),
        name: name.into(),
        account: "111122223333".into(),
        document: json(document),
        ..EntityData::default()
    })
}

fn policy(name: &str, statements: &str) -> Entity {
    let document = format!(
        r#"{{"PolicyVersionList": [
            {{"IsDefaultVersion": false, "Document": {{"Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*"}}}}}},
            {{"IsDefaultVersion": true, "Document": {{"Statement": {statements}}}}}]}}"#
    );
    entity("aws.iam.policy", name, &document)
}

const ADMIN: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
const READER: &str = r#"{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}"#;
const NOBODY: &str = r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#;

fn role(inline: &str) -> Entity {
    entity(
        "aws.iam.role",
        "role",
        &format!(r#"{{"RolePolicyList": [{{"PolicyDocument": {{"Statement": {inline}}}}}]}}"#),
    )
}

#[test]
fn a_managed_policy_is_judged_by_its_default_version() {
    let cloud = Cloud::default();
    assert_eq!(cloud.fact(&policy("p", ADMIN), "admin"), Value::Bool(true));
    assert_eq!(cloud.fact(&policy("p", READER), "admin"), Value::Bool(false));
    let unread = entity("aws.iam.policy", "p", r#"{"PolicyVersionList": {"?": "denied"}}"#);
    assert_eq!(cloud.fact(&unread, "admin").unknown().map(|hole| hole.why), Some(Why::Denied));
}

#[test]
fn a_role_has_the_rights_of_its_inline_and_attached_policies() {
    let attached = |statements: &str| Cloud::default().edge("role", "allowed_by", vec![policy("p", statements)]);
    assert_eq!(attached(READER).fact(&role(READER), "admin"), Value::Bool(false));
    assert_eq!(attached(ADMIN).fact(&role(READER), "admin"), Value::Bool(true));
    assert_eq!(attached(READER).fact(&role(ADMIN), "admin"), Value::Bool(true));
    assert_eq!(attached(NOBODY).fact(&role(ADMIN), "admin"), Value::Bool(false), "a Deny elsewhere counts");
    let unread = Cloud::default().unread("role", "allowed_by");
    assert!(unread.fact(&role(ADMIN), "admin").unknown().is_some(), "an unread policy may deny");
    assert!(unread.fact(&role(READER), "admin").unknown().is_some(), "or allow");
}

#[test]
fn a_user_has_the_rights_of_its_groups() {
    let user = entity("aws.iam.user", "user", r#"{"UserPolicyList": []}"#);
    let group = entity("aws.iam.group", "group", r#"{"GroupPolicyList": []}"#);
    let cloud =
        Cloud::default().edge("user", "member_of", vec![group]).edge("group", "allowed_by", vec![policy("p", ADMIN)]);
    assert_eq!(cloud.fact(&user, "admin"), Value::Bool(true));
    assert_eq!(cloud.fact(&user, "escalation").items().len(), 101);
}

#[test]
fn a_boundary_caps_an_administrator() {
    let bounded = |statements: &str| Cloud::default().edge("role", "bounded_by", vec![policy("b", statements)]);
    assert_eq!(bounded(READER).fact(&role(ADMIN), "admin"), Value::Bool(false));
    assert_eq!(bounded(ADMIN).fact(&role(ADMIN), "admin"), Value::Bool(true));
    assert!(bounded(READER).fact(&role(ADMIN), "escalation").items().is_empty());
    let unread = Cloud::default().unread("role", "bounded_by");
    assert!(unread.fact(&role(ADMIN), "admin").unknown().is_some());
    assert_eq!(unread.fact(&role(READER), "admin"), Value::Bool(false), "a boundary allows nothing");
}

#[test]
fn the_statements_that_make_an_administrator_are_told() {
    let cloud = Cloud::default().edge("role", "allowed_by", vec![policy("power", ADMIN)]);
    let by = cloud.fact(&role(READER), "admin_by");
    assert_eq!(by.items().len(), 1);
    assert_eq!(by.items()[0].get("policy").as_str(), Some("policy of power"));
    let text = by.items()[0].get("because").items()[0].get("text").as_str().map(str::to_owned);
    assert_eq!(text.as_deref(), Some("allows * on *"));
    let capped = Cloud::default().edge("role", "bounded_by", vec![policy("b", READER)]);
    assert!(capped.fact(&role(ADMIN), "admin_by").items().is_empty());
}

fn bucket(block: &str) -> Entity {
    let statement = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}"#;
    entity("aws.s3.bucket", "b", &format!(r#"{{"Name": "b", "Policy": {{"Statement": {statement}}} {block}}}"#))
}

fn account(block: &str) -> Cloud {
    Cloud { account: json(block), ..Cloud::default() }
}

#[test]
fn a_public_bucket_is_public_unless_bucket_or_account_restricts_it() {
    let open = account("{}");
    assert_eq!(open.fact(&bucket(""), "public"), Value::Bool(true));
    let blocked = bucket(r#", "PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}"#);
    assert_eq!(open.fact(&blocked, "public"), Value::Bool(false));
    let by_account = account(r#"{"S3PublicAccessBlock": {"RestrictPublicBuckets": true}}"#);
    assert_eq!(by_account.fact(&bucket(""), "public"), Value::Bool(false));
    let grants = by_account.fact(&bucket(""), "grants");
    let because: Vec<&str> =
        grants.items()[0].get("because").items().iter().filter_map(|reason| reason.get("text").as_str()).collect();
    assert_eq!(
        because,
        ["allows s3:GetObject to everyone", "RestrictPublicBuckets of the account makes it ineffective"]
    );
    let unread = account(r#"{"S3PublicAccessBlock": {"?": "denied"}}"#);
    assert_eq!(unread.fact(&bucket(""), "public").unknown().map(|hole| hole.why), Some(Why::Denied));
}

/// An access point with a policy for everybody, and the fact under what lies around it.
fn access_point(own: &str, bucket: Option<&str>, account_block: &str, fact: &str) -> Value {
    let statement = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}"#;
    let document = format!(r#"{{"Name": "ap", "Bucket": "b", "Policy": {{"Statement": {statement}}} {own}}}"#);
    let point = entity("aws.s3.access-point", "ap", &document);
    let cloud = match bucket {
        Some(policy) => account(account_block).edge("ap", "opens", vec![entity("aws.s3.bucket", "b", policy)]),
        None => account(account_block).unread("ap", "opens"),
    };
    cloud.fact(&point, fact)
}

#[test]
fn an_access_point_is_public_as_far_as_its_bucket_delegates_and_no_block_holds() {
    let bucket = |rest: &str, condition: &str| {
        format!(
            r#"{{"Name": "b", "Policy": {{"Statement": {{"Effect": "Allow", "Principal": {{"AWS": "*"}}, "Action": "*",
                "Resource": "*", "Condition": {condition}}}}} {rest}}}"#
        )
    };
    let delegating = bucket("", r#"{"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}"#);
    let by_arn = bucket("", r#"{"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:111122223333:accesspoint/*"}}"#);
    let ours = bucket("", r#"{"StringEquals": {"aws:PrincipalAccount": "111122223333"}}"#);
    let restrict = r#", "PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}"#;
    let blocked = bucket(restrict, r#"{"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}"#);
    let public = |own: &str, bucket: &str, block: &str| access_point(own, Some(bucket), block, "public");
    assert_eq!(public("", &delegating, "{}"), Value::Bool(true));
    assert_eq!(public("", &by_arn, "{}"), Value::Bool(true));
    assert_eq!(public("", &bucket("", "{}"), "{}"), Value::Bool(true), "the bucket is public itself");
    assert_eq!(public("", &ours, "{}"), Value::Bool(false), "the bucket lets strangers in neither way");
    assert_eq!(public("", r#"{"Name": "b"}"#, "{}"), Value::Bool(false), "a bucket without a policy");
    assert_eq!(public("", &blocked, "{}"), Value::Bool(false));
    assert_eq!(public(restrict, &delegating, "{}"), Value::Bool(false));
    assert_eq!(public(r#", "NetworkOrigin": "VPC""#, &delegating, "{}"), Value::Bool(false));
    assert_eq!(public(r#", "NetworkOrigin": "Internet""#, &delegating, "{}"), Value::Bool(true));
    let by_account = r#"{"S3PublicAccessBlock": {"RestrictPublicBuckets": true}}"#;
    assert_eq!(public("", &delegating, by_account), Value::Bool(false));
    let unread = r#"{"Name": "b", "Policy": {"?": "denied"}, "PublicAccessBlockConfiguration": {"RestrictPublicBuckets": false}}"#;
    assert_eq!(public("", unread, "{}").unknown().map(|hole| hole.why), Some(Why::Denied));
    assert!(access_point("", None, "{}", "public").unknown().is_some(), "a bucket of somebody else");
    assert_eq!(access_point(r#", "NetworkOrigin": "VPC""#, None, "{}", "public"), Value::Bool(false));
}

#[test]
fn what_makes_a_grant_of_an_access_point_ineffective_is_named() {
    let by = |own: &str, bucket: &str, block: &str| {
        let grants = access_point(own, Some(bucket), block, "grants");
        grants.items()[0].get("neutralised_by").as_str().map(str::to_owned)
    };
    let plain = r#"{"Name": "b"}"#;
    let restrict = r#", "PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}"#;
    assert_eq!(by(r#", "NetworkOrigin": "VPC""#, plain, "{}").as_deref(), Some("its VPC origin"));
    assert_eq!(by(restrict, plain, "{}").as_deref(), Some("RestrictPublicBuckets"));
    let blocked = format!(r#"{{"Name": "b" {restrict}}}"#);
    assert_eq!(by("", &blocked, "{}").as_deref(), Some("RestrictPublicBuckets of the bucket"));
    let by_account = r#"{"S3PublicAccessBlock": {"RestrictPublicBuckets": true}}"#;
    assert_eq!(by("", plain, by_account).as_deref(), Some("RestrictPublicBuckets of the account"));
    let behind = "the policy of what lies behind, which neither allows it nor delegates";
    assert_eq!(by("", plain, "{}").as_deref(), Some(behind));
}

#[test]
fn a_condition_on_access_points_keeps_nobody_out_of_an_access_point() {
    let statement = r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": {"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:111122223333:accesspoint/*"}}}"#;
    let document = format!(r#"{{"Name": "x", "Bucket": "b", "Policy": {{"Statement": {statement}}}}}"#);
    let point = entity("aws.s3.access-point", "ap", &document);
    let bucket = entity("aws.s3.bucket", "x", &document);
    let cloud = account("{}").edge("ap", "opens", vec![bucket.clone()]);
    assert_eq!(cloud.fact(&point, "public"), Value::Bool(true));
    assert_eq!(cloud.fact(&bucket, "public"), Value::Bool(false));
}

#[test]
fn the_owner_by_its_canonical_id_is_ours() {
    let id = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    let cross = |owner: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": {{"CanonicalUser": "{id}"}}, "Action": "s3:*", "Resource": "*"}}"#
        );
        let text = format!(
            r#"{{"Name": "b", "Policy": {{"Statement": {statement}}}, "Acl": {{"Owner": {{"ID": "{owner}"}}, "Grants": []}}}}"#
        );
        account("{}").fact(&entity("aws.s3.bucket", "b", &text), "cross_account")
    };
    assert_eq!(cross(id), Value::Bool(false));
    assert_eq!(cross("somebody else"), Value::Bool(true));
}

#[test]
fn the_account_tells_which_organisation_is_ours() {
    let condition = r#"{"StringEquals": {"aws:PrincipalOrgID": "o-own1234567"}}"#;
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {condition}}}"#
    );
    let bucket = entity("aws.s3.bucket", "b", &format!(r#"{{"Name": "b", "Policy": {{"Statement": {statement}}}}}"#));
    let told = |document: &str, fact: &str| account(document).fact(&bucket, fact);
    let to = |document: &str| told(document, "grants").items()[0].get("to").as_str().map(str::to_owned);
    assert_eq!(to(r#"{"Organization": {"Id": "o-own1234567"}}"#).as_deref(), Some("own"));
    assert_eq!(to(r#"{"Organization": {"Id": "o-other"}}"#).as_deref(), Some("foreign"));
    assert_eq!(told(r#"{"Organization": {"Id": "o-other"}}"#, "cross_account"), Value::Bool(true));
    assert_eq!(told("{}", "cross_account"), Value::Bool(true), "an account of no organisation");
    let denied = r#"{"Organization": {"?": "denied", "call": "organizations:DescribeOrganization"}}"#;
    let hole = told(denied, "cross_account").unknown().cloned().expect("unknown");
    assert_eq!((hole.why, hole.call.as_deref()), (Why::Denied, Some("organizations:DescribeOrganization")));
    assert_eq!(told(denied, "public"), Value::Bool(false), "whosever it is, it is not everybody");
}

#[test]
fn acls_and_policies_of_a_bucket_are_one_list() {
    let acl = r#", "Acl": {"Owner": {"ID": "me"}, "Grants": [
        {"Permission": "FULL_CONTROL", "Grantee": {"Type": "CanonicalUser", "ID": "me"}},
        {"Permission": "READ", "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}}]}"#;
    let grants = account("{}").fact(&bucket(acl), "grants");
    let policies: Vec<&str> = grants.items().iter().filter_map(|grant| grant.get("policy").as_str()).collect();
    assert_eq!(policies, ["bucket policy", "bucket ACL", "bucket ACL"]);
}

#[test]
fn a_policy_that_could_not_be_read_leaves_public_unknown() {
    let denied = entity("aws.s3.bucket", "b", r#"{"Name": "b", "Policy": {"?": "denied"}}"#);
    assert!(account("{}").fact(&denied, "public").unknown().is_some());
    let malformed = entity("aws.s3.bucket", "b", r#"{"Name": "b", "Policy": {"Statement": 1}}"#);
    let hole = account("{}").fact(&malformed, "public").unknown().cloned().expect("unknown");
    assert_eq!(hole.why, Why::Failed);
    let public_acl = entity(
        "aws.s3.bucket",
        "b",
        r#"{"Name": "b", "Policy": {"?": "denied"}, "Acl": {"Grants": [
            {"Permission": "READ", "Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}}]}}"#,
    );
    assert_eq!(account("{}").fact(&public_acl, "public"), Value::Bool(true), "one known grant decides");
}

#[test]
fn a_bucket_that_refuses_plain_text_is_tls_only() {
    let deny = r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}"#;
    let refusing = entity("aws.s3.bucket", "arn:aws:s3:::b", &format!(r#"{{"Name": "b", "Policy": {deny}}}"#));
    assert_eq!(account("{}").fact(&refusing, "tls_only"), Value::Bool(true));
    assert_eq!(account("{}").fact(&bucket(""), "tls_only"), Value::Bool(false));
}

#[test]
fn only_what_is_wanted_is_computed() {
    assert!(account("{}").facts(&bucket(""), &[]).is_empty());
    let names: Vec<String> = account("{}").facts(&bucket(""), &["public"]).keys().map(ToString::to_string).collect();
    assert_eq!(names, ["grants", "public"]);
}

#[test]
fn every_item_of_a_fact_has_the_members_that_the_table_types() {
    let grants = account("{}").fact(&bucket(""), "grants");
    let expr::Type::List(item) = &CATALOG.facts().get("grants").expect("the fact").ty else { panic!("a list") };
    let expr::Type::Object(item) = &**item else { panic!("objects") };
    let typed: BTreeSet<&str> = item.members.keys().map(|name| &**name).collect();
    let made: BTreeSet<&str> = grants.items()[0].as_map().expect("an object").keys().map(|name| &**name).collect();
    assert_eq!(typed, made);
}

#[test]
fn rules_can_ask_about_a_policy_and_a_text() {
    let settings = Settings::default();
    let document = |statements: &str| Val::from(json(&format!(r#"{{"Statement": {statements}}}"#)));
    let policy = |statements: &str| call("policy", &[document(statements)], &settings).expect("a policy").to_value();
    assert_eq!(policy(ADMIN).get("admin"), &Value::Bool(true));
    assert_eq!(policy(READER).get("admin"), &Value::Bool(false));
    let full = |statements: &str| {
        let policy = call("policy", &[document(statements)], &settings).expect("a policy");
        call(".full_service", &[policy, Val::from("kms")], &settings).expect("an answer").to_value()
    };
    assert_eq!(full(ADMIN), Value::Bool(true));
    assert_eq!(full(READER), Value::Bool(false));
    assert!(
        call("policy", &[Val::from("{")], &settings).expect("a policy").to_value().get("admin").unknown().is_some()
    );
    let secrets = call("secrets", &[Val::from("password=hunter2!")], &settings).expect("a list").to_value();
    assert_eq!(secrets.items().len(), 1);
    assert!(call("other", &[], &settings).is_none());
    let ask = |statements: &str, method: &str, action: &str| {
        let policy = call("policy", &[document(statements)], &settings).expect("a policy");
        call(method, &[policy, Val::from(action)], &settings).expect("an answer").to_value()
    };
    assert_eq!(ask(READER, ".allows_action", "s3:GetObject"), Value::Bool(true));
    assert_eq!(ask(READER, ".allows_action", "s3:PutObject"), Value::Bool(false));
    let assume =
        |resource: &str| format!(r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "{resource}"}}"#);
    assert_eq!(ask(&assume("arn:aws:iam::111122223333:role/*"), ".allows_widely", "sts:AssumeRole"), Value::Bool(true));
    assert_eq!(
        ask(&assume("arn:aws:iam::111122223333:role/x"), ".allows_widely", "sts:AssumeRole"),
        Value::Bool(false)
    );
    assert_eq!(ask(ADMIN, ".allows_widely", "sts:AssumeRole"), Value::Bool(true));
    assert_eq!(policy(ADMIN).get("escalation").items().len(), 101);
    assert!(policy(READER).get("escalation").items().is_empty());
    let schema = catalog::TypeSchema::new(&CATALOG, CATALOG.resource_type("aws.s3.bucket").expect("the type"));
    for name in [".full_service", ".allows_action", ".allows_widely", "secrets"] {
        assert!(expr::Schema::function(&schema, name).is_some(), "{name} has a signature");
    }
    let typed = expr::Schema::function(&schema, "policy").expect("a signature").result;
    let expr::Type::Object(typed) = typed else { panic!("an object") };
    assert!(typed.members.keys().all(|name| policy(ADMIN).as_map().is_some_and(|made| made.contains_key(name))));
}
