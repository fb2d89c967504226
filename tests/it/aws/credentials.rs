//! Credentials as users have them, each against a server that we did not write where there is one: who they make us, until when, and
//! what is said where there are none. And the ways to AWS: a CA of one's own, a proxy.
use std::{
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    fake::Fake,
    lab::{Folder, Run, told, var, word},
    rules::Rules,
};
use crate::pty::terminal::{Program, Terminal};

const REGION: &str = "us-west-2";
/// The keys that the lab knows, in a profile.
const BASE: &str = "[profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = labsecret\n";

/// The program with this configuration and no keys in its environment.
fn with(folder: &Folder, args: &[&str]) -> Run {
    let run = Run::new(args).without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY");
    let run = run.env("AWS_CONFIG_FILE", &folder.path("config")).env("HOME", &folder.path(""));
    run.env("AWS_SHARED_CREDENTIALS_FILE", &folder.path("none")).env("AWS_REGION", REGION)
}

/// The one account that is listed: its number, who we are there, and when the credentials end.
fn who(run: Run) -> (String, String, Value) {
    let said = run.said();
    assert_eq!((said.code, said.rows().len()), (0, 1), "{said:?}");
    let cells = said.rows()[0]["cells"].clone();
    (word(&cells["id"]), word(&cells["arn"]), cells["credentials_until"].clone())
}

/// The only error of a listing that has no credentials.
fn why(run: Run) -> Value {
    let said = run.said();
    assert_eq!((said.code, said.rows().len()), (1, 0), "{said:?}");
    let error = said.error();
    assert_eq!(error["trouble"], "credentials", "{error}");
    error
}

fn is_soon(until: &Value) {
    let until: jiff::Timestamp = word(until).parse().expect("a time");
    let left = until.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((60..=12 * 3600).contains(&left), "{left} s are left");
}

/// A program in the folder.
fn script(folder: &Folder, name: &str, text: &str) -> String {
    let path = folder.path(name);
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("it can be written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it can be made a program");
    path
}

const ACCOUNT: [&str; 3] = ["list", "account", "--json"];

#[test]
fn a_role_of_a_role_of_a_profile_is_taken_in_another_account() {
    let config = format!(
        "{BASE}[profile hop]\nrole_arn = arn:aws:iam::123456789012:role/Hop\nsource_profile = base\n\
         [profile far]\nrole_arn = arn:aws:iam::222222222222:role/Far\nsource_profile = hop\n"
    );
    let folder = Folder::with("chain", &[("config", &config)]);
    let (number, arn, until) = who(with(&folder, &["list", "account", "--json", "--profile", "far"]));
    assert_eq!(number, "222222222222");
    assert!(arn.starts_with("arn:aws:sts::222222222222:assumed-role/Far/"), "{arn}");
    is_soon(&until);
}

#[test]
fn a_chain_that_leads_to_nobody_names_who_is_missing_and_who_there_is() {
    let config = "[profile far]\nrole_arn = arn:aws:iam::222222222222:role/Far\nsource_profile = nobody\n";
    let folder = Folder::with("broken-chain", &[("config", config)]);
    let error = why(with(&folder, &["list", "account", "--json", "--profile", "far"]));
    assert!(word(&error["why"]).contains("nobody"), "{error}");
    assert_eq!(error["hint"], "profiles there are: far");
}

#[test]
fn a_web_identity_becomes_its_role() {
    let folder = Folder::with("web", &[("config", ""), ("token", "a.b.c")]);
    let web = |token: &str| {
        let run = with(&folder, &ACCOUNT).env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/Web");
        run.env("AWS_WEB_IDENTITY_TOKEN_FILE", &folder.path(token))
    };
    let (_, arn, until) = who(web("token"));
    assert!(arn.contains(":assumed-role/Web/"), "{arn}");
    is_soon(&until);
    let error = why(web("no-such-token"));
    assert!(word(&error["hint"]).contains("AWS_WEB_IDENTITY_TOKEN_FILE"), "{error}");
}

