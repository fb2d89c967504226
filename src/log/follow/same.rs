//! The same event of a container, read from the kubelet and from CloudWatch Logs, is shown once: whichever came first stays.
//!
//! Fluent Bit copies the stamp that the container runtime wrote, to the nanosecond, into its record; the kubelet gives the same stamp.
//! Together with the container and the text that is the event. Equal ones are counted, so that what was said twice is shown twice.
use std::borrow::Cow;

use hashbrown::HashMap;
use jiff::Timestamp;
use serde::Deserialize;

use super::seen::hash;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Kubelet,
    CloudWatch,
}

/// One event of a container, whoever gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying<'a> {
    pub pod: Cow<'a, str>,
    pub container: Cow<'a, str>,
    /// Nanoseconds since 1970.
    pub stamp: i128,
    /// What the container wrote; nothing where the record does not hold it as it was.
    pub text: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    log: Option<Cow<'a, str>>,
    /// `P` for a part of a long line, `F` for its end or the whole.
    #[serde(borrow, rename = "_p")]
    part: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kubernetes: Option<Kubernetes<'a>>,
}

#[derive(Deserialize)]
struct Kubernetes<'a> {
    #[serde(borrow)]
    pod_name: Cow<'a, str>,
    #[serde(borrow)]
    container_name: Cow<'a, str>,
}

/// What a record of Fluent Bit says; nothing where it is none, has no stamp, or holds a part of a line only.
#[must_use]
pub fn record(text: &[u8]) -> Option<Saying<'_>> {
    let record: Record = serde_json::from_slice(text).ok()?;
    let kubernetes = record.kubernetes?;
    if record.part.is_some_and(|part| part == "P") {
        return None;
    }
    let stamp: Timestamp = record.time?.parse().ok()?;
    Some(Saying {
        pod: kubernetes.pod_name,
        container: kubernetes.container_name,
        stamp: stamp.as_nanosecond(),
        text: record.log,
    })
}

type Key = (u128, i128);

/// What one side gave and the other did not yet: the texts' hashes, or nothing where the text is not known.
#[derive(Debug, Default)]
pub struct Same {
    kubelet: HashMap<Key, Vec<Option<u128>>>,
    cloudwatch: HashMap<Key, Vec<Option<u128>>>,
}

impl Same {
    /// Whether it is to be shown: the other side did not give it before.
    pub fn first(&mut self, side: Side, saying: &Saying<'_>) -> bool {
        let key = (hash(format!("{}\n{}", saying.pod, saying.container).as_bytes()), saying.stamp);
        let text = saying.text.as_ref().map(|text| hash(text.trim_end_matches(['\n', '\r']).as_bytes()));
        let (own, other) = match side {
            Side::Kubelet => (&mut self.kubelet, &mut self.cloudwatch),
            Side::CloudWatch => (&mut self.cloudwatch, &mut self.kubelet),
        };
        if let Some(texts) = other.get_mut(&key)
            && let Some(twin) = texts.iter().position(|other| *other == text || other.is_none() || text.is_none())
        {
            texts.swap_remove(twin);
            if texts.is_empty() {
                other.remove(&key);
            }
            return false;
        }
        own.entry(key).or_default().push(text);
        true
    }

    /// Lets go what is older (by its own stamp): its twin will not come any more, or it came from one side only.
    pub fn forget(&mut self, before_ms: i64) {
        let before = i128::from(before_ms) * 1_000_000;
        self.kubelet.retain(|key, _| key.1 >= before);
        self.cloudwatch.retain(|key, _| key.1 >= before);
    }

