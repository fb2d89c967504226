//! The one place where truth changes: `(model, message) → effects`. No I/O, no clock, no await.
mod input;
#[cfg(test)]
mod tests;

use crate::{
    action::{self, app, feed},
    effect::Effect,
    error::{Error, Trouble},
    key::Key,
    keymap::Keymap,
    kinds::{Batch, Kind, Reach},
    layout,
    log::{News, store::search::Piece},
    model::{
        Model, Size, Throttle,
        detail::Raw,
        estate::{Identity, Role},
        logs::{Group, Logs},
        notice::Notice,
        screen::Screen,
        store::{FeedKey, Load},
        task::{End, State, TaskId},
        work::Work,
    },
};

#[derive(Debug)]
pub enum Msg {
    /// A key, and when, in milliseconds since 1970.
    Key(Key, i64),
    /// Text that came as one piece: it is never taken for keys.
    Paste(String),
    /// The wheel, in rows; a click on a row and column.
    Wheel(isize),
    Click(u16, u16),
    Resize(Size),
    /// It is now so many seconds since 1970.
    Now(i64),
    /// A frame was drawn: what is on the screen has been seen.
    Drawn,
    Rows(TaskId, FeedKey, Batch),
    /// A watch stands: its rows are true.
    Live(TaskId, FeedKey),
    /// A watch broke and is being mended.
    Lost(TaskId, FeedKey, Error),
    /// This part of an answer is missing too.
    Partial(TaskId, FeedKey, Error),
    /// These parts of an answer are missing, and no others.
    Parts(TaskId, FeedKey, Vec<Error>),
    Described(TaskId, Raw),
    Identified(TaskId, String, Identity),
    /// Nobody knows who we are in this account; it is asked again by itself.
    Unidentified(TaskId, String, Error),
    Throttled(Throttle),
    /// What a reading of logs has to say.
    News(TaskId, Vec<News>),
    /// What a search of logs found.
    Found(TaskId, Piece),
    /// What looks alike in logs.
    Alike(TaskId, Vec<Group>),
    Ended(TaskId, End),
}

pub fn update(model: &mut Model, keymap: &Keymap, msg: Msg) -> Vec<Effect> {
    let effects = take(model, keymap, msg);
    // whatever happened, the cursor is where it can be seen
    rescroll(model);
    effects
}

fn take(model: &mut Model, keymap: &Keymap, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key, at) => input::key(model, keymap, key, at),
        Msg::Paste(text) => input::paste(model, &text),
        Msg::Wheel(by) => input::wheel(model, by),
        Msg::Click(column, row) => input::click(model, column, row),
        Msg::Resize(size) => {
            model.size = size;
            vec![]
        }
        Msg::Now(now) => tell_time(model, now),
        Msg::Drawn => {
            if let Some(Screen::Confirm(question)) = model.front_mut() {
                question.drawn = true;
            }
            vec![]
        }
        Msg::Rows(task, feed, batch) => rows(model, task, &feed, batch),
        Msg::Live(task, feed) => {
            model.store.mark(&feed, task, Load::Ready, model.now);
            feed::echoes(model, &feed);
            vec![]
        }
        Msg::Lost(task, feed, error) => {
            if model.store.mark(&feed, task, Load::Lost(error.clone().into()), model.now) {
                model.notices.wrong(error, model.now, false);
            }
            feed::echoes(model, &feed);
            vec![]
        }
        Msg::Partial(..) | Msg::Parts(..) => {
            partial(model, msg);
            vec![]
        }
        Msg::Described(task, raw) => {
            described(model, task, &Ok(raw));
            vec![]
        }
        Msg::Identified(task, account, identity) => identified(model, task, account, identity),
        Msg::Unidentified(task, account, error) => {
            unidentified(model, task, account, error);
            vec![]
        }
        Msg::Throttled(throttle) => {
            model.throttles.retain(|known| (&known.service, &known.scope) != (&throttle.service, &throttle.scope));
            model.throttles.push(throttle);
            vec![]
        }
        Msg::News(..) | Msg::Found(..) | Msg::Alike(..) => {
            of_logs(model, msg);
            vec![]
        }
        Msg::Ended(task, end) => ended(model, task, end),
    }
}

