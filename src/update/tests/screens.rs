//! The stack of screens, palette, help, search, sequences, copies.
use super::*;
use crate::model::detail::Form;

fn kinds(console: &Console) -> Vec<&'static str> {
    let names = console.model.screens.iter().map(|screen| match screen {
        Screen::Table(table) => table.kind.name(),
        Screen::Detail(_) => "detail",
        Screen::Logs(_) => "logs",
        Screen::Tasks(_) => "tasks",
        Screen::Errors(_) => "errors",
        Screen::Picker(_) => "picker",
        Screen::Confirm(_) => "confirm",
        Screen::Prompt(_) => "prompt",
    });
    names.collect()
}

fn two() -> Console {
    Console::with_pods(&[("api", "Running", 0, 1), ("web", "Running", 0, 1)])
}

#[test]
fn enter_goes_down_and_escape_up_to_the_same_row() {
    let mut console = two();
    console.press("j enter");
    assert_eq!(kinds(&console), ["pod", "container"]);
    assert_eq!(console.front_table().crumb, "pod web › containers");
    console.press("esc");
    assert_eq!((kinds(&console), console.selected()), (vec!["pod"], Some("web")));
}

#[test]
fn what_has_nothing_below_shows_its_details() {
    let mut console = two();
    console.press("enter enter");
    assert_eq!(kinds(&console), ["pod", "container", "detail"]);
    let Some(Screen::Detail(detail)) = console.model.front() else { panic!("no detail") };
    assert_eq!(detail.form, Form::Pairs);
    assert!(detail.pairs.contains(&("CLUSTER".into(), "lab".into())));
}

#[test]
fn escape_takes_one_thing_away_at_a_time() {
    let mut console = two();
    console.press("enter esc");
    console.filter("a");
    console.press("space v");
    console.press("esc");
    assert!(console.front_table().anchor.is_none());
    assert!(!console.front_table().filter.is_empty());
    console.press("esc");
    assert!(console.front_table().filter.is_empty());
    assert_eq!(console.front_table().marks.len(), 1);
    console.press("esc");
    assert!(console.front_table().marks.is_empty());
    assert_eq!(console.press("esc"), [], "and at the root it does not leave");
    assert_eq!(kinds(&console), ["pod"]);
}

#[test]
fn back_and_forward_walk_the_same_way() {
    let mut console = two();
    console.press("enter d [ [");
    assert_eq!(kinds(&console), ["pod"]);
    console.press("]");
    assert_eq!(kinds(&console), ["pod", "container"]);
    console.press("]");
    assert_eq!(kinds(&console), ["pod", "container", "detail"]);
    console.press("[ [");
    console.press("j enter ]");
    assert_eq!(kinds(&console), ["pod", "container"], "a new way forgets the old one");
    assert_eq!(console.front_table().crumb, "pod web › containers");
}

#[test]
fn a_screen_returned_to_shows_what_is_true_now() {
    let mut console = two();
    console.types(":pod");
    console.press("enter [");
    let mut console = two();
    console.types(":vpc");
    console.press("enter");
    assert_eq!(kinds(&console), ["vpc"]);
    console.press("]");
    assert_eq!(kinds(&console), ["vpc", "pod"]);
    console.press("[");
    // the pods are not listed now; the next listing answers otherwise
    console.press("]");
    console.lists(&pods_feed(), Step::whole(vec![pod("new", "Running", 0, 0)]));
    assert_eq!(console.shown(), ["new"]);
}

#[test]
fn rows_that_changed_while_a_screen_was_away_are_as_they_are_now_when_it_returns() {
    let mut console = two();
    console.types(":pod");
    console.press("enter");
    assert_eq!(console.model.left.len(), 1, "the table before can be returned to");
    console.lists(&pods_feed(), Step::whole(vec![pod("zoo", "Running", 0, 0), pod("new", "Running", 0, 0)]));
    console.press("]");
    assert_eq!(console.shown(), ["new", "zoo"]);
    let (key, record) = console.model.selected().unwrap();
    assert_eq!((key, record.name()), (&pods_feed(), "new"));
}

