//! Resource types: `catalog/types/<cloud>/<service>/<thing>.toml`.
//!
//! The structs are the file format. Expressions and paths are parsed as the file is read, so a file that loads is a
//! file whose every expression is syntactically right; [`crate::validate`] then checks them against the provider's
//! schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Expr, Template};
use resource::{Path, Segment};
use serde::Deserialize;

use crate::call::{Call, Input};
use crate::text::{
    expression, expression_list, expression_map, optional_expression, optional_path, optional_template, path,
    path_list, template,
};

/// Where a listing is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Once per account; the resources' unit has an empty region.
    Account,
    /// Once per region.
    Region,
}

/// How far a bare name (a key that is no global id) is unique.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Namespace {
    /// Within the account, and within the region for regional types.
    #[default]
    Unit,
    /// Across all accounts of the partition (bucket names): a name not found here may be somebody else's.
    Partition,
}

/// One resource type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceType {
    /// `aws.s3.bucket`.
    #[serde(rename = "type")]
    pub id: Arc<str>,
    /// The cross-cloud kind, `storage.bucket`.
    pub kind: Option<Arc<str>>,
    /// What people call it: "S3 bucket".
    pub title: String,
    /// Where it is listed.
    pub scope: Scope,
    /// The global id, computable from the listing alone.
    #[serde(rename = "id", deserialize_with = "template")]
    pub uid: Template,
    /// The name as people know it.
    #[serde(deserialize_with = "expression")]
    pub name: Expr,
    /// Tags: an object, or a list of `{Key, Value}` (any letter case).
    #[serde(default, deserialize_with = "optional_expression")]
    pub tags: Option<Expr>,
    /// Members that move by themselves: kept, never a change.
    #[serde(default)]
    pub volatile: Vec<String>,
    /// Members whose arrays have an order; all others are sets when hashed and compared.
    #[serde(default)]
    pub ordered: Vec<String>,
    /// Members that no call changes once the resource, or the item that holds them, is made: only one made anew differs.
    #[serde(default, deserialize_with = "path_list")]
    pub fixed: Vec<Path>,
    /// Further names that the resource answers to, each an expression that gives one text or a list of texts.
    #[serde(default, deserialize_with = "expression_list")]
    pub keys: Vec<Expr>,
    /// How far `keys` are unique.
    #[serde(default)]
    pub namespace: Namespace,
    /// The account that owns it, where that may not be the one that lists it.
    #[serde(default, deserialize_with = "optional_expression")]
    pub owner: Option<Expr>,
    /// The region it lives in and is asked in, where that is not the unit's.
    #[serde(default, deserialize_with = "optional_expression")]
    pub region: Option<Expr>,
    /// Where account-wide listings and calls go: `global` for the partition's global endpoint of the service,
    /// or a region name. Absent: the unit's region.
    pub at: Option<String>,
    /// The parent type: the listing is made once for each of its resources, seen as `$parent`.
    #[serde(rename = "for")]
    pub parent: Option<Arc<str>>,
    /// The listing call.
    pub list: Option<List>,
    /// One resource per scope, made without a call.
    pub singleton: Option<Singleton>,
    /// A shared source instead of a listing of its own.
    pub source: Option<FromSource>,
    /// Detail calls.
    #[serde(default)]
    pub get: Vec<Get>,
    /// Relations.
    #[serde(default)]
    pub edge: Vec<Edge>,
    /// Policies that `identity` evaluates.
    #[serde(default)]
    pub policy: Vec<Policy>,
    /// Network rules that `graph` evaluates.
    #[serde(default)]
    pub open: Vec<Open>,
    /// Places where secrets are looked for.
    #[serde(default)]
    pub secret: Vec<Secret>,
    /// The kind's common attributes.
    #[serde(default, deserialize_with = "expression_map")]
    pub norm: BTreeMap<Arc<str>, Expr>,
    /// How the type is proven: `moto`, `botocore-examples`, and what neither can show.
    #[serde(default)]
    pub proof: Vec<String>,
}

