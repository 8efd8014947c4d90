//! Building the index.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use catalog::api::{ApiError, Operation, ServiceModel};
use catalog::{Call, Catalog, Decode, FromSource, Get, List, Namespace, ResourceType, Source};
use resource::{Path, Segment, Value};

use super::children::index_by_parent;
use super::groups::indices;
use super::holdings::Holdings;
use super::uses::{BatchUse, GetUse, Index, ListUse, RowUse, Slot, Ways};
use super::{Plan, World, WorldError};
use crate::Estate;
use crate::evaluate::{Roots, Split};

/// What clients call besides the catalogue: who am I, which regions and accounts are there.
pub(super) const BUILT_IN: [&str; 6] = [
    "sts:GetCallerIdentity",
    "sts:AssumeRole",
    "ec2:DescribeRegions",
    "account:ListRegions",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
];

impl From<ApiError> for WorldError {
    fn from(error: ApiError) -> Self {
        WorldError::Catalog(error.to_string())
    }
}

pub(super) fn world(catalog: Arc<Catalog>, estate: Estate) -> Result<World, WorldError> {
    let (settings, held) = Holdings::of(&catalog, estate)?;
    let mut builder = Builder {
        catalog: &catalog,
        held: &held,
        partition: settings.partition.clone(),
        places: settings.places(),
        plans: HashMap::new(),
    };
    for of in catalog.resource_types() {
        builder.add_type(of)?;
    }
    for source in catalog.sources() {
        builder.plan(&source.call)?;
        if let Some(prepare) = &source.prepare {
            builder.plan(&prepare.call)?.prepares = true;
        }
    }
    for call in BUILT_IN {
        // A catalogue that uses neither needs no model of it: such a call is then an unknown operation.
        if let Ok(call) = Call::try_from(call.to_owned()) {
            let _ = builder.plan(&call);
        }
    }
    let plans = builder.plans;
    let signers = signers(&plans);
    Ok(World { settings, catalog, held, plans, signers })
}

/// `s3` last: its paths would match every other service that signs as `s3`.
fn signers(plans: &HashMap<Arc<str>, HashMap<Arc<str>, Plan>>) -> HashMap<Arc<str>, Vec<Arc<ServiceModel>>> {
    let mut signers: HashMap<Arc<str>, Vec<Arc<ServiceModel>>> = HashMap::new();
    for plan in plans.values().filter_map(|operations| operations.values().next()) {
        signers.entry(plan.model.metadata.signing_name.clone()).or_default().push(plan.model.clone());
    }
    for models in signers.values_mut() {
        models.sort_by_key(|model| (&*model.name == "s3", model.name.clone()));
    }
    signers
}

struct Builder<'c> {
    catalog: &'c Catalog,
    held: &'c Holdings,
    partition: Arc<str>,
    /// Every account with every region that answers, and with none.
    places: Vec<(Arc<str>, Arc<str>)>,
    plans: HashMap<Arc<str>, HashMap<Arc<str>, Plan>>,
}

