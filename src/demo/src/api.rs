//! The Kubernetes API server in front of a cluster: HTTP in, the cluster's own words out.
//!
//! Here: what befalls every request before its resource is asked. What it does not do, and says so when asked: SPDY, port forwards,
//! protobuf of tables, schemas for `kubectl explain`, field ownership in server-side apply.
use std::{io, sync::Arc, time::Duration};

use hyper::{Request, StatusCode, body::Incoming, header};

use crate::{
    clock,
    estate::Estate,
    fault::{self, Asked},
    http::{self, Answer},
    kube::{Audit, Cluster, refused::Refused},
    rng,
    world::World,
};

pub mod accept;
mod answer;
mod auth;
mod base64;
pub mod certificate;
mod discovery;
mod exec;
mod list;
mod log;
mod metrics;
mod openapi;
pub mod patch;
pub mod proto;
mod review;
mod route;
pub mod schema;
pub mod select;
mod subresource;
pub mod table;
mod watching;
mod write;

use accept::Wanted;
use route::{Route, Target};

/// The API server of one region's cluster.
pub struct Server {
    pub estate: Arc<Estate>,
    /// Which region of the world.
    number: usize,
    pub region: String,
    pub cluster: String,
}

impl Server {
    /// Of the cluster of the region with this number.
    #[must_use]
    pub fn of(estate: Arc<Estate>, region: usize) -> Self {
        let told = |world: &World| (world.regions[region].name.clone(), world.regions[region].eks.name.clone());
        let (name, cluster) = estate.look(told);
        Self { estate, number: region, region: name, cluster }
    }

    fn look<T>(&self, at: impl FnOnce(&Cluster) -> T) -> T {
        self.estate.look(|world| at(&world.regions[self.number].kube))
    }

    fn change<T>(&self, how: impl FnOnce(&mut Cluster) -> T) -> T {
        self.estate.change(|world| how(&mut world.regions[self.number].kube))
    }

    fn now(&self) -> i64 {
        self.estate.clock.now()
    }
}

/// A request, read as far as all of them are read alike.
struct Ask {
    request: Request<Incoming>,
    query: route::Query,
    wanted: Wanted,
    /// A fault would have it that what the client remembers is gone.
    gone: bool,
    /// What the server's clock says that the machine's time is; tokens are held against it.
    now: i64,
}

impl Ask {
    fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }
}

/// Answers one request. An error cuts the connection.
pub async fn handle(server: Arc<Server>, request: Request<Incoming>) -> io::Result<Answer> {
    let audit = audit_id(&request);
    let query = route::Query::parse(request.uri().query().unwrap_or_default());
    let route = Route::parse(request.uri().path());
    let operation = route.operation(request.method(), &query);
    let (region, cluster) = (server.region.as_str(), server.cluster.as_str());
    let met = server.estate.faults.meet(&Asked { region, service: "kubernetes", operation: &operation, cluster });
    let fate = befall(&server, &route, &operation, met).await?;
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let wanted = match &route {
        // its media types are its own
        Route::Resource(_) | Route::Other(_) => Wanted::of(accept),
        _ => Ok(Wanted::of(accept).unwrap_or(Wanted::JSON)),
    };
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pretty = query.flag("pretty") || ["curl", "Wget"].iter().any(|by_hand| agent.starts_with(by_hand));
    let answered = match (fate.refused, wanted) {
        (Some(refused), wanted) => Err((refused, wanted.unwrap_or(Wanted::JSON))),
        (None, Err(refused)) => Err((refused, Wanted::JSON)),
        (None, Ok(wanted)) => {
            let wanted = Wanted { pretty, ..wanted };
            let ask = Ask { request, query, wanted, gone: fate.gone, now: clock::real() + fate.skew };
            dispatch(&server, route, ask).await.map_err(|refused| (refused, wanted))
        }
    };
    let mut answer = answered.unwrap_or_else(|(refused, wanted)| answer::refused(wanted, &refused));
    let headers = answer.headers_mut();
    if let Ok(audit) = audit.parse() {
        headers.insert("audit-id", audit);
    }
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-cache, private"));
    let answer = http::dated(answer, fate.skew);
    Ok(match fate.cut {
        Some(after) => answer.map(|body| answer::cut(body, after)),
        None => answer,
    })
}

/// The client's own, or a new one.
fn audit_id(request: &Request<Incoming>) -> String {
    if let Some(given) = request.headers().get("audit-id").and_then(|value| value.to_str().ok()) {
        return given.to_owned();
    }
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    rng::Rng::of(clock::real().cast_unsigned(), &format!("audit {count}")).uuid()
}

