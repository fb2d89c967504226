//! What `/` lets through.
use super::*;

fn pods() -> Console {
    Console::with_pods(&[
        ("shop/api-1", "Running", 0, 30),
        ("shop/api-2", "CrashLoopBackOff", 12, 20),
        ("shop/Web-1", "Running", 5, 1),
        ("infra/web-db", "Pending", 0, 0),
    ])
}

fn with(filter: &str) -> Vec<String> {
    let mut console = pods();
    console.filter(filter);
    console.shown().into_iter().map(str::to_owned).collect()
}

#[test]
fn text_matches_anywhere_and_a_capital_makes_case_count() {
    assert_eq!(with("api"), ["api-1", "api-2"]);
    assert_eq!(with("web"), ["web-db", "Web-1"]);
    assert_eq!(with("Web"), ["Web-1"]);
    assert_eq!(with("INFRA"), Vec::<String>::new());
    assert_eq!(with("crash"), ["api-2"]);
}

#[test]
fn all_terms_must_hold_and_a_mark_in_front_turns_one_around() {
    assert_eq!(with("api running"), ["api-1"]);
    assert_eq!(with("!api"), ["web-db", "Web-1"]);
    assert_eq!(with("!api !infra"), ["Web-1"]);
}

#[test]
fn regular_expressions_hold_within_one_cell() {
    assert_eq!(with("api-[2-9]"), ["api-2"]);
    assert_eq!(with("api-1|web-db"), ["web-db", "api-1"]);
    assert_eq!(with("^web"), ["web-db", "Web-1"], "a cell's beginning, not the row's");
    assert_eq!(with("p[iI]-1$"), ["api-1"]);
    assert_eq!(with("shop.*running"), Vec::<String>::new(), "not across columns");
}

#[test]
fn an_expression_that_is_none_is_plain_text_and_says_so() {
    let mut console = pods();
    console.filter("api-[");
    assert!(console.shown().is_empty());
    let trouble = console.front_table().filter.trouble.clone();
    assert_eq!(trouble.as_deref(), Some("`api-[` is no regular expression: taken as plain text"));
}

#[test]
fn a_column_is_searched_on_its_own() {
    assert_eq!(with("status:run"), ["Web-1", "api-1"]);
    assert_eq!(with("namespace:^infra$"), ["web-db"]);
    assert_eq!(with("!status:Running"), ["web-db", "api-2"]);
    assert_eq!(with("cluster:lab api"), ["api-1", "api-2"], "parts of the scope count as columns");
    assert_eq!(with("uid:api-2"), ["api-2"], "also those that no table shows");
}

#[test]
fn numbers_and_ages_compare() {
    assert_eq!(with("restarts>=5"), ["Web-1", "api-2"]);
    assert_eq!(with("restarts>5"), ["api-2"]);
    assert_eq!(with("restarts=0"), ["web-db", "api-1"]);
    assert_eq!(with("restarts<5 !infra"), ["api-1"]);
    assert_eq!(with("age<2h"), ["web-db", "Web-1"]);
    assert_eq!(with("age>1d"), ["api-1"]);
    assert_eq!(with("age>=1d6h"), ["api-1"]);
    assert_eq!(with("!age>2h"), ["web-db", "Web-1"]);
    assert_eq!(with("node=node-1 namespace<j"), ["web-db"], "text compares as text");
}

