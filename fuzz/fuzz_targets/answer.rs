//! Decoding of a provider's answer, shared by the `xml` and `json` targets.

use std::sync::{Arc, LazyLock};

use catalog::Catalog;
use catalog::api::wire;
use catalog::api::{Operation, ServiceModel};

type Call = (Arc<ServiceModel>, Arc<Operation>);

/// (XML operations, JSON operations) of the embedded models.
static CALLS: LazyLock<(Vec<Call>, Vec<Call>)> = LazyLock::new(|| {
    let catalog = Catalog::embedded().unwrap_or_else(|errors| panic!("{}", errors[0]));
    let services =
        ["s3", "s3control", "iam", "sts", "ec2", "rds", "cloudtrail", "kms", "lambda", "logs", "ecs", "guardduty"];
    let models = services.iter().filter_map(|name| catalog.api().service(name).ok());
    let calls = models
        .flat_map(|model| model.operations().map(|operation| (model.clone(), operation.clone())).collect::<Vec<_>>());
    calls.partition(|(model, _)| model.metadata.protocol.is_xml())
});

pub fn check(data: &[u8], xml: bool) {
    let Some((first, body)) = data.split_first() else { return };
    let calls = if xml { &CALLS.0 } else { &CALLS.1 };
    let (model, operation) = &calls[usize::from(*first) % calls.len()];
    let headers: Vec<(String, String)> = vec![("content-type".into(), "text/plain".into())];
    let _ = wire::decode_error(model, 400, &headers, body);
    let Ok(value) = wire::decode_response(model, operation, 200, &headers, body) else { return };
    let Ok(answer) = wire::encode_response(model, operation, &value, "request") else { return };
    let again = wire::decode_response(model, operation, answer.status, &answer.headers, &answer.body);
    assert_eq!(again.ok().as_ref(), Some(&value), "{} does not survive being encoded", operation.name);
}
