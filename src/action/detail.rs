//! What can be done in a detail and in the lists of tasks and errors.
use super::{Action, Arg, Step};
use crate::{
    effect::Effect,
    layout,
    model::{
        Model,
        detail::{Detail, Form},
        screen::{Context, Screen},
    },
};

const DETAIL: &[Context] = &[Context::Detail];
const SCROLLS: &[Context] = &[Context::Detail, Context::List];

pub static ACTIONS: &[Action] = &[
    scrolls("scroll-down", "A line down", Step::Rows(1)),
    scrolls("scroll-up", "A line up", Step::Rows(-1)),
    scrolls("scroll-half-down", "Half a page down", Step::HalfPage(1)),
    scrolls("scroll-half-up", "Half a page up", Step::HalfPage(-1)),
    scrolls("scroll-page-down", "A page down", Step::Page(1)),
    scrolls("scroll-page-up", "A page up", Step::Page(-1)),
    scrolls("scroll-top", "To the top", Step::First),
    scrolls("scroll-bottom", "To the end", Step::Last),
    Action::new("show-pairs", "Show the facts as pairs", DETAIL, |model, _| form(model, Form::Pairs)),
    Action::new("show-yaml", "Show the object as YAML", DETAIL, |model, _| form(model, Form::Yaml)),
    Action::new("show-json", "Show the object as JSON", DETAIL, |model, _| form(model, Form::Json)),
    Action::new("search", "Find text", DETAIL, |model, _| {
        model.editing = true;
        vec![]
    }),
    Action::new("next-hit", "Next place found", DETAIL, |model, _| hit(model, 1)).when(has_hits),
    Action::new("previous-hit", "Previous place found", DETAIL, |model, _| hit(model, -1)).when(has_hits),
    Action::new("copy-all", "Copy what is shown", DETAIL, copy_all),
];

const fn scrolls(name: &'static str, doc: &'static str, by: Step) -> Action {
    Action::new(name, doc, SCROLLS, scroll).with(Arg::Step(by))
}

fn front(model: &Model) -> Option<&Detail> {
    match model.front()? {
        Screen::Detail(detail) => Some(detail),
        _ => None,
    }
}

fn has_hits(model: &Model) -> bool {
    front(model).is_some_and(|detail| !detail.found.is_empty())
}

fn scroll(model: &mut Model, arg: Arg) -> Vec<Effect> {
    let Arg::Step(by) = arg else { return vec![] };
    let height = layout::of(model.size).lines();
    let (tasks, errors) = (model.tasks.all().count(), model.notices.log().count());
    let to =
        |offset: usize, count: usize| offset.saturating_add_signed(by.rows(height)).min(count.saturating_sub(height));
    match model.front_mut() {
        Some(Screen::Detail(detail)) => detail.scroll(by.rows(height), height),
        Some(Screen::Tasks(offset)) => *offset = to(*offset, tasks),
        Some(Screen::Errors(offset)) => *offset = to(*offset, errors * 3),
        _ => {}
    }
    vec![]
}

fn form(model: &mut Model, form: Form) -> Vec<Effect> {
    let height = layout::of(model.size).lines();
    if let Some(Screen::Detail(detail)) = model.front_mut() {
        detail.form = form;
        detail.offset = 0;
        let search = std::mem::take(&mut detail.search);
        detail.search(&search, height);
    }
    vec![]
}

fn hit(model: &mut Model, by: isize) -> Vec<Effect> {
    let height = layout::of(model.size).lines();
    if let Some(Screen::Detail(detail)) = model.front_mut() {
        detail.next_hit(by, height);
    }
    vec![]
}

fn copy_all(model: &mut Model, _: Arg) -> Vec<Effect> {
    let Some(detail) = front(model) else { return vec![] };
    let text = if detail.form == Form::Pairs {
        detail.pairs.iter().map(|(key, value)| format!("{key}\t{value}")).collect::<Vec<_>>().join("\n")
    } else {
        detail.lines().join("\n")
    };
    model.notices.say(format!("copied {} lines", text.lines().count()));
    vec![Effect::Copy(text)]
}