#[test]
fn sizes_compare_in_the_units_that_people_write() {
    let group = |name: &str, bytes: u64| crate::kinds::log_group::LogGroup {
        name: name.into(),
        bytes,
        retention: (bytes < 1000).then_some(30),
        class: "STANDARD".into(),
        created: None,
        encrypted: false,
        arn: "".into(),
    };
    let feed = FeedKey::new(Kind::LogGroup, region("eu-west-1"));
    let with = |filter: &str| {
        let mut console = Console::on(Kind::LogGroup);
        console
            .lists(&feed, Step::whole(vec![group("big", 3 << 30), group("mid", 1_500_000_000), group("small", 500)]));
        console.filter(filter);
        console.shown().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(with("stored>1GiB"), ["big", "mid"]);
    assert_eq!(with("stored>1.5GiB"), ["big"]);
    assert_eq!(with("stored>=1.5G"), ["big", "mid"]);
    assert_eq!(with("stored<1k"), ["small"]);
    assert_eq!(with("stored=500b"), ["small"]);
    assert_eq!(with("stored>1parsec"), Vec::<String>::new(), "what is no size is no row's size");
    assert_eq!(with("days>=30"), ["big", "mid", "small"], "kept for ever is longer than any number of days");
    assert_eq!(with("days<60"), ["small"]);
}

#[test]
fn a_term_half_typed_hides_nothing() {
    for half in ["!", "restarts>=", "restarts>", "!restarts>=", "status:", "!status:", "age<", "!age<"] {
        assert_eq!(with(half).len(), 4, "{half}");
    }
}

#[test]
fn rows_come_and_go_as_they_grow_older() {
    let mut console = pods();
    console.filter("age<2h");
    assert_eq!(console.shown(), ["web-db", "Web-1"]);
    console.tell(Msg::Now(NOW + HOUR + 1));
    assert_eq!(console.shown(), ["web-db"]);
    console.filter("age>2h");
    assert_eq!(console.shown(), ["Web-1", "api-1", "api-2"]);
}

#[test]
fn what_a_table_says_of_the_scope_is_searched_too() {
    let mut console = Console::on(Kind::Vpc);
    console.lists(&vpcs_feed("eu-west-1"), Step::whole(vec![vpc("core"), vpc("app")]));
    console.lists(&vpcs_feed("us-east-1"), Step::whole(vec![vpc("edge")]));
    console.filter("us-east");
    assert_eq!(console.shown(), ["edge"], "the column REGION is on the screen");
    console.filter("!us-east");
    assert_eq!(console.shown(), ["app", "core"]);
}

#[test]
fn a_filter_that_matches_nothing_selects_nothing_and_no_action_finds_a_row() {
    let mut console = pods();
    console.press("space");
    console.filter("nosuchthing");
    assert_eq!((console.shown().len(), console.selected()), (0, None));
    let screens = console.model.screens.len();
    for key in ["enter", "d", "y", "c", "C", "o", "J", "space", "v", "l"] {
        assert_eq!(console.press(key), [], "{key}");
        assert_eq!(console.model.screens.len(), screens, "{key} opened something");
    }
    assert_eq!(console.front_table().marks.len(), 1);
    console.tell(Msg::Click(3, 3));
    assert_eq!(console.model.screens.len(), screens);
}

#[test]
fn typing_and_erasing_come_to_the_same_as_typing_it_at_once() {
    let mut console = pods();
    for (keys, text) in [
        ("w", "w"),
        ("e b", "web"),
        ("backspace backspace", "w"),
        ("space ! a", "w !a"),
        ("ctrl-w", "w "),
        ("ctrl-u", ""),
    ] {
        if !console.model.editing {
            console.press("/");
        }
        console.press(keys);
        assert_eq!(console.front_table().filter.text(), text);
        let shown: Vec<String> = console.shown().into_iter().map(str::to_owned).collect();
        assert_eq!(shown, with(text), "{text}");
    }
}

#[test]
fn a_filter_holds_for_rows_that_come_later() {
    let mut console = pods();
    console.filter("api");
    console.lists(&pods_feed(), changed(vec![pod("api-3", "Running", 0, 0), pod("zoo", "Running", 0, 0)]));
    assert_eq!(console.shown(), ["api-1", "api-2", "api-3"]);
    console.filter("status:Running");
    console.lists(&pods_feed(), changed(vec![pod("api-1", "Error", 1, 30)]));
    assert!(!console.shown().contains(&"api-1"), "what no longer matches leaves");
}

#[test]
fn escape_while_typing_drops_the_filter_and_enter_keeps_it() {
    let mut console = pods();
    console.press("/ a p i esc");
    assert_eq!((console.shown().len(), console.model.editing), (4, false));
    console.press("/ a p i enter");
    assert_eq!((console.shown().len(), console.model.editing), (2, false));
}