#[test]
fn a_program_that_hands_out_keys_is_asked_and_one_that_fails_is_quoted() {
    let folder = Folder::with("process", &[]);
    let good = script(
        &folder,
        "good",
        r#"echo '{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"labsecret","Expiration":"2099-01-01T00:00:00Z"}'"#,
    );
    let bad = script(&folder, "bad", "echo 'the keychain is locked' >&2; exit 3");
    let config = format!("[profile good]\ncredential_process = {good}\n[profile bad]\ncredential_process = {bad}\n");
    std::fs::write(folder.path("config"), config).expect("it can be written");
    let (number, _, until) = who(with(&folder, &["list", "account", "--json", "--profile", "good"]));
    assert_eq!((number.as_str(), word(&until).as_str()), ("123456789012", "2099-01-01T00:00:00Z"));
    let error = why(with(&folder, &["list", "account", "--json", "--profile", "bad"]));
    assert!(word(&error["why"]).contains("the keychain is locked"), "{error}");
    assert!(word(&error["hint"]).contains(&bad), "{error}");
}

#[test]
fn the_role_of_the_machine_is_taken_where_nothing_else_is_configured() {
    let folder = Folder::with("machine", &[("config", "")]);
    // whose metadata service it is, knows its keys
    let machine = with(&folder, &ACCOUNT)
        .without("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &var("MINISTACK_URL"))
        .env("AWS_ENDPOINT_URL", &var("MINISTACK_URL"));
    let (number, _, until) = who(machine);
    assert_eq!(number, "000000000000");
    is_soon(&until);
}

/// The name of the cached token is the hash of the session's name.
const TOKEN: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
const SSO: &str = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n\
                   [profile prod]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = OnCall\n";

/// No independent server has the portal, so a small fake stands in: what is shown is that the cached login is used as it must be.
#[test]
fn a_login_of_identity_center_becomes_its_role_and_a_refused_one_names_the_command() {
    let portal = Fake::new(|request| {
        let asked = request.starts_with("GET /federation/credentials?")
            && request.contains("role_name=OnCall")
            && request.contains("account_id=123456789012");
        match (asked, request.to_ascii_lowercase().contains("x-amz-sso_bearer_token: good\r\n")) {
            (true, true) => (
                200,
                r#"{"roleCredentials":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","secretAccessKey":"labsecret",
                    "sessionToken":"t","expiration":4070908800000}}"#
                    .to_owned(),
            ),
            (true, false) => {
                (401, r#"{"__type":"UnauthorizedException","message":"Session token not found or invalid"}"#.to_owned())
            }
            _ => (404, "{}".to_owned()),
        }
    });
    let folder = Folder::with("identity-center", &[("config", SSO)]);
    std::fs::create_dir_all(folder.path(".aws/sso/cache")).expect("a folder can be made");
    let login = |token: &str| {
        let text = format!(r#"{{"accessToken":"{token}","expiresAt":"2099-01-01T00:00:00Z","region":"us-east-1"}}"#);
        std::fs::write(folder.path(TOKEN), text).expect("it can be written");
        with(&folder, &["list", "account", "--json", "--profile", "prod"]).env("AWS_ENDPOINT_URL_SSO", &portal.url)
    };
    let (_, _, until) = who(login("good"));
    assert_eq!(until, "2099-01-01T00:00:00Z");
    let error = why(login("stale"));
    assert!(word(&error["why"]).contains("Session token not found or invalid"), "{error}");
    assert_eq!(error["hint"], "aws sso login --profile prod");
}

#[test]
fn a_profile_of_aws_login_without_a_session_names_the_command() {
    let config = "[profile me]\nlogin_session = arn:aws:iam::123456789012:user/Admin\n";
    let folder = Folder::with("login", &[("config", config)]);
    let error = why(with(&folder, &["list", "account", "--json", "--profile", "me"]));
    assert!(word(&error["why"]).contains("nobody has logged in"), "{error}");
    assert_eq!(error["hint"], "aws login --profile me");
}

#[test]
fn an_authority_of_ones_own_is_trusted_if_it_is_named_and_said_to_be_unknown_if_not() {
    let vpcs = || Run::list("vpc", &[REGION]).env("AWS_ENDPOINT_URL", &var("QD_LAB_TLS_URL"));
    let said = vpcs().env("AWS_CA_BUNDLE", &var("QD_LAB_CA")).said();
    assert_eq!((said.code, said.ids(REGION)), (0, told("vpc", REGION).into_keys().collect()), "{said:?}");
    let said = vpcs().said();
    assert_eq!((said.code, said.rows().len()), (1, 0), "{said:?}");
    let error = said.error();
    assert_eq!(error["trouble"], "unreachable", "{error}");
    assert!(word(&error["why"]).contains("certificate") && word(&error["hint"]).contains("AWS_CA_BUNDLE"), "{error}");
    let folder = Folder::with("bundle", &[("empty", "no certificate")]);
    for (file, why) in [("empty", "there is no certificate in it"), ("none", "No such file")] {
        let said = vpcs().env("AWS_CA_BUNDLE", &folder.path(file)).said();
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("AWS_CA_BUNDLE") && said.err.contains(why), "{said:?}");
    }
}

