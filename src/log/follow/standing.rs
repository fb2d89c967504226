//! How a target is doing, beside its name.
use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its history is being read; so far down to (or, from the oldest on, up to) this time.
    Reading {
        upto: i64,
    },
    Live,
    /// More comes than is read, or nobody could ask for a while.
    Behind {
        by_ms: i64,
    },
    Throttled {
        until: i64,
    },
    /// Followed, and says nothing.
    Silent {
        since: i64,
    },
    Denied(Error),
    Gone(Error),
    /// Nobody answers, or credentials have run out; it is tried again.
    Lost(Error),
    /// Nothing more will come.
    Ended,
}

impl Standing {
    /// As it stands beside the name; short.
    #[must_use]
    pub fn words(&self, now: i64) -> String {
        match self {
            Self::Reading { upto } => format!("reading history, at {} ago", span(now - upto)),
            Self::Live => "live".into(),
            Self::Behind { by_ms } => format!("behind by {}", span(*by_ms)),
            Self::Throttled { until } if *until > now => format!("throttled, asks again in {}", span(until - now)),
            Self::Throttled { .. } => "throttled, asks again".into(),
            Self::Silent { since } => format!("silent for {}", span(now - since)),
            Self::Denied(error) => format!("denied: {}", error.why),
            Self::Gone(error) => format!("gone: {}", error.why),
            Self::Lost(error) => format!("not answering: {}", error.why),
            Self::Ended => "ended".into(),
        }
    }

    /// Whether the difference to what was told before is worth telling.
    pub(super) fn differs(&self, told: &Self) -> bool {
        match (self, told) {
            (Self::Reading { upto: a }, Self::Reading { upto: b }) => a != b,
            (Self::Behind { by_ms: a }, Self::Behind { by_ms: b }) => (a - b).abs() >= 1000,
            (one, other) => one != other,
        }
    }
}

/// `850 ms`, `12 s`, `5 min`, `3 h 20 min`, `2 d 4 h`.
fn span(ms: i64) -> String {
    let ms = ms.max(0);
    match (ms, ms / 1000, ms / 60_000, ms / 3_600_000) {
        (ms, 0, _, _) => format!("{ms} ms"),
        (_, s @ ..120, _, _) => format!("{s} s"),
        (_, _, min @ ..120, _) => format!("{min} min"),
        (_, _, min, h @ ..48) if min % 60 == 0 => format!("{h} h"),
        (_, _, min, h @ ..48) => format!("{h} h {} min", min % 60),
        (_, _, _, h) if h % 24 == 0 => format!("{} d", h / 24),
        (_, _, _, h) => format!("{} d {} h", h / 24, h % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Trouble;

    #[test]
    fn standings_read_as_short_words() {
        let error = Error::new(Trouble::Denied, "could not read /app", "logs:FilterLogEvents is not allowed");
        let words = |standing: Standing| standing.words(100_000_000);
        assert_eq!(words(Standing::Live), "live");
        assert_eq!(words(Standing::Behind { by_ms: 12_400 }), "behind by 12 s");
        assert_eq!(words(Standing::Behind { by_ms: 400 }), "behind by 400 ms");
        assert_eq!(words(Standing::Throttled { until: 100_003_000 }), "throttled, asks again in 3 s");
        assert_eq!(words(Standing::Throttled { until: 99_000_000 }), "throttled, asks again");
        assert_eq!(words(Standing::Silent { since: 100_000_000 - 3 * 3_600_000 - 60_000 }), "silent for 3 h 1 min");
        assert_eq!(words(Standing::Reading { upto: 100_000_000 - 52 * 3_600_000 }), "reading history, at 2 d 4 h ago");
        assert_eq!(words(Standing::Denied(error)), "denied: logs:FilterLogEvents is not allowed");
    }
}
