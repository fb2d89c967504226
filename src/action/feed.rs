//! Keeps listings in step with the screens: starts what is wanted and not alive, cancels what no screen shows any more.
use crate::{
    effect::Effect,
    error::Trouble,
    kinds::Reach,
    model::{
        Model,
        screen::Screen,
        store::{FeedKey, Load},
        task::{State, TaskId},
        work::Work,
    },
};

/// Gives work a task and asks for it to be started.
pub fn start(model: &mut Model, work: Work) -> (TaskId, Effect) {
    let id = model.tasks.start(work.clone(), model.now);
    (id, Effect::Start(id, work))
}

fn list(model: &mut Model, key: &FeedKey) -> Effect {
    let (id, effect) = start(model, Work::List(key.clone()));
    model.store.begin(key, id, model.now);
    effect
}

/// Called after every change of screens and of rows that others depend on.
pub fn sync(model: &mut Model) -> Vec<Effect> {
    let wanted = model.wanted();
    let mut effects = cancel_unwanted(model, &wanted);
    effects.extend(cancel_unread(model));
    for key in &wanted {
        // a feed that failed waits for a refresh; one that ended well is true as of then
        let alive = model.store.owner(key).is_some_and(|task| {
            // one that is being cancelled answers no more
            model.tasks.get(task).is_some_and(|task| task.state == State::Running)
                || model.store.get(key).is_some_and(|feed| !matches!(feed.load, Load::Loading))
        });
        if !alive {
            effects.push(list(model, key));
        }
    }
    for at in 0..model.screens.len() {
        let feeds = feeds_for(model, at);
        let now = model.now;
        if let (Some(Screen::Table(table)), store) = (model.screens.get_mut(at), &model.store) {
            table.watch(store, feeds, now);
        }
    }
    effects
}

/// The feeds of one table; a derived feed is filled here from its parent.
fn feeds_for(model: &mut Model, at: usize) -> Vec<u32> {
    if let Some(Screen::Table(table)) = model.screens.get(at)
        && matches!(table.kind.reach(), Reach::Within(_))
    {
        let key = FeedKey::new(table.kind, table.scope.clone());
        if model.store.no(&key).is_none() {
            model.store.begin(&key, TaskId(0), model.now);
        }
        derive(model, &key);
    }
    model.feeds_shown(at)
}

/// Writes a derived feed anew; tells what it touched.
pub fn derive(model: &mut Model, key: &FeedKey) {
    let now = model.now;
    if let Some(batch) = model.derived(key)
        && let Some((feed, touched)) = model.store.apply(key, TaskId(0), batch, now)
    {
        for screen in &mut model.screens {
            if let Screen::Table(table) = screen {
                table.absorb(&model.store, feed, &touched, now);
            }
        }
    }
    echo(model, key);
}

/// A derived feed is as true as the feed it comes from.
fn echo(model: &mut Model, key: &FeedKey) {
    if let Some(parent) = key.parent() {
        model.store.echo(&parent, key);
    }
}

/// Tells the derived feeds on the screens how far the feed they come from may be believed now.
pub fn echoes(model: &mut Model, parent: &FeedKey) {
    let tables = model.screens.iter().filter_map(|screen| match screen {
        Screen::Table(table) => Some(FeedKey::new(table.kind, table.scope.clone())),
        _ => None,
    });
    let derived: Vec<FeedKey> = tables.filter(|key| key.parent().as_ref() == Some(parent)).collect();
    for key in derived {
        echo(model, &key);
    }
}

/// Readings and searches of logs that no screen shows any more.
fn cancel_unread(model: &mut Model) -> Vec<Effect> {
    let read = |id: TaskId| {
        model
            .screens
            .iter()
            .any(|screen| matches!(screen, Screen::Logs(logs) if logs.reads(id) || logs.search == Some(id)))
    };
    let stale: Vec<TaskId> = model
        .tasks
        .live()
        .filter(|(_, task)| task.state == State::Running && matches!(task.work, Work::Tail(_) | Work::Search(_)))
        .map(|(id, _)| id)
        .filter(|id| !read(*id))
        .collect();
    for id in &stale {
        model.tasks.set(*id, State::Cancelling, model.now);
    }
    stale.into_iter().map(Effect::Cancel).collect()
}

