//! What can be done anywhere.
use super::{Action, Arg, feed};
use crate::{
    effect::Effect,
    model::{
        Model,
        estate::Role,
        picker::{Choice, Item, Picker, Purpose},
        screen::{Asked, Context, Prompt, Question, Screen, Then},
        table::Mark,
    },
};

const GLOBAL: &[Context] = &[Context::Global];

pub static ACTIONS: &[Action] = &[
    Action::new("quit", "Leave, or close what is over the table", GLOBAL, quit),
    Action::new("quit-now", "Leave from anywhere", &[Context::Global, Context::Picker, Context::Input], leave),
    Action::new(
        "back",
        "Back to where you came from",
        &[Context::Table, Context::Detail, Context::Log, Context::List],
        back,
    ),
    Action::new("forward", "Return to the screen you came back from", GLOBAL, forward)
        .when(|model| !model.left.is_empty()),
    Action::new("help", "Show the keys of this screen", GLOBAL, |model, _| overlay(model, help)),
    Action::new("palette", "Go to a kind or run an action by name", GLOBAL, |model, _| overlay(model, palette)),
    Action::new("action-menu", "Show what can be done here", GLOBAL, |model, _| overlay(model, menu)),
    Action::new("tasks", "Show background work", GLOBAL, |model, _| open(model, Screen::Tasks(0))),
    Action::new("error-log", "Show everything that went wrong", GLOBAL, |model, _| open(model, Screen::Errors(0))),
    Action::new("pick-region", "Show one region, or all", GLOBAL, |model, _| overlay(model, regions))
        .when(|model| !model.estate.accounts.is_empty()),
    Action::new("pick-profile", "Show one account, or all", GLOBAL, |model, _| overlay(model, accounts))
        .when(|model| !model.estate.accounts.is_empty()),
    Action::new("suspend", "Suspend to the shell", GLOBAL, |_, _| vec![Effect::Suspend]),
    Action::new("redraw", "Draw the screen anew", GLOBAL, |_, _| vec![Effect::Redraw]),
    Action::new("toggle-mouse", "Take the mouse, or leave it for selecting text", GLOBAL, |model, _| {
        model.mouse = !model.mouse;
        vec![Effect::Mouse(model.mouse)]
    }),
    Action::new("local-or-utc", "Tell times in UTC, or in local time", GLOBAL, |model, _| other_zone(model)),
    Action::new("act", "Take the act role, with a reason and an end", GLOBAL, act)
        .mutating()
        .when(|model| model.estate.act_minutes > 0 && model.role == Role::Read),
    Action::new("stop-acting", "Give the act role back", GLOBAL, |model, _| stop_acting(model))
        .when(|model| model.role != Role::Read),
];

pub(super) fn open(model: &mut Model, screen: Screen) -> Vec<Effect> {
    model.push(screen);
    vec![]
}

/// Opens a list made from the model as it is.
pub(super) fn overlay(model: &mut Model, make: fn(&Model) -> Picker) -> Vec<Effect> {
    let mut picker = make(model);
    picker.about = model.selected().map(|(feed, record)| Mark { feed: feed.clone(), id: record.id().to_owned() });
    open(model, Screen::Picker(picker))
}

fn back(model: &mut Model, _: Arg) -> Vec<Effect> {
    model.pop();
    feed::sync(model)
}

fn forward(model: &mut Model, _: Arg) -> Vec<Effect> {
    if let Some(screen) = model.left.pop() {
        let left = std::mem::take(&mut model.left);
        model.push(screen);
        model.left = left;
    }
    // its rows went on changing while it was away
    let now = model.now;
    if let Some((table, store)) = model.table_and_store() {
        table.rebuild(store, now);
    }
    feed::sync(model)
}

/// At the root it leaves; elsewhere it goes back, so that one `q` too many costs nothing.
fn quit(model: &mut Model, arg: Arg) -> Vec<Effect> {
    if model.screens.len() > 1 { back(model, arg) } else { leave(model, arg) }
}

fn leave(model: &mut Model, _: Arg) -> Vec<Effect> {
    let held: Vec<String> =
        model.tasks.live().filter(|(_, task)| Effect::holds(&task.work)).map(|(_, task)| task.title.clone()).collect();
    if held.is_empty() {
        return quit_now(model);
    }
    let question = Question {
        title: "Leave while work is running?".into(),
        lines: held,
        then: Then::Quit,
        demand: None,
        typed: String::new(),
        drawn: false,
        held: None,
    };
    open(model, Screen::Confirm(question))
}

pub fn quit_now(model: &mut Model) -> Vec<Effect> {
    model.quit = true;
    model.tasks.live().map(|(id, _)| Effect::Cancel(id)).chain([Effect::Quit]).collect()
}