#[derive(Default)]
struct Fate {
    refused: Option<Refused>,
    gone: bool,
    cut: Option<u64>,
    /// How far the server's clock is off, in milliseconds.
    skew: i64,
}

/// Carries out the faults that meet a request, as far as that goes before it is answered.
async fn befall(server: &Server, route: &Route, operation: &str, met: Vec<fault::Kind>) -> io::Result<Fate> {
    let mut fate = Fate { skew: fault::skew(&met), ..Fate::default() };
    for kind in met {
        match kind {
            fault::Kind::Latency { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
            fault::Kind::Hang => std::future::pending::<()>().await,
            fault::Kind::Reset { after: None } => return Err(io::ErrorKind::ConnectionReset.into()),
            fault::Kind::Reset { after: Some(bytes) } => fate.cut = Some(bytes),
            fault::Kind::Throttle => fate.refused = Some(answer::throttled()),
            fault::Kind::Error { status } => fate.refused = Some(answer::broken(status)),
            fault::Kind::Expired => fate.refused = Some(auth::unauthorized()),
            fault::Kind::Denied => {
                let user = server.look(|cluster| auth::user(&cluster.plan.account));
                fate.refused = Some(auth::forbidden(&user, route, operation));
            }
            fault::Kind::Gone => fate.gone = true,
            fault::Kind::Skew { .. } => {}
        }
    }
    Ok(fate)
}

async fn dispatch(server: &Arc<Server>, route: Route, ask: Ask) -> Result<Answer, Refused> {
    if let Route::Health = route {
        return Ok(http::answer(StatusCode::OK, "text/plain; charset=utf-8", "ok"));
    }
    if let Route::Version = route {
        return Ok(answer::value(ask.wanted, StatusCode::OK, &discovery::version(server)));
    }
    auth::admit(server, ask.header("authorization"), ask.now)?;
    match route {
        Route::Health | Route::Version => Err(answer::not_found()),
        Route::Discovery(what) => discovery::answer(server, &what, &ask),
        Route::OpenApi(path) => openapi::answer(&path).ok_or_else(answer::not_found),
        Route::Review(kind) => review::answer(server, kind, ask).await,
        Route::Metrics(what) => metrics::answer(server, &what, &ask),
        Route::Resource(target) => resource(server, target, ask).await,
        Route::Other(_) => Err(answer::not_found()),
    }
}

/// The name of what was made, which the path of a `create` does not tell.
#[derive(Clone)]
struct Made(String);

async fn resource(server: &Arc<Server>, target: Target, ask: Ask) -> Result<Answer, Refused> {
    let verb = route::verb(ask.request.method(), &target, &ask.query);
    let command = target.subresource.as_deref().is_some_and(|sub| ["exec", "attach"].contains(&sub));
    if ["get", "list", "watch"].contains(&verb) && !command {
        return on_resource(server, target, verb, ask).await;
    }
    let (resource, namespace, name) = (target.resource, target.space().to_owned(), target.named().to_owned());
    let sub = target.subresource.as_ref().map(|sub| format!("/{sub}")).unwrap_or_default();
    let answered = on_resource(server, target, verb, ask).await;
    let code = answered.as_ref().map_or_else(|refused| refused.code, |answer| answer.status().as_u16());
    let made = answered.as_ref().ok().and_then(|answer| answer.extensions().get::<Made>());
    let name = made.map_or(name, |made| made.0.clone());
    server.change(|cluster| {
        let (at, user) = (cluster.now(), auth::user(&cluster.plan.account));
        cluster.note(Audit { at, user, verb: format!("{verb} {}{sub}", resource.qualified()), namespace, name, code });
    });
    answered
}

async fn on_resource(server: &Arc<Server>, target: Target, verb: &str, ask: Ask) -> Result<Answer, Refused> {
    if target.subresource.is_some() {
        return subresource::answer(server, target, verb, ask).await;
    }
    // a whole collection can be neither replaced nor patched
    let whole = target.name.is_none() && ["update", "patch"].contains(&verb);
    if whole || !target.resource.verbs.contains(&verb) {
        return Err(answer::method_not_allowed());
    }
    match verb {
        "list" => list::list(server, &target, &ask),
        "watch" => watching::watch(server, &target, &ask),
        "get" => list::get(server, &target, &ask),
        _ => write::answer(server, target, verb, ask).await,
    }
}

#[cfg(test)]
mod tests;
