//! What can be done in a table.
use std::borrow::Cow;

use super::{Action, Arg, Step, app::overlay, feed};
use crate::{
    effect::Effect,
    kinds::{Kind, Link, Pick, Reach, Scope, Way},
    layout,
    model::{
        Model,
        detail::{Detail, Form},
        filter::Place,
        picker::{Choice, Item, Picker, Purpose},
        screen::{Context, Screen},
        table::{Picked, Sort, Table},
        work::Work,
    },
};

const TABLE: &[Context] = &[Context::Table];

pub static ACTIONS: &[Action] = &[
    moves("next-row", "Next row", Step::Rows(1)),
    moves("previous-row", "Previous row", Step::Rows(-1)),
    moves("half-page-down", "Half a page down", Step::HalfPage(1)),
    moves("half-page-up", "Half a page up", Step::HalfPage(-1)),
    moves("page-down", "A page down", Step::Page(1)),
    moves("page-up", "A page up", Step::Page(-1)),
    moves("first-row", "First row", Step::First),
    moves("last-row", "Last row", Step::Last),
    Action::new("enter", "Go down into it", TABLE, |model, _| down(model)).when(has_row),
    Action::new("owner", "Go up to what owns it", TABLE, |model, _| up(model)).when(|m| link(m, Way::Up).is_some()),
    Action::new("related", "Show everything related to it", TABLE, |model, _| overlay(model, related)).when(has_row),
    Action::new("details", "Show all that is known of it", TABLE, |model, _| detail(model, Form::Pairs)).when(has_row),
    Action::new("raw", "Show it as the API gives it, as YAML", TABLE, |model, _| detail(model, Form::Yaml))
        .when(has_row),
    Action::new("filter", "Show only rows that match", TABLE, |model, _| {
        model.editing = true;
        vec![]
    }),
    Action::new("clear-or-back", "Drop filter and marks, then go back", TABLE, clear_or_back),
    Action::new("refresh", "List again", TABLE, |model, _| feed::refresh(model)),
    Action::new("mark", "Mark the row, or take its mark away", TABLE, |model, _| mark(model)).when(has_row),
    Action::new("mark-range", "Begin a range of marks, then end it", TABLE, |model, _| {
        if let Some((table, store)) = model.table_and_store() {
            table.mark_range(store);
        }
        vec![]
    })
    .when(has_row),
    Action::new("sort", "Choose the column to sort by", TABLE, |model, _| overlay(model, sorts)),
    Action::new("invert-sort", "Turn the order around", TABLE, |model, _| invert(model)),
    Action::new("copy", "Copy the name, or the names of the marks", TABLE, copy).when(has_row),
    Action::new("copy-as", "Copy ARN, address or command", TABLE, |model, _| overlay(model, copies)).when(has_row),
    Action::new("pick-namespace", "Show one namespace, or all", TABLE, |model, _| overlay(model, namespaces))
        .when(|m| m.table_below().is_some_and(|t| t.kind.column("NAMESPACE").is_some())),
    Action::new("all-namespaces", "Show all namespaces", TABLE, |model, _| namespace(model, ""))
        .when(|m| m.table_below().is_some_and(|t| t.picked.as_ref().is_some_and(|p| p.column == "NAMESPACE"))),
    Action::new("columns-right", "Show columns further right", TABLE, |model, _| shift(model, 1)),
    Action::new("columns-left", "Show columns further left", TABLE, |model, _| shift(model, -1)),
];

const fn moves(name: &'static str, doc: &'static str, by: Step) -> Action {
    Action::new(name, doc, TABLE, step).with(Arg::Step(by))
}

/// `goto-<kind>`; none for what is only found within something else.
pub(super) fn goto(kind: Kind) -> Option<Action> {
    if matches!(kind.reach(), Reach::Within(_)) {
        return None;
    }
    Some(Action {
        name: Cow::Owned(format!("goto-{}", kind.name())),
        doc: Cow::Owned(format!("Show {}", kind.title())),
        contexts: &[Context::Global],
        mutates: false,
        enabled: |_| true,
        run: |model, arg| match arg {
            Arg::Kind(kind) => goto_kind(model, kind, ""),
            _ => vec![],
        },
        arg: Arg::Kind(kind),
    })
}

/// Shows all of a kind. The stack begins anew: a table of everything is nobody's child.
pub fn goto_kind(model: &mut Model, kind: Kind, filter: &str) -> Vec<Effect> {
    let scope = model.screens.iter().find_map(|screen| match screen {
        Screen::Table(table) => Some(Scope { cluster: "".into(), within: "".into(), ..table.scope.clone() }),
        _ => None,
    });
    let mut scope = scope.unwrap_or_default();
    if kind.reach() == Reach::Account {
        scope.region = "".into();
    }
    let table = Table::new(kind, scope, None, kind.title());
    let old = std::mem::replace(&mut model.screens, vec![Screen::Table(Box::new(table))]);
    model.left = old.into_iter().rev().filter(|screen| !screen.is_over()).take(1).collect();
    model.editing = false;
    let effects = feed::sync(model);
    let now = model.now;
    if let Some((table, store)) = model.table_and_store().filter(|_| !filter.is_empty()) {
        table.set_filter(store, filter, now);
    }
    effects
}

