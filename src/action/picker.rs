//! What can be done while something is chosen, typed or answered.
use super::{Action, Arg, app, feed, find, log, table};
use crate::{
    effect::Effect,
    layout,
    model::{
        Model,
        picker::{Choice, Item, Purpose},
        screen::{Asked, Context, Screen, Then},
        table::Mark,
    },
};

const PICKER: &[Context] = &[Context::Picker];
const TYPED: &[Context] = &[Context::Picker, Context::Input, Context::Confirm];

pub static ACTIONS: &[Action] = &[
    Action::new("next-item", "Next item", PICKER, |model, _| step(model, 1)),
    Action::new("previous-item", "Previous item", PICKER, |model, _| step(model, -1)),
    Action::new("next-items", "A page of items on", PICKER, |model, _| page(model, 1)),
    Action::new("previous-items", "A page of items back", PICKER, |model, _| page(model, -1)),
    Action::new("choose", "Take the item", PICKER, |model, _| choose(model)),
    Action::new("close", "Close without choosing", PICKER, |model, _| {
        model.pop();
        vec![]
    }),
    Action::new("accept", "Keep what was typed", &[Context::Input], accept),
    Action::new("cancel", "Drop what was typed", &[Context::Input], cancel),
    Action::new("erase", "Erase the last letter", TYPED, |model, _| {
        retype(model, |text| {
            text.pop();
        })
    })
    .when(typing),
    Action::new("erase-word", "Erase the last word", TYPED, |model, _| retype(model, erase_word)).when(typing),
    Action::new("erase-line", "Erase everything typed", TYPED, |model, _| retype(model, String::clear)).when(typing),
    Action::new("yes", "Do it", &[Context::Confirm], yes),
    Action::new("no", "Do not", &[Context::Confirm], |model, _| {
        model.pop();
        vec![]
    }),
];

fn typing(model: &Model) -> bool {
    text(model).is_some()
}

fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(Screen::Picker(picker)) = model.front_mut() {
        picker.step(by);
    }
    vec![]
}

fn page(model: &mut Model, by: isize) -> Vec<Effect> {
    let lines = isize::try_from(layout::picker_lines(model.size)).unwrap_or(1);
    step(model, by * lines)
}

fn erase_word(text: &mut String) {
    let kept = text.trim_end().rfind(' ').map_or(0, |at| at + 1);
    text.truncate(kept);
}

/// The text that the keys go to: of the picker, the prompt, the question, the filter or the search.
#[must_use]
pub fn text(model: &Model) -> Option<&str> {
    match model.front()? {
        Screen::Picker(picker) => Some(&picker.text),
        Screen::Prompt(prompt) => Some(&prompt.text),
        Screen::Confirm(question) if question.demand.is_some() => Some(&question.typed),
        Screen::Table(table) if model.editing => Some(table.filter.text()),
        Screen::Detail(detail) if model.editing => Some(&detail.search),
        Screen::Logs(logs) if model.editing => Some(&logs.text),
        _ => None,
    }
}

/// Changes that text and does what follows from it.
pub fn retype(model: &mut Model, change: impl FnOnce(&mut String)) -> Vec<Effect> {
    let Some(mut text) = text(model).map(str::to_owned) else { return vec![] };
    change(&mut text);
    let (now, areas) = (model.now, layout::of(model.size));
    let store = &model.store;
    match model.screens.last_mut() {
        Some(Screen::Picker(picker)) => picker.narrow(text),
        Some(Screen::Prompt(prompt)) => prompt.text = text,
        Some(Screen::Confirm(question)) => question.typed = text,
        Some(Screen::Table(table)) => {
            table.set_filter(store, &text, now);
            table.scroll(areas.rows());
        }
        Some(Screen::Detail(detail)) => detail.search(&text, areas.lines()),
        Some(Screen::Logs(_)) => return log::ask(model, &text),
        _ => {}
    }
    vec![]
}

