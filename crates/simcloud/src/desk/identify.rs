//! Who asks for what: signature, credentials, model, operation, input.

use std::sync::Arc;

use catalog::api::ServiceModel;
use catalog::api::wire::{self, Headers, Request, Response};
use jiff::Timestamp;
use resource::{Map, Value};

use super::{Case, Desk, error_response};
use crate::auth::{self, Limits, Signature, Unsigned};
use crate::fault::{self, Fault, FaultKind, Style};
use crate::rules::{Identity, Rules, hash_of};
use crate::s3;
use crate::world::{Ask, Found, route_of};

/// A request that is not let in.
pub(super) struct Refusal {
    /// The model whose errors it gets; `None` where not even the service is known.
    model: Option<Arc<ServiceModel>>,
    fault: Fault,
}

impl Refusal {
    pub(super) fn response(&self, id: &str) -> Response {
        match &self.model {
            Some(model) => error_response(model, &self.fault, id),
            None => plain_error(&self.fault, id),
        }
    }
}

/// The error of a service that the catalogue knows nothing of.
fn plain_error(fault: &Fault, id: &str) -> Response {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{id}</RequestId></ErrorResponse>",
        fault.code, fault.message
    );
    let headers = vec![("content-type".to_owned(), "text/xml".to_owned())];
    Response { status: fault.status, headers, body: body.into_bytes() }
}

impl Desk {
    pub(super) fn identify(&self, request: &Request, rules: &Rules, now: Timestamp) -> Result<Case<'_>, Refusal> {
        let signature = Signature::read(&request.headers).map_err(|unsigned| self.unsigned(request, &unsigned))?;
        let models = self.world.signed_for(&signature.service);
        let Some(first) = models.first() else { return Err(unknown_service(&signature.service)) };
        let moved = (&*first.metadata.signing_name == "s3").then(|| by_host(request)).flatten();
        let request = moved.as_ref().unwrap_or(request);
        let style = Style::of(first);
        let refuse = |model: &Arc<ServiceModel>, fault: Fault| Refusal { model: Some(model.clone()), fault };
        signature.check_clock(style, now).map_err(|fault| refuse(first, fault))?;
        let token = request.headers.header("x-amz-security-token");
        let limits = Limits { all: rules.expire_after, assumed: rules.expire_assumed_after };
        let caller =
            self.credentials.check(style, &signature.key, token, now, limits).map_err(|fault| refuse(first, fault))?;
        let Some((model, operation)) = route_of(models, request) else {
            return Err(refuse(first, fault::no_operation(style, &asked_for(request))));
        };
        let style = Style::of(model);
        let Some(plan) = self.world.plan(&model.name, &operation.name) else {
            let what = format!("`{}:{}`", model.name, operation.name);
            return Err(refuse(model, fault::unsupported(style, &what)));
        };
        match &plan.global {
            Some(region) if **region != *signature.region => {
                return Err(refuse(model, fault::wrong_scope(style, &signature.region)));
            }
            None if !self.world.settings.is_enabled(&signature.region) => {
                return Err(refuse(model, fault::bad_key(style)));
            }
            _ => {}
        }
        let input = wire::decode_request(model, &operation, request)
            .map_err(|error| refuse(model, fault::bad_parameter(style, error.to_string())))?;
        let input = if input.is_null() { Value::Map(Map::new()) } else { input };
        let ask = Ask { account: caller.account.clone(), region: signature.region.into(), plan, input };
        let asked = hash_of(&(&*ask.account, &*ask.region, &*plan.call, ask.input.to_json()));
        let identity = Identity { seed: rules.seed, request: asked, attempt: self.attempt(rules, asked) };
        let found = self.world.find(&ask);
        let resource = self.resource_of(&found);
        Ok(Case { ask, caller, identity, found, resource })
    }

    fn resource_of(&self, found: &Found<'_>) -> Option<Arc<str>> {
        match found {
            Found::Get(hits) => hits.first().map(|hit| self.world.uid(hit.slot.document).clone()),
            _ => None,
        }
    }

    /// Without a signature only the form of the request tells the protocol.
    fn unsigned(&self, request: &Request, unsigned: &Unsigned) -> Refusal {
        let model = request.headers.header("x-amz-target").and_then(|target| {
            let prefix = target.rsplit_once('.')?.0;
            let mut plans = self.world.calls();
            plans.find(|plan| *plan.model.metadata.target_prefix == *prefix).map(|plan| plan.model.clone())
        });
        let style = model.as_ref().map_or(Style::Query, |model| Style::of(model));
        let fault = match unsigned {
            Unsigned::Missing if style == Style::Json => Fault::new(
                FaultKind::Refused,
                400,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
            Unsigned::Missing => Fault::new(
                FaultKind::Refused,
                403,
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            ),
            Unsigned::Malformed(part) => auth::malformed(style, part),
        };
        Refusal { model, fault }
    }
}

fn unknown_service(service: &str) -> Refusal {
    let message = format!("no resource type of the catalogue uses the service `{service}`");
    Refusal { model: None, fault: Fault::new(FaultKind::Refused, 404, "UnknownService", message) }
}

/// The name that an unknown operation was asked by.
fn asked_for(request: &Request) -> String {
    if let Some(target) = request.headers.header("x-amz-target") {
        return target.to_owned();
    }
    let body = String::from_utf8_lossy(&request.body);
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
    action.map_or_else(|| format!("{} {}", request.method, request.path), str::to_owned)
}

fn by_host(request: &Request) -> Option<Request> {
    let path = s3::path_style(request.headers.header("host")?, &request.path)?;
    Some(Request { path, ..request.clone() })
}
