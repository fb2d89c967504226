//! The guard-rails: questions, pasted text, read-only, the act role, leaving.
use super::*;
use crate::model::screen::{Context, Question, Then};

fn question(demand: Option<&str>) -> Screen {
    Screen::Confirm(Question {
        title: "Leave while work is running?".into(),
        lines: vec!["apply".into()],
        then: Then::Quit,
        demand: demand.map(Into::into),
        typed: String::new(),
        drawn: false,
        held: None,
    })
}

fn asked(demand: Option<&str>) -> Console {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    console.model.push(question(demand));
    console
}

fn is_asked(console: &Console) -> bool {
    matches!(console.model.front(), Some(Screen::Confirm(_)))
}

fn key(console: &mut Console, key: &str, after: i64) -> Vec<Effect> {
    console.at += after;
    console.tell(Msg::Key(key.parse().unwrap(), console.at))
}

#[test]
fn a_key_typed_before_the_question_was_drawn_is_no_answer() {
    let mut console = asked(None);
    assert_eq!(key(&mut console, "y", 1000), []);
    assert_eq!(key(&mut console, "n", 1000), []);
    assert!(is_asked(&console));
    console.tell(Msg::Drawn);
    assert!(key(&mut console, "y", 1000).contains(&Effect::Quit));
}

#[test]
fn a_key_that_is_held_down_is_no_answer_until_it_rests() {
    let mut console = asked(None);
    let Some(Screen::Confirm(question)) = console.model.front_mut() else { panic!("no question") };
    question.held = Some(("y".parse().unwrap(), console.at));
    console.tell(Msg::Drawn);
    for _ in 0..100 {
        assert_eq!(key(&mut console, "y", 30), [], "it repeats");
    }
    assert!(is_asked(&console));
    assert!(key(&mut console, "y", 700).contains(&Effect::Quit), "pressed anew, it counts");
}

#[test]
fn no_other_key_reaches_past_a_question() {
    let mut console = asked(None);
    console.press("q : ? ctrl-z / a enter j G ctrl-r");
    assert!(is_asked(&console));
    assert_eq!(console.model.screens.len(), 2);
    console.press("esc");
    assert!(!is_asked(&console) && !console.model.quit);
}

#[test]
fn a_name_that_must_be_typed_may_have_any_letter_and_counts_only_whole() {
    let mut console = asked(Some("any-prod"));
    console.tell(Msg::Drawn);
    console.types("any-pro");
    assert_eq!(console.press("enter"), []);
    assert!(is_asked(&console), "half a name is none");
    console.types("x");
    console.press("backspace");
    console.types("d");
    assert!(console.press("enter").contains(&Effect::Quit));
    let mut console = asked(Some("any-prod"));
    console.press("j esc");
    assert!(!is_asked(&console) && !console.model.quit);
}

#[test]
fn pasted_text_never_becomes_keys() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1), ("web", "Running", 0, 1)]);
    assert_eq!(console.tell(Msg::Paste("q\r:q\r\x03jjy".into())), []);
    assert_eq!((console.model.screens.len(), console.selected()), (1, Some("api")));
    assert!(console.model.notices.front().is_some(), "it is said where text can go");
    console.model.push(question(None));
    console.tell(Msg::Drawn);
    assert_eq!(console.tell(Msg::Paste("y".into())), []);
    assert!(is_asked(&console));
}

#[test]
fn pasted_lines_become_one_line_of_the_filter() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1), ("web", "Running", 0, 1)]);
    console.press("/");
    console.tell(Msg::Paste("we\x1b[31mb\r\nrunning\n".into()));
    assert_eq!(console.front_table().filter.text(), "we [31mb running");
    console.press("ctrl-u");
    console.tell(Msg::Paste("web\nrunning\n".into()));
    assert_eq!((console.front_table().filter.text(), console.shown()), ("web running", vec!["web"]));
    assert!(console.model.editing, "a pasted Enter takes nothing for done");
}

#[test]
fn read_only_leaves_no_way_to_anything_that_changes_something() {
    let mut console = Console::of(Estate { read_only: true, ..estate() }, Kind::Pod);
    let mutating: Vec<&str> = action::all().filter(|action| action.mutates).map(|action| &*action.name).collect();
    assert!(mutating.contains(&"act"));
    for name in &mutating {
        for context in Context::ALL {
            for binding in console.keymap.of(*context).iter().filter(|binding| binding.action.name == *name) {
                assert!(!binding.action.ready(&console.model), "{name}");
            }
        }
        assert!(
            console.keymap.rows(&console.model, &[Context::Table, Context::Global]).iter().all(|r| r.name != *name)
        );
    }
    assert_eq!(console.press("ctrl-o"), []);
    assert_eq!(console.model.screens.len(), 1);
    for open in [":", "?", "a"] {
        console.press(open);
        let choices: Vec<String> = console.picker().items.iter().map(|item| format!("{:?}", item.choice)).collect();
        assert!(mutating.iter().all(|name| !choices.contains(&format!("Act({name:?})"))), "{open}");
        console.press("esc");
    }
    let writable = Console::on(Kind::Pod);
    assert!(writable.keymap.rows(&writable.model, &[Context::Global]).iter().any(|row| row.name == "act"));
}

