//! A small world written as JSON, for tests.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Entity, EntityData, EntitySet, Schema, Scope, Signature, Type, Val};
use resource::{Map, Span, Value};

/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_767_225_600_000_000;

/// `{"self": …, "facts": …, "account": …, "refs": {"edge": [documents]}, "list": {"type": [documents]}, …}`.
/// A document's `uid` names it; sets that are not given are unknown; `{"known": […], "?": …}` is an incomplete one.
pub(crate) struct World {
    pub(crate) subject: Entity,
    roots: BTreeMap<String, Value>,
    sets: BTreeMap<String, Arc<EntitySet>>,
}

impl World {
    pub(crate) fn new(text: &str) -> World {
        let Value::Map(mut members) = Value::from_json(text).unwrap_or_else(|error| panic!("{error}: {text}")) else {
            panic!("not an object: {text}")
        };
        let mut sets = BTreeMap::new();
        for kind in ["refs", "refs_in", "list"] {
            if let Some(Value::Map(map)) = members.remove(kind) {
                for (name, value) in map {
                    sets.insert(format!("{kind} {name}"), Arc::new(set(&value)));
                }
            }
        }
        let subject = Arc::new(EntityData {
            uid: "arn:aws:s3:::subject".into(),
            type_id: "aws.s3.bucket".into(),
            name: "subject".into(),
            account: "111111111111".into(),
            region: "eu-west-1".into(),
            document: members.remove("self").unwrap_or_default(),
            facts: members.remove("facts").unwrap_or_default(),
            norm: members.remove("norm").unwrap_or_default(),
            extra: Map::new(),
        });
        let roots = members.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        World { subject, roots, sets }
    }

    fn set(&self, name: &str) -> Arc<EntitySet> {
        self.sets
            .get(name)
            .cloned()
            .unwrap_or_else(|| Arc::new(EntitySet::unknown(Arc::new(resource::Hole::new(resource::Why::NotCollected)))))
    }
}

pub(crate) fn entity(document: &Value) -> Entity {
    let text = |name: &str| document.get(name).as_str().unwrap_or_default().into();
    let part = |name: &str| document.get(name).clone();
    Arc::new(EntityData {
        uid: text("uid"),
        type_id: text("type"),
        name: text("uid"),
        document: document.clone(),
        facts: part("facts"),
        norm: part("norm"),
        ..EntityData::default()
    })
}

fn set(value: &Value) -> EntitySet {
    let open = match value {
        Value::List(list) => list.open.clone(),
        Value::Unknown(hole) => Some(hole.clone()),
        _ => None,
    };
    let members = value
        .items()
        .iter()
        .map(|item| match item {
            Value::Unknown(hole) => Err(hole.clone()),
            document => Ok(entity(document)),
        })
        .collect();
    EntitySet { members, open }
}

impl Scope for World {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "self" => Some(Val::from(self.subject.clone())),
            "facts" => Some(Val::from(self.subject.facts.clone())),
            "norm" => Some(Val::from(self.subject.norm.clone())),
            "account" | "region" => {
                let id = if name == "account" { ("id", "111111111111") } else { ("name", "eu-west-1") };
                Some(Val::from(Arc::new(EntityData {
                    uid: name.into(),
                    type_id: format!("aws.{name}").into(),
                    document: self.roots.get(name).cloned().unwrap_or_default(),
                    extra: Map::from([(id.0.into(), Value::from(id.1))]),
                    ..EntityData::default()
                })))
            }
            _ => self.roots.get(name).cloned().map(Val::from),
        }
    }
    fn refs(&self, from: &Entity, edge: &str) -> Arc<EntitySet> {
        if from.uid == self.subject.uid {
            self.set(&format!("refs {edge}"))
        } else {
            self.set(&format!("refs {}/{edge}", from.uid))
        }
    }
    fn refs_in(&self, _to: &Entity, edge: &str) -> Arc<EntitySet> {
        self.set(&format!("refs_in {edge}"))
    }
    fn list(&self, type_id: &str, span: Span) -> Arc<EntitySet> {
        match span {
            Span::Account => self.set(&format!("list {type_id}")),
            other => self.set(&format!("list {type_id} {other:?}")),
        }
    }
    fn now(&self) -> i64 {
        NOW
    }
    fn call(&self, name: &str, args: &[Val]) -> Option<Val> {
        match (name, args) {
            ("policy", [document]) => {
                let document = document.to_value();
                let admin = document.get("Action").as_str() == Some("*") || allows_all(&document);
                let ways = if admin { vec![Value::from("everything")] } else { Vec::new() };
                let found = [("admin", Value::Bool(admin)), ("escalation", Value::list(ways)), ("of", document)];
                Some(Val::from(Value::map(found)))
            }
            (".allows_widely", [policy, _]) => Some(Val::Bool(allows_all(policy.to_value().get("of")))),
            (".full_service", [policy, service]) => {
                let value = policy.to_value();
                let action = value.get("of").get("Action").as_str().unwrap_or_default().to_owned();
                Some(Val::Bool(action == format!("{}:*", service.as_str().unwrap_or_default())))
            }
            _ => None,
        }
    }
}

