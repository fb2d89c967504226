//! Logs, read by the console and by clients that are not ours: nothing is lost and nothing is twice, whatever befalls the service.
use std::{collections::BTreeMap, process::Command, time::Duration};

use serde_json::{Value, json};

use super::{Estate, shows};

const REGION: &str = "us-east-1";
const APPLICATION: &str = "/aws/containerinsights/demo-us-east-1/application";

/// What boto3 reads of a group: a record for each event.
fn boto3(estate: &Estate, group: &str, from: i64, to: i64) -> Vec<Value> {
    let cache = std::env::var("XDG_CACHE_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cache")));
    let python = format!("{}/quarterdeck/lab/venv-moto/bin/python", cache.expect("there is a home"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/demo/events.py");
    let mut command = Command::new(python);
    command.arg(script).args([REGION, group, &from.to_string(), &to.to_string()]).envs(&estate.variables);
    let output = command.output().expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    records(&String::from_utf8_lossy(&output.stdout))
}

fn records(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

/// How often each id was told.
fn ids(records: &[Value]) -> BTreeMap<&str, u32> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(record["id"].as_str().unwrap_or("none")).or_default() += 1;
    }
    counts
}

fn time(record: &Value) -> i64 {
    match &record["time"] {
        Value::String(text) => text.parse::<jiff::Timestamp>().expect("a time").as_millisecond(),
        other => other.as_i64().expect("a time"),
    }
}

fn moment(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).expect("a time").to_string()
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[test]
fn a_span_of_a_log_group_is_what_boto3_reads_in_order_and_once() {
    let estate = Estate::serve(&["--seed", "5"]);
    // what lies so far back changes no more
    let (from, to) = (now() - 1_500_000, now() - 1_200_000);
    let words = ["logs", APPLICATION, "--region", REGION, "--json", "--since", &moment(from), "--until", &moment(to)];
    let (code, said) = estate.pointed(&words).run();
    assert_eq!(code, 0, "{said}");
    let ours = records(&said);
    let theirs = boto3(&estate, APPLICATION, from, to);
    assert!(theirs.len() > 1000, "{} events are too few to say anything", theirs.len());
    assert_eq!(ids(&ours), ids(&theirs));
    assert!(ours.is_sorted_by_key(time), "they come in order");
}

/// Follows a group for a while as a program would, and gives what was printed.
fn followed(estate: &Estate, words: &[&str], during: impl FnOnce()) -> Vec<Value> {
    let mut all = vec!["logs", APPLICATION, "--region", REGION, "--json", "-f", "--since", "1m"];
    all.extend(words);
    records(&estate.pointed(&all).interrupted(during))
}

/// Every event that was readable well before the end was told, once; those of the last seconds may be missing.
fn is_whole(estate: &Estate, ours: &[Value], from: i64, to: i64) {
    let theirs = boto3(estate, APPLICATION, from, to);
    let told = ids(ours);
    let lost: Vec<&Value> =
        theirs.iter().filter(|event| !told.contains_key(event["id"].as_str().unwrap_or(""))).collect();
    assert!(lost.is_empty(), "{} of {} are lost, such as {}", lost.len(), theirs.len(), lost[0]);
    let twice: Vec<_> = told.iter().filter(|(id, count)| **id != "none" && **count > 1).collect();
    assert!(twice.is_empty(), "{} are told twice: {:?}", twice.len(), twice.first());
}

#[test]
fn a_tail_stays_whole_while_cloudwatch_throttles_and_fails() {
    let estate = Estate::serve(&["--seed", "5", "--incident", "noisy-neighbour"]);
    let begun = now();
    let ours = followed(&estate, &[], || {
        std::thread::sleep(Duration::from_secs(4));
        for what in [json!({"kind": "throttle"}), json!({"kind": "error", "status": 500})] {
            let fault = json!({"service": "logs", "operation": "FilterLogEvents", "one_in": 2, "what": what});
            estate.control("POST", "faults", &fault);
            std::thread::sleep(Duration::from_secs(6));
            estate.control("DELETE", "faults", &json!({}));
        }
        std::thread::sleep(Duration::from_secs(12));
    });
    // what came in later than this may not have been read yet
    is_whole(&estate, &ours, begun - 50_000, now() - 30_000);
}

