//! Keys, pasted text, wheel and clicks.
use crate::{
    action::{self, picker},
    effect::Effect,
    key::Key,
    keymap::{Keymap, Resolved},
    layout,
    model::{
        Model,
        picker::Purpose,
        screen::{Context, Question, Screen},
    },
};

/// How long a key must rest before it counts as pressed anew on a question.
const REST_MS: i64 = 500;

pub fn key(model: &mut Model, keymap: &Keymap, key: Key, at: i64) -> Vec<Effect> {
    if let Some(Screen::Confirm(question)) = model.front_mut()
        && unmeant(question, key, at)
    {
        return vec![];
    }
    model.notices.read();
    if demanded(model)
        && let Some(c) = key.typed()
    {
        return picker::retype(model, |text| text.push(c));
    }
    model.pending.push(key);
    let stood = model.screens.len();
    let effects = match keymap.resolve(model.contexts(), &model.pending) {
        Resolved::Prefix => return vec![],
        Resolved::Action(action) => {
            model.pending.clear();
            if action.ready(model) { (action.run)(model, action.arg) } else { vec![] }
        }
        Resolved::Unknown => {
            model.pending.clear();
            unbound(model, key)
        }
    };
    opened(model, keymap, stood, key, at);
    effects
}

/// A key that was typed before the question was seen, or that repeats from being held down, answers nothing.
fn unmeant(question: &mut Question, key: Key, at: i64) -> bool {
    if !question.drawn {
        return true;
    }
    match question.held {
        Some((held, last)) if held == key && at - last < REST_MS => {
            question.held = Some((key, at));
            true
        }
        _ => {
            question.held = None;
            false
        }
    }
}

/// Whether a question waits for a name to be typed whole: until it is, letters are letters and no answers.
fn demanded(model: &Model) -> bool {
    match model.front() {
        Some(Screen::Confirm(question)) => question.demand.as_ref().is_some_and(|demand| *demand != question.typed),
        _ => false,
    }
}

/// What the screens that a key opened must know of keys.
fn opened(model: &mut Model, keymap: &Keymap, stood: usize, key: Key, at: i64) {
    if model.screens.len() <= stood {
        return;
    }
    let below = model.contexts_below();
    match model.front_mut() {
        Some(Screen::Confirm(question)) => question.held = Some((key, at)),
        Some(Screen::Picker(picker)) if picker.purpose != Purpose::Palette => {
            for item in &mut picker.items {
                if let crate::model::picker::Choice::Act(name) = &item.choice {
                    let keys = keymap.keys_of(below, name);
                    // help reads keys first; what has no key here is in the palette
                    item.label = if keys.is_empty() { format!(":{name}") } else { keys.join(", ") };
                }
            }
        }
        _ => {}
    }
}

/// A key that nothing is bound to: text where text is typed.
fn unbound(model: &mut Model, key: Key) -> Vec<Effect> {
    match key.typed() {
        Some(c) if picker::text(model).is_some() => picker::retype(model, |text| text.push(c)),
        _ => vec![],
    }
}

/// Pasted text is text: it goes into the line that is typed, and nowhere else.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    // what a question wants typed is to be typed: that is what it wants it for
    if picker::text(model).is_none() || matches!(model.front(), Some(Screen::Confirm(_))) {
        model.notices.say("pasted text goes nowhere here: open the filter first");
        return vec![];
    }
    let line = text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    picker::retype(model, |text| text.push_str(&line))
}

pub fn wheel(model: &mut Model, by: isize) -> Vec<Effect> {
    let areas = layout::of(model.size);
    let store = &model.store;
    match model.screens.last_mut() {
        Some(Screen::Table(table)) => table.step(store, by, areas.rows()),
        Some(Screen::Detail(detail)) => detail.scroll(by, areas.lines()),
        Some(Screen::Logs(logs)) => logs.step(by),
        Some(Screen::Picker(picker)) => picker.step(by),
        _ => {}
    }
    vec![]
}

/// A click selects a row; a click on the selected row goes into it.
pub fn click(model: &mut Model, _column: u16, row: u16) -> Vec<Effect> {
    let areas = layout::of(model.size);
    let first = areas.body.y + 1;
    let Some((table, store)) = model.table_and_store() else { return vec![] };
    let Some(line) = row.checked_sub(first).map(usize::from).filter(|line| *line < areas.rows()) else { return vec![] };
    let index = table.offset() + line;
    if index >= table.shown().len() {
        return vec![];
    }
    if index == table.index() {
        let enter =
            action::find("enter").filter(|action| action.ready(model) && model.contexts().contains(&Context::Table));
        return enter.map_or_else(Vec::new, |action| (action.run)(model, action.arg));
    }
    table.jump(store, index, areas.rows());
    vec![]
}
