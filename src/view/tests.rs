mod stage;

use insta::assert_snapshot;
use proptest::prelude::*;
use ratatui::style::{Color, Modifier};
use stage::*;

use super::*;
use crate::{
    error::{Error, Trouble},
    kinds::{Kind, pod::Pod, rows::Step, vpc::Vpc},
    model::{
        Throttle,
        screen::{Question, Then},
        task::End,
        work::Work,
    },
    update::Msg,
};

/// A table of VPCs in two regions, in a given state.
fn vpcs(state: &str) -> Model {
    let mut model = start(Kind::Vpc);
    let west = key(Kind::Vpc, "shop-prod", "eu-west-1", "");
    let east = key(Kind::Vpc, "shop-prod", "us-east-1", "");
    let rows = || {
        let names = ["core-app", "lb", "security", "", "core-data", "sandbox-of-somebody-with-a-long-name"];
        names.iter().enumerate().map(|(n, name)| vpc(n, name, if n == 4 { "pending" } else { "available" })).collect()
    };
    match state {
        "loading" => answer(&mut model, &west, Step::<Vpc>::Page(rows())),
        "empty" => {
            end(&mut model, &west, End::Done);
            end(&mut model, &east, End::Done);
        }
        "partly failed" => {
            answer(&mut model, &west, Step::whole(rows()));
            end(&mut model, &west, End::Done);
            end(&mut model, &east, End::Failed(denied("us-east-1")));
        }
        "failed" => {
            for region in ["eu-west-1", "us-east-1"] {
                end(&mut model, &key(Kind::Vpc, "shop-prod", region, ""), End::Failed(denied(region)));
            }
        }
        "failed over rows" => {
            answer(&mut model, &west, Step::whole(rows()));
            answer(&mut model, &east, Step::whole(vec![vpc(9, "east", "available")]));
            say(&mut model, Msg::Now(NOW + 130));
            press(&mut model, "ctrl-r");
            end(&mut model, &west, End::Failed(denied("eu-west-1")));
            end(&mut model, &east, End::Failed(denied("us-east-1")));
        }
        "listing again" => {
            answer(&mut model, &west, Step::whole(rows()));
            answer(&mut model, &east, Step::<Vpc>::whole(vec![]));
            say(&mut model, Msg::Now(NOW + 330));
            press(&mut model, "ctrl-r");
        }
        _ => {
            answer(&mut model, &west, Step::whole(rows()));
            answer(&mut model, &east, Step::whole(vec![vpc(9, "east", "available")]));
            end(&mut model, &west, End::Done);
            end(&mut model, &east, End::Done);
        }
    }
    model
}

#[test]
fn a_table_of_several_regions() {
    for state in
        ["nothing yet", "loading", "empty", "ready", "partly failed", "failed", "failed over rows", "listing again"]
    {
        let mut model = if state == "nothing yet" { start(Kind::Vpc) } else { vpcs(state) };
        assert_snapshot!(format!("vpcs {state}").replace(' ', "_"), all_sizes(&mut model));
    }
}

fn lost(count: usize) -> Model {
    let mut model = pods(count);
    let feed = key(Kind::Pod, "", "", "staging");
    say(&mut model, Msg::Now(NOW + 5));
    let id = task(&model, &feed);
    say(&mut model, Msg::Lost(id, feed, unreachable()));
    say(&mut model, Msg::Now(NOW + 48));
    press(&mut model, "j");
    model
}

#[test]
fn a_table_of_pods() {
    assert_snapshot!("pods_loading", all_sizes(&mut cluster(Kind::Pod)));
    assert_snapshot!("pods_empty", all_sizes(&mut pods(0)));
    assert_snapshot!("pods_ready", all_sizes(&mut pods(1203)));
    assert_snapshot!("pods_stale", all_sizes(&mut lost(1203)));
    assert_snapshot!("pods_stale_few", all_sizes(&mut lost(4)));
    let mut never = cluster(Kind::Pod);
    let feed = key(Kind::Pod, "", "", "staging");
    let id = task(&never, &feed);
    say(&mut never, Msg::Lost(id, feed, unreachable()));
    press(&mut never, "j");
    assert_snapshot!("pods_never_reached", all_sizes(&mut never));
}

