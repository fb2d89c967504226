//! What goes wrong between the program and AWS, and what it says of it. Two regions are asked: what one loses, the other keeps.
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    lab::{Folder, Run, Said, told, word},
    rules::Rules,
};

/// Where the faults are, and where there are none.
const HURT: &str = "us-west-2";
const WELL: &str = "eu-west-1";

fn ids(kind: &str, region: &str) -> Vec<String> {
    told(kind, region).into_keys().collect()
}

/// All rows of both regions, and no error.
fn is_whole(said: &Said, kind: &str) {
    assert_eq!((said.code, said.errors().len()), (0, 0), "{said:?}");
    for region in [HURT, WELL] {
        assert_eq!(said.ids(region), ids(kind, region), "{said:?}");
    }
}

/// One error, no row of the region that it names, and all of the other's.
fn lost_one_region(said: &Said, kind: &str) -> Value {
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.ids(WELL), ids(kind, WELL), "{said:?}");
    assert_eq!(said.ids(HURT), Vec::<String>::new(), "{said:?}");
    let error = said.error();
    assert!(word(&error["what"]).contains(HURT), "{error}");
    assert!(!word(&error["why"]).is_empty(), "{error}");
    error
}

fn rule(service: &str, operation: &str, fault: &Value) -> Value {
    let mut rule = json!({"service": service, "operation": operation, "region": HURT});
    for (name, value) in fault.as_object().expect("a fault is an object") {
        rule[name] = value.clone();
    }
    rule
}

fn list_with(rules: &Rules, kind: &str, service: &str, operation: &str, fault: &Value) -> Said {
    rules.add(&[rule(service, operation, fault)]);
    rules.list(kind, &[HURT, WELL]).said()
}

/// A service of each protocol: EC2's XML, query XML, JSON, REST.
const PROTOCOLS: [(&str, &str, &str); 4] = [
    ("vpc", "ec2", "DescribeVpcs"),
    ("asg", "autoscaling", "DescribeAutoScalingGroups"),
    ("log-group", "logs", "DescribeLogGroups"),
    ("cluster", "eks", "ListClusters"),
];

fn throttled_code(service: &str) -> &'static str {
    match service {
        "ec2" => "RequestLimitExceeded",
        "autoscaling" => "Throttling",
        _ => "ThrottlingException",
    }
}

#[test]
fn a_throttled_call_is_asked_again_until_it_is_answered() {
    for (kind, service, operation) in PROTOCOLS {
        let rules = Rules::new(&format!("PATIENT{service}"));
        let fault = json!({"times": 2, "error": {"code": throttled_code(service)}});
        let said = list_with(&rules, kind, service, operation, &fault);
        is_whole(&said, kind);
        assert_eq!(rules.held(), [2], "{kind}");
    }
}

#[test]
fn throttling_without_end_is_named_and_the_other_region_stands() {
    for (kind, service, operation) in PROTOCOLS {
        let rules = Rules::new(&format!("THROTTLE{service}"));
        let fault = json!({"error": {"code": throttled_code(service)}});
        let said = list_with(&rules, kind, service, operation, &fault);
        let error = lost_one_region(&said, kind);
        let text = format!("{} {}", word(&error["why"]), word(&error["hint"]));
        assert!(text.contains(throttled_code(service)), "{error}");
        assert_eq!(error["trouble"], "throttled", "{error}");
        assert!(!word(&error["hint"]).is_empty(), "{error}");
        assert_eq!(rules.held(), [4], "{kind}: one call and three more tries, no storm");
    }
}

#[test]
fn a_server_that_fails_for_a_moment_is_asked_again() {
    for (kind, service, operation) in PROTOCOLS {
        let rules = Rules::new(&format!("MOMENT{service}"));
        let fault = json!({"times": 2, "error": {"code": "InternalError", "status": 500}});
        is_whole(&list_with(&rules, kind, service, operation, &fault), kind);
        assert_eq!(rules.held(), [2], "{kind}");
    }
}

#[test]
fn a_server_that_fails_for_good_is_named_and_the_other_region_stands() {
    for (kind, service, operation) in PROTOCOLS {
        let rules = Rules::new(&format!("BROKEN{service}"));
        let fault = json!({"error": {"code": "ServiceUnavailable", "status": 503, "message": "out of order"}});
        let said = list_with(&rules, kind, service, operation, &fault);
        let error = lost_one_region(&said, kind);
        assert!(word(&error["why"]).contains("out of order"), "{error}");
        assert_eq!(error["trouble"], "unreachable", "{error}");
    }
}

