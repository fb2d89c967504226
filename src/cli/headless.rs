//! The console without a screen: the same model, the same listings, until every answer is there.
use tokio::sync::mpsc;

use super::start;
use crate::{
    config::Settings,
    effect::Effect,
    error::{Error, Result},
    keymap::Keymap,
    kinds::Kind,
    model::{
        Model, Size,
        store::{Feed, Load},
        table::Table,
    },
    runtime::{self, Runner},
    update::{self, Msg},
};

/// Lists a kind everywhere and waits until each feed has answered or failed.
///
/// # Errors
/// If the settings name what is not there.
pub async fn settle(settings: &Settings, kind: Kind) -> Result<Model> {
    let estate = start::estate(settings)?;
    let now = || runtime::now_ms() / 1000;
    let mut model = Model::new(Size { width: 200, height: 50 }, estate, kind, now());
    model.zone = start::zone(settings);
    let keymap = Keymap::default();
    let (reports, mut inbox) = mpsc::channel(64);
    let mut runner = Runner::new(start::clients(settings)?, reports);
    let mut effects = crate::action::feed::sync(&mut model);
    loop {
        for effect in std::mem::take(&mut effects) {
            match effect {
                Effect::Start(id, work) => runner.start(id, work),
                Effect::Cancel(id) => runner.cancel(id),
                _ => {}
            }
        }
        if model.wanted().iter().all(|key| model.store.get(key).is_some_and(settled)) {
            break;
        }
        let Some(msg) = inbox.recv().await else { break };
        update::update(&mut model, &keymap, Msg::Now(now()));
        effects = update::update(&mut model, &keymap, msg);
    }
    runner.shutdown().await;
    Ok(model)
}

fn settled(feed: &Feed) -> bool {
    feed.load != Load::Loading
}

/// Everything that is missing in an answer.
#[must_use]
pub fn troubles(model: &Model) -> Vec<Error> {
    let mut troubles: Vec<Error> = Vec::new();
    for key in model.wanted() {
        let Some(feed) = model.store.get(&key) else { continue };
        let own = match &feed.load {
            Load::Failed(error) | Load::Lost(error) => Some((**error).clone()),
            Load::Loading | Load::Ready => None,
        };
        for error in own.into_iter().chain(feed.partial.iter().cloned()) {
            if !troubles.contains(&error) {
                troubles.push(error);
            }
        }
    }
    troubles
}

/// The table that was listed.
#[must_use]
pub fn table(model: &Model) -> Option<&Table> {
    model.table()
}
