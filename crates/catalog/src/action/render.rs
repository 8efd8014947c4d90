//! From an action and a resource to calls with their inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::{Expr, Scope, Truth, Val};
use resource::{Hole, List, Map, Value};

use super::scope::ActionScope;
use super::{Action, ActionError, Fix, Remedy, Step, cli, reads};
use crate::api::{ApiIndex, Kind};
use crate::call::{Argument, Call, Input};

/// A call with its whole input.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedCall {
    /// `service:Operation`.
    pub call: Call,
    /// The input, members by the SDK's names; nothing absent in it.
    pub input: Map,
    /// Where it goes; absent where the service is global in the partition of the CLI's default region.
    pub region: Option<Arc<str>>,
}

impl Action {
    /// The action written out: calls, commands, and the commands that take it back.
    ///
    /// # Errors
    /// When the action is not meant for this resource, needs what was not read, or a name must not reach a shell.
    pub fn remedy(
        &self,
        api: &ApiIndex,
        fix: &Fix,
        discriminator: &str,
        scope: &dyn Scope,
    ) -> Result<Remedy, ActionError> {
        let calls = self.prepare(api, fix, discriminator, scope, &self.steps)?;
        if calls.is_empty() {
            return Err(ActionError::NotApplicable { action: self.id.clone() });
        }
        // What was there before may not have been read, or not be writable on a command line; the fix is no worse for it.
        let undo = self.prepare(api, fix, discriminator, scope, self.inverse_steps());
        let undo = undo.and_then(|calls| cli::commands(&calls)).unwrap_or_default();
        Ok(Remedy {
            action: self.id.clone(),
            title: self.title.clone(),
            safety: self.safety,
            risk: self.risk.clone(),
            commands: cli::commands(&calls)?,
            undo,
            calls,
        })
    }

    /// Commands of the AWS CLI for a POSIX shell, one a line, in order.
    ///
    /// # Errors
    /// As [`Action::remedy`].
    pub fn commands(
        &self,
        api: &ApiIndex,
        fix: &Fix,
        discriminator: &str,
        scope: &dyn Scope,
    ) -> Result<Vec<String>, ActionError> {
        self.remedy(api, fix, discriminator, scope).map(|remedy| remedy.commands)
    }

    fn prepare(
        &self,
        api: &ApiIndex,
        fix: &Fix,
        discriminator: &str,
        scope: &dyn Scope,
        steps: &[Step],
    ) -> Result<Vec<PreparedCall>, ActionError> {
        let args = self.args(fix, scope)?;
        let scope = ActionScope { inner: scope, args, discriminator, item: Val::Absent, lets: Some(&self.lets) };
        if let Some(when) = &self.when
            && !self.holds("when", when, &scope)?
        {
            return Err(ActionError::NotApplicable { action: self.id.clone() });
        }
        let mut calls: Vec<PreparedCall> = Vec::new();
        for step in steps {
            for item in self.items(step, &scope)? {
                let scope = scope.with_item(item);
                if let Some(when) = &step.when
                    && !self.holds("when", when, &scope)?
                {
                    continue;
                }
                let input = self.input(&step.with, &scope)?;
                fits(api, &step.call, &input)?;
                let region = place(api, &step.call, &scope)?;
                let call = PreparedCall { call: step.call.clone(), input, region };
                if !calls.contains(&call) {
                    calls.push(call);
                }
            }
        }
        Ok(calls)
    }

    /// The check's values over the action's defaults.
    fn args(&self, fix: &Fix, scope: &dyn Scope) -> Result<Val, ActionError> {
        let mut args = self.args.clone();
        for (name, argument) in &fix.args {
            args.insert(name.clone(), self.value(name, argument, scope)?);
        }
        Ok(Val::from(Value::Map(args)))
    }

    fn items(&self, step: &Step, scope: &dyn Scope) -> Result<Vec<Val>, ActionError> {
        let Some(each) = &step.each else { return Ok(vec![Val::Absent]) };
        let found = self.known("for", each.evaluate(scope).to_value())?;
        Ok(found.items().iter().cloned().map(Val::from).collect())
    }

    fn holds(&self, place: &str, condition: &Expr, scope: &dyn Scope) -> Result<bool, ActionError> {
        match condition.evaluate(scope).truth() {
            Truth::True => Ok(true),
            Truth::False => Ok(false),
            Truth::Unknown(holes) => Err(self.unknown(place, holes.first())),
        }
    }