#[test]
fn a_sequence_waits_and_escape_forgets_it_without_doing_anything_else() {
    let mut console = two();
    console.press("j g");
    assert_eq!((console.model.pending.len(), console.selected()), (1, Some("web")));
    console.press("esc");
    assert_eq!((console.model.pending.len(), console.selected()), (0, Some("web")));
    console.press("g j");
    assert_eq!(console.selected(), Some("web"), "a sequence that is none does nothing");
    console.press("g g");
    assert_eq!(console.selected(), Some("api"));
}

#[test]
fn a_sequence_may_begin_in_one_context_and_end_in_an_outer_one() {
    let mut console = two();
    console.keymap = Keymap::shipped("vim").unwrap();
    console.press("g v");
    assert_eq!(kinds(&console), ["vpc"]);
    console.press("g p g g");
    assert_eq!(kinds(&console), ["pod"]);
}

#[test]
fn the_palette_goes_to_a_kind_and_filters_it() {
    for text in [":pod web", ":pods web", ":po web", ":POD web"] {
        let mut console = two();
        console.types(text);
        console.press("enter");
        assert_eq!((kinds(&console), console.shown()), (vec!["pod"], vec!["web"]), "{text}");
        assert_eq!(console.front_table().filter.text(), "web");
        assert!(!console.model.editing, "the next key is a key again");
    }
}

#[test]
fn fingers_that_know_vi_can_leave() {
    let mut console = two();
    console.types(":q");
    assert!(console.press("enter").contains(&Effect::Quit));
}

#[test]
fn the_palette_lists_every_kind_and_closes_without_a_trace() {
    let mut console = two();
    console.press(":");
    let labels: Vec<&str> = console.picker().items.iter().map(|item| item.label.as_str()).collect();
    for kind in Kind::ALL.iter().filter(|kind| !matches!(kind.reach(), Reach::Within(_))) {
        assert!(labels.iter().any(|label| label.split(' ').next() == Some(kind.name())), "{}", kind.name());
    }
    console.types("nosuchcommand");
    assert!(console.picker().chosen().is_none());
    assert_eq!(console.press("enter"), []);
    console.press("esc");
    assert_eq!((kinds(&console), console.model.left.len()), (vec!["pod"], 0));
}

#[test]
fn help_names_every_key_of_the_screen_below_and_can_be_searched() {
    let mut console = two();
    console.press("?");
    let items = &console.picker().items;
    let row = |doc: &str| items.iter().find(|item| item.hint == doc).map(|item| item.label.as_str());
    assert_eq!(row("Next row"), Some("j, down"));
    assert_eq!(row("Leave, or close what is over the table"), Some("q"));
    assert_eq!(row("Find text"), None, "that is a key of another screen");
    console.types("half");
    assert_eq!(console.picker().found.len(), 2);
    console.press("enter");
    assert_eq!(kinds(&console), ["pod"], "help can be chosen from");
}

#[test]
fn what_cannot_be_done_is_shown_and_does_nothing() {
    let mut console = Console::on(Kind::Pod);
    console.press("a");
    let items = &console.picker().items;
    let details = items.iter().find(|item| item.hint == "Show all that is known of it").unwrap();
    assert!(!details.enabled);
    console.types("all that is known");
    console.press("enter");
    assert_eq!(kinds(&console), ["pod", "picker"]);
}

#[test]
fn letters_are_text_while_something_is_typed() {
    let mut console = two();
    console.press("/");
    console.types("qJ?:a!T");
    assert_eq!((kinds(&console), console.front_table().filter.text()), (vec!["pod"], "qJ?:a!T"));
}

#[test]
fn related_things_are_one_list_away() {
    let mut console = two();
    console.press("j o");
    assert_eq!(console.picker().items[0].label, "containers");
    console.press("enter");
    assert_eq!(console.front_table().crumb, "pod web › containers");
}

#[test]
fn a_list_that_was_opened_for_one_thing_does_nothing_to_another() {
    let mut console = two();
    console.press("a");
    console.types("all that is known");
    console.lists(&pods_feed(), removed("api"));
    console.press("enter");
    assert_eq!(kinds(&console), ["pod"], "the thing is gone, and the row in its place was not meant");
    assert_eq!(console.selected(), Some("web"));
    assert!(console.model.notices.front().is_some(), "and that is said");
}

