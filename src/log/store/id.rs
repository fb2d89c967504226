//! What a service calls an event. CloudWatch's ids are 56 digits: two of them go into a byte, and they still sort as text does.
use std::{borrow::Cow, cmp::Ordering};

/// An id as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id<'a> {
    /// Two digits a byte, each one more than it is: a shorter number is padded with what no digit is, and sorts before.
    Digits(&'a [u8]),
    Text(&'a [u8]),
}

const DIGITS: u8 = 0;
const TEXT: u8 = 1;

impl<'a> Id<'a> {
    /// Appends `id` to `blob`: what it is, its length, its bytes.
    pub fn pack(id: &str, blob: &mut Vec<u8>) {
        let digits = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
        let bytes: Cow<'_, [u8]> = if digits {
            let nibble = |b: Option<&u8>| b.map_or(0, |b| b - b'0' + 1);
            id.as_bytes().chunks(2).map(|two| nibble(two.first()) << 4 | nibble(two.get(1))).collect()
        } else {
            Cow::Borrowed(id.as_bytes())
        };
        // no service has ids that long: what is longer is cut, and only ties of its order with others suffer
        let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        blob.push(if digits { DIGITS } else { TEXT });
        blob.extend_from_slice(&len.to_le_bytes());
        blob.extend_from_slice(&bytes[..usize::from(len)]);
    }

    /// The id that was packed at this place.
    pub fn unpack(blob: &'a [u8], at: usize) -> Option<Self> {
        let [kind, low, high] = *blob.get(at..at + 3)?.first_chunk()?;
        let bytes = blob.get(at + 3..at + 3 + usize::from(u16::from_le_bytes([low, high])))?;
        Some(if kind == DIGITS { Self::Digits(bytes) } else { Self::Text(bytes) })
    }

    /// As the service wrote it.
    pub fn show(self) -> Cow<'a, str> {
        match self {
            Self::Text(bytes) => String::from_utf8_lossy(bytes),
            Self::Digits(bytes) => {
                let nibbles = bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter(|n| *n > 0);
                nibbles.map(|n| char::from(b'0' + n - 1)).collect::<String>().into()
            }
        }
    }
}

impl Ord for Id<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Digits(a), Self::Digits(b)) | (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (a, b) => a.show().as_bytes().cmp(b.show().as_bytes()),
        }
    }
}

impl PartialOrd for Id<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(id: &str) -> Vec<u8> {
        let mut blob = vec![7];
        Id::pack(id, &mut blob);
        blob
    }

    proptest! {
        #[test]
        fn an_id_comes_back_as_it_was_and_sorts_as_its_text(a in "[0-9]{0,57}|.{0,9}", b in "[0-9]{0,57}|.{0,9}") {
            let (of_a, of_b) = (packed(&a), packed(&b));
            let (a_kept, b_kept) = (Id::unpack(&of_a, 1).unwrap(), Id::unpack(&of_b, 1).unwrap());
            prop_assert_eq!(a_kept.show(), a.as_str());
            prop_assert_eq!(a_kept.cmp(&b_kept), a.as_bytes().cmp(b.as_bytes()));
        }
    }

    #[test]
    fn the_id_of_cloudwatch_takes_half_its_length() {
        assert_eq!(packed("39049876153248376537824650974193021863853838465032945664").len(), 1 + 3 + 28);
    }
}