fn accept(model: &mut Model, _: Arg) -> Vec<Effect> {
    if let Some(Screen::Prompt(prompt)) = model.front() {
        let (text, what) = (prompt.text.trim().to_owned(), prompt.what);
        if text.is_empty() {
            return vec![]; // an empty reason is none
        }
        model.pop();
        return match what {
            Asked::ActReason => app::start_acting(model, &text),
            Asked::Time => log::jump(model, &text),
            Asked::Find => log::more::sought(model, &text),
            Asked::Save => log::more::save(model, &text),
        };
    }
    if matches!(model.front(), Some(Screen::Confirm(_))) {
        return yes(model, Arg::None);
    }
    model.editing = false;
    vec![]
}

fn cancel(model: &mut Model, _: Arg) -> Vec<Effect> {
    if matches!(model.front(), Some(Screen::Prompt(_) | Screen::Confirm(_))) {
        model.pop();
        return vec![];
    }
    let effects = retype(model, String::clear);
    model.editing = false;
    effects
}

fn choose(model: &mut Model) -> Vec<Effect> {
    let Some(Screen::Picker(picker)) = model.front() else { return vec![] };
    let argument = picker.argument().to_owned();
    let palette = picker.purpose == Purpose::Palette;
    let Some(item) = picker.chosen().cloned() else { return vec![] };
    if !item.enabled {
        return vec![];
    }
    let about = picker.about.clone();
    model.pop();
    if about.is_some_and(|about| of_a_row(&item.choice) && !is_selected(model, &about)) {
        model.notices.say("nothing was done: the row this was for is gone");
        return vec![];
    }
    let Item { choice, .. } = item;
    match choice {
        Choice::Act(name) => match find(&name) {
            Some(Action { arg: Arg::Kind(kind), .. }) if palette => table::goto_kind(model, *kind, &argument),
            Some(action) if action.ready(model) => (action.run)(model, action.arg),
            _ => vec![],
        },
        Choice::Sort(sort) => table::sort(model, sort),
        Choice::Copy(text) => {
            model.notices.say(format!("copied {text}"));
            vec![Effect::Copy(text)]
        }
        Choice::Follow(link) => table::follow(model, &link),
        Choice::Region(name) => table::narrow(model, |scope| scope.region = name.as_str().into()),
        Choice::Account(name) => table::narrow(model, |scope| scope.account = name.as_str().into()),
        Choice::Namespace(name) => table::namespace(model, &name),
        Choice::Source(name) => log::only(model, &name),
        Choice::Filter(text) => log::ask(model, &text),
    }
}

/// Whether choosing it does something to the selected row.
fn of_a_row(choice: &Choice) -> bool {
    match choice {
        Choice::Act(name) => find(name).is_some_and(|action| !action.contexts.contains(&Context::Global)),
        Choice::Follow(_) => true,
        Choice::Sort(_)
        | Choice::Copy(_)
        | Choice::Region(_)
        | Choice::Account(_)
        | Choice::Namespace(_)
        | Choice::Source(_)
        | Choice::Filter(_) => false,
    }
}

fn is_selected(model: &Model, mark: &Mark) -> bool {
    model.selected().is_some_and(|(feed, record)| *feed == mark.feed && record.id() == mark.id)
}

fn yes(model: &mut Model, _: Arg) -> Vec<Effect> {
    if let Some(Screen::Confirm(question)) = model.front()
        && question.demand.as_ref().is_some_and(|demand| *demand != question.typed)
    {
        return vec![];
    }
    let Some(Screen::Confirm(question)) = model.screens.pop() else { return vec![] };
    match question.then {
        Then::Quit => app::quit_now(model),
        Then::Start(work) => vec![feed::start(model, work).1],
        Then::Live(wishes) => {
            // in place of the screen that it was asked on
            model.pop();
            log::read(model, wishes, true)
        }
    }
}