#[test]
fn a_table_that_is_filtered_sorted_and_marked() {
    let mut model = pods(1203);
    press(&mut model, "space space j v j j v / c r a s h enter S r e s t enter I");
    assert_snapshot!("pods_filtered_marked", all_sizes(&mut model));
    press(&mut model, "/ ctrl-u x y z ( enter");
    assert_snapshot!("pods_filtered_away", all_sizes(&mut model));
    press(&mut model, "/");
    assert_snapshot!("pods_filtering", all_sizes(&mut model));
}

#[test]
fn a_table_of_what_is_inside() {
    let mut model = pods(12);
    press(&mut model, "j j j j enter");
    assert_snapshot!("containers_ready", all_sizes(&mut model));
    let feed = key(Kind::Pod, "", "", "staging");
    answer(&mut model, &feed, Step::<Pod>::whole(vec![]));
    assert_snapshot!("containers_gone", all_sizes(&mut model));
}

#[test]
fn a_table_with_nowhere_to_look_says_why() {
    let mut model = start(Kind::Pod);
    for region in ["eu-west-1", "us-east-1"] {
        end(&mut model, &key(Kind::Cluster, "shop-prod", region, ""), End::Done);
    }
    assert_snapshot!("pods_no_clusters", all_sizes(&mut model));
    let mut model = start(Kind::Vpc);
    model.estate.regions.clear();
    let mut again = Model::new(model.size, model.estate.clone(), Kind::Vpc, NOW);
    crate::update::begin(&mut again);
    assert_snapshot!("vpcs_regions_loading", all_sizes(&mut again));
    let error = Error::new(Trouble::Credentials, "cannot list regions", "the SSO session of shop-prod has expired")
        .hint("aws sso login --profile shop-prod");
    end(&mut again, &key(Kind::Region, "shop-prod", "", ""), End::Failed(error));
    press(&mut again, "j");
    assert_snapshot!("vpcs_regions_failed", all_sizes(&mut again));
    let mut nothing = Model::new(model.size, crate::model::estate::Estate::default(), Kind::Region, NOW);
    crate::update::begin(&mut nothing);
    assert_snapshot!("regions_no_accounts", all_sizes(&mut nothing));
}

fn regions_ready() -> Model {
    let mut model = start(Kind::Region);
    answer(&mut model, &key(Kind::Region, "shop-prod", "", ""), Step::whole(regions()));
    model
}

#[test]
fn a_header_under_stress() {
    let mut model = regions_ready();
    model.estate.read_only = true;
    let scope = crate::kinds::Scope { account: "shop-prod".into(), region: "eu-west-1".into(), ..Default::default() };
    say(&mut model, Msg::Throttled(Throttle { service: "EC2".into(), scope, at: NOW }));
    say(&mut model, Msg::Now(NOW + 29));
    press(&mut model, "enter");
    assert_snapshot!("header_read_only_throttled", all_sizes(&mut model));
    model.estate.read_only = false;
    crate::action::app::start_acting(&mut model, "rollback of checkout after the 14:00 deploy, ticket OPS-1234");
    say(&mut model, Msg::Now(NOW + 200));
    assert_snapshot!("header_acting", all_sizes(&mut model));
    say(&mut model, Msg::Now(NOW + 43 * 60 + 20));
    assert_snapshot!("header_expired", all_sizes(&mut model));
}

const YAML: [&str; 9] = [
    "CidrBlock: 10.0.0.0/16",
    "Tags:",
    "- Key: Name",
    "  Value: core-app",
    "- Key: \u{1b}[31mevil\u{202e}",
    "  Value: \"a value that is much longer than any terminal of eighty columns is wide, and goes on for a while after that too\"",
    "IsDefault: false",
    "VpcId: vpc-0a1b2c3d4e5f60001",
    "OwnerId: '123456789012'",
];