/// A part of an answer is missing.
fn partial(model: &mut Model, msg: Msg) {
    match msg {
        Msg::Partial(task, feed, error) => {
            model.notices.wrong(error.clone(), model.now, false);
            model.store.miss(&feed, task, error);
        }
        Msg::Parts(task, feed, errors) => {
            for error in &errors {
                model.notices.wrong(error.clone(), model.now, false);
            }
            model.store.miss_only(&feed, task, errors);
        }
        _ => {}
    }
}

/// What jobs that read or search logs report.
fn of_logs(model: &mut Model, msg: Msg) {
    match msg {
        Msg::News(task, news) => {
            let now = model.now;
            for news in &news {
                if let News::Missing(error) = news {
                    model.notices.wrong(error.clone(), now, false);
                }
            }
            if let Some(logs) = logs(model, |logs| logs.reads(task)) {
                logs.hear(task, news);
            }
        }
        Msg::Found(task, found) => {
            if let Some(logs) = logs(model, |logs| logs.search == Some(task)) {
                logs.found(&found);
            }
        }
        Msg::Alike(task, groups) => {
            // only where it is still looked at: nothing opens over what came in between
            if matches!(model.front(), Some(Screen::Logs(logs)) if logs.grouping == Some(task)) {
                action::log::more::grouped(model, groups);
            }
        }
        _ => {}
    }
}

/// The screen of logs that a report is for; on screens that were left nothing is heard any more.
fn logs(model: &mut Model, of: impl Fn(&Logs) -> bool) -> Option<&mut Logs> {
    model.screens.iter_mut().find_map(|screen| match screen {
        Screen::Logs(logs) if of(logs) => Some(logs.as_mut()),
        _ => None,
    })
}

fn rescroll(model: &mut Model) {
    let areas = layout::of(model.size);
    for screen in &mut model.screens {
        match screen {
            Screen::Table(table) => table.scroll(areas.rows()),
            Screen::Detail(detail) => detail.scroll(0, areas.lines()),
            Screen::Logs(logs) => logs.scroll(layout::log(model.size, logs)),
            _ => {}
        }
    }
}

fn tell_time(model: &mut Model, now: i64) -> Vec<Effect> {
    model.now = now;
    for screen in &mut model.screens {
        if let Screen::Table(table) = screen {
            table.grow_older(&model.store, now);
        }
    }
    match &model.role {
        Role::Act { until, .. } if *until <= now => app::stop_acting(model),
        _ => vec![],
    }
}

fn rows(model: &mut Model, task: TaskId, key: &FeedKey, batch: Batch) -> Vec<Effect> {
    let now = model.now;
    let Some((feed, touched)) = model.store.apply(key, task, batch, now) else { return vec![] };
    let height = layout::of(model.size).rows();
    let mut derived = Vec::new();
    for screen in &mut model.screens {
        let Screen::Table(table) = screen else { continue };
        table.absorb(&model.store, feed, &touched, now);
        table.scroll(height);
        if table.kind.reach() == Reach::Within(key.kind) {
            derived.push(FeedKey::new(table.kind, table.scope.clone()));
        }
    }
    for key in derived {
        feed::derive(model, &key);
    }
    // other listings begin where these rows say there is something to list
    if matches!(key.kind, Kind::Region | Kind::Cluster) { feed::sync(model) } else { vec![] }
}

fn described(model: &mut Model, task: TaskId, raw: &Result<Raw, Error>) {
    let height = layout::of(model.size).lines();
    for screen in &mut model.screens {
        if let Screen::Detail(detail) = screen
            && detail.task == Some(task)
        {
            detail.raw = Some(raw.clone());
            let search = std::mem::take(&mut detail.search);
            detail.search(&search, height);
        }
    }
}