/// A proxy of this test's own: what it passed on is in its log.
struct Proxy {
    url: String,
    log: String,
    program: Child,
}

impl Proxy {
    fn new(folder: &Folder) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port().to_string();
        drop(listener);
        let log = folder.path("proxy.log");
        let args = [
            "--hostname",
            "127.0.0.1",
            "--port",
            &port,
            "--num-workers",
            "1",
            "--num-acceptors",
            "1",
            "--log-file",
            &log,
        ];
        let home = folder.path("");
        let program = Command::new(var("QD_LAB_PROXY"))
            .args(args)
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the proxy starts");
        let proxy = Self { url: format!("http://127.0.0.1:{port}"), log, program };
        let begun = Instant::now();
        while std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the proxy does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        proxy
    }

    /// The lines of its log that say this. It writes them when a connection ends.
    fn passed(&self, what: &str) -> usize {
        std::fs::read_to_string(&self.log).unwrap_or_default().lines().filter(|line| line.contains(what)).count()
    }

    fn passes(&self, what: &str) {
        let begun = Instant::now();
        while self.passed(what) == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {:?}", std::fs::read_to_string(&self.log));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // it stops those that work for it only when it is told to
        if let Ok(pid) = i32::try_from(self.program.id()).map(rustix::process::Pid::from_raw)
            && let Some(pid) = pid
        {
            let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _code = self.program.wait();
    }
}

#[test]
fn a_proxy_is_used_also_with_an_authority_of_ones_own_and_not_for_what_goes_around_it() {
    let folder = Folder::with("proxy", &[]);
    let proxy = Proxy::new(&folder);
    let vpcs = || Run::list("vpc", &[REGION]);
    let all: Vec<String> = told("vpc", REGION).into_keys().collect();
    let around = vpcs().env("HTTP_PROXY", &proxy.url).env("NO_PROXY", "127.0.0.1").said();
    assert_eq!((around.code, around.ids(REGION)), (0, all.clone()), "{around:?}");
    let plain = vpcs().env("HTTP_PROXY", &proxy.url).said();
    assert_eq!((plain.code, plain.ids(REGION)), (0, all.clone()), "{plain:?}");
    proxy.passes("POST");
    assert_eq!(proxy.passed("CONNECT"), 0);
    let calls = proxy.passed("POST");
    let secure = vpcs().env("AWS_ENDPOINT_URL", &var("QD_LAB_TLS_URL")).env("AWS_CA_BUNDLE", &var("QD_LAB_CA"));
    let secure = secure.env("HTTPS_PROXY", &proxy.url).said();
    assert_eq!((secure.code, secure.ids(REGION)), (0, all), "{secure:?}");
    proxy.passes("CONNECT");
    assert_eq!(proxy.passed("POST"), calls, "what goes around it is not in its log, and TLS is closed to it");
}

