//! Faults that are asked for, and what the console says of them.
use serde_json::json;

use super::{Estate, shows};

fn at(estate: &Estate, kind: &str) -> crate::pty::terminal::Terminal {
    estate.program(&["demo", "--at", kind]).open(140, 40)
}

#[test]
fn throttled_calls_are_said_to_be_throttled_and_the_rows_come_in_the_end() {
    let estate = Estate::serve(&[]);
    estate.control(
        "POST",
        "faults",
        &json!({"service": "ec2", "operation": "DescribeVpcs", "times": 9, "what": {"kind": "throttle"}}),
    );
    let terminal = at(&estate, "vpc");
    shows(&terminal, "THROTTLED");
    shows(&terminal, "demo-security");
}

#[test]
fn expired_credentials_are_named_and_mended_without_a_restart() {
    let estate = Estate::serve(&[]);
    estate.control("POST", "faults", &json!({"service": "ec2", "what": {"kind": "expired"}}));
    let terminal = at(&estate, "vpc");
    shows(&terminal, "expired");
    estate.control("DELETE", "faults", &json!({}));
    terminal.press("ctrl-r");
    shows(&terminal, "demo-security");
}

/// The SDK takes its time from the answers' dates: one refusal, and it signs by the clock of the service.
#[test]
fn a_service_whose_clock_is_off_is_listed_all_the_same() {
    let estate = Estate::serve(&["--fault", r#"{"service": "eks", "what": {"kind": "skew", "ms": 3600000}}"#]);
    for (service, ms) in [("ec2", 600_000), ("ec2", -600_000), ("logs", -3_600_000)] {
        let fault = json!({"service": service, "what": {"kind": "skew", "ms": ms}});
        let fault = estate.control("POST", "faults", &fault);
        for (kind, row) in [("vpc", "demo-security"), ("log-group", "/application"), ("cluster", "demo-us-east-2")] {
            let (code, said) = estate.pointed(&["list", kind, "--json"]).run();
            assert!(
                code == 0 && said.contains(row) && said.contains("\"errors\": []"),
                "{service} {ms}, {kind}: {said}"
            );
        }
        estate.control("DELETE", &format!("faults/{}", fault["id"]), &json!({}));
    }
}

#[test]
fn a_denied_call_names_the_permission_and_the_region_and_the_rest_is_shown() {
    let estate = Estate::serve(&[]);
    let denied =
        json!({"service": "ec2", "region": "us-west-1", "operation": "DescribeVpcs", "what": {"kind": "denied"}});
    estate.control("POST", "faults", &denied);
    let terminal = at(&estate, "vpc");
    shows(&terminal, "us-west-2");
    shows(&terminal, "ec2:DescribeVpcs");
    terminal.until("the other regions are shown beside it", || {
        let screen = terminal.screen();
        screen.contains("us-west-1") && screen.matches("demo-security").count() == 3
    });
}

#[test]
fn a_lost_cluster_keeps_its_rows_marked_stale_and_comes_back() {
    let estate = Estate::serve(&[]);
    let terminal = at(&estate, "node");
    shows(&terminal, "demo-us-east-2");
    shows(&terminal, "Ready");
    let lost = json!({"service": "kubernetes", "cluster": "demo-us-east-2", "what": {"kind": "reset", "after": null}});
    estate.control("POST", "faults", &lost);
    // what is open is cut when it next speaks; a bookmark or a heartbeat comes within a minute
    estate.control("POST", "cut", &json!({"cluster": "demo-us-east-2"}));
    shows(&terminal, "STALE");
    assert!(terminal.screen().contains("Ready"));
    estate.control("DELETE", "faults", &json!({}));
    let begun = std::time::Instant::now();
    while terminal.screen().contains("STALE") {
        assert!(begun.elapsed().as_secs() < 60, "it never came back\n{}", terminal.screen());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