fn ended(model: &mut Model, task: TaskId, end: End) -> Vec<Effect> {
    let now = model.now;
    let live = model.tasks.get(task).filter(|task| task.state.is_live());
    let Some(work) = live.map(|task| task.work.clone()) else { return vec![] };
    let state = match end {
        End::Done => State::Done,
        End::Cancelled => State::Cancelled,
        End::Failed(error) => {
            // a failure that a screen shows needs no line in the footer as well
            let shown = fail(model, task, &work, &error);
            model.notices.wrong(error.clone(), now, !shown);
            State::Failed(error)
        }
    };
    let done = state == State::Done;
    let failed = matches!(state, State::Failed(_));
    model.tasks.set(task, state, now);
    let refused = matches!(model.tasks.get(task).map(|task| &task.state), Some(State::Failed(e)) if e.trouble == Trouble::Credentials);
    match work {
        // an answer of no rows sends no batch: the end says that the list is whole
        Work::List(key) if done => {
            model.store.mark(&key, task, Load::Ready, now);
            vec![]
        }
        // until they are mended, somebody must go on asking
        Work::List(key) if refused && !key.scope.region.is_empty() => feed::doubt(model, &key.scope.account),
        Work::Save(saving) if done => {
            model.notices.say(format!("saved {} lines to {}", saving.lines.len(), saving.path));
            vec![]
        }
        Work::Search(_) => {
            if let Some(logs) = logs(model, |logs| logs.search == Some(task)) {
                logs.search = None;
                logs.searched();
            }
            vec![]
        }
        // whoever may not list regions is shown the one that is configured
        Work::List(key) if key.kind == Kind::Region && failed => feed::sync(model),
        _ => vec![],
    }
}

fn identified(model: &mut Model, task: TaskId, account: String, identity: Identity) -> Vec<Effect> {
    if !model.tasks.is_live(task) {
        return vec![];
    }
    let mended = model.unidentified.remove(&account).is_some();
    let effects = if mended { feed::mended(model, &account) } else { vec![] };
    model.identities.insert(account, identity);
    effects
}

fn unidentified(model: &mut Model, task: TaskId, account: String, error: Error) {
    if !model.tasks.is_live(task) {
        return;
    }
    if error.trouble == Trouble::Credentials {
        model.identities.remove(&account);
    }
    // said once, however often it is tried
    let told = model.unidentified.get(&account).is_some_and(|before| before.trouble == error.trouble);
    if !told {
        // where AWS is listed, header and table say it already
        let reach = model.table_below().map(|table| table.kind.reach());
        let shown = error.trouble == Trouble::Credentials && matches!(reach, Some(Reach::Account | Reach::Region));
        model.notices.wrong(error.clone(), model.now, !shown);
    }
    model.unidentified.insert(account, error);
}

/// Puts a failure where it belongs; tells whether something on the screen shows it.
fn fail(model: &mut Model, task: TaskId, work: &Work, error: &Error) -> bool {
    match work {
        Work::List(key) => {
            let owned = model.store.mark(key, task, Load::Failed(error.clone().into()), model.now);
            feed::echoes(model, key);
            // of a listing that was replaced nobody waits to hear
            !owned || model.table_below().is_some_and(|table| table.kind == key.kind)
        }
        Work::Describe(..) => {
            described(model, task, &Err(error.clone()));
            true
        }
        Work::Tail(_) => logs(model, |logs| logs.reads(task)).is_some_and(|logs| {
            logs.failed = Some(error.clone());
            true
        }),
        Work::Identify(_) | Work::Search(_) | Work::Alike(_) | Work::Save(_) => false,
    }
}

/// What the footer must not hide: an unread error waits in front of everything said.
#[must_use]
pub fn unread(model: &Model) -> bool {
    matches!(model.notices.front(), Some(Notice::Wrong(_)))
}

/// What the console asks at its start.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    let mut effects = feed::sync(model);
    let reads = std::mem::take(&mut model.reads);
    if !reads.is_empty() {
        effects.extend(action::log::read(model, reads, false));
    }
    for account in model.estate.accounts.clone() {
        effects.push(action::feed::start(model, Work::Identify(account)).1);
    }
    effects
}