#[test]
fn a_server_that_hangs_is_given_up_while_it_still_hangs() {
    let rules = Rules::new("HANG");
    let said = list_with(&rules, "vpc", "ec2", "DescribeVpcs", &json!({"timeout_ms": 300_000}));
    let error = lost_one_region(&said, "vpc");
    assert!(rules.still_hangs("DescribeVpcs", HURT), "the server answers again");
    assert_eq!(error["why"], "no answer in time", "{error}");
    assert!(word(&error["hint"]).contains("VPN"), "{error}");
    assert!(said.took < Duration::from_secs(45), "{:?}", said.took);
}

#[test]
fn a_connection_that_is_cut_is_told_as_such() {
    let rules = Rules::new("RESET");
    let said = list_with(&rules, "vpc", "ec2", "DescribeVpcs", &json!({"reset": true}));
    let error = lost_one_region(&said, "vpc");
    assert!(word(&error["why"]).contains("connection"), "{error}");
    assert_eq!(rules.held(), [4], "it was tried again");
    let moment = Rules::new("RESETONCE");
    is_whole(&list_with(&moment, "vpc", "ec2", "DescribeVpcs", &json!({"reset": true, "times": 1})), "vpc");
}

/// An answer that claims to be whole and is not: rows would go missing without a word.
#[test]
fn half_an_answer_never_passes_for_a_whole_one() {
    for (kind, service, operation) in PROTOCOLS {
        for part in [0.3, 0.5, 0.9] {
            let rules = Rules::new(&format!("HALF{service}"));
            let fault = json!({"response": {"truncate_frac": part}});
            let said = list_with(&rules, kind, service, operation, &fault);
            let error = lost_one_region(&said, kind);
            let why = word(&error["why"]);
            assert!(why.starts_with("the answer broke off: "), "{kind} at {part}: {error}");
        }
    }
}

#[test]
fn an_answer_that_breaks_off_is_told_as_such() {
    for (kind, service, operation) in PROTOCOLS {
        let rules = Rules::new(&format!("ABORT{service}"));
        let said = list_with(&rules, kind, service, operation, &json!({"response": {"abort_frac": 0.4}}));
        let error = lost_one_region(&said, kind);
        assert!(word(&error["why"]).contains("broke off"), "{kind}: {error}");
    }
}

/// The rows stand without what a second call would have added, and the loss is named.
#[test]
fn what_a_call_beside_the_listing_loses_is_named_and_the_rows_stand() {
    let denied = json!({"error": {"code": "UnauthorizedOperation", "status": 403, "message": "You may not."}});
    let rules = Rules::new("BESIDE");
    let said = list_with(&rules, "subnet", "ec2", "DescribeRouteTables", &denied);
    assert_eq!((said.code, said.ids(HURT)), (1, ids("subnet", HURT)), "{said:?}");
    assert_eq!(said.error()["what"], format!("denied: ec2:DescribeRouteTables in {HURT}"));
    let here: Vec<Value> = said.rows().into_iter().filter(|row| row["scope"]["region"] == HURT).collect();
    assert!(here.iter().all(|row| row["cells"]["routes"].is_null()), "what is not known is not guessed");
    let rules = Rules::new("BESIDESSM");
    let refused = json!({"error": {"code": "AccessDeniedException", "status": 400, "message": "You may not."}});
    let said = list_with(&rules, "instance", "ssm", "DescribeInstanceInformation", &refused);
    assert_eq!((said.code, said.ids(HURT)), (1, ids("instance", HURT)), "{said:?}");
    assert_eq!(said.error()["what"], format!("denied: ssm:DescribeInstanceInformation in {HURT}"));
    let rules = Rules::new("BESIDEEKS");
    let said = list_with(&rules, "cluster", "eks", "DescribeCluster", &refused);
    assert_eq!((said.code, said.ids(HURT)), (1, ids("cluster", HURT)), "{said:?}");
    assert_eq!(said.error()["what"], format!("denied: eks:DescribeCluster in {HURT}"));
}

#[test]
fn a_denied_call_names_the_permission_and_the_region_and_the_others_stand() {
    for (kind, service, operation) in PROTOCOLS {
        let rules = Rules::new(&format!("DENIED{service}"));
        let code = if service == "ec2" { "UnauthorizedOperation" } else { "AccessDeniedException" };
        let fault = json!({"error": {"code": code, "status": 403, "message": "You may not."}});
        let said = list_with(&rules, kind, service, operation, &fault);
        let error = lost_one_region(&said, kind);
        assert_eq!(error["what"], format!("denied: {service}:{operation} in {HURT}"));
        assert_eq!((&error["why"], &error["trouble"]), (&json!("You may not."), &json!("denied")));
        assert_eq!(rules.held(), [1], "{kind}: asking again would not help");
    }
}

