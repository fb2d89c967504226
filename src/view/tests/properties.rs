//! What holds for every screen in every state.
use proptest::prelude::*;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier},
};

use super::{super::*, lost, question, regions_ready, stage::*, vpcs};
use crate::{
    kinds::{Kind, rows::Step},
    model::Throttle,
    update::Msg,
};

/// One of each screen, in states that differ.
fn gallery() -> Vec<Model> {
    let mut models = vec![
        start(Kind::Vpc),
        cluster(Kind::Pod),
        pods(0),
        pods(120),
        lost(120),
        lost(3),
        super::partial(200),
        super::partial(0),
    ];
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
    described(&mut model, &super::YAML);
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

/// The line of titles.
fn titles(model: &Model) -> String {
    text(&frame(model, ThemeName::Dark)).lines().nth(2).unwrap().to_owned()
}

#[test]
fn scrolling_brings_no_column_and_takes_none_away() {
    for size in [(80, 24), (120, 40), (200, 50), (40, 12)] {
        let mut model = pods(600);
        // names no longer than their column asks for
        press(&mut model, "/ c h e c k o u t enter");
        drawn(&mut model, size, ThemeName::Dark);
        let names = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let first = titles(&model);
        for _ in 0..10 {
            press(&mut model, "ctrl-f");
            assert_eq!(names(&titles(&model)), names(&first));
            // where there is room for all nothing moves either
            assert!(size.0 < 200 || titles(&model) == first, "{}\n{first}", titles(&model));
        }
    }
}

#[test]
fn columns_are_skipped_from_the_left_but_the_name_stays() {
    let mut model = pods(5);
    drawn(&mut model, (80, 24), ThemeName::Dark);
    assert!(titles(&model).contains("NAMESPACE") && !titles(&model).contains("NODE"));
    press(&mut model, "right right right right right");
    let after = titles(&model);
    assert!(after.contains("NAME ") && after.contains("NODE") && !after.contains("NAMESPACE"), "{after}");
    assert!(after.starts_with("│‹"), "{after}");
}

#[test]
fn that_there_is_nothing_is_said_only_when_it_is_known() {
    for state in ["loading", "empty", "failed"] {
        let mut model = if state == "loading" { start(Kind::Vpc) } else { vpcs(state) };
        for size in SIZES {
            let seen = text(&drawn(&mut model, size, ThemeName::Dark));
            assert_eq!(seen.contains("No VPCs"), state == "empty", "{seen}");
            assert_eq!(seen.lines().nth(1).unwrap().ends_with(" 0"), state == "empty", "{seen}");
        }
    }
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
                prop_assert!(crate::view::text::width(cell.symbol()) <= 2);
            }
        }
    }
}