/// The types that the worlds of the tests speak of.
pub(crate) struct Types;

fn text_list() -> Type {
    Type::list(Type::String)
}

impl Schema for Types {
    fn root(&self, name: &str) -> Option<Type> {
        Some(match name {
            "account" => Type::entity("aws.account"),
            "region" => Type::entity("aws.region"),
            "params" => Type::object("params", [("max_age_days", Type::Int), ("names", text_list())]),
            "settings" => Type::object("settings", [("trusted_accounts", text_list())]),
            _ => return None,
        })
    }
    fn roots(&self) -> Vec<Arc<str>> {
        ["account", "region", "params", "settings"].map(Arc::from).to_vec()
    }
    fn entity(&self, type_id: &str) -> Option<Type> {
        let block = Type::object(
            "PublicAccessBlockConfiguration",
            [("IgnorePublicAcls", Type::Bool), ("RestrictPublicBuckets", Type::Bool)],
        );
        let rule = Type::object("Rule", [("Port", Type::Int), ("Cidr", Type::String), ("Tags", text_list())]);
        Some(match type_id {
            "aws.s3.bucket" => Type::object(
                type_id,
                [
                    ("Name", Type::String),
                    ("Enabled", Type::Bool),
                    ("Count", Type::Int),
                    ("Ratio", Type::Number),
                    ("Created", Type::Timestamp),
                    ("Policy", Type::Any),
                    ("PublicAccessBlockConfiguration", block),
                    ("Rules", Type::list(rule)),
                    ("Names", text_list()),
                    ("Tags", Type::map(Type::String)),
                ],
            ),
            "aws.account" => Type::object(type_id, [("id", Type::String), ("S3PublicAccessBlock", block)]),
            "aws.region" => Type::object(type_id, [("name", Type::String), ("EbsEncryptionByDefault", Type::Bool)]),
            "aws.kms.key" => Type::object(
                type_id,
                [
                    ("KeyId", Type::String),
                    ("Enabled", Type::Bool),
                    ("Rotation", Type::object("Rotation", [("On", Type::Bool)])),
                ],
            ),
            "aws.cloudtrail.trail" => {
                Type::object(type_id, [("Name", Type::String), ("IsMultiRegionTrail", Type::Bool)])
            }
            _ => return None,
        })
    }
    fn entity_names(&self) -> Vec<Arc<str>> {
        ["aws.s3.bucket", "aws.account", "aws.region", "aws.kms.key", "aws.cloudtrail.trail"].map(Arc::from).to_vec()
    }
    fn edge(&self, type_id: &str, name: &str) -> Option<Arc<str>> {
        match (type_id, name) {
            ("aws.s3.bucket" | "aws.cloudtrail.trail", "encrypted_by") => Some("aws.kms.key".into()),
            ("aws.cloudtrail.trail", "logs_to") => Some("aws.s3.bucket".into()),
            _ => None,
        }
    }
    fn edge_names(&self, type_id: &str) -> Vec<Arc<str>> {
        match type_id {
            "aws.s3.bucket" => vec!["encrypted_by".into()],
            _ => Vec::new(),
        }
    }
    fn incoming(&self, type_id: &str, name: &str) -> Vec<Arc<str>> {
        match (type_id, name) {
            ("aws.kms.key", "encrypted_by") => vec!["aws.cloudtrail.trail".into(), "aws.s3.bucket".into()],
            ("aws.s3.bucket", "logs_to") => vec!["aws.cloudtrail.trail".into()],
            _ => Vec::new(),
        }
    }
    fn incoming_names(&self, _type_id: &str) -> Vec<Arc<str>> {
        vec!["encrypted_by".into(), "logs_to".into()]
    }
    fn facts(&self) -> Type {
        let grant = Type::object("grant", [("to", Type::String), ("account", Type::String), ("actions", text_list())]);
        let open = Type::object(
            "open",
            [("protocol", Type::String), ("from_port", Type::Int), ("to_port", Type::Int), ("source", Type::String)],
        );
        Type::object("facts", [("grants", Type::list(grant)), ("open", Type::list(open)), ("public", Type::Bool)])
    }
    fn norm(&self, _type_id: &str) -> Type {
        Type::object("norm", [("encrypted", Type::Bool), ("name", Type::String)])
    }
    fn function(&self, name: &str) -> Option<Signature> {
        let policy = Type::object("policy", [("admin", Type::Bool)]);
        Some(match name {
            "policy" => Signature { params: vec![Type::Any], required: 1, result: policy },
            ".full_service" => Signature { params: vec![policy, Type::String], required: 2, result: Type::Bool },
            _ => return None,
        })
    }
}

/// Whether a statement of a document, or of one of several, allows every action.
fn allows_all(documents: &Value) -> bool {
    let all = |statement: &Value| {
        statement.get("Effect").as_str() == Some("Allow") && statement.get("Action").as_str() == Some("*")
    };
    let documents = if documents.items().is_empty() { std::slice::from_ref(documents) } else { documents.items() };
    documents.iter().any(|document| document.get("Statement").items().iter().any(all))
}