    /// How many events wait for their twin.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.kubelet.len() + self.cloudwatch.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"time":"2026-11-01T00:00:00.007123456Z","stream":"stdout","_p":"F","log":"say \"a\"",
        "kubernetes":{"pod_name":"api-7c9d","namespace_name":"prod","container_name":"api","docker_id":"c0ffee"}}"#;

    fn kubelet(stamp: &str, text: &'static str) -> Saying<'static> {
        let stamp: Timestamp = stamp.parse().unwrap();
        Saying {
            pod: "api-7c9d".into(),
            container: "api".into(),
            stamp: stamp.as_nanosecond(),
            text: Some(text.into()),
        }
    }

    #[test]
    fn the_same_event_of_both_sides_is_shown_once_whichever_came_first() {
        for (one, other) in [(Side::Kubelet, Side::CloudWatch), (Side::CloudWatch, Side::Kubelet)] {
            let mut same = Same::default();
            let of = |side| match side {
                Side::Kubelet => kubelet("2026-11-01T00:00:00.007123456Z", "say \"a\""),
                Side::CloudWatch => record(RECORD.as_bytes()).unwrap(),
            };
            assert!(same.first(one, &of(one)));
            assert!(!same.first(other, &of(other)));
            assert_eq!(same.waiting(), 0);
            assert!(same.first(one, &of(one)), "said once more");
        }
    }

    #[test]
    fn another_nanosecond_text_or_container_is_another_event() {
        let mut same = Same::default();
        assert!(same.first(Side::CloudWatch, &record(RECORD.as_bytes()).unwrap()));
        assert!(same.first(Side::Kubelet, &kubelet("2026-11-01T00:00:00.007123457Z", "say \"a\"")));
        assert!(same.first(Side::Kubelet, &kubelet("2026-11-01T00:00:00.007123456Z", "say \"b\"")));
        let mut sidecar = kubelet("2026-11-01T00:00:00.007123456Z", "say \"a\"");
        sidecar.container = "proxy".into();
        assert!(same.first(Side::Kubelet, &sidecar));
        assert!(!same.first(Side::Kubelet, &kubelet("2026-11-01T00:00:00.007123456Z", "say \"a\"")));
    }

    #[test]
    fn equal_events_of_one_side_are_counted() {
        let mut same = Same::default();
        let said = kubelet("2026-11-01T00:00:00.007123456Z", "say \"a\"");
        let from_kubelet: Vec<bool> = (0..3).map(|_| same.first(Side::Kubelet, &said)).collect();
        let from_cloudwatch: Vec<bool> =
            (0..4).map(|_| same.first(Side::CloudWatch, &record(RECORD.as_bytes()).unwrap())).collect();
        assert_eq!(from_kubelet, [true; 3]);
        assert_eq!(from_cloudwatch, [false, false, false, true]);
    }

    #[test]
    fn a_record_that_keeps_only_what_was_parsed_is_known_by_its_stamp() {
        let merged = RECORD.replace(r#""log":"say \"a\"""#, r#""log_processed":{"level":"info"}"#);
        let mut same = Same::default();
        assert!(same.first(Side::Kubelet, &kubelet("2026-11-01T00:00:00.007123456Z", "{\"level\":\"info\"}")));
        assert!(!same.first(Side::CloudWatch, &record(merged.as_bytes()).unwrap()));
    }

    #[test]
    fn what_is_no_record_or_part_of_a_line_is_nobodys_twin() {
        let part = RECORD.replace(r#""_p":"F""#, r#""_p":"P""#);
        let plain = RECORD.replace("kubernetes", "kube");
        for text in ["plain", "{}", "[1]", "", "\u{0}", part.as_str(), plain.as_str()] {
            assert_eq!(record(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_waits_for_a_twin_is_let_go_by_its_stamp() {
        let mut same = Same::default();
        same.first(Side::Kubelet, &kubelet("2026-11-01T00:00:00.5Z", "old"));
        same.first(Side::Kubelet, &kubelet("2026-11-01T00:00:01.5Z", "new"));
        same.forget("2026-11-01T00:00:01Z".parse::<Timestamp>().unwrap().as_millisecond());
        assert_eq!(same.waiting(), 1);
    }
}