fn has_row(model: &Model) -> bool {
    model.selected().is_some()
}

fn step(model: &mut Model, arg: Arg) -> Vec<Effect> {
    let Arg::Step(by) = arg else { return vec![] };
    let height = layout::of(model.size).rows();
    if let Some((table, store)) = model.table_and_store() {
        table.step(store, by.rows(height), height);
    }
    vec![]
}

fn links(model: &Model) -> Vec<Link> {
    model.selected().map_or_else(Vec::new, |(feed, record)| record.links(&feed.scope))
}

fn link(model: &Model, way: Way) -> Option<Link> {
    links(model).into_iter().find(|link| link.way == way)
}

/// Enter: the first way down, else the details.
fn down(model: &mut Model) -> Vec<Effect> {
    match link(model, Way::Down) {
        Some(link) => follow(model, &link),
        None => detail(model, Form::Pairs),
    }
}

fn up(model: &mut Model) -> Vec<Effect> {
    link(model, Way::Up).map_or_else(Vec::new, |link| follow(model, &link))
}

/// Opens the table that a link of the selected row leads to.
pub fn follow(model: &mut Model, link: &Link) -> Vec<Effect> {
    let Some((feed, record)) = model.selected() else { return vec![] };
    let crumb = format!("{} {}", feed.kind.name(), record.name());
    let (scope, picked) = match &link.pick {
        Pick::Scope(scope) => (scope.clone(), None),
        Pick::Where(scope, column, values) => (scope.clone(), Some(Picked { column, values: values.clone() })),
    };
    let table = Table::new(link.kind, scope, picked, format!("{crumb} › {}", link.label));
    model.push(Screen::Table(Box::new(table)));
    feed::sync(model)
}

fn detail(model: &mut Model, form: Form) -> Vec<Effect> {
    let Some((feed, record)) = model.selected() else { return vec![] };
    let headings = feed.kind.headings();
    let cells = record.cells();
    let scope = [("ACCOUNT", &feed.scope.account), ("REGION", &feed.scope.region), ("CLUSTER", &feed.scope.cluster)];
    let mut pairs: Vec<(String, String)> = headings
        .iter()
        .zip(&cells)
        .map(|(heading, cell)| (heading.title.to_owned(), model.zone.tell(cell, model.now)))
        .collect();
    pairs.extend(scope.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| ((*k).to_owned(), v.to_string())));
    pairs.extend(record.copies(&feed.scope).into_iter().map(|copy| (copy.label.to_owned(), copy.text)));
    let (key, id, name) = (feed.clone(), record.id().to_owned(), record.name().to_owned());
    let address = record.address();
    let own = Detail {
        feed: Some(key.clone()),
        what: key.kind.name(),
        id,
        name,
        form,
        pairs,
        raw: None,
        task: None,
        offset: 0,
        search: String::new(),
        found: vec![],
        at: 0,
    };
    let within = matches!(key.kind.reach(), Reach::Within(_));
    model.push(Screen::Detail(Box::new(own)));
    if within {
        if let Some(Screen::Detail(detail)) = model.front_mut() {
            detail.form = Form::Pairs;
        }
        return vec![];
    }
    let (task, effect) = feed::start(model, Work::Describe(key, address));
    if let Some(Screen::Detail(detail)) = model.front_mut() {
        detail.task = Some(task);
    }
    vec![effect]
}

/// Esc takes away one thing at a time: a range begun, the filter, the marks, and then the screen.
fn clear_or_back(model: &mut Model, _: Arg) -> Vec<Effect> {
    let now = model.now;
    if let Some((table, store)) = model.table_and_store() {
        if table.anchor.take().is_some() {
            return vec![];
        }
        if !table.filter.text().is_empty() {
            table.set_filter(store, "", now);
            let height = layout::of(model.size).rows();
            if let Some((table, _)) = model.table_and_store() {
                table.scroll(height);
            }
            return vec![];
        }
        if !table.marks.is_empty() {
            table.marks.clear();
            return vec![];
        }
    }
    model.pop();
    feed::sync(model)
}

fn mark(model: &mut Model) -> Vec<Effect> {
    let height = layout::of(model.size).rows();
    if let Some((table, store)) = model.table_and_store() {
        table.toggle_mark(store);
        table.step(store, 1, height);
    }
    vec![]
}

fn sorts(model: &Model) -> Picker {
    let Some(table) = model.table_below() else { return Picker::new("Sort", Purpose::Menu, vec![]) };
    let own = Item { label: "as it comes".into(), hint: "by name".into(), enabled: true, choice: Choice::Sort(None) };
    let columns = table.columns().into_iter().map(|(place, heading)| Item {
        label: heading.title.to_owned(),
        hint: if table.sort.is_some_and(|s| s.by == place) { "now".into() } else { String::new() },
        enabled: true,
        choice: Choice::Sort(Some(Sort { by: place, reverse: false })),
    });
    Picker::new("Sort by", Purpose::Menu, std::iter::once(own).chain(columns).collect())
}

