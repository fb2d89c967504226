use super::*;
use crate::clock::{HOUR, SECOND};

const START: i64 = 1_700_000_000_000;

fn voice(image: &'static str, container: &'static str, run: Run) -> Voice<'static> {
    Voice {
        seed: 7,
        region: "us-east-1",
        zone: "us-east-1c",
        namespace: "shop",
        pod: "checkout-1",
        container,
        image,
        run,
    }
}

fn checkout(mood: Mood, ended: Option<(i64, i32)>) -> Voice<'static> {
    let run = Run { number: 2, started: START, ended, mood };
    voice("1.dkr.ecr.us-east-1.amazonaws.com/shop/checkout:2.15.0", "checkout", run)
}

#[test]
fn a_window_says_the_same_as_its_halves() {
    let voice = checkout(Mood::Failing, None);
    let (from, middle, to) = (START - SECOND, START + 61_234, START + 300_000);
    let halves: Vec<Line> = [between(&voice, from, middle), between(&voice, middle, to)].concat();
    assert_eq!(between(&voice, from, to), halves);
    assert!(halves.len() > 100);
}

#[test]
fn lines_come_in_order_and_never_twice_at_one_time() {
    for mood in [Mood::Calm, Mood::Failing, Mood::Flooding] {
        let lines = between(&checkout(mood, None), START, START + 60_000);
        assert!(lines.windows(2).all(|pair| pair[0].at < pair[1].at), "{mood:?}");
    }
}

#[test]
fn a_container_is_silent_before_its_start_and_after_its_end() {
    let voice = checkout(Mood::Calm, Some((START + 10_000, 143)));
    let lines = between(&voice, START - HOUR, START + HOUR);
    assert!(lines[0].text.contains("starting"));
    assert!(lines.last().unwrap().text.contains("shutting down"));
    assert!(lines.iter().all(|line| (i128::from(START)..=i128::from(START + 10_000)).contains(&(line.at / 1_000_000))));
}

#[test]
fn who_crashes_for_want_of_a_setting_says_so_last() {
    let voice = checkout(Mood::Doomed(Doom::Config), Some((START + 3_000, 1)));
    let last = between(&voice, START, START + HOUR).pop().unwrap();
    assert!(last.stderr && last.text.contains("PAYMENT_ENDPOINT_1C is not set"), "{}", last.text);
    let killed = checkout(Mood::Doomed(Doom::Memory), Some((START + 3_000, 137)));
    assert!(!between(&killed, START, START + HOUR).iter().any(|line| line.text.contains("fatal")));
}

#[test]
fn a_flood_is_a_hundred_times_as_much() {
    let count = |mood| between(&checkout(mood, None), START + HOUR, START + HOUR + 60_000).len();
    assert!(count(Mood::Flooding) > 100 * count(Mood::Calm));
    let voice = checkout(Mood::Flooding, None);
    assert!((rate(&voice) * 60.0 / count(Mood::Flooding) as f64 - 0.75).abs() < 0.1);
}