#[test]
fn a_detail() {
    let mut model = vpcs("ready");
    press(&mut model, "d");
    assert_snapshot!("detail_pairs", all_sizes(&mut model));
    press(&mut model, "y");
    assert_snapshot!("detail_loading", all_sizes(&mut model));
    described(&mut model, &YAML);
    press(&mut model, "/ v p c enter");
    assert_snapshot!("detail_yaml_searched", all_sizes(&mut model));
    let mut failed = vpcs("ready");
    press(&mut failed, "y");
    let id = failed.tasks.all().find(|(_, task)| matches!(task.work, Work::Describe(..))).unwrap().0;
    say(&mut failed, Msg::Ended(id, End::Failed(denied("eu-west-1"))));
    press(&mut failed, "j");
    assert_snapshot!("detail_failed", all_sizes(&mut failed));
}

#[test]
fn the_lists_of_work_and_of_errors() {
    let mut none = Model::new(size(80, 24), crate::model::estate::Estate::default(), Kind::Region, NOW);
    press(&mut none, "!");
    assert_snapshot!("errors_empty", all_sizes(&mut none));
    let mut none = Model::new(size(80, 24), crate::model::estate::Estate::default(), Kind::Region, NOW);
    press(&mut none, "T");
    assert_snapshot!("tasks_empty", all_sizes(&mut none));
    let mut model = vpcs("partly failed");
    say(&mut model, Msg::Now(NOW + 75));
    model.notices.wrong(unreachable(), NOW + 70, true);
    model.notices.wrong(unreachable(), NOW + 72, true);
    let plain = Error::new(Trouble::Other, "cannot read the answer of STS", "the body ended after 12 of 400 bytes");
    model.notices.wrong(plain, NOW + 74, true);
    assert_snapshot!("errors_waiting", all_sizes(&mut model));
    press(&mut model, "j j j T");
    assert_snapshot!("tasks_ready", all_sizes(&mut model));
    press(&mut model, "esc !");
    assert_snapshot!("errors_ready", all_sizes(&mut model));
}

#[test]
fn what_lies_over_a_screen() {
    let mut model = vpcs("ready");
    press(&mut model, ":");
    assert_snapshot!("palette", all_sizes(&mut model));
    press(&mut model, "p o d");
    assert_snapshot!("palette_narrowed", all_sizes(&mut model));
    press(&mut model, "z z z");
    assert_snapshot!("palette_nothing", all_sizes(&mut model));
    press(&mut model, "esc ?");
    assert_snapshot!("help", all_sizes(&mut model));
    press(&mut model, "esc a");
    assert_snapshot!("action_menu", all_sizes(&mut model));
    press(&mut model, "esc S");
    assert_snapshot!("sort_menu", all_sizes(&mut model));
    press(&mut model, "esc C");
    assert_snapshot!("copy_menu", all_sizes(&mut model));
    press(&mut model, "esc ctrl-o");
    assert_snapshot!("prompt", all_sizes(&mut model));
}

fn question(lines: usize, demand: Option<&str>) -> Model {
    let mut model = vpcs("ready");
    let question = Question {
        title: "Terminate these instances?".into(),
        lines: (0..lines).map(|n| format!("i-0123456789abcde{n:02}  shop-prod/eu-west-1  worker-{n}")).collect(),
        then: Then::Quit,
        demand: demand.map(str::to_owned),
        typed: demand.map_or("", |demand| &demand[..1]).to_owned(),
        drawn: false,
        held: None,
    };
    model.push(Screen::Confirm(question));
    model
}

#[test]
fn a_question_shows_what_it_is_about() {
    assert_snapshot!("question", all_sizes(&mut question(2, None)));
    assert_snapshot!("question_long", all_sizes(&mut question(45, Some("prod"))));
}

#[test]
fn a_sequence_begun_shows_how_it_may_end() {
    let mut model = vpcs("ready");
    press(&mut model, "g");
    let frame = drawn(&mut model, (80, 24), ThemeName::Dark);
    assert!(text(&frame).lines().last().unwrap().starts_with("│g …  g first-row"), "{}", text(&frame));
}