#[test]
fn live_tail_shows_at_once_and_what_is_read_again_is_not_told_again() {
    let estate = Estate::serve(&["--seed", "5"]);
    let begun = now();
    let ours = followed(&estate, &["--live"], || std::thread::sleep(Duration::from_secs(25)));
    let at_once = ours.iter().filter(|record| record["id"].is_null()).count();
    assert!(at_once > 20, "{at_once} of {} came by Live Tail", ours.len());
    let theirs = boto3(&estate, APPLICATION, begun - 50_000, now() - 15_000);
    let key = |record: &Value| (record["source"].to_string(), time(record), record["message"].to_string());
    let count = |records: &[Value]| {
        let mut counts: BTreeMap<_, u32> = BTreeMap::new();
        records.iter().for_each(|record| *counts.entry(key(record)).or_default() += 1);
        counts
    };
    let (told, there) = (count(&ours), count(&theirs));
    for (event, times) in &there {
        assert_eq!(told.get(event), Some(times), "{event:?}");
    }
}

#[test]
fn a_pod_is_read_as_kubectl_reads_it_and_what_both_ways_tell_is_told_once() {
    let estate = Estate::serve(&["--seed", "5"]);
    let pods = estate.kubectl("get pods -n shop -o name");
    let pod = pods.lines().find_map(|line| line.strip_prefix("pod/").filter(|name| name.starts_with("catalog-")));
    let pod = pod.expect("the catalog runs");
    let context = estate.kubectl("config current-context");
    let region = context.trim().trim_start_matches("demo-");
    let (from, to) = (now() - 900_000, now() - 300_000);
    let (since, until) = (moment(from), moment(to));
    let name = format!("pod/shop/{pod}");
    let words = ["logs", &name, "--region", region, "--json", "--since", &since, "--until", &until];
    let (code, said) = estate.pointed(&words).run();
    assert_eq!(code, 0, "{said}");
    let mut ours: Vec<String> = records(&said).iter().filter_map(|record| said_by(record, "catalog")).collect();
    let told =
        estate.kubectl(&format!("logs -n shop {pod} -c catalog --timestamps --since-time={}", &moment(from - 1000)));
    let within = |line: &&str| {
        let stamp = line.split(' ').next().and_then(|stamp| stamp.parse::<jiff::Timestamp>().ok());
        stamp.is_some_and(|stamp| (from..=to).contains(&stamp.as_millisecond()))
    };
    let mut theirs: Vec<String> =
        told.lines().filter(within).filter_map(|line| line.split_once(' ')).map(|(_, text)| text.to_owned()).collect();
    assert!(theirs.len() > 50, "{} lines are too few to say anything", theirs.len());
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
}

/// What a container wrote, by whichever way it came.
fn said_by(record: &Value, container: &str) -> Option<String> {
    let message = record["message"].as_str()?;
    let of_cloudwatch = record["target"].as_str()?.starts_with('/');
    if !of_cloudwatch {
        return record["target"].as_str()?.ends_with(&format!("/{container}")).then(|| message.to_owned());
    }
    let envelope: Value = serde_json::from_str(message).ok()?;
    (envelope["kubernetes"]["container_name"] == container)
        .then(|| envelope["log"].as_str().map(|log| log.trim_end_matches('\n').to_owned()))?
}

#[test]
fn a_flood_is_named_by_its_pattern_on_the_screen() {
    let estate = Estate::serve(&["--seed", "5", "--incident", "noisy-neighbour"]);
    std::thread::sleep(Duration::from_secs(25));
    let terminal = estate.pointed(&["--at", "log-group"]).open(120, 40);
    shows(&terminal, "/application");
    terminal.press("/");
    terminal.types("application");
    terminal.press("enter v G v l");
    shows(&terminal, "following");
    std::thread::sleep(Duration::from_secs(8));
    terminal.press("x");
    shows(&terminal, "What looks alike");
    let screen = terminal.screen();
    // the line that floods stands first, as what is new or has grown
    let first = screen.lines().find(|line| line.contains("debug")).unwrap_or_default();
    assert!(first.contains("NEW") || first.contains('×'), "{screen}");
}
