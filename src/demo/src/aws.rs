//! AWS: one port for all its services. The scope of the signature says which service and region are meant; what is answered is
//! worked out from the world as a tree of fields in the names of the wire, and each protocol writes the tree in its own way.
//!
//! A service is a table of operations (`service::Service`); it knows nothing of bytes, headers or signatures.
pub mod autoscaling;
pub mod call;
pub mod cbor;
pub mod cloudtrail;
pub mod ec2;
pub mod ecr;
pub mod eks;
pub mod elb;
pub mod fail;
pub mod fault;
pub mod filter;
pub mod json;
pub mod logs;
pub mod monitoring;
pub mod pace;
pub mod page;
pub mod query;
pub mod rest;
pub mod route53;
pub mod service;
pub mod ssm;
pub mod sts;
pub mod trail;
pub mod wire;
pub mod xml;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use hyper::{Request, body::Incoming, http::request::Parts};
use serde_json::Value;

use crate::{
    clock,
    estate::Estate,
    fault::Asked,
    http::{self, Answer},
    rng::{Rng, hash},
    sigv4::{self, Signed},
};
use call::Call;
use fail::Fail;
use service::{Operation, Service};
use wire::Wire;

/// All that is served.
pub const SERVICES: &[&Service] = &[
    &autoscaling::SERVICE,
    &cloudtrail::SERVICE,
    &ec2::SERVICE,
    &ecr::SERVICE,
    &eks::SERVICE,
    &elb::SERVICE,
    &logs::SERVICE,
    &monitoring::SERVICE,
    &route53::SERVICE,
    &ssm::SERVICE,
    &sts::SERVICE,
];

/// The largest request that an AWS service takes here, and then some.
const LARGEST: usize = 4 << 20;

/// Answers a request. An error cuts the connection, as a fault may want it.
pub async fn handle(estate: Arc<Estate>, request: Request<Incoming>) -> io::Result<Answer> {
    let (parts, body) = request.into_parts();
    if let Some(body) = http::body(body, LARGEST).await? {
        return exchange(estate, parts, body).await;
    }
    let seen = Seen::of(&parts, &Bytes::new());
    Ok(wire::failure(seen.wire, seen.service, &fail::too_large(seen.wire), &request_id(&estate)))
}

/// Answers a request that is there as a whole.
pub async fn exchange(estate: Arc<Estate>, parts: Parts, body: Bytes) -> io::Result<Answer> {
    let id = request_id(&estate);
    let asked = Seen::of(&parts, &body);
    let name = asked.operation.map_or_else(|| asked.name.clone(), |operation| operation.name().to_owned());
    let met = estate.faults.meet(&Asked {
        region: &asked.region,
        service: asked.service_name(),
        operation: &name,
        cluster: "",
    });
    fault::suffer(&met).await?;
    let skew = crate::fault::skew(&met);
    // some operations work for long, on log lines above all: beside the others, not before them
    let answer = tokio::task::spawn_blocking(move || {
        let answer = asked.answer(&estate, &parts, &body, &name, &met, &id);
        fault::cut(&met, answer)
    });
    Ok(http::dated(answer.await.map_err(io::Error::other)?, skew))
}

/// What can be told of a request before anything is checked.
struct Seen {
    service: Option<&'static Service>,
    region: String,
    wire: Wire,
    /// As asked for, whether or not there is such an operation.
    name: String,
    operation: Option<&'static Operation>,
    form: Value,
    path: Vec<(&'static str, String)>,
}

impl Seen {
    fn of(parts: &Parts, body: &Bytes) -> Self {
        let claim = sigv4::claim(&Signed::of(parts, body)).ok();
        let scope = claim.as_ref().map(|claim| claim.service.as_str());
        let service = SERVICES.iter().find(|service| Some(service.name) == scope).copied();
        // unsigned, it can still be told what it is meant for, and gets its refusal in the right words
        let service = if claim.is_some() { service } else { query::guess(parts, body).or_else(|| rest::guess(parts)) };
        let wire = Wire::of(parts, service);
        let form = if wire.is_form() { query::form(parts, body) } else { Value::Null };
        let mut path = vec![];
        let name = match wire {
            Wire::Ec2 | Wire::Query => form.get("Action").and_then(Value::as_str).unwrap_or_default().to_owned(),
            Wire::Json10 | Wire::Json11 => wire::target(parts).rsplit('.').next().unwrap_or_default().to_owned(),
            Wire::Cbor => parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned(),
            Wire::RestJson | Wire::RestXml => {
                let found = service.and_then(|service| rest::find(service, parts));
                found.map(|(operation, of)| (operation.name().to_owned(), path = of).0).unwrap_or_default()
            }
        };
        let operation =
            service.and_then(|service| service.operations.iter().find(|operation| operation.name() == name));
        Self { service, region: claim.map(|claim| claim.region).unwrap_or_default(), wire, name, operation, form, path }
    }

    fn service_name(&self) -> &'static str {
        self.service.map_or("", |service| service.name)
    }

    /// Does what is asked, or what faults would have instead.
    fn answer(
        &self,
        estate: &Arc<Estate>,
        parts: &Parts,
        body: &Bytes,
        name: &str,
        met: &[crate::fault::Kind],
        id: &str,
    ) -> Answer {
        let skew = crate::fault::skew(met);
        let done = self.admit(estate, parts, body, clock::real() + skew).and_then(|(service, operation)| {
            let call = Call {
                estate,
                service,
                operation,
                region: &self.region,
                wire: self.wire,
                input: self.input(parts, body)?,
                id,
                user: call::user(estate),
                skew,
            };
            let done = match fault::refusal(met, &call) {
                Some(fail) => Err(fail),
                None => (operation.run)(&call),
            };
            trail::note(&call, done.as_ref().err());
            done
        });
        match done {
            Ok(reply) => wire::reply(self.wire, self.service, name, reply, id),
            Err(fail) => wire::failure(self.wire, self.service, &fail, id),
        }
    }

    /// Whether it is signed by whom we know, for what there is; `now` is what the server's clock says.
    fn admit(
        &self,
        estate: &Estate,
        parts: &Parts,
        body: &Bytes,
        now: i64,
    ) -> Result<(&'static Service, &'static Operation), Fail> {
        sigv4::verify(&Signed::of(parts, body), &estate.keys, now)
            .map_err(|refusal| fail::refused(self.wire, &refusal))?;
        let service = self.service.ok_or_else(|| fail::unknown_service(self.wire))?;
        if !estate.look(|world| world.region(&self.region).is_some()) {
            // a region that is not enabled does not know the key
            return Err(fail::unknown_key(self.wire));
        }
        let operation = self.operation.ok_or_else(|| fail::unknown_operation(self.wire, service, &self.name))?;
        Ok((service, operation))
    }

    fn input(&self, parts: &Parts, body: &Bytes) -> Result<Value, Fail> {
        match self.wire {
            Wire::Ec2 | Wire::Query => Ok(self.form.clone()),
            Wire::Json10 | Wire::Json11 => json::read(body),
            Wire::Cbor => cbor::read(body),
            Wire::RestJson | Wire::RestXml => rest::input(self.wire, &self.path, parts, body),
        }
    }
}

/// A UUID, as most services number their answers.
fn request_id(estate: &Estate) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    Rng::new(hash(count, &estate.keys.token)).uuid()
}

#[cfg(test)]
mod tests;
