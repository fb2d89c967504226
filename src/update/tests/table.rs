//! Cursor, marks, sorting: things are what they are, not where they stand.
use super::*;

fn three() -> Console {
    Console::with_pods(&[("api", "Running", 0, 5), ("db", "Running", 2, 3), ("web", "Pending", 7, 1)])
}

#[test]
fn the_selection_stays_on_its_thing_when_others_come_and_go() {
    let mut console = three();
    console.press("j");
    assert_eq!(console.selected(), Some("db"));
    console.lists(&pods_feed(), changed(vec![pod("aaa", "Running", 0, 0), pod("abc", "Running", 0, 0)]));
    assert_eq!((console.selected(), console.front_table().index()), (Some("db"), 3));
    console.lists(&pods_feed(), removed("api"));
    assert_eq!((console.selected(), console.front_table().index()), (Some("db"), 2));
}

#[test]
fn the_selection_stays_on_its_thing_through_a_refresh_that_answers_in_another_order() {
    let mut console = three();
    console.press("j ctrl-r");
    console.lists(
        &pods_feed(),
        Step::whole(vec![pod("web", "Running", 0, 1), pod("new", "Running", 0, 1), pod("db", "Running", 0, 1)]),
    );
    assert_eq!(console.shown(), ["db", "new", "web"]);
    assert_eq!(console.selected(), Some("db"));
}

#[test]
fn the_selection_stays_on_its_thing_when_the_order_changes_under_it() {
    let mut console = three();
    console.press("S");
    console.types("restarts");
    console.press("enter I");
    assert_eq!(console.shown(), ["web", "db", "api"]);
    assert_eq!(console.selected(), Some("api"));
    console.lists(&pods_feed(), changed(vec![pod("api", "Running", 99, 5)]));
    assert_eq!(console.shown(), ["api", "web", "db"]);
    assert_eq!((console.selected(), console.front_table().index()), (Some("api"), 0));
}

#[test]
fn when_the_selected_thing_is_gone_what_stands_in_its_place_is_selected() {
    let mut console = three();
    console.press("j");
    console.lists(&pods_feed(), removed("db"));
    assert_eq!(console.selected(), Some("web"));
    console.lists(&pods_feed(), removed("web"));
    assert_eq!(console.selected(), Some("api"));
    console.lists(&pods_feed(), removed("api"));
    assert_eq!(console.selected(), None);
}

#[test]
fn a_slot_that_is_used_again_is_not_the_old_thing() {
    let mut console = three();
    console.press("j space");
    let step =
        Step::Changed(vec![Change::Remove(pod("db", "", 0, 0).uid), Change::Upsert(pod("zzz", "Running", 0, 0))]);
    console.press("k");
    console.lists(&pods_feed(), step);
    assert_eq!(console.shown(), ["api", "web", "zzz"]);
    assert_eq!(console.selected(), Some("web"));
    let table = console.front_table();
    assert!(
        table
            .shown()
            .iter()
            .all(|row| { !table.mark_of(&console.model.store, *row).is_some_and(|mark| table.marks.contains(&mark)) })
    );
}

#[test]
fn what_was_selected_is_selected_again_when_its_rows_come_back() {
    let mut console = three();
    console.press("G");
    console.lists(&pods_feed(), Step::<Pod>::whole(vec![]));
    assert_eq!(console.selected(), None);
    console.lists(&pods_feed(), Step::whole(["api", "db", "web"].map(|name| pod(name, "Running", 0, 1)).to_vec()));
    assert_eq!(console.selected(), Some("web"));
}

#[test]
fn rows_that_still_arrive_push_an_unmoved_cursor_nowhere() {
    let mut console = Console::on(Kind::Pod);
    console.lists(&pods_feed(), Step::Page(vec![pod("web", "Running", 0, 1)]));
    console.lists(&pods_feed(), Step::Page(vec![pod("db", "Running", 0, 1)]));
    console.lists(&pods_feed(), Step::whole(["api", "db", "web"].map(|name| pod(name, "Running", 0, 1)).to_vec()));
    assert_eq!(console.selected(), Some("api"));
    console.lists(&pods_feed(), changed(vec![pod("aaa", "Running", 0, 1)]));
    assert_eq!(console.selected(), Some("api"), "once all are here, the cursor stays on its thing");
    let mut console = Console::on(Kind::Pod);
    console.lists(&pods_feed(), Step::Page(["web", "zoo"].map(|name| pod(name, "Running", 0, 1)).to_vec()));
    console.press("j");
    console.lists(&pods_feed(), Step::Page(vec![pod("db", "Running", 0, 1)]));
    assert_eq!(console.selected(), Some("zoo"), "and so does one that was moved");
}

#[test]
fn a_filter_that_matches_nothing_loses_nobodys_place() {
    let mut console = three();
    console.press("j /");
    console.types("nosuchpod");
    assert_eq!(console.selected(), None);
    console.press("esc");
    assert_eq!(console.selected(), Some("db"));
}

#[test]
fn a_page_that_names_a_thing_twice_shows_it_once() {
    let mut console = Console::on(Kind::Pod);
    let pods = vec![pod("api", "Pending", 0, 1), pod("web", "Running", 0, 1), pod("api", "Running", 0, 1)];
    console.lists(&pods_feed(), Step::Page(pods));
    assert_eq!(console.shown(), ["api", "web"]);
}

#[test]
fn marks_that_the_filter_hides_are_counted_and_not_copied() {
    let mut console = three();
    console.press("space space");
    assert_eq!(console.front_table().marks.len(), 2);
    console.filter("db");
    assert_eq!(console.front_table().hidden_marks(&console.model.store), 1);
    assert_eq!(console.press("c"), [Effect::Copy("db".into())]);
    console.press("esc");
    assert_eq!(console.front_table().hidden_marks(&console.model.store), 0);
    assert_eq!(console.press("c"), [Effect::Copy("api\ndb".into())]);
}

