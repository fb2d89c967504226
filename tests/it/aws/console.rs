//! The console while AWS fails and comes back.
use serde_json::json;

use super::{lab::var, rules::Rules};
use crate::pty::terminal::{Program, Terminal};

const REGION: &str = "us-west-2";

fn console(rules: &Rules) -> Terminal {
    let program = Program::new()
        .env("AWS_ENDPOINT_URL", &var("MICROBURST_URL"))
        .env("AWS_ACCESS_KEY_ID", rules.key())
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .args(&["--region", REGION, "--at", "vpc"]);
    program.open(140, 30)
}

/// The rows stand while `fault` lasts and the screen says `state` and all of `beside`; after it `state` is gone, and the rows
/// are as before.
fn stands_through(name: &str, fault: serde_json::Value, state: &str, beside: &[&str]) {
    let rules = Rules::new(name);
    let mut terminal = console(&rules);
    terminal.shows("10.20.0.0/16");
    let before: Vec<String> = (0..30).map(|row| terminal.row(row)).filter(|line| line.contains("10.2")).collect();
    assert!(before.len() >= 3, "{}", terminal.screen());
    let mut rule = fault;
    rule["service"] = json!("ec2");
    rules.add(&[rule]);
    terminal.press("ctrl-r");
    terminal.shows(state);
    beside.iter().for_each(|also| terminal.shows(also));
    terminal.shows("10.20.0.0/16");
    assert!(rules.held()[0] > 0, "the fault was met");
    rules.end();
    terminal.press("ctrl-r");
    terminal.shows_no(state);
    let after: Vec<String> = (0..30).map(|row| terminal.row(row)).filter(|line| line.contains("10.2")).collect();
    assert_eq!(before, after);
    terminal.press("q");
    terminal.ends_well();
}

#[test]
fn rows_stand_while_a_region_is_denied_and_it_recovers() {
    let denied = json!({"error": {"code": "UnauthorizedOperation", "status": 403, "message": "You may not."}});
    stands_through("CONSOLEDENIED", denied, "ec2:DescribeVpcs", &[REGION]);
}

#[test]
fn rows_stand_while_a_token_is_expired_and_it_recovers() {
    let expired = json!({"error": {"code": "RequestExpired", "status": 400, "message": "The token is expired."}});
    stands_through("CONSOLEEXPIRED", expired, "expired", &[]);
}

#[test]
fn rows_stand_while_connections_are_cut_and_it_recovers() {
    stands_through("CONSOLERESET", json!({"reset": true}), "connection", &[]);
}

#[test]
fn rows_stand_while_aws_throttles_and_it_recovers() {
    let throttled = json!({"error": {"code": "RequestLimitExceeded", "status": 503}});
    stands_through("CONSOLETHROTTLE", throttled, "RequestLimitExceeded", &["THROTTLED"]);
}
