//! The program against a real API server, with `kubectl` telling what is right.
#[path = "kube/crowd.rs"]
mod crowd;
#[path = "kube/eks.rs"]
mod eks;
#[path = "kube/faults.rs"]
mod faults;
#[path = "kube/follows.rs"]
mod follows;
#[path = "kube/lists.rs"]
pub mod lists;
#[path = "kube/logs.rs"]
mod logs;
#[path = "kube/plane.rs"]
mod plane;
#[path = "kube/rights.rs"]
mod rights;
#[path = "kube/several.rs"]
mod several;
#[path = "kube/words.rs"]
mod words;

use std::{
    io::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::pty::terminal::{Program, Terminal};

/// How long anything may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(1);

/// What tests/lab/lab.sh tells; these tests are not passed without a lab.
fn lab(name: &str) -> String {
    std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| {
        panic!("{name} is not set: these tests need the lab. `tests/run lab-kube` starts one and runs them; by hand: tests/lab/lab.sh up DIR, and export the lines of DIR/env")
    })
}

fn kubeconfig() -> String {
    lab("KUBECONFIG")
}

/// Where programs are found: also those that the lab built.
fn path() -> String {
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let home = var("HOME").unwrap_or_default();
    let cache = var("XDG_CACHE_HOME").unwrap_or_else(|| format!("{home}/.cache"));
    format!("{}:{cache}/quarterdeck/lab", var("PATH").unwrap_or_default())
}

/// Runs a program to its end: whether it went well, and what it said.
fn ran(command: &mut Command, input: &str) -> (bool, String) {
    let name = format!("{command:?}");
    let piped = command.env("PATH", path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let told = if output.status.success() { output.stdout } else { [output.stdout, output.stderr].concat() };
    (output.status.success(), String::from_utf8_lossy(&told).into_owned())
}

/// `kubectl`, asked in words that a space parts.
fn kubectl(kubeconfig: &str, words: &str) -> String {
    fed(kubeconfig, words, "")
}

/// `kubectl` with something to read.
fn fed(kubeconfig: &str, words: &str, input: &str) -> String {
    let mut command = Command::new("kubectl");
    command.arg("--kubeconfig").arg(kubeconfig).args(words.split(' '));
    let (well, said) = ran(&mut command, input);
    assert!(well, "kubectl {words}: {said}");
    said
}

fn apply(kubeconfig: &str, objects: &Value) {
    fed(kubeconfig, "apply -f -", &objects.to_string());
}

/// The objects of a kind, as the API server gives them.
fn objects(kubeconfig: &str, what: &str) -> Vec<Value> {
    let list: Value = serde_json::from_str(&kubectl(kubeconfig, &format!("get {what} -o json"))).expect("it is JSON");
    list["items"].as_array().cloned().expect("it is a list")
}

/// `quarterdeck list KIND --json`, with more words: its exit code and what it printed.
fn list(kubeconfig: &str, words: &[&str]) -> (i32, Value) {
    let (code, said) = Program::new().args(&["list", "--json", "--kubeconfig", kubeconfig]).args(words).run();
    let listed = serde_json::from_str(&said).unwrap_or_else(|error| panic!("list {words:?}: {error}\n{said}"));
    (code, listed)
}

fn rows(listed: &Value) -> &[Value] {
    listed["rows"].as_array().expect("there are rows")
}

/// The values of one column, as text.
fn column(listed: &Value, title: &str) -> Vec<String> {
    rows(listed).iter().map(|row| text(&row["cells"][title])).collect()
}

/// What is said to be missing, in whole sentences.
fn errors(listed: &Value) -> Vec<String> {
    let errors = listed["errors"].as_array().expect("there is a list of errors");
    errors.iter().map(|e| format!("{}: {} ({})", text(&e["what"]), text(&e["why"]), text(&e["hint"]))).collect()
}

/// A cell or a field as a person would write it; nothing at all for what is not known.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(share) if share.contains_key("have") => format!("{}/{}", share["have"], share["of"]),
        other => other.to_string(),
    }
}

/// The console on one kind of one cluster.
fn console(kubeconfig: &str, kind: &str, more: &[&str]) -> Terminal {
    let terminal = Program::new().args(&["--kubeconfig", kubeconfig, "--at", kind]).args(more).open(140, 40);
    // keys that come before the terminal is taken are not what they are after
    shows(&terminal, "? keys");
    terminal
}

/// Leaves a screen by Esc, which is a key of its own only when nothing follows it at once.
fn leave(terminal: &Terminal, text: &str) {
    // it must be there first: that it is not yet there is no sign that it was left
    shows(terminal, text);
    terminal.press("esc");
    shows_no(terminal, text);
}

/// Goes to a kind's table by the palette.
fn go(terminal: &Terminal, kind: &str, title: &str) {
    terminal.press(":");
    shows(terminal, "Go to");
    terminal.types(kind);
    terminal.press("enter");
    shows_no(terminal, "Go to");
    until(terminal, &format!("the screen is that of {title}"), |screen| {
        screen.lines().nth(1).is_some_and(|line| line.starts_with(title))
    });
}

/// Waits until it is so; shows what was on the screen if it never is.
fn until(terminal: &Terminal, what: &str, so: impl Fn(&str) -> bool) {
    let begun = Instant::now();
    while !so(&terminal.screen()) {
        assert!(begun.elapsed() < PATIENCE, "never: {what}\n{}", terminal.screen());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn shows(terminal: &Terminal, text: &str) {
    until(terminal, &format!("`{text}` is shown"), |screen| screen.contains(text));
}

fn shows_no(terminal: &Terminal, text: &str) {
    until(terminal, &format!("`{text}` is gone"), |screen| !screen.contains(text));
}

/// Waits until a line that names `name` has `word` in it.
fn says(terminal: &Terminal, name: &str, word: &str) {
    let has = |line: &str, wanted: &str| line.split_whitespace().any(|part| part == wanted);
    let so = |screen: &str| screen.lines().any(|line| has(line, name) && has(line, word));
    until(terminal, &format!("{name} says {word}"), so);
}

fn lines_with(screen: &str, text: &str) -> usize {
    screen.lines().filter(|line| line.contains(text)).count()
}