#[test]
fn the_mark_of_a_thing_that_is_gone_is_gone() {
    let mut console = three();
    console.press("space space");
    console.lists(&pods_feed(), removed("api"));
    assert_eq!(console.front_table().marks.len(), 1);
    assert_eq!(console.front_table().hidden_marks(&console.model.store), 0);
    console.press("ctrl-r");
    console.lists(&pods_feed(), Step::whole(vec![pod("web", "Running", 0, 0)]));
    assert!(console.front_table().marks.is_empty());
}

#[test]
fn a_range_of_marks_begins_at_a_thing_and_not_at_a_line() {
    let mut console = three();
    console.press("j v");
    console.lists(&pods_feed(), changed(vec![pod("aaa", "Running", 0, 0), pod("abc", "Running", 0, 0)]));
    console.press("j v");
    let mut marked: Vec<&str> = console.front_table().marks.iter().map(|mark| mark.id.as_str()).collect();
    marked.sort_unstable();
    assert_eq!(marked, ["uid-shop-db", "uid-shop-web"]);
}

#[test]
fn a_range_whose_beginning_is_gone_marks_nothing() {
    let mut console = three();
    console.press("v");
    console.lists(&pods_feed(), removed("api"));
    console.press("j v");
    assert!(console.front_table().marks.is_empty());
}

#[test]
fn what_is_missing_comes_last_whichever_way_the_table_is_sorted() {
    let mut console = Console::on(Kind::Pod);
    let mut lost = pod("lost", "Running", 0, 1);
    lost.node = "".into();
    let mut other = pod("other", "Running", 0, 1);
    other.node = "node-2".into();
    console.lists(&pods_feed(), Step::whole(vec![lost, other, pod("web", "Running", 0, 1)]));
    console.press("S");
    console.types("node");
    console.press("enter");
    assert_eq!(console.shown(), ["web", "other", "lost"]);
    console.press("I");
    assert_eq!(console.shown(), ["other", "web", "lost"]);
}

#[test]
fn the_cursor_is_always_seen_however_the_terminal_is_pulled_about() {
    let mut console = Console::on(Kind::Pod);
    let pods = (0..500).map(|n| pod(&format!("web-{n:03}"), "Running", 0, 1)).collect();
    console.lists(&pods_feed(), Step::whole(pods));
    console.press("G ctrl-u");
    let place = console.selected().unwrap().to_owned();
    for n in 0..400_u16 {
        console.tell(Msg::Resize(Size { width: 1 + n * 7 % 250, height: n * 13 % 70 }));
        assert!(console.cursor_is_seen(), "at {:?}", console.model.size);
        assert_eq!(console.selected(), Some(place.as_str()));
    }
}

#[test]
fn the_cursor_is_seen_after_every_way_to_make_a_long_table_short() {
    let long = || {
        let mut console = Console::on(Kind::Pod);
        let pods = (0..300).map(|n| pod(&format!("n{}/web-{n:03}", n % 100), "Running", 0, 1));
        console.lists(&pods_feed(), Step::whole(pods.collect()));
        console.press("G");
        assert!(console.cursor_is_seen());
        console
    };
    let mut console = long();
    console.filter("web-00");
    assert!(console.cursor_is_seen() && console.front_table().offset() == 0);
    let mut console = long();
    console.press("n");
    console.types("n7");
    console.press("enter");
    assert_eq!(console.shown().len(), 3);
    assert!(console.cursor_is_seen() && console.front_table().offset() == 0);
    let mut console = long();
    console.lists(&pods_feed(), Step::whole(vec![pod("one", "Running", 0, 1)]));
    assert!(console.cursor_is_seen() && console.front_table().offset() == 0);
}

#[test]
fn moving_stops_at_both_ends() {
    let mut console = three();
    console.press("k k ctrl-b ctrl-u");
    assert_eq!(console.selected(), Some("api"));
    console.press("j j j j ctrl-f ctrl-d");
    assert_eq!(console.selected(), Some("web"));
    console.press("g g");
    assert_eq!(console.selected(), Some("api"));
    console.press("G");
    assert_eq!(console.selected(), Some("web"));
}

#[test]
fn a_click_selects_and_a_second_click_goes_in() {
    let mut console = three();
    console.tell(Msg::Click(3, 4));
    assert_eq!(console.selected(), Some("db"));
    console.tell(Msg::Click(3, 4));
    assert_eq!(console.front_table().kind, Kind::Container);
    console.tell(Msg::Click(3, 13));
    console.tell(Msg::Click(3, 0));
    assert_eq!(console.front_table().kind, Kind::Container, "outside of the rows there is nothing to click");
}

#[test]
fn a_namespace_is_picked_and_all_are_shown_again() {
    let mut console =
        Console::with_pods(&[("a/x", "Running", 0, 1), ("b/y", "Running", 0, 1), ("ab/z", "Running", 0, 1)]);
    console.press("n");
    let labels: Vec<&str> = console.picker().items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["all", "a", "ab", "b"]);
    console.types("a");
    console.press("enter");
    console.lists(&pods_feed(), changed(vec![pod("a/x2", "Running", 0, 0), pod("b/y2", "Running", 0, 0)]));
    assert_eq!(console.shown(), ["x", "x2"], "and it stays so when more come");
    console.press("0");
    assert_eq!(console.shown(), ["x", "x2", "z", "y", "y2"]);
}