pub fn sort(model: &mut Model, sort: Option<Sort>) -> Vec<Effect> {
    let (now, height) = (model.now, layout::of(model.size).rows());
    if let Some((table, store)) = model.table_and_store() {
        table.set_sort(store, sort, now);
        table.scroll(height);
    }
    vec![]
}

fn invert(model: &mut Model) -> Vec<Effect> {
    let Some(table) = model.table() else { return vec![] };
    let first = table.columns().first().map_or(Place::Own(0), |(place, _)| *place);
    let now = table.sort.unwrap_or(Sort { by: first, reverse: false });
    sort(model, Some(Sort { reverse: !now.reverse, ..now }))
}

fn copy(model: &mut Model, _: Arg) -> Vec<Effect> {
    let Some(table) = model.table() else { return vec![] };
    let store = &model.store;
    let marked = table.shown().iter().filter(|row| {
        !table.marks.is_empty() && table.mark_of(store, **row).is_some_and(|mark| table.marks.contains(&mark))
    });
    let mut names: Vec<String> =
        marked.filter_map(|row| store.record(row.feed, row.slot)).map(|record| record.name().to_owned()).collect();
    if names.is_empty() {
        names.extend(table.selected(store).map(|(_, record)| record.name().to_owned()));
    }
    let said = if names.len() == 1 { names[0].clone() } else { format!("{} names", names.len()) };
    model.notices.say(format!("copied {said}"));
    vec![Effect::Copy(names.join("\n"))]
}

fn copies(model: &Model) -> Picker {
    let mut items = Vec::new();
    if let Some((feed, record)) = model.selected() {
        let mut add = |label: &str, text: String| {
            items.push(Item {
                label: label.into(),
                hint: text.clone(),
                enabled: !text.is_empty(),
                choice: Choice::Copy(text),
            });
        };
        add("name", record.name().to_owned());
        add("id", record.id().to_owned());
        for copy in record.copies(&feed.scope) {
            add(copy.label, copy.text);
        }
    }
    Picker::new("Copy", Purpose::Menu, items)
}

fn related(model: &Model) -> Picker {
    let items = links(model).into_iter().map(|link| Item {
        label: link.label.to_owned(),
        hint: match &link.pick {
            Pick::Scope(_) => String::new(),
            Pick::Where(_, column, values) => format!("{} {}", column.to_lowercase(), values.join(", ")),
        },
        enabled: true,
        choice: Choice::Follow(link),
    });
    Picker::new("Related", Purpose::Menu, items.collect())
}

fn namespaces(model: &Model) -> Picker {
    let mut names = std::collections::BTreeSet::new();
    if let Some(table) = model.table_below()
        && let Some(column) = table.kind.column("NAMESPACE")
    {
        for feed in table.feeds().iter().filter_map(|no| model.store.feed(*no)) {
            names.extend(feed.rows.slots().into_iter().map(|slot| feed.rows.cell(slot, column).words().to_owned()));
        }
    }
    let item = |label: String, choice: String| Item {
        label,
        hint: String::new(),
        enabled: true,
        choice: Choice::Namespace(choice),
    };
    let items = std::iter::once(item("all".into(), String::new()))
        .chain(names.into_iter().map(|name| item(name.clone(), name)));
    Picker::new("Namespace", Purpose::Menu, items.collect())
}

/// Narrows the table to a namespace; an empty name shows all.
pub fn namespace(model: &mut Model, name: &str) -> Vec<Effect> {
    let now = model.now;
    if let Some((table, store)) = model.table_and_store() {
        table.picked = (!name.is_empty()).then(|| Picked { column: "NAMESPACE", values: vec![name.to_owned()] });
        table.crumb = if name.is_empty() {
            table.kind.title().to_owned()
        } else {
            format!("namespace {name} › {}", table.kind.title())
        };
        table.rebuild(store, now);
    }
    vec![]
}

fn shift(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some((table, _)) = model.table_and_store() {
        let last = table.columns().len().saturating_sub(1);
        table.skip = table.skip.saturating_add_signed(by).min(last);
    }
    vec![]
}

/// Narrows everything to a region or an account, from the root on.
pub fn narrow(model: &mut Model, change: impl FnOnce(&mut Scope)) -> Vec<Effect> {
    let Some(Screen::Table(root)) = model.screens.first() else { return vec![] };
    let (kind, mut scope) = (root.kind, root.scope.clone());
    change(&mut scope);
    model.screens.truncate(1);
    model.left.clear();
    model.screens[0] = Screen::Table(Box::new(Table::new(kind, scope, None, kind.title())));
    feed::sync(model)
}
