//! The way to a running estate for tests, scripts and the console's `demo` verb: incidents, faults, time, and its end. Beside AWS, on the
//! same port, under `/_demo/`, with the token of the start.
use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use hyper::{Method, Request, StatusCode, body::Incoming};
use serde_json::{Value, json};

use crate::{
    aws,
    clock::SECOND,
    estate::Estate,
    fault::Fault,
    http::{self, Answer},
    incident,
    life::Life,
    terraform,
};

pub const PREFIX: &str = "/_demo/";
const LARGEST: usize = 64 << 10;

/// Answers what is asked of the estate itself.
///
/// # Errors
/// If the request breaks off.
pub async fn handle(estate: Arc<Estate>, life: Arc<Life>, request: Request<Incoming>) -> io::Result<Answer> {
    let (parts, body) = request.into_parts();
    let token = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
    if token != Some(&format!("Bearer {}", estate.keys.token)) {
        return Ok(told(StatusCode::UNAUTHORIZED, &json!({"error": "the token of this start is asked for"})));
    }
    let Some(body) = http::body(body, LARGEST).await? else {
        return Ok(told(StatusCode::PAYLOAD_TOO_LARGE, &json!({"error": "that is too long"})));
    };
    let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap_or(Value::Null) };
    let what = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    Ok(match order(&estate, &life, &parts.method, what, &body) {
        Ok(value) => told(StatusCode::OK, &value),
        Err(why) => told(StatusCode::BAD_REQUEST, &json!({"error": why})),
    })
}

fn told(status: StatusCode, value: &Value) -> Answer {
    http::answer(status, "application/json", value.to_string())
}

fn order(estate: &Estate, life: &Life, method: &Method, what: &str, body: &Value) -> Result<Value, String> {
    let number = |key: &str| body[key].as_i64().ok_or_else(|| format!("`{key}` takes a number"));
    let text = |key: &str| body[key].as_str().ok_or_else(|| format!("`{key}` takes a text"));
    match (method, what) {
        (&Method::GET, "state") => Ok(state(estate)),
        (&Method::GET, "operations") => {
            let all = aws::SERVICES.iter().flat_map(|service| {
                service.operations.iter().map(|operation| format!("{} {}", service.name, operation.name()))
            });
            Ok(all.collect())
        }
        (&Method::POST, "join") => {
            life.join(i32::try_from(number("pid")?).map_err(|e| e.to_string())?);
            Ok(json!({}))
        }
        (&Method::POST, "keep") => {
            life.keep();
            Ok(json!({}))
        }
        (&Method::POST, "stop") => {
            life.end();
            Ok(json!({}))
        }
        (&Method::POST, "incident") => {
            let place = estate.change(|world| incident::begin(world, text("name")?))?;
            Ok(json!({"region": place.region, "zone": place.zone}))
        }
        (&Method::POST, "forward") => {
            estate.clock.put_forward(number("seconds")? * SECOND);
            Ok(json!({"now": estate.change(|world| world.now)}))
        }
        (&Method::POST, "cut") => {
            let cluster = text("cluster")?;
            if estate.cut(cluster) { Ok(json!({})) } else { Err(format!("no cluster is called {cluster}")) }
        }
        (&Method::POST, "compact") => {
            estate.change(|world| world.regions.iter_mut().for_each(|region| region.kube.compact()));
            Ok(json!({}))
        }
        (&Method::GET, "faults") => {
            let rows = estate.faults.list().into_iter().map(|(id, fault)| json!({"id": id, "fault": fault}));
            Ok(Value::Array(rows.collect()))
        }
        (&Method::POST, "faults") => {
            let fault: Fault = serde_json::from_value(body.clone()).map_err(|e| format!("that is no fault: {e}"))?;
            Ok(json!({"id": estate.faults.add(fault)}))
        }
        (&Method::DELETE, "faults") => Ok(json!({"removed": estate.faults.remove(None)})),
        (&Method::DELETE, one) if one.starts_with("faults/") => {
            let id = one["faults/".len()..].parse::<u32>().map_err(|_| "a fault is named by its number".to_owned())?;
            Ok(json!({"removed": estate.faults.remove(Some(id))}))
        }
        (_, one) if one == "terraform" || one.starts_with("terraform/") => {
            let what = one.trim_start_matches("terraform").trim_start_matches('/');
            terraform::control::order(estate, method.as_str(), what, body)
        }
        _ => Err(format!("there is no {method} {PREFIX}{what}")),
    }
}

fn state(estate: &Estate) -> Value {
    estate.look(|world| {
        let regions = world.regions.iter().map(|region| {
            let (id, endpoint) = (&region.eks.name, &region.eks.endpoint);
            json!({"name": region.name, "cluster": id, "endpoint": endpoint, "instances": region.instances.len()})
        });
        json!({
            "seed": world.seed, "now": world.now, "account": world.account, "regions": regions.collect::<Vec<_>>(),
            "incidents": incident::all().into_iter().map(|told| told.name).collect::<Vec<_>>(),
        })
    })
}

/// Asks a running estate from outside.
#[derive(Clone, Debug)]
pub struct Client {
    pub port: u16,
    pub token: String,
}

impl Client {
    /// # Errors
    /// If nobody answers, or the answer is a refusal: why.
    pub fn ask(&self, method: &str, what: &str, body: Option<&Value>) -> Result<Value, String> {
        let (status, body) = self.exchange(method, what, body).map_err(|e| e.to_string())?;
        let value: Value =
            serde_json::from_str(&body).map_err(|_| "the answer is not that of a demo estate".to_owned())?;
        if status == 200 { Ok(value) } else { Err(value["error"].as_str().unwrap_or("refused").to_owned()) }
    }

    fn exchange(&self, method: &str, what: &str, body: Option<&Value>) -> io::Result<(u16, String)> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        write!(
            stream,
            "{method} {PREFIX}{what} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.token,
            body.len(),
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
        status.zip(body).ok_or_else(|| io::Error::other("the answer breaks off"))
    }
}