#[test]
fn the_way_to_related_things_is_of_the_thing_it_was_asked_of() {
    let mut console = two();
    console.press("o");
    console.lists(&pods_feed(), removed("api"));
    console.press("enter");
    assert_ne!(console.model.table().map(|table| table.crumb.as_str()), Some("pod web › containers"));
}

#[test]
fn name_address_and_command_can_be_copied() {
    let mut console = two();
    assert_eq!(console.press("c"), [Effect::Copy("api".into())]);
    console.press("C");
    console.types("kubectl");
    let copied = console.press("enter");
    assert_eq!(copied, [Effect::Copy("kubectl --context lab -n shop get pod api -o yaml".into())]);
}

#[test]
fn the_raw_object_is_fetched_searched_and_walked() {
    let mut console = two();
    let effects = console.press("y");
    let [Work::Describe(feed, id)] = starts(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((feed, id.as_str()), (&pods_feed(), "shop/api"));
    console.types("/label");
    console.press("enter");
    let lines: Vec<Box<str>> =
        (0..100).map(|n| if n % 40 == 39 { "  Label: x".into() } else { format!("line {n}").into() }).collect();
    let task = match console.model.front() {
        Some(Screen::Detail(detail)) => detail.task.unwrap(),
        other => panic!("{other:?}"),
    };
    console.tell(Msg::Described(task, Raw { yaml: lines.into(), json: [].into() }));
    let at = |console: &Console| match console.model.front() {
        Some(Screen::Detail(detail)) => (detail.found.clone(), detail.found.get(detail.at).copied(), detail.offset),
        other => panic!("{other:?}"),
    };
    let (found, hit, offset) = at(&console);
    assert_eq!((found, hit), (vec![39, 79], Some(39)), "a search typed before the text came finds it");
    assert!((offset..offset + layout::of(console.model.size).lines()).contains(&39));
    console.press("n");
    assert_eq!(at(&console).1, Some(79));
    console.press("n");
    assert_eq!(at(&console).1, Some(39), "and around");
    console.press("G k k g g");
    assert_eq!(at(&console).2, 0);
}

#[test]
fn an_object_that_cannot_be_fetched_says_why() {
    let mut console = two();
    console.press("y");
    let task = match console.model.front() {
        Some(Screen::Detail(detail)) => detail.task.unwrap(),
        other => panic!("{other:?}"),
    };
    console.tell(Msg::Ended(task, End::Failed(trouble("describe pod"))));
    let Some(Screen::Detail(detail)) = console.model.front() else { panic!("no detail") };
    assert_eq!(detail.raw, Some(Err(trouble("describe pod"))));
}

#[test]
fn one_region_is_picked_and_all_again() {
    let mut console = Console::on(Kind::Vpc);
    console.lists(&vpcs_feed("eu-west-1"), Step::whole(vec![vpc("core")]));
    console.lists(&vpcs_feed("us-east-1"), Step::whole(vec![vpc("edge")]));
    console.press("R");
    console.types("us-east");
    console.press("enter");
    assert_eq!(console.shown(), ["edge"]);
    console.press("R enter");
    assert_eq!(console.shown(), ["core", "edge"]);
}

#[test]
fn q_goes_back_and_leaves_only_at_the_root() {
    let mut console = two();
    assert_eq!(console.press("enter q"), []);
    assert_eq!(kinds(&console), ["pod"]);
    let effects = console.press("q");
    assert_eq!(effects.last(), Some(&Effect::Quit));
    assert!(console.model.quit);
    let live: Vec<TaskId> = console.model.tasks.live().map(|(id, _)| id).collect();
    assert_eq!(cancels(&effects), live, "what still runs is told to stop");
}

#[test]
fn errors_and_tasks_have_screens_that_scroll_and_close() {
    let mut console = two();
    for n in 0..50 {
        console.model.notices.wrong(trouble(&format!("list {n}")), NOW, false);
    }
    console.press("! G");
    let Some(Screen::Errors(offset)) = console.model.front() else { panic!("no log") };
    assert!(*offset > 0);
    console.press("esc T j esc");
    assert_eq!(kinds(&console), ["pod"]);
}
