//! Which events were read already: hashes of their ids, kept by the time of the event and let go by it.
use std::{
    collections::BTreeMap,
    hash::{BuildHasherDefault, Hasher},
};

use hashbrown::HashSet;

/// A bucket holds the ids of this many milliseconds; whole buckets are let go.
const BUCKET: i64 = 10_000;

/// What is hashed is spread evenly already.
#[derive(Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[allow(clippy::cast_possible_truncation)] // half of it is enough to find a place
    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}

/// 128 bits of any text: two different ones in a million million would be alike with a chance below 10⁻¹⁴.
#[must_use]
pub fn hash(text: &[u8]) -> u128 {
    let mut low = 0x9e37_79b9_7f4a_7c15_u64 ^ text.len() as u64;
    let mut high = 0xc2b2_ae3d_27d4_eb4f_u64;
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        (low, high) = mixed(low, high, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    (low, high) = mixed(low, high, u64::from_le_bytes(last));
    (low, high) = mixed(low, high, 0x1656_67b1_9e37_79f9);
    (low, high) = mixed(low, high, 0x2745_937f_8ab3_d1c7);
    u128::from(high) << 64 | u128::from(low)
}

/// Two products of 64 × 64 bits, folded: each bit of the word reaches each of both halves.
fn mixed(low: u64, high: u64, word: u64) -> (u64, u64) {
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        #[allow(clippy::cast_possible_truncation)] // both halves are used
        let folded = (product >> 64) as u64 ^ product as u64;
        folded
    };
    let (a, b) = (low ^ word, high.rotate_left(23) ^ word);
    (fold(a, 0xff51_afd7_ed55_8ccd) ^ high, fold(b, 0xc4ce_b9fe_1a85_ec53) ^ low.rotate_left(31))
}

#[derive(Debug, Default)]
pub struct Seen {
    buckets: BTreeMap<i64, HashSet<u128, BuildHasherDefault<Spread>>>,
}

impl std::fmt::Debug for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl Seen {
    /// Whether this is the first time.
    pub fn first(&mut self, at: i64, hash: u128) -> bool {
        self.buckets.entry(at.div_euclid(BUCKET)).or_default().insert(hash)
    }

    /// Lets go all that lies in none of these spans (both ends belong to them).
    pub fn keep(&mut self, spans: &[(i64, i64)]) {
        self.buckets.retain(|bucket, _| {
            let (from, to) = (bucket * BUCKET, bucket * BUCKET + BUCKET - 1);
            spans.iter().any(|(first, last)| from <= *last && to >= *first)
        });
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.buckets.values().map(HashSet::len).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// About how much memory the ids take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.buckets.values().map(HashSet::allocation_size).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once() {
        let mut seen = Seen::default();
        assert!(seen.first(5, hash(b"a")) && seen.first(5, hash(b"b")));
        assert!(!seen.first(5, hash(b"a")));
        assert_eq!(seen.len(), 2);
    }

    #[test]
    fn ids_are_let_go_by_time_and_never_within_what_is_kept() {
        let mut seen = Seen::default();
        for at in 0..1000_i64 {
            seen.first(at * 1000, hash(&at.to_le_bytes()));
        }
        seen.keep(&[(900_000, i64::MAX), (100_000, 119_999)]);
        let forgotten: Vec<i64> = (0..1000_i64).filter(|at| seen.first(at * 1000, hash(&at.to_le_bytes()))).collect();
        let expected: Vec<i64> = (0..100).chain(120..900).collect();
        assert_eq!(forgotten, expected);
    }

    #[test]
    fn an_id_takes_about_twenty_to_forty_bytes() {
        let mut seen = Seen::default();
        for n in 0..100_000_i64 {
            seen.first(n, hash(&n.to_le_bytes()));
        }
        let each = seen.bytes() / seen.len();
        assert!((16..=40).contains(&each), "{each} bytes an id");
    }

    #[test]
    #[allow(clippy::cast_possible_truncation)] // each half by itself
    fn hashes_of_texts_that_are_nearly_alike_differ_in_both_halves() {
        let mut low = HashSet::new();
        let mut high = HashSet::new();
        let mut texts = HashSet::new();
        for n in 0..20_000_u32 {
            let text = format!("3816{n:050}");
            for cut in [text.len(), 8, 0] {
                let mut text = text.clone().into_bytes();
                text.truncate(cut.max(4));
                text.extend(n.to_le_bytes());
                if texts.insert(text.clone()) {
                    let hash = hash(&text);
                    assert!(low.insert(hash as u64) && high.insert((hash >> 64) as u64), "{text:?}");
                }
            }
        }
        assert_ne!(hash(b""), hash(b"\0"));
        assert_ne!(hash(b"\0\0\0\0\0\0\0"), hash(b"\0\0\0\0\0\0\0\0"));
    }
}