#[test]
fn a_proxy_that_is_away_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let closed = format!("http://{}", listener.local_addr().expect("it is bound"));
    drop(listener);
    let said = Run::list("vpc", &[REGION]).env("HTTP_PROXY", &closed).said();
    assert_eq!((said.code, said.rows().len()), (1, 0), "{said:?}");
    let error = said.error();
    assert!(word(&error["why"]).contains("nobody listens") && word(&error["hint"]).contains("HTTP_PROXY"), "{error}");
}

/// The console with a profile `oncall` of this folder's configuration.
fn console(folder: &Folder, endpoint: &str) -> Terminal {
    let program = Program::new()
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_CONFIG_FILE", &folder.path("config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", &folder.path("none"))
        .args(&["--profile", "oncall", "--region", REGION, "--at", "vpc"]);
    program.open(140, 30)
}

fn keys(key: &str) -> String {
    format!("[profile oncall]\nregion = {REGION}\naws_access_key_id = {key}\naws_secret_access_key = secret\n")
}

/// Waits longer than for what is on its way already: until something is tried again.
fn in_time(terminal: &Terminal, text: &str, there: bool) {
    let begun = Instant::now();
    while terminal.screen().contains(text) != there {
        assert!(begun.elapsed() < Duration::from_secs(60), "`{text}`: {there}\n{}", terminal.screen());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn credentials_that_are_mended_outside_are_found_without_a_key() {
    let rules = Rules::new("MENDEDOUTSIDE");
    rules.add(&[
        serde_json::json!({"error": {"code": "ExpiredToken", "status": 403, "message": "The token is expired."}}),
    ]);
    let folder = Folder::with("mended", &[("config", &keys(rules.key()))]);
    let mut terminal = console(&folder, &var("MICROBURST_URL"));
    terminal.shows("NO VALID CREDENTIALS");
    terminal.shows("aws configure --profile oncall");
    std::fs::write(folder.path("config"), keys("AKIAIOSFODNN7EXAMPLE")).expect("it can be written");
    in_time(&terminal, "10.20.0.0/16", true);
    in_time(&terminal, "CREDENTIALS", false);
    terminal.press("q");
    terminal.ends_well();
}

#[test]
fn a_refresh_finds_them_at_once() {
    let folder = Folder::with("refresh", &[("config", "")]);
    let bad = script(&folder, "keys", "exit 3");
    let process = format!("[profile oncall]\nregion = {REGION}\ncredential_process = {bad}\n");
    std::fs::write(folder.path("config"), process).expect("it can be written");
    let mut terminal = console(&folder, &var("AWS_ENDPOINT_URL"));
    terminal.shows("NO VALID CREDENTIALS");
    // a program of the user's is not run again and again: it waits for the key
    std::fs::write(folder.path("config"), keys("AKIAIOSFODNN7EXAMPLE")).expect("it can be written");
    terminal.press("ctrl-r");
    terminal.shows("10.20.0.0/16");
    terminal.shows_no("CREDENTIALS");
    terminal.press("q");
    terminal.ends_well();
}

#[test]
fn credentials_that_run_out_are_renewed_before_and_the_header_says_until_when() {
    let folder = Folder::with("renewed", &[("config", "")]);
    // short ones at first, long ones ever after
    let text = r#"echo x >> "$0.count"
end="+10 hours"; [ "$(wc -l < "$0.count")" -lt 2 ] && end="+50 seconds"
echo "{\"Version\":1,\"AccessKeyId\":\"AKIAIOSFODNN7EXAMPLE\",\"SecretAccessKey\":\"labsecret\",\"Expiration\":\"$(date -u -d "$end" +%Y-%m-%dT%H:%M:%SZ)\"}""#;
    let program = script(&folder, "keys", text);
    let config = format!("[profile oncall]\nregion = {REGION}\ncredential_process = {program}\n");
    std::fs::write(folder.path("config"), config).expect("it can be written");
    let mut terminal = console(&folder, &var("AWS_ENDPOINT_URL"));
    terminal.shows("10.20.0.0/16");
    in_time(&terminal, "creds 9h", true);
    assert!(!terminal.screen().contains("EXPIRED"), "{}", terminal.screen());
    terminal.press("q");
    terminal.ends_well();
}