impl Builder<'_> {
    fn plan(&mut self, call: &Call) -> Result<&mut Plan, WorldError> {
        let operations = self.plans.entry(call.service.clone()).or_default();
        if !operations.contains_key(&call.operation) {
            let model = self.catalog.api().service(&call.service)?;
            let operation = model.operation(&call.operation)?.clone();
            let global = self.catalog.api().endpoints()?.global_region(&model, &self.partition);
            let plan = Plan {
                call: call.to_string().into(),
                actions: self.catalog.permissions(call),
                model,
                operation,
                global,
                lists: Vec::new(),
                gets: Vec::new(),
                rows: Vec::new(),
                prepares: false,
            };
            operations.insert(call.operation.clone(), plan);
        }
        operations.get_mut(&call.operation).ok_or_else(|| WorldError::Catalog(format!("no plan for `{call}`")))
    }

    fn add_type(&mut self, of: &ResourceType) -> Result<(), WorldError> {
        if let Some(list) = &of.list {
            self.add_list(of, list)?;
        }
        if let Some(from) = &of.source {
            self.add_from_source(of, from)?;
        }
        let indices = indices(of, self.held, &self.partition);
        for (number, (get, index)) in of.get.iter().zip(indices).enumerate() {
            match (&get.call, &get.source) {
                (Some(call), _) => self.add_get(of, number, get, call, index)?,
                (None, Some(source)) => self.add_rows(of, number, get, source)?,
                (None, None) => {}
            }
        }
        Ok(())
    }

    fn add_list(&mut self, of: &ResourceType, list: &List) -> Result<(), WorldError> {
        let split = Split::of(&list.with);
        let (model, operation) = self.models(&list.call)?;
        let mut input = Ways::new(&split, of.scope, false);
        let own = self.held.of_type(&of.id);
        let index = match &of.parent {
            Some(parent) => index_by_parent(&input, &split, self.held, &self.partition, self.held.of_type(parent), own),
            None => self.index_listing(&input, &split, own),
        };
        input.index = Arc::new(index);
        let found = ListUse {
            type_id: of.id.clone(),
            input,
            each: list.each.clone(),
            shape: output_at(&model, &operation, &list.items)?,
            items: list.items.clone(),
            member: list.member.clone(),
            decode: Vec::new(),
            ordered: of.ordered.clone(),
        };
        self.plan(&list.call)?.lists.push(found);
        Ok(())
    }

    /// A listing without a parent depends on nothing but account and region, and answers in each of them.
    fn index_listing(&self, input: &Ways, split: &Split, own: &[u32]) -> Index {
        let mut index = Index::new();
        for (account, region) in &self.places {
            let roots = Roots::new(Value::null(), account, region, &self.partition);
            index.entry(input.key(account, region, &split.evaluate(&roots))).or_default();
        }
        for &number in own {
            let document = &self.held.documents[number as usize];
            let roots = Roots::new(Value::null(), &document.account, &document.region, &self.partition);
            let key = input.key(&document.account, &document.region, &split.evaluate(&roots));
            index.entry(key).or_default().push(Slot { document: number, item: None });
        }
        index
    }

    fn add_from_source(&mut self, of: &ResourceType, from: &FromSource) -> Result<(), WorldError> {
        let source = self.source(&from.id)?;
        let (call, split) = (source.call.clone(), Split::of(&source.with));
        let mut input = Ways::new(&split, source.scope, false);
        input.index = Arc::new(self.index_listing(&input, &split, self.held.of_type(&of.id)));
        let (model, operation) = self.models(&call)?;
        let list = ListUse {
            type_id: of.id.clone(),
            input,
            each: BTreeMap::new(),
            shape: output_at(&model, &operation, &from.items)?,
            items: from.items.clone(),
            member: None,
            decode: decodes(&from.decode)?,
            ordered: of.ordered.clone(),
        };
        self.plan(&call)?.lists.push(list);
        Ok(())
    }

    fn add_rows(&mut self, of: &ResourceType, get: usize, row: &Get, id: &Arc<str>) -> Result<(), WorldError> {
        let source = self.source(id)?;
        let call = source.call.clone();
        let found = RowUse {
            type_id: of.id.clone(),
            get,
            source: id.clone(),
            into: row.into.clone().unwrap_or_default(),
            key: source.key.clone().unwrap_or_default(),
        };
        self.plan(&call)?.rows.push(found);
        Ok(())
    }

    fn add_get(
        &mut self,
        of: &ResourceType,
        number: usize,
        get: &Get,
        call: &Call,
        index: Arc<Index>,
    ) -> Result<(), WorldError> {
        let (model, operation) = self.models(call)?;
        let take = get.take.clone().unwrap_or_default();
        let batch = get.batch.as_ref();
        let each = batch.is_some() && take.segments().last() != Some(&Segment::Each);
        let shape_path = if each { take.join(&Path::new(vec![Segment::Each])) } else { take.clone() };
        let mut input = Ways::new(&Split::of(&get.with), of.scope, of.namespace == Namespace::Partition);
        input.index = index;
        let found = GetUse {
            input,
            shape: output_at(&model, &operation, &shape_path)?,
            take,
            into: get.into.clone(),
            per: get.per.clone(),
            decode: decodes(&get.decode)?,
            gives: self.catalog.gives(of, number),
            only: get.gives.clone(),
            gone: get.gone.clone(),
            absent: get.absent.clone(),
            unsupported: get.unsupported.clone(),
            batch: batch.map(|batch| BatchUse {
                size: batch.size,
                over: batch.over.clone(),
                matches: batch.matches.clone(),
                failures: batch.failures.clone(),
                reasons: batch.reasons.clone(),
                gone: batch.gone.clone(),
            }),
            elsewhere: of.region.is_some(),
            ordered: of.ordered.clone(),
        };
        self.plan(call)?.gets.push(found);
        Ok(())
    }

    fn source(&self, id: &str) -> Result<&Source, WorldError> {
        self.catalog.source(id).ok_or_else(|| WorldError::Catalog(format!("there is no source `{id}`")))
    }

    fn models(&self, call: &Call) -> Result<(Arc<ServiceModel>, Arc<Operation>), WorldError> {
        let model = self.catalog.api().service(&call.service)?;
        let operation = model.operation(&call.operation)?.clone();
        Ok((model, operation))
    }
}

/// The items that a path with or without a last `[]` leads to.
pub(crate) fn items_of<'v>(value: &'v Value, per: &Path) -> &'v [Value] {
    value.at(&without_each(per)).items()
}

pub(crate) fn without_each(path: &Path) -> Path {
    let mut segments = path.segments().to_vec();
    if segments.last() == Some(&Segment::Each) {
        segments.pop();
    }
    Path::new(segments)
}

fn output_at(model: &ServiceModel, operation: &Operation, path: &Path) -> Result<catalog::api::ShapeId, WorldError> {
    let output = operation.output.ok_or_else(|| WorldError::Catalog(format!("`{}` has no output", operation.name)))?;
    Ok(model.shape_at(output, path)?)
}

fn decodes(decode: &BTreeMap<String, Decode>) -> Result<Vec<(Path, Decode)>, WorldError> {
    let paths = decode.iter().map(|(path, decode)| Ok((Path::parse(path)?, *decode)));
    paths.collect::<Result<_, resource::PathError>>().map_err(|error| WorldError::Catalog(error.to_string()))
}