/// Keys in a profile, and a role's session in the environment.
const CONFIG: &str = "[profile oncall]\nregion = us-west-2\naws_access_key_id = KEY\naws_secret_access_key = secret\n\
                      aws_session_token = token\n";

fn expired(service: &str) -> Value {
    let code = if service == "ec2" { "RequestExpired" } else { "ExpiredTokenException" };
    json!({"service": service, "error": {"code": code, "status": 400, "message": "The token is expired."}})
}

#[test]
fn an_expired_token_names_the_command_that_mends_it() {
    for (kind, service) in [("vpc", "ec2"), ("log-group", "logs"), ("account", "sts")] {
        let rules = Rules::new(&format!("EXPIRED{service}"));
        rules.add(&[expired(service)]);
        let folder = Folder::with(&format!("expired-{service}"), &[("config", &CONFIG.replace("KEY", rules.key()))]);
        let profile = |run: Run| {
            let run = rules.before(run).without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY");
            run.env("AWS_CONFIG_FILE", &folder.path("config")).env("AWS_SHARED_CREDENTIALS_FILE", &folder.path("none"))
        };
        let args = ["list", kind, "--json", "--profile", "oncall", "--region", HURT];
        let said = profile(Run::new(&args)).said();
        assert_eq!((said.code, said.rows().len()), (1, 0), "{said:?}");
        let error = said.error();
        assert_eq!(error["why"], "The token is expired.", "{error}");
        assert_eq!(error["trouble"], "credentials", "{error}");
        assert!(word(&error["hint"]).contains("aws configure --profile oncall"), "{error}");
        assert_eq!(rules.held(), [1], "asking again with the same token would not help");
        let said = rules.before(Run::new(&["list", kind, "--json", "--region", HURT])).said();
        assert_eq!(said.code, 1, "{said:?}");
        assert!(word(&said.error()["hint"]).contains("AWS_SESSION_TOKEN"), "keys of the environment are set there");
        rules.end();
        assert_eq!(profile(Run::new(&args)).said().code, 0, "the same again with a token that is taken");
    }
}

#[test]
fn check_names_what_is_expired_and_how_to_mend_it() {
    let rules = Rules::new("CHECK");
    let check = || rules.before(Run::new(&["check", "--json", "--region", HURT])).said();
    let well = check();
    let checks = |said: &Said| said.json()["checks"].as_array().expect("there are checks").clone();
    assert!(
        checks(&well)[0]["ok"] == true && word(&checks(&well)[0]["said"]).contains("account 123456789012"),
        "{well:?}"
    );
    rules.add(&[expired("sts")]);
    let hurt = check();
    assert_ne!(hurt.code, 0, "{hurt:?}");
    let first = &checks(&hurt)[0];
    assert_eq!((&first["ok"], &first["trouble"]), (&json!(false), &json!("credentials")), "{first}");
    assert!(word(&first["said"]).contains("The token is expired."), "{first}");
    assert!(word(&first["hint"]).contains("AWS_SESSION_TOKEN"), "{first}");
}

fn without_keys(args: &[&str], folder: &Folder) -> Run {
    let run = Run::new(args).without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY");
    run.env("AWS_CONFIG_FILE", &folder.path("config")).env("AWS_SHARED_CREDENTIALS_FILE", &folder.path("none"))
}

#[test]
fn without_credentials_it_says_how_to_get_some() {
    let folder = Folder::with("nothing", &[("config", "")]);
    let said = without_keys(&["list", "vpc", "--json", "--region", HURT], &folder).said();
    assert_eq!((said.code, said.rows().len()), (1, 0), "{said:?}");
    let error = said.error();
    assert!(word(&error["why"]).contains("no credentials"), "{error}");
    assert!(word(&error["hint"]).contains("--profile"), "{error}");
    assert!(said.took < Duration::from_secs(15), "nobody is waited for: {:?}", said.took);
}

#[test]
fn a_login_that_ran_out_names_the_login_command() {
    let config = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n\
                  [profile prod]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = OnCall\n\
                  region = us-west-2\n";
    let folder = Folder::with("sso", &[("config", config)]);
    let args = ["list", "vpc", "--json", "--profile", "prod", "--region", HURT];
    let said = without_keys(&args, &folder).said();
    assert_eq!((said.code, said.rows().len()), (1, 0), "{said:?}");
    assert_eq!(said.error()["hint"], "aws sso login --profile prod", "{said:?}");
}
