//! What S3 does and the models do not say: addressing by host, bucket regions, redirects.

use catalog::api::wire::Response;
use resource::{Map, Value};

use crate::fault::{Fault, FaultKind};
use crate::world::{Ask, Hit, World};

/// Where buckets of another region are asked, as S3 answers it: the global endpoint's signature is refused with the
/// right region, any other endpoint says where to go (S3 User Guide, "Making requests to a bucket in another region").
pub(crate) fn redirect(home: &str, signed: &str, uid: &str) -> Fault {
    let bucket = uid.rsplit(':').next().unwrap_or(uid);
    let mut fault = if signed == "us-east-1" {
        let message =
            format!("The authorization header is malformed; the region '{signed}' is wrong; expecting '{home}'");
        let mut fault = Fault::new(FaultKind::Refused, 400, "AuthorizationHeaderMalformed", message);
        fault.detail.push(("Region", home.to_owned()));
        fault
    } else {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                       Please send all future requests to this endpoint.";
        let mut fault = Fault::new(FaultKind::Refused, 301, "PermanentRedirect", message);
        fault.detail.push(("Endpoint", format!("{bucket}.s3.{home}.amazonaws.com")));
        fault.detail.push(("Bucket", bucket.to_owned()));
        fault
    };
    fault.headers.push(("x-amz-bucket-region", home.to_owned()));
    fault
}

/// `GetBucketLocation` exists to be asked at the global endpoint.
pub(crate) fn answers_anywhere(ask: &Ask<'_>) -> bool {
    &*ask.plan.call == "s3:GetBucketLocation" && &*ask.region == "us-east-1"
}

/// A bucket's location follows from its region: documents need not say it twice. `us-east-1` has none.
pub(crate) fn add_location(world: &World, ask: &Ask<'_>, hits: &[Hit<'_>], output: &mut Value) {
    let (true, Some(hit)) = (&*ask.plan.call == "s3:GetBucketLocation", hits.first()) else { return };
    let home = world.home(hit.slot.document);
    if output.get("LocationConstraint").is_null() && **home != *"us-east-1" {
        *output = Value::map([("LocationConstraint", Value::Str(home.clone()))]);
    }
}

/// `ListBuckets` says regions and ARNs only to a request that has a parameter (S3 API Reference, `Bucket`).
pub(crate) fn trim_listing(ask: &Ask<'_>, output: &mut Value) {
    let plain = ask.input.as_map().is_none_or(Map::is_empty);
    if &*ask.plan.call != "s3:ListBuckets" || !plain {
        return;
    }
    let Value::Map(members) = output else { return };
    if let Some(Value::List(list)) = members.get_mut("Buckets") {
        for item in &mut list.items {
            if let Value::Map(bucket) = item {
                bucket.remove("BucketRegion");
                bucket.remove("BucketArn");
            }
        }
    }
}

/// The path of a request that names the bucket in the host: `bucket.s3.eu-west-1.amazonaws.com`, `bucket.localhost`.
pub(crate) fn path_style(host: &str, path: &str) -> Option<String> {
    let host = host.split(':').next().unwrap_or(host);
    let bucket = match host.strip_suffix(".localhost") {
        Some(bucket) => bucket,
        None => {
            let rest = host.strip_suffix(".amazonaws.com")?;
            let end = rest.rfind(".s3")?;
            rest.get(..end)?
        }
    };
    Some(format!("/{bucket}{path}"))
}

/// Adds the elements that only S3 errors have.
pub(crate) fn add_detail(response: &mut Response, fault: &Fault) {
    if fault.detail.is_empty() {
        return;
    }
    let Ok(text) = String::from_utf8(std::mem::take(&mut response.body)) else { return };
    let elements: String = fault.detail.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    response.body = text.replacen("</Message>", &format!("</Message>{elements}"), 1).into_bytes();
}

#[cfg(test)]
mod tests;