/// One of each screen, in states that differ.
fn gallery() -> Vec<Model> {
    let mut models = vec![start(Kind::Vpc), cluster(Kind::Pod), pods(0), pods(120), lost(120), lost(3)];
    models.extend(
        ["loading", "empty", "ready", "partly failed", "failed", "failed over rows", "listing again"].map(vpcs),
    );
    for keys in ["d", "y", ":", "?", "a", "S", "T", "!", "/", "g", "ctrl-o", "space v j", "right right right", "enter"]
    {
        for mut model in [pods(120), vpcs("ready")] {
            press(&mut model, keys);
            models.push(model);
        }
    }
    models.push(question(2, None));
    models.push(question(45, Some("prod")));
    let mut model = pods(30);
    crate::action::app::start_acting(&mut model, "日本語 reason");
    models.push(model);
    let mut model = vpcs("ready");
    press(&mut model, "y");
    described(&mut model, &YAML);
    models.push(model);
    models
}

#[test]
fn without_colours_nothing_is_coloured_and_the_selection_is_seen() {
    for mut model in gallery() {
        for size in SIZES {
            let frame = drawn(&mut model, size, ThemeName::None);
            for cell in &frame.content {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{}", text(&frame));
            }
            let selectable = match model.front() {
                Some(Screen::Table(table)) => !table.shown().is_empty(),
                Some(Screen::Picker(picker)) => !picker.found.is_empty(),
                _ => false,
            };
            let body = layout::of(model.size).body;
            let reversed = (body.top()..body.bottom())
                .filter(|y| frame[(body.width / 2, *y)].modifier.contains(Modifier::REVERSED))
                .count();
            // under a picker the row that it is about stays marked
            let rows = if model.front().is_some_and(Screen::is_over) { 1..=2 } else { 1..=1 };
            assert!(!selectable || rows.contains(&reversed), "{reversed} rows are reversed\n{}", text(&frame));
        }
    }
}

#[test]
fn the_environment_and_the_act_role_are_seen_on_the_narrowest_terminal_that_is_supported() {
    let mut model = regions_ready();
    crate::action::app::start_acting(&mut model, "a reason");
    let frame = drawn(&mut model, (40, 12), ThemeName::None);
    let header = text(&frame).lines().next().unwrap().to_owned();
    assert!(header.contains("PROD") && header.contains("ACT 15m"), "{header}");
}

#[test]
fn every_key_that_is_shown_is_one_of_the_users_keymap() {
    let mut model = vpcs("failed");
    let source = crate::keymap::Source {
        file: "my.toml".into(),
        text: "[table]\n\"f9\" = \"refresh\"\n\"f8\" = \"filter\"\n[global]\n\"f7\" = \"help\"\n".into(),
    };
    let keymap = Keymap::read(&source).unwrap();
    say(&mut model, Msg::Resize(size(80, 24)));
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    paint(&mut Canvas::new(&mut buffer, &model, &keymap, &Theme::of(ThemeName::Dark)));
    let seen = text(&buffer);
    assert!(seen.contains("f9 lists again."), "{seen}");
    assert!(!seen.contains("ctrl-r") && seen.contains("f8 filter") && seen.contains("f7 keys"), "{seen}");
}

/// The same frame later, with nothing changed but the time.
fn later(model: &mut Model, seconds: i64) -> Buffer {
    model.now += seconds;
    let frame = frame(model, ThemeName::Dark);
    model.now -= seconds;
    frame
}

#[test]
fn the_frame_stays_as_it_is_until_it_is_said_to_change() {
    for (n, mut model) in gallery().into_iter().enumerate() {
        for size in SIZES {
            let now = drawn(&mut model, size, ThemeName::Dark);
            let change = next_change(&model);
            for seconds in 1..change.unwrap_or(100_000).min(200) {
                let then = later(&mut model, seconds);
                assert!(now == then, "model {n} changes after {seconds} s, not {change:?}\n{}", text(&then));
            }
        }
    }
}