fn cancel_unwanted(model: &mut Model, wanted: &[FeedKey]) -> Vec<Effect> {
    let stale: Vec<(TaskId, FeedKey)> = model
        .tasks
        .live()
        .filter(|(_, task)| task.state == State::Running)
        .filter_map(|(id, task)| match &task.work {
            Work::List(key) if !wanted.contains(key) => Some((id, key.clone())),
            _ => None,
        })
        .collect();
    let mut effects = Vec::new();
    for (id, key) in stale {
        model.tasks.set(id, State::Cancelling, model.now);
        // what is not watched any more is not known to be true: coming back lists it again over the old rows
        model.store.mark(&key, id, Load::Loading, model.now);
        effects.push(Effect::Cancel(id));
    }
    effects
}

/// Asks again for everything that the front table shows, taking over from listings under way.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    let Some(table) = model.table_below() else { return vec![] };
    let own = FeedKey::new(table.kind, table.scope.clone());
    let FeedKey { kind, scope } = own.parent().unwrap_or(own);
    let wanted: Vec<FeedKey> =
        model.wanted().into_iter().filter(|key| key.kind == kind || key.scope == scope || failed(model, key)).collect();
    let mut effects = Vec::new();
    for key in wanted {
        if let Some(old) = model.store.owner(&key).filter(|old| model.tasks.is_live(*old)) {
            model.tasks.set(old, State::Cancelling, model.now);
            effects.push(Effect::Cancel(old));
        }
        effects.push(list(model, &key));
    }
    effects.extend(identify(model));
    effects
}

/// Asks at once who we are where that is not known, or where the credentials are about to end: they may have been mended outside.
fn identify(model: &mut Model) -> Vec<Effect> {
    const SOON: i64 = 15 * 60;
    let known = |account: &String| {
        let identity = model.identities.get(account);
        identity.is_some_and(|identity| identity.until.is_none_or(|until| until - model.now > SOON))
    };
    let unknown: Vec<String> = model.estate.accounts.iter().filter(|account| !known(account)).cloned().collect();
    unknown.iter().flat_map(|account| anew(model, account)).collect()
}

/// Credentials that were taken for good were refused: from now on it is asked who we are, until somebody is.
pub fn doubt(model: &mut Model, account: &str) -> Vec<Effect> {
    if model.unidentified.contains_key(account) { vec![] } else { anew(model, account) }
}

/// Takes over from who asks already.
fn anew(model: &mut Model, account: &str) -> Vec<Effect> {
    let asks = |work: &Work| matches!(work, Work::Identify(other) if other == account);
    let old = model.tasks.live().find(|(_, task)| task.state == State::Running && asks(&task.work)).map(|(id, _)| id);
    let mut effects = Vec::new();
    if let Some(old) = old {
        model.tasks.set(old, State::Cancelling, model.now);
        effects.push(Effect::Cancel(old));
    }
    effects.push(start(model, Work::Identify(account.to_owned())).1);
    effects
}

/// The credentials of an account are good again: what failed for want of them is listed anew.
pub fn mended(model: &mut Model, account: &str) -> Vec<Effect> {
    let refused = |key: &FeedKey| {
        let load = model.store.get(key).map(|feed| &feed.load);
        *key.scope.account == *account
            && matches!(load, Some(Load::Failed(error)) if error.trouble == Trouble::Credentials)
    };
    let again: Vec<FeedKey> = model.wanted().into_iter().filter(refused).collect();
    again.iter().map(|key| list(model, key)).collect()
}

fn failed(model: &Model, key: &FeedKey) -> bool {
    model.store.get(key).is_some_and(|feed| matches!(feed.load, Load::Failed(_)))
}