    fn input(&self, with: &Input, scope: &dyn Scope) -> Result<Map, ActionError> {
        let mut input = Map::new();
        for (name, argument) in &with.0 {
            let value = self.value(name, argument, scope)?;
            if !value.is_null() {
                input.insert(name.clone(), value);
            }
        }
        Ok(input)
    }

    fn value(&self, place: &str, argument: &Argument, scope: &dyn Scope) -> Result<Value, ActionError> {
        Ok(match argument {
            Argument::Constant(value) => value.clone(),
            Argument::Expression(found) => without_absent(self.known(place, found.evaluate(scope).to_value())?),
            Argument::List(items) => {
                let items: Result<Vec<Value>, _> = items.iter().map(|item| self.value(place, item, scope)).collect();
                without_absent(Value::list(items?))
            }
            Argument::Map(members) => {
                let members: Result<BTreeMap<Arc<str>, Value>, ActionError> = members
                    .iter()
                    .map(|(name, member)| Ok((name.clone(), self.value(place, member, scope)?)))
                    .collect();
                without_absent(Value::map(members?))
            }
        })
    }

    fn known(&self, place: &str, value: Value) -> Result<Value, ActionError> {
        match value.first_hole() {
            Some(hole) => Err(self.unknown(place, hole)),
            None => Ok(value),
        }
    }

    fn unknown(&self, place: &str, hole: &Hole) -> ActionError {
        let why = match (&hole.permission, &hole.call) {
            (Some(permission), _) => format!("{} {permission}", hole.why.as_str()),
            (None, Some(call)) => format!("{} {call}", hole.why.as_str()),
            (None, None) => hole.why.as_str().to_owned(),
        };
        ActionError::Unknown { action: self.id.clone(), place: place.to_owned(), why }
    }
}

/// A call says nothing about what is absent, nor about a list inside a structure that has no items.
fn without_absent(value: Value) -> Value {
    let empty = |value: &Value| matches!(value, Value::List(list) if list.items.is_empty());
    match value {
        Value::Map(map) => Value::Map(
            map.into_iter()
                .map(|(name, value)| (name, without_absent(value)))
                .filter(|(_, value)| !value.is_null() && !empty(value))
                .collect(),
        ),
        Value::List(list) => Value::List(List {
            items: list.items.into_iter().map(without_absent).filter(|value| !value.is_null()).collect(),
            open: list.open,
        }),
        scalar => scalar,
    }
}

/// Whether the call takes the input: every required member, no other than it has, each of the right form.
fn fits(api: &ApiIndex, call: &Call, input: &Map) -> Result<(), ActionError> {
    let unfit = |why: String| ActionError::Unfit { call: call.to_string(), why };
    let (model, operation) = api.call(&call.to_string()).map_err(|error| unfit(error.to_string()))?;
    let Some(id) = operation.input else {
        return if input.is_empty() { Ok(()) } else { Err(unfit("it has no input".to_owned())) };
    };
    if let Kind::Structure(structure) = &model.shape(id).kind {
        for member in structure.members.iter().filter(|member| structure.required.contains(&member.name)) {
            if !member.idempotency_token && !input.contains_key(&member.name) {
                let member = member.name.to_string();
                return Err(ActionError::Absent { call: call.to_string(), member });
            }
        }
    }
    reads::value(&model, id, &Value::Map(input.clone()), "").map_err(unfit)
}

/// The region that a call must name. A global service has none, but outside the partition `aws` the CLI must be told
/// which partition it is.
fn place(api: &ApiIndex, call: &Call, scope: &dyn Scope) -> Result<Option<Arc<str>>, ActionError> {
    let text = |expression: &str| {
        expr::parse(expression).ok().and_then(|found| found.evaluate(scope).as_str().map(Arc::<str>::from))
    };
    let unfit = |why: String| ActionError::Unfit { call: call.to_string(), why };
    let endpoints = api.endpoints().map_err(|error| unfit(error.to_string()))?;
    let region = text("region.name").filter(|name| !name.is_empty());
    let partition = text("partition").unwrap_or_else(|| "aws".into());
    let known = endpoints.partition(&partition);
    let home = known.map(|partition| partition.global_region.clone());
    let model = api.service(&call.service).map_err(|error| unfit(error.to_string()))?;
    if endpoints.global_region(&model, &partition).is_some() {
        return Ok(home.filter(|_| *partition != *"aws"));
    }
    Ok(region.or(home))
}
