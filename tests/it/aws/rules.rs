//! Faults between the program and AWS, by the proxy that stands before the lab's AWS. Each test signs with a key of its own,
//! and its rules hold for that key alone: tests that run side by side do not meet.
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

use super::lab::{Run, var};

/// The rules of one test. They end with it.
pub struct Rules {
    key: String,
    header: Value,
}

impl Rules {
    /// No rule yet; `name` is this test's alone.
    pub fn new(name: &str) -> Self {
        let key = format!("AKIA{}{}", name.to_uppercase(), std::process::id());
        let header = json!({"authorization": format!("Credential={key}/")});
        let strange: Vec<Value> = all().into_iter().filter(|rule| rule["headers"]["authorization"].is_null()).collect();
        assert!(strange.is_empty(), "somebody's rules hold for all: {strange:?}");
        Self { key, header }
    }

    /// Rules of this test, as the proxy reads them; the first that fits a request holds.
    pub fn add(&self, rules: &[Value]) {
        let own = |rule: &Value| {
            let mut rule = rule.clone();
            rule["headers"] = self.header.clone();
            rule
        };
        let own: Vec<Value> = rules.iter().map(own).collect();
        http("PATCH", "rules", &json!(own));
    }

    pub fn end(&self) {
        http("DELETE", "rules", &json!([{"headers": self.header}]));
    }

    /// How often each rule held, in their order.
    pub fn held(&self) -> Vec<u64> {
        let own = all().into_iter().filter(|rule| rule["headers"] == self.header);
        own.map(|rule| rule["fired_count"].as_u64().unwrap_or(0)).collect()
    }

    /// The requests that the n-th rule held for.
    pub fn requests(&self, n: usize) -> Vec<Value> {
        let own: Vec<Value> = all().into_iter().filter(|rule| rule["headers"] == self.header).collect();
        let told = http("GET", &format!("fired?limit=2000&rule_id={}", own[n]["id"]), &Value::Null);
        told.as_array().expect("the proxy lists them").clone()
    }

    /// The program on the far side of these rules.
    pub fn before(&self, run: Run) -> Run {
        run.env("AWS_ENDPOINT_URL", &var("MICROBURST_URL")).env("AWS_ACCESS_KEY_ID", &self.key)
    }

    pub fn list(&self, kind: &str, regions: &[&str]) -> Run {
        self.before(Run::list(kind, regions))
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether a request that these rules hold for still finds no answer.
    pub fn still_hangs(&self, operation: &str, region: &str) -> bool {
        let asked = format!("Action={operation}&Version=2016-11-15");
        post(&var("MICROBURST_URL"), &self.key, ("ec2", region), &asked, Duration::from_secs(1)).is_err()
    }
}

impl Drop for Rules {
    fn drop(&mut self) {
        self.end();
    }
}

fn all() -> Vec<Value> {
    http("GET", "rules", &Value::Null).as_array().expect("the proxy lists its rules").clone()
}

fn connect(url: &str, patience: Duration) -> TcpStream {
    let address = url.strip_prefix("http://").expect("the lab speaks HTTP");
    let stream = TcpStream::connect(address).unwrap_or_else(|e| panic!("nobody is at {address}: {e}"));
    stream.set_read_timeout(Some(patience)).expect("a timeout can be set");
    stream
}

/// A request of the query protocol, straight to the lab, which does not look at signatures.
pub fn post(url: &str, key: &str, place: (&str, &str), body: &str, patience: Duration) -> std::io::Result<String> {
    let (service, region) = place;
    let mut stream = connect(url, patience);
    let asked = format!(
        "POST / HTTP/1.1\r\nHost: {service}.{region}.amazonaws.com\r\nConnection: close\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(asked.as_bytes())?;
    let mut told = String::new();
    stream.read_to_string(&mut told)?;
    Ok(told)
}

/// One request to the proxy itself.
fn http(method: &str, path: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut stream = connect(&var("MICROBURST_URL"), Duration::from_secs(30));
    let asked = format!(
        "{method} /_microburst/{path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(asked.as_bytes()).expect("the proxy takes requests");
    let mut told = String::new();
    stream.read_to_string(&mut told).expect("the proxy answers");
    let (head, body) = told.split_once("\r\n\r\n").expect("an answer has a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {told}");
    serde_json::from_str(body).expect("the proxy speaks JSON")
}