/// A resource without a call.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Singleton {}

/// A listing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// `service:Operation`.
    pub call: Call,
    /// The input; text that begins with `$` is an expression.
    #[serde(default)]
    pub with: Input,
    /// One call for each value: `{ Scope = ["REGIONAL", "CLOUDFRONT"] }`.
    #[serde(default)]
    pub each: BTreeMap<String, Vec<String>>,
    /// Where the items are in an answer.
    #[serde(deserialize_with = "path")]
    pub items: Path,
    /// The member that a scalar item becomes.
    #[serde(rename = "as")]
    pub member: Option<Arc<str>>,
    /// Error codes that mean "none".
    #[serde(default)]
    pub absent: Vec<String>,
    /// Keeps only items for which this holds (`self` is the item).
    #[serde(default, deserialize_with = "optional_expression")]
    pub keep: Option<Expr>,
}

/// Items of a shared source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromSource {
    /// The source's id.
    pub id: Arc<str>,
    /// Where this type's items are in an answer.
    #[serde(deserialize_with = "path")]
    pub items: Path,
    /// Members of an item to decode.
    #[serde(default)]
    pub decode: BTreeMap<String, Decode>,
}

/// A detail: one call per resource (or per batch, or per item of the document), or rows of a shared source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Get {
    /// `service:Operation`; absent when `source` is given.
    pub call: Option<Call>,
    /// A shared source whose rows are joined by its `key`.
    pub source: Option<Arc<str>>,
    /// With `source`: the key of the rows that belong to this resource.
    #[serde(default, deserialize_with = "optional_expression")]
    pub row: Option<Expr>,
    /// The input; text that begins with `$` is an expression over the document (`$Name`), `$item`, `$parent`,
    /// `$account`, `$region`.
    #[serde(default)]
    pub with: Input,
    /// What of the answer is taken; absent means the whole output.
    #[serde(default, deserialize_with = "optional_path")]
    pub take: Option<Path>,
    /// Under which member it is put; absent means merged into the document (or the item, with `for`).
    #[serde(default, deserialize_with = "optional_path")]
    pub into: Option<Path>,
    /// Members (paths below what was taken) to decode.
    #[serde(default)]
    pub decode: BTreeMap<String, Decode>,
    /// Error codes that mean that the resource has vanished since it was listed.
    #[serde(default)]
    pub gone: Vec<String>,
    /// Error codes that mean "not configured".
    #[serde(default)]
    pub absent: Vec<String>,
    /// Error codes that mean that the provider does not offer this for the resource.
    #[serde(default)]
    pub unsupported: Vec<String>,
    /// One call for each item of the document at this path: `self.AccessKeys[]`.
    #[serde(default, rename = "for", deserialize_with = "optional_path")]
    pub per: Option<Path>,
    /// Made only if this holds; else the members are absent.
    #[serde(default, deserialize_with = "optional_expression")]
    pub when: Option<Expr>,
    /// Many resources in one call.
    pub batch: Option<Batch>,
    /// The members it gives, where the model cannot say (string maps) or to narrow them.
    #[serde(default)]
    pub gives: Vec<String>,
    /// As on the type.
    pub at: Option<String>,
}

impl Get {
    /// Where one resource's share of an answer has its shape: `take`, each item of it for a batch.
    pub fn taken(&self) -> Path {
        let take = self.take.clone().unwrap_or_default();
        if self.batch.is_some() && take.segments().last() != Some(&Segment::Each) {
            return take.join(&Path::new(vec![Segment::Each]));
        }
        take
    }
}

