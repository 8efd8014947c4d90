//! From collector events to the store: secrets scrubbed, progress counted.

use std::collections::HashMap;
use std::sync::Arc;

use catalog::Catalog;
use collect::{Event, Note};
use resource::Unit;
use store::{ResourceRules, Writer};
use tokio::sync::mpsc;

use crate::error::ScanError;
use crate::meter::Meter;

/// Takes events until the collector is done. Runs on a blocking thread: the writer's queue is bounded, so a slow disk
/// slows the reading down instead of filling memory.
pub(crate) fn write_events(
    catalog: &Catalog,
    writer: &Writer,
    meter: &Meter,
    mut events: mpsc::Receiver<Event>,
) -> Result<Written, ScanError> {
    let mut rules: HashMap<Arc<str>, Arc<ResourceRules>> = HashMap::new();
    let mut listed: HashMap<Unit, u64> = HashMap::new();
    let mut written = Written::default();
    while let Some(event) = events.blocking_recv() {
        match event {
            Event::UnitStarted(unit) => writer.unit_started(&unit)?,
            Event::Listed { unit, resources, .. } => {
                let known = listed.entry(unit.clone()).or_default();
                meter.service(&unit.type_id, |service| service.listed += resources.saturating_sub(*known));
                *known = resources;
            }
            Event::Resource(mut found) => {
                let Some(of) = catalog.resource_type(&found.unit.type_id) else { continue };
                identity::scrub(of, &mut found.document);
                let known = match rules.get(&of.id) {
                    Some(known) => known.clone(),
                    None => {
                        let made = Arc::new(ResourceRules::new(&of.volatile, &of.ordered)?);
                        rules.insert(of.id.clone(), made.clone());
                        made
                    }
                };
                if found.owner.as_ref().is_none_or(|owner| *owner == found.unit.account) {
                    written.resources += 1;
                    Meter::add(&meter.resources, 1);
                }
                meter.service(&of.id, |service| service.resources += 1);
                writer.resource(found, &known)?;
            }
            Event::UnitFinished(report) => {
                written.units += 1;
                Meter::add(&meter.units_done, 1);
                Meter::add(&meter.requests, report.requests);
                listed.remove(&report.unit);
                meter.service(&report.unit.type_id, |service| service.done += 1);
                writer.unit_finished(&report)?;
            }
            Event::Note(Note::Denied { region, hole } | Note::Throttled { region, hole }) => {
                meter.denied(&region, &hole);
            }
            Event::Note(Note::NotOffered { .. }) => {}
        }
    }
    writer.flush()?;
    Ok(written)
}

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) resources: u64,
    pub(crate) units: u64,
}
