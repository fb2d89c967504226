//! Logs of servers that are not ours: moto for pages, ministack for sessions of Live Tail.
use std::{collections::BTreeMap, process::Command, time::Duration};

use serde_json::Value;

use super::lab::var;
use crate::pty::terminal::Program;

/// One that no other test looks at: what is made here is in nobody's way.
const REGION: &str = "ap-southeast-2";

/// Python with boto3: says to a server what these lines say.
fn boto3(endpoint: &str, lines: &str) -> String {
    let cache = std::env::var("XDG_CACHE_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cache")));
    let python = format!("{}/quarterdeck/lab/venv-moto/bin/python", cache.expect("there is a home"));
    let program = format!("import boto3, time\nlogs = boto3.client('logs', region_name='{REGION}')\n{lines}");
    let mut command = Command::new(python);
    let output = command.args(["-c", &program]).env("AWS_ENDPOINT_URL", endpoint).output().expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn program(endpoint: &str, words: &[&str]) -> Program {
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_CONFIG_FILE"];
    let program = names.iter().fold(Program::new(), |program, name| program.env(name, &var(name)));
    program.env("AWS_ENDPOINT_URL", endpoint).args(words).args(&["--region", REGION])
}

/// What was printed, how often each message.
fn messages(said: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for line in said.lines() {
        let record: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        *counts.entry(record["message"].as_str().expect("a message").to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn what_was_put_into_moto_comes_out_in_pages_all_of_it_once() {
    let moto = var("MOTO_URL");
    let put = "
logs.create_log_group(logGroupName='/read/pages')
now = int(time.time() * 1000)
for stream in ('a', 'b', 'c'):
    logs.create_log_stream(logGroupName='/read/pages', logStreamName=stream)
    for part in range(5):
        events = [{'timestamp': now - 60000 + part * 5000 + n, 'message': f'{stream} {part} {n}'} for n in range(2500)]
        logs.put_log_events(logGroupName='/read/pages', logStreamName=stream, logEvents=events)
";
    boto3(&moto, put);
    let (code, said) = program(&moto, &["logs", "/read/pages", "--since", "10m", "--json"]).run();
    assert_eq!(code, 0, "{}", said.lines().last().unwrap_or_default());
    let told = messages(&said);
    // more than a page holds, so that it took several
    assert_eq!(told.len(), 3 * 5 * 2500);
    assert!(told.values().all(|times| *times == 1));
}

#[test]
fn a_group_that_is_not_there_is_said_not_to_be() {
    let (code, said) = program(&var("MOTO_URL"), &["logs", "/not/there"]).run();
    assert!(code == 1 && said.contains("/not/there"), "{code}: {said}");
}

#[test]
fn events_come_by_live_tail_and_by_polls_and_are_told_once() {
    let ministack = var("MINISTACK_URL");
    boto3(
        &ministack,
        "logs.create_log_group(logGroupName='/read/live')\nlogs.create_log_stream(logGroupName='/read/live', logStreamName='s')",
    );
    let follow = program(&ministack, &["logs", "/read/live", "--since", "1m", "-f", "--live", "--json"]);
    let said = follow.interrupted(|| {
        std::thread::sleep(Duration::from_secs(3));
        let put = "
for n in range(30):
    event = {'timestamp': int(time.time() * 1000), 'message': f'said {n}'}
    logs.put_log_events(logGroupName='/read/live', logStreamName='s', logEvents=[event])
    time.sleep(0.1)
";
        boto3(&ministack, put);
        std::thread::sleep(Duration::from_secs(14));
    });
    let told = messages(&said);
    assert_eq!(told.len(), 30, "{told:?}");
    assert!(told.values().all(|times| *times == 1), "{told:?}");
    let at_once = said.lines().filter(|line| line.contains("\"id\":null")).count();
    assert!(at_once > 0, "none came by Live Tail");
}