fn act(model: &mut Model, _: Arg) -> Vec<Effect> {
    let prompt = Prompt {
        title: format!("Act role in {} for {} min", model.estate.name, model.estate.act_minutes),
        hint: "Why? The reason is shown in the header while it lasts".into(),
        text: String::new(),
        what: Asked::ActReason,
    };
    open(model, Screen::Prompt(prompt))
}

/// The reason was given: the role is taken, and ends by itself.
pub fn start_acting(model: &mut Model, reason: &str) -> Vec<Effect> {
    let until = model.now + i64::from(model.estate.act_minutes) * 60;
    model.role = Role::Act { until, reason: reason.to_owned() };
    vec![Effect::Role(true)]
}

fn other_zone(model: &mut Model) -> Vec<Effect> {
    if model.zone == model.other_zone {
        model.notices.say("this machine's own zone is UTC already");
        return vec![];
    }
    std::mem::swap(&mut model.zone, &mut model.other_zone);
    model.notices.say(format!("times are told in {}", model.zone.name()));
    vec![]
}

pub fn stop_acting(model: &mut Model) -> Vec<Effect> {
    model.role = Role::Read;
    model.notices.say("back to the read role");
    vec![Effect::Role(false)]
}

/// The palette: every kind, then every action that could run here.
fn palette(model: &Model) -> Picker {
    let items = super::all().filter(|action| action.allowed(model) && action.contexts != [Context::Picker]);
    let items = items.filter(|action| {
        action.contexts.contains(&Context::Global) || action.contexts.iter().any(|c| model.contexts_below().contains(c))
    });
    let mut items: Vec<Item> = items.map(|action| item(model, action)).collect();
    // `:pods` and `:q` are what fingers know
    items.sort_by_key(|item| !item.label.starts_with("goto-"));
    for item in &mut items {
        if let Some(kind) = item.label.strip_prefix("goto-").and_then(crate::kinds::Kind::named) {
            let aliases = kind.aliases().iter().map(|alias| format!(" ({alias})")).collect::<String>();
            item.label = format!("{}{aliases}", kind.name());
        } else if item.label == "quit-now" {
            item.label = "quit (q)".into();
        }
    }
    items.retain(|item| item.choice != Choice::Act("quit".into()) && item.choice != Choice::Act("palette".into()));
    Picker::new(":", Purpose::Palette, items)
}

pub(super) fn item(model: &Model, action: &Action) -> Item {
    Item {
        label: action.name.to_string(),
        hint: action.doc.to_string(),
        enabled: action.ready(model),
        choice: Choice::Act(action.name.to_string()),
    }
}

/// Help and the action menu are filled in by `update`, which knows the keys; here stands what they hold.
fn help(model: &Model) -> Picker {
    Picker::new("Keys", Purpose::Help, here(model, |_| true))
}

fn menu(model: &Model) -> Picker {
    const OWN: [Context; 4] = [Context::Table, Context::Detail, Context::Log, Context::List];
    Picker::new("Actions", Purpose::Menu, here(model, |action| OWN.iter().any(|c| action.contexts.contains(c))))
}

fn here(model: &Model, also: fn(&Action) -> bool) -> Vec<Item> {
    let contexts = model.contexts_below();
    let fits = |action: &&Action| {
        action.contexts.iter().any(|c| contexts.contains(c)) && action.allowed(model) && also(action)
    };
    let mut fitting: Vec<&Action> = super::all().filter(fits).collect();
    // what is of this screen first, what goes anywhere after it
    fitting.sort_by_key(|action| action.contexts.contains(&Context::Global));
    fitting.into_iter().map(|action| item(model, action)).collect()
}

fn regions(model: &Model) -> Picker {
    let mut names: Vec<String> = model.estate.regions.clone();
    for (_, feed) in model.store.of_kind(crate::kinds::Kind::Region) {
        let found = feed.rows.slots().into_iter().filter_map(|slot| feed.rows.get(slot)).map(|r| r.name().to_owned());
        names.extend(found);
    }
    names.sort();
    names.dedup();
    let item = |name: String, hint: &str, choice: String| Item {
        label: name,
        hint: hint.into(),
        enabled: true,
        choice: Choice::Region(choice),
    };
    let all = item("all".into(), "every region of the estate", String::new());
    let items = std::iter::once(all).chain(names.into_iter().map(|name| item(name.clone(), "", name))).collect();
    Picker::new("Region", Purpose::Menu, items)
}

fn accounts(model: &Model) -> Picker {
    let item = |label: String, hint: String, choice: String| Item {
        label,
        hint,
        enabled: true,
        choice: Choice::Account(choice),
    };
    let all = item("all".into(), "every account of the estate".into(), String::new());
    let each = model.estate.accounts.iter().map(|name| {
        let identity = model.identities.get(name).map_or_else(String::new, |identity| identity.arn.clone());
        let label = if name.is_empty() { "default credentials".into() } else { name.clone() };
        item(label, identity, name.clone())
    });
    Picker::new("Account", Purpose::Menu, std::iter::once(all).chain(each).collect())
}
