//! Chance that repeats: the same seed makes the same world on every machine and in every release, which no library promises.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A source of its own for one thing, so that a change to one part of the world leaves the others as they were.
    #[must_use]
    pub fn of(seed: u64, what: &str) -> Self {
        Self(hash(seed, what))
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.draw()) * u128::from(end)) >> 64) as u64
    }

    /// At least `low` and below `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high.saturating_sub(low).max(0).cast_unsigned()).cast_signed()
    }

    /// Whether a thing happens that does so once in `n`.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n.max(1)) == 0
    }

    /// From 0 to below 1.
    pub fn share(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// # Panics
    /// If there is nothing to pick from.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// So many letters of an alphabet.
    pub fn letters(&mut self, count: usize, alphabet: &[u8]) -> String {
        (0..count).map(|_| char::from(*self.pick(alphabet))).collect()
    }

    /// Hexadecimal digits, as AWS's ids have them.
    pub fn hex(&mut self, count: usize) -> String {
        self.letters(count, b"0123456789abcdef")
    }

    pub fn uuid(&mut self) -> String {
        uuid(u128::from(self.draw()) << 64 | u128::from(self.draw()))
    }
}

/// A version 4 UUID of 122 of these bits.
#[must_use]
pub fn uuid(bits: u128) -> String {
    let bits = (bits & !(0xf000 << 64) & !(0xc000 << 48)) | (0x4000 << 64) | (0x8000 << 48);
    let text = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// A number that belongs to a text under a seed.
#[must_use]
pub fn hash(seed: u64, text: &str) -> u64 {
    let of = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    mix(text.as_bytes().iter().fold(mix(seed) ^ 0xcbf2_9ce4_8422_2325, of))
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let text = |seed| Rng::of(seed, "bastion").hex(17);
        assert_eq!(text(1), text(1));
        assert_ne!(text(1), text(2));
        assert_ne!(Rng::of(1, "a").draw(), Rng::of(1, "b").draw());
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut rng = Rng::new(7);
        assert!((0..1000).all(|_| (-3..5).contains(&rng.between(-3, 5)) && (0.0..1.0).contains(&rng.share())));
        assert_eq!(rng.below(0), 0);
    }

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        let id = uuid(u128::MAX);
        assert_eq!(id, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