#[test]
fn the_act_role_takes_a_reason_and_ends_by_itself() {
    let mut console = Console::on(Kind::Pod);
    console.press("ctrl-o enter");
    assert_eq!(console.model.role, Role::Read, "no reason, no role");
    console.types("  ");
    console.press("enter");
    assert_eq!(console.model.role, Role::Read);
    console.types("pay is down");
    assert_eq!(console.press("enter"), [Effect::Role(true)]);
    assert_eq!(console.model.role, Role::Act { until: NOW + 900, reason: "pay is down".into() });
    assert_eq!(console.tell(Msg::Now(NOW + 899)), []);
    assert_eq!(console.tell(Msg::Now(NOW + 900)), [Effect::Role(false)]);
    assert_eq!(console.model.role, Role::Read);
    assert_eq!(console.tell(Msg::Now(NOW + 901)), [], "it ends once");
}

#[test]
fn the_act_role_is_given_back_early_and_not_taken_by_escape() {
    let mut console = Console::on(Kind::Pod);
    console.press("ctrl-o");
    console.types("why");
    console.press("esc");
    assert_eq!((console.model.role.clone(), console.model.screens.len()), (Role::Read, 1));
    console.press("ctrl-o");
    console.types("why");
    console.press("enter");
    assert_eq!(console.press("ctrl-x"), [Effect::Role(false)]);
    let mut without = Console::of(Estate { act_minutes: 0, ..estate() }, Kind::Pod);
    without.press("ctrl-o");
    assert_eq!(without.model.screens.len(), 1, "an estate may have no such role");
}

#[test]
fn ctrl_c_leaves_from_wherever_one_is() {
    for keys in ["", "/ w e b", ":", "?", "d", "T", "!", "ctrl-o", "g", "enter", "S"] {
        let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
        console.press(keys);
        let effects = console.press("ctrl-c");
        let effects = if keys == "g" { console.press("ctrl-c") } else { effects };
        assert!(effects.contains(&Effect::Quit), "after `{keys}`");
    }
}

#[test]
fn suspending_redrawing_and_the_mouse_are_asked_of_the_terminal() {
    let mut console = Console::on(Kind::Pod);
    assert_eq!(console.press("ctrl-z"), [Effect::Suspend]);
    assert_eq!(console.press("ctrl-l"), [Effect::Redraw]);
    assert_eq!(console.press("ctrl-t ctrl-t"), [Effect::Mouse(true), Effect::Mouse(false)]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn whatever_is_pressed_the_console_stays_sound() {
    use proptest::prelude::*;
    const KEYS: &[&str] = &[
        "j",
        "k",
        "g",
        "G",
        "enter",
        "esc",
        "/",
        ":",
        "?",
        "a",
        "d",
        "y",
        "o",
        "J",
        "space",
        "v",
        "c",
        "C",
        "n",
        "0",
        "S",
        "I",
        "ctrl-r",
        "[",
        "]",
        "h",
        "T",
        "!",
        "R",
        "P",
        "tab",
        "backspace",
        "ctrl-u",
        "ctrl-w",
        "w",
        "e",
        "b",
        "down",
        "up",
        "pagedown",
        "left",
        "right",
        "ctrl-o",
        "ctrl-x",
        "N",
        "Y",
        "l",
    ];
    let keys = proptest::collection::vec((proptest::sample::select(KEYS), 0..8_u8), 0..80);
    proptest!(ProptestConfig::with_cases(300), |(keys in keys)| {
        let mut console = Console::with_pods(&[("api", "Running", 0, 1), ("web", "Error", 3, 1), ("x/db", "Running", 0, 1)]);
        for (key, then) in keys {
            console.press(key);
            let listed = console.model.tasks.is_live(console.owner(&pods_feed()));
            match then {
                0 if listed => drop(console.lists(&pods_feed(), changed(vec![pod("web", "Running", 4, 1)]))),
                1 if listed => drop(console.lists(&pods_feed(), removed("api"))),
                2 if listed => drop(console.lists(&pods_feed(), Step::whole(vec![pod("api", "Running", 0, 1)]))),
                3 => drop(console.tell(Msg::Resize(Size { width: 3, height: 2 }))),
                4 => drop(console.tell(Msg::Resize(Size { width: 90, height: 30 }))),
                _ => {}
            }
            prop_assert!(!console.model.screens.is_empty());
            if let Some(table) = console.model.table() {
                prop_assert!(console.cursor_is_seen());
                let store = &console.model.store;
                prop_assert!(table.shown().iter().all(|row| store.record(row.feed, row.slot).is_some()));
                prop_assert_eq!(table.at().is_some(), !table.shown().is_empty());
                prop_assert!(table.total() >= table.shown().len());
                prop_assert!(table.feeds().iter().all(|no| store.feed(*no).is_some()));
            }
        }
    });
}