#[test]
fn what_grows_old_wakes_the_console_and_nothing_else_does() {
    let quiet = |mut model: Model| {
        drawn(&mut model, (120, 40), ThemeName::Dark);
        next_change(&model)
    };
    // no ages, no countdowns: a watch of no pods in a cluster without credentials that end
    assert_eq!(quiet(pods(0)), None);
    // the youngest of the visible pods is 1,480 s old and shows minutes
    assert_eq!(quiet(pods(1)), Some(20));
    // rows that are stale by the second
    assert_eq!(quiet(lost(1)), Some(1));
    let mut acting = pods(0);
    acting.estate.act_minutes = 15;
    crate::action::app::start_acting(&mut acting, "why");
    say(&mut acting, Msg::Now(NOW + 100));
    // 13 min 20 s are left
    assert_eq!(quiet(acting), Some(21));
    let mut working = pods(0);
    say(&mut working, Msg::Now(NOW + 700));
    press(&mut working, "T");
    assert_eq!(quiet(working), Some(20));
}

#[test]
fn a_throttle_leaves_the_header_when_it_is_over() {
    let mut model = pods(0);
    let throttle = Throttle { service: "EC2".into(), scope: crate::kinds::Scope::default(), at: NOW - 10 };
    say(&mut model, Msg::Throttled(throttle));
    drawn(&mut model, (80, 24), ThemeName::Dark);
    assert_eq!(next_change(&model), Some(20));
    assert!(text(&frame(&model, ThemeName::Dark)).contains("THROTTLED EC2"));
    assert!(!text(&later(&mut model, 20)).contains("THROTTLED"));
}

/// Prints how long a frame takes; run by hand: `cargo test --release … -- --ignored --nocapture frame_of_50_000`.
#[test]
#[ignore = "measures, asserts nothing about time"]
fn a_frame_of_50_000_rows() {
    let mut model = pods(50_000);
    say(&mut model, Msg::Resize(size(200, 50)));
    let (keymap, theme) = (keymap(), Theme::of(ThemeName::Dark));
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 50));
    let mut times: Vec<_> = (0..500)
        .map(|_| {
            let begun = std::time::Instant::now();
            buffer.reset();
            paint(&mut Canvas::new(&mut buffer, &model, keymap, &theme));
            begun.elapsed()
        })
        .collect();
    times.sort();
    insta::assert_debug_snapshot!(buffer.area, @"Rect { x: 0, y: 0, width: 200, height: 50 }");
    std::fs::write("/tmp/frame-time.txt", format!("median {:?}, p99 {:?}\n", times[250], times[495])).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_size_is_too_small(width in 1u16..90, height in 1u16..40, small in 1u16..12, low in 1u16..5) {
        for mut model in gallery() {
            drawn(&mut model, (width, height), ThemeName::Dark);
            drawn(&mut model, (small, low), ThemeName::None);
            // a frame of another size than the model has heard of
            let mut buffer = Buffer::empty(Rect::new(0, 0, width, low));
            paint(&mut Canvas::new(&mut buffer, &model, keymap(), &Theme::of(ThemeName::Light)));
        }
    }

    #[test]
    fn no_text_from_outside_reaches_the_screen_as_it_is(name in "(?s).{0,60}", state in "\\PC{0,20}", notice in "(?s).{0,80}") {
        let mut model = start(Kind::Vpc);
        let west = key(Kind::Vpc, "shop-prod", "eu-west-1", "");
        answer(&mut model, &west, Step::whole(vec![vpc(1, &name, &state)]));
        model.notices.say(notice);
        for size in SIZES {
            let frame = drawn(&mut model, size, ThemeName::Dark);
            for cell in &frame.content {
                prop_assert!(!cell.symbol().chars().any(char::is_control), "{:?}", cell.symbol());
                prop_assert!(super::text::width(cell.symbol()) <= 2);
            }
        }
    }
}
