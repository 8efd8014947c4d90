//! Calls about the caller, the regions and the organisation: answered from `estate.toml`.

use std::sync::Arc;

use jiff::Timestamp;
use resource::{Map, Value};

use crate::auth::{Caller, Credentials};
use crate::estate::Settings;
use crate::fault::{self, Denial, Fault, FaultKind, Style};
use crate::rules::DeniedBy;
use crate::world::{Ask, World};

/// The parts of the simulator that these calls touch.
pub(crate) struct Desk<'a> {
    pub world: &'a World,
    pub credentials: &'a Credentials,
    pub caller: &'a Caller,
    pub now: Timestamp,
}

impl Desk<'_> {
    /// The whole answer, in one page.
    pub(crate) fn answer(&self, ask: &Ask<'_>) -> Result<Value, Fault> {
        let settings = &self.world.settings;
        match &*ask.plan.call {
            "sts:GetCallerIdentity" => Ok(object([
                ("Account", text(&self.caller.account)),
                ("Arn", text(&self.caller.arn)),
                ("UserId", text(&self.caller.user_id)),
            ])),
            "sts:AssumeRole" => self.assume(&ask.input),
            "ec2:DescribeRegions" => regions(settings, &ask.input),
            "account:ListRegions" => Ok(region_statuses(settings)),
            "organizations:DescribeOrganization" => organization(settings),
            "organizations:ListAccounts" => accounts(settings),
            other => Err(fault::unsupported(Style::of(&ask.plan.model), &format!("`{other}`"))),
        }
    }

    fn assume(&self, input: &Value) -> Result<Value, Fault> {
        let (role, session) = (input.get("RoleArn"), input.get("RoleSessionName"));
        let (Some(role), Some(session)) = (role.as_str(), session.as_str()) else {
            return Err(fault::bad_parameter(Style::Query, "RoleArn and RoleSessionName must not be null"));
        };
        let account = role.split(':').nth(4).unwrap_or_default();
        if !self.may_assume(account, role, input.get("ExternalId").as_str()) {
            let denial = Denial {
                caller: &self.caller.arn,
                action: "sts:AssumeRole",
                resource: Some(role),
                by: DeniedBy::Unstated,
            };
            return Err(fault::denied(Style::Query, "sts", &denial));
        }
        let seconds = input.get("DurationSeconds").as_int();
        let issued = self.credentials.issue(account, role, session, seconds, self.now);
        Ok(object([
            (
                "Credentials",
                object([
                    ("AccessKeyId", issued.key.into()),
                    ("SecretAccessKey", issued.secret.into()),
                    ("SessionToken", issued.token.into()),
                    ("Expiration", issued.expires.to_string().into()),
                ]),
            ),
            (
                "AssumedRoleUser",
                object([("Arn", text(&issued.caller.arn)), ("AssumedRoleId", text(&issued.caller.user_id))]),
            ),
        ]))
    }

    /// A role that `estate.toml` names, with its external id, or any role among the documents.
    fn may_assume(&self, account: &str, role: &str, external_id: Option<&str>) -> bool {
        let Some(account) = self.world.settings.account(account) else { return false };
        match account.roles.iter().find(|known| *known.arn == *role) {
            Some(known) => known.external_id.is_none() || known.external_id.as_deref() == external_id,
            None => self.world.of_type("aws.iam.role").iter().any(|index| **self.world.uid(*index) == *role),
        }
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::map(members)
}

fn text(text: &Arc<str>) -> Value {
    Value::Str(text.clone())
}

fn regions(settings: &Settings, input: &Value) -> Result<Value, Fault> {
    let strange =
        input.as_map().into_iter().flat_map(Map::keys).find(|name| !matches!(&***name, "AllRegions" | "RegionNames"));
    if let Some(name) = strange {
        return Err(fault::unsupported(Style::Ec2, &format!("`ec2:DescribeRegions` with `{name}`")));
    }
    let asked: Vec<&str> = input.get("RegionNames").items().iter().filter_map(Value::as_str).collect();
    if let Some(name) = asked.iter().find(|name| !settings.is_enabled(name)) {
        return Err(fault::bad_parameter(Style::Ec2, format!("Invalid region ids: {name}")));
    }
    let all = !asked.is_empty() || input.get("AllRegions").as_bool() == Some(true);
    let named = if all { settings.enabled_regions() } else { settings.regions.clone() };
    let wanted = |region: &&Arc<str>| asked.is_empty() || asked.contains(&&***region);
    let found = named.iter().filter(wanted).map(|region| {
        let status = if settings.is_opt_in(region) { "opted-in" } else { "opt-in-not-required" };
        object([
            ("RegionName", text(region)),
            ("Endpoint", format!("ec2.{region}.amazonaws.com").into()),
            ("OptInStatus", status.into()),
        ])
    });
    Ok(object([("Regions", Value::list(found.collect()))]))
}

fn region_statuses(settings: &Settings) -> Value {
    let found = settings.regions.iter().map(|region| {
        let status = if settings.is_opt_in(region) { "ENABLED" } else { "ENABLED_BY_DEFAULT" };
        object([("RegionName", text(region)), ("RegionOptStatus", status.into())])
    });
    object([("Regions", Value::list(found.collect()))])
}

fn no_organization() -> Fault {
    let message = "Your account is not a member of an organization.";
    Fault::new(FaultKind::Absent, 400, "AWSOrganizationsNotInUseException", message)
}

fn organization(settings: &Settings) -> Result<Value, Fault> {
    let found = settings.organization.as_ref().ok_or_else(no_organization)?;
    let arn = |kind: &str, rest: &str| {
        Value::from(format!("arn:{}:organizations::{}:{kind}/{}{rest}", settings.partition, found.management, found.id))
    };
    Ok(object([(
        "Organization",
        object([
            ("Id", text(&found.id)),
            ("Arn", arn("organization", "")),
            ("FeatureSet", "ALL".into()),
            ("MasterAccountId", text(&found.management)),
            ("MasterAccountArn", arn("account", &format!("/{}", found.management))),
            ("MasterAccountEmail", text(&found.email)),
        ]),
    )]))
}

fn accounts(settings: &Settings) -> Result<Value, Fault> {
    let found = settings.organization.as_ref().ok_or_else(no_organization)?;
    let all = settings.accounts.iter().map(|account| {
        let arn = format!(
            "arn:{}:organizations::{}:account/{}/{}",
            settings.partition, found.management, found.id, account.id
        );
        object([
            ("Id", text(&account.id)),
            ("Arn", arn.into()),
            ("Name", text(&account.name)),
            ("Email", text(&found.email)),
            ("Status", "ACTIVE".into()),
            ("JoinedMethod", "CREATED".into()),
        ])
    });
    Ok(object([("Accounts", Value::list(all.collect()))]))
}