/// Many resources in one call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// How many at most.
    pub size: usize,
    /// The input member that takes the list of ids; its `with` value is the id of one resource.
    pub over: Arc<str>,
    /// The member of an answer's item that tells whose it is: compared with the id that was sent.
    #[serde(rename = "match")]
    pub matches: Arc<str>,
    /// Where a successful answer lists what failed: path to the ids.
    #[serde(default, deserialize_with = "optional_path")]
    pub failures: Option<Path>,
    /// Path to the reasons, parallel to `failures`.
    #[serde(default, deserialize_with = "optional_path")]
    pub reasons: Option<Path>,
    /// Reasons that mean vanished.
    #[serde(default)]
    pub gone: Vec<String>,
    /// What to do when one vanished id fails the whole batch: `split` halves it.
    pub missing: Option<Missing>,
}

/// What to do when one id fails a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// Halve the batch until the one is found.
    Split,
}

/// How a text member is turned into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Decode {
    /// JSON text.
    #[serde(rename = "json")]
    Json,
    /// Percent-encoded JSON text (IAM).
    #[serde(rename = "url+json")]
    UrlJson,
    /// Base64 text of UTF-8.
    #[serde(rename = "base64")]
    Base64,
    /// Base64 of text that may be gzipped (user data).
    #[serde(rename = "base64+gzip")]
    Base64Gzip,
    /// CSV with a header line, as base64: a list of objects.
    #[serde(rename = "base64+csv")]
    Base64Csv,
}

/// A relation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// A verb: `encrypted_by`.
    pub name: Arc<str>,
    /// The target type.
    pub to: Arc<str>,
    /// An id or key of the target, or a list of them; absent means that there is no edge.
    #[serde(deserialize_with = "expression")]
    pub by: Expr,
    /// `region` where both ends are always in one region: then what leads to a resource is known once that region is read.
    pub within: Option<Scope>,
}

/// A policy for `identity`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What it is.
    pub kind: PolicyKind,
    /// Where it is: one document or a list of documents (`self.RolePolicyList[].PolicyDocument`).
    #[serde(deserialize_with = "path")]
    pub at: Path,
    /// What reason chains call it: "bucket policy".
    pub called: String,
    /// True when another setting neutralises its public grants; unknown propagates.
    #[serde(default, deserialize_with = "optional_expression")]
    pub blocked: Option<Expr>,
    /// The setting's name, for the reason chain: a template, since it may be one of several.
    #[serde(default, deserialize_with = "optional_template")]
    pub blocked_by: Option<Template>,
    /// The edge to the resource whose own policies must allow the same, or delegate the decision to this one.
    pub within: Option<Arc<str>>,
    /// Condition keys that keep nobody out here although they do elsewhere.
    #[serde(default)]
    pub open_keys: Vec<String>,
}

impl Policy {
    /// Whether it may grant to the members of an organisation.
    pub fn names_organisations(&self) -> bool {
        matches!(self.kind, PolicyKind::Policy | PolicyKind::Trust | PolicyKind::Shared)
    }
}

/// What a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// A resource-based IAM policy.
    Policy,
    /// A role's trust policy.
    Trust,
    /// An identity-based IAM policy.
    Identity,
    /// S3 ACL grants.
    Acl,
    /// A list of account ids or `all` (snapshot and image sharing), or of `{Group}`/`{UserId}`.
    Shared,
    /// KMS grants.
    Grants,
}

/// Network rules for `graph`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The shape of the rules: `security_group` (EC2 IpPermissions) or `network_acl` (entries in order).
    pub kind: OpenKind,
    /// Where they are.
    #[serde(deserialize_with = "path")]
    pub at: Path,
    /// The edge that leads to the prefix lists they name, whose documents have `Entries[].Cidr`.
    pub prefix_lists: Option<Arc<str>>,
}

/// The shape of network rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenKind {
    /// EC2 `IpPermissions`.
    SecurityGroup,
    /// Entries of an EC2 network ACL, of which the first that fits decides.
    NetworkAcl,
}

/// A place for secrets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// What findings call the place: "user data", "variable".
    pub place: String,
    /// The text, an object of name → text, or a list of `{name, value}`.
    #[serde(deserialize_with = "path")]
    pub at: Path,
}
