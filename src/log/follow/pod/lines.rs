//! Lines with the stamps that the kubelet puts before them, and which of them were read before.
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::log::follow::seen::hash;

const SECOND: i64 = 1_000_000_000;
/// Two writers of one container (its stdout and stderr) may get in by a little out of order.
const DISORDER: i64 = SECOND;

/// Nanoseconds since 1970.
pub type Stamp = i64;

/// Cuts what comes in pieces into lines.
#[derive(Debug, Default)]
pub struct Cut {
    rest: Vec<u8>,
}

impl Cut {
    /// The lines that are whole now, without their line feeds.
    pub fn lines(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        let mut bytes = bytes;
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            if self.rest.is_empty() {
                each(&bytes[..end]);
            } else {
                self.rest.extend_from_slice(&bytes[..end]);
                each(&self.rest);
                self.rest.clear();
            }
            bytes = &bytes[end + 1..];
        }
        self.rest.extend_from_slice(bytes);
    }

    /// A last line that nobody ended.
    pub fn rest(&mut self) -> Option<Vec<u8>> {
        let rest = std::mem::take(&mut self.rest);
        (!rest.is_empty()).then_some(rest)
    }
}

/// `2026-11-01T00:00:00.007123456Z text`; nothing where no stamp stands (the kubelet itself says something).
pub fn stamped(line: &[u8]) -> Option<(Stamp, &[u8])> {
    let end = memchr::memchr(b' ', &line[..line.len().min(40)]).unwrap_or(line.len().min(40));
    let stamp: Timestamp = std::str::from_utf8(&line[..end]).ok()?.parse().ok()?;
    let text = line.get(end + 1..).unwrap_or_default();
    Some((i64::try_from(stamp.as_nanosecond()).ok()?, text))
}

/// The lines that a resumed request gives again: those of the last second or two, counted by stamp and text.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    lines: BTreeMap<Stamp, Vec<u128>>,
    last: Option<Stamp>,
}

impl Memory {
    pub fn last(&self) -> Option<Stamp> {
        self.last
    }

    /// From which whole second on a request must ask to miss nothing.
    pub fn anchor(&self) -> Option<Stamp> {
        self.last.map(|last| (last - DISORDER).div_euclid(SECOND) * SECOND)
    }

    pub fn note(&mut self, stamp: Stamp, text: &[u8]) {
        let before = self.anchor();
        self.last = Some(self.last.map_or(stamp, |last| last.max(stamp)));
        self.lines.entry(stamp).or_default().push(hash(text));
        if let Some(anchor) = self.anchor().filter(|anchor| before != Some(*anchor)) {
            self.lines = self.lines.split_off(&anchor);
        }
    }

    /// Takes one such line out, if one is in it.
    pub fn take(&mut self, stamp: Stamp, text: &[u8]) -> bool {
        let Some(texts) = self.lines.get_mut(&stamp) else { return false };
        let hash = hash(text);
        let Some(index) = texts.iter().position(|known| *known == hash) else { return false };
        texts.swap_remove(index);
        if texts.is_empty() {
            self.lines.remove(&stamp);
        }
        true
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// What `sinceTime` takes: whole seconds.
pub fn since_time(stamp: Stamp) -> Option<Box<str>> {
    let second = Timestamp::from_second(stamp.div_euclid(SECOND)).ok()?;
    Some(second.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_wherever_the_pieces_end() {
        let text = b"one\n\ntwo three\nfo";
        for size in 1..text.len() {
            let (mut cut, mut lines) = (Cut::default(), Vec::new());
            text.chunks(size).for_each(|piece| cut.lines(piece, |line| lines.push(line.to_vec())));
            assert_eq!(lines, [&b"one"[..], b"", b"two three"], "pieces of {size}");
            assert_eq!(cut.rest(), Some(b"fo".to_vec()));
            assert_eq!(cut.rest(), None);
        }
    }

    #[test]
    fn a_stamp_is_read_to_the_nanosecond_and_the_text_is_untouched() {
        assert_eq!(stamped(b"1970-01-01T00:00:01.000000007Z  a b "), Some((1_000_000_007, &b" a b "[..])));
        assert_eq!(stamped(b"1970-01-01T01:00:01+01:00 \xff"), Some((1_000_000_000, &b"\xff"[..])));
        assert_eq!(stamped(b"1970-01-01T00:00:01Z"), Some((1_000_000_000, &b""[..])));
        assert_eq!(stamped(b"failed to watch file: too many open files"), None);
        assert_eq!(stamped(b""), None);
    }

    #[test]
    fn what_is_remembered_is_what_a_resumed_request_gives_again() {
        let mut memory = Memory::default();
        (0..100).for_each(|tenth| memory.note(tenth * SECOND / 10, b"x"));
        assert_eq!(memory.anchor(), Some(8 * SECOND));
        assert_eq!(&*since_time(8 * SECOND).unwrap(), "1970-01-01T00:00:08Z");
        assert!(!memory.take(79 * SECOND / 10, b"x") && memory.take(80 * SECOND / 10, b"x"));
        assert!(!memory.take(80 * SECOND / 10, b"x"), "taken once");
    }
}
