//! Counts what is asked of AWS and how often AWS said `too fast`, attempt by attempt, and tells at once.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{
                AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
                FinalizerInterceptorContextRef,
            },
            dyn_dispatch_hint,
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::watch;

use super::budget::{Lane, Service};

/// Whom was asked: an account as the user names it, a region, a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub account: Arc<str>,
    pub region: Arc<str>,
    pub service: Service,
}

/// What was asked there since the start. A retry is a call of its own, as it is for AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    pub place: Place,
    pub calls: u64,
    pub throttles: u64,
}

/// The places that throttle now, each with the second (since 1970) at which it said so last.
pub type Throttled = BTreeMap<Place, i64>;

pub struct Meter {
    lanes: Mutex<BTreeMap<Place, Arc<Lane>>>,
    throttled: watch::Sender<Throttled>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { lanes: Mutex::default(), throttled: watch::Sender::new(Throttled::new()) }
    }
}

impl Meter {
    #[must_use]
    pub fn usage(&self) -> Vec<Usage> {
        let usage = |(place, lane): (&Place, &Arc<Lane>)| {
            let (calls, throttles) = lane.count();
            Usage { place: place.clone(), calls, throttles }
        };
        self.lanes().iter().map(usage).collect()
    }

    /// Wakes when a place begins to throttle, says so again, or answers again.
    #[must_use]
    pub fn throttled(&self) -> watch::Receiver<Throttled> {
        self.throttled.subscribe()
    }

    pub(super) fn lane(&self, place: &Place) -> Arc<Lane> {
        let new = || Arc::new(Lane::new(place.service.allowance(&place.region)));
        self.lanes().entry(place.clone()).or_insert_with(new).clone()
    }

    fn lanes(&self) -> MutexGuard<'_, BTreeMap<Place, Arc<Lane>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn said_no(&self, place: &Place) {
        self.throttled.send_modify(|all| {
            all.insert(place.clone(), crate::clients::now());
        });
    }

    fn said_yes(&self, place: &Place) {
        self.throttled.send_if_modified(|all| all.remove(place).is_some());
    }
}

/// Sits in one client and counts each attempt that leaves the machine.
pub(super) struct Counter {
    pub(super) meter: Arc<Meter>,
    pub(super) place: Place,
    pub(super) lane: Arc<Lane>,
}

impl std::fmt::Debug for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Counter({:?})", self.place)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "quarterdeck-counter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.lane.asked();
        Ok(())
    }

    /// The SDK reads XML that breaks off as if it were whole: rows would go missing without a word.
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match context.response().body().bytes() {
            Some(body) if breaks_off(body) => Err("the answer ends before its end tag".into()),
            _ => Ok(()),
        }
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(response) = context.response() else { return Ok(()) };
        let status = response.status().as_u16();
        if status < 400 {
            self.meter.said_yes(&self.place);
        } else if throttles(status, response.headers().get("x-amzn-errortype"), response.body().bytes()) {
            self.lane.throttled();
            self.meter.said_no(&self.place);
        }
        Ok(())
    }
}

/// Whether a body is XML without the end of its outermost element.
fn breaks_off(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let text = text.trim();
    let inner = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, after)| after.trim_start()),
        None => text,
    };
    if !text.starts_with('<') {
        return false;
    }
    let name =
        inner.strip_prefix('<').and_then(|rest| rest.split([' ', '>', '/', '\n', '\r', '\t']).next()).unwrap_or("");
    let alone = inner.ends_with("/>") && inner.matches('<').count() == 1;
    !alone && !inner.ends_with(&format!("</{name}>"))
}

/// Whether an answer says "too fast". The code stands in a header or in the body, depending on the service's protocol.
fn throttles(status: u16, kind: Option<&str>, body: Option<&[u8]>) -> bool {
    const WORDS: [&str; 6] = [
        "Throttl",
        "RequestLimitExceeded",
        "TooManyRequests",
        "SlowDown",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
    ];
    let body = body.map(String::from_utf8_lossy).unwrap_or_default();
    status == 429 || WORDS.iter().any(|word| kind.is_some_and(|k| k.contains(word)) || body.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Place {
        Place { account: "".into(), region: "eu-west-1".into(), service: Service::Ec2 }
    }

    #[test]
    fn a_throttled_answer_is_known_in_each_protocol() {
        let ec2 = br"<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>";
        assert!(throttles(503, None, Some(ec2)));
        assert!(throttles(400, None, Some(br#"{"__type":"ThrottlingException"}"#)));
        assert!(throttles(400, Some("ThrottlingException"), None));
        assert!(throttles(429, None, None));
        assert!(!throttles(403, None, Some(br"<Code>UnauthorizedOperation</Code>")));
        assert!(!throttles(503, None, Some(b"upstream is away")));
    }

    #[test]
    fn xml_that_breaks_off_is_known_and_json_is_left_alone() {
        let whole = "<?xml version=\"1.0\"?>\n<R xmlns=\"x\"><a><b>1</b></a></R>\n";
        assert!(!breaks_off(whole.as_bytes()));
        for end in 1..whole.trim_end().len() {
            assert!(breaks_off(&whole.as_bytes()[..end]), "{}", &whole[..end]);
        }
        for fine in ["", "{\"a\": \"<\"}", "<R/>", "{", "<R></R>"] {
            assert!(!breaks_off(fine.as_bytes()), "{fine}");
        }
    }

    #[test]
    fn throttling_is_told_while_it_lasts() {
        let meter = Meter::default();
        let mut watch = meter.throttled();
        meter.said_yes(&here());
        assert!(!watch.has_changed().unwrap(), "an answer where nothing throttled wakes nobody");
        meter.said_no(&here());
        assert!(watch.borrow_and_update().contains_key(&here()));
        meter.said_yes(&here());
        assert!(watch.has_changed().unwrap());
        assert!(watch.borrow_and_update().is_empty());
    }

    #[test]
    fn usage_counts_each_attempt_by_place() {
        let meter = Meter::default();
        let lane = meter.lane(&here());
        lane.asked();
        lane.asked();
        meter.lane(&here()).throttled();
        assert_eq!(meter.usage(), [Usage { place: here(), calls: 2, throttles: 1 }]);
    }
}
