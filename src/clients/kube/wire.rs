//! The framing of Kubernetes' protobuf, read as the bytes arrive. Everything here comes from outside: lengths are bounded, and
//! what is cut short or not protobuf at all is an error, never a shorter list.
use bytes::{Buf, Bytes, BytesMut};
use prost::Message;

use super::meta::{ListMeta, WatchFrame};

/// What a response of protobuf starts with.
const MAGIC: &[u8; 4] = b"k8s\0";
/// The longest object that is taken; etcd's own limit is 1.5 MiB.
pub(super) const LONGEST: usize = 64 << 20;
/// A key and a length are two varints of ten bytes at most.
const LONGEST_HEAD: usize = 20;

pub(super) type Broken = &'static str;

/// Reads the magic, the envelope `runtime.Unknown`, and then the list inside it field by field, handing on each item as soon as
/// it is whole.
#[derive(Debug, Default)]
pub(super) struct ListReader {
    held: BytesMut,
    place: Place,
    pub meta: ListMeta,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Magic,
    Envelope,
    /// So many bytes of the list are still to come.
    List(usize),
    /// The list is whole; what follows in the envelope does not matter.
    After,
}

impl ListReader {
    pub fn feed(&mut self, bytes: &[u8], mut item: impl FnMut(&[u8]) -> Result<(), Broken>) -> Result<(), Broken> {
        if self.place == Place::After {
            return Ok(());
        }
        self.held.extend_from_slice(bytes);
        loop {
            match self.place {
                Place::Magic => {
                    if self.held.len() < MAGIC.len() {
                        return Ok(());
                    }
                    if !self.held.starts_with(MAGIC) {
                        return Err("the answer is not Kubernetes protobuf");
                    }
                    self.held.advance(MAGIC.len());
                    self.place = Place::Envelope;
                }
                Place::Envelope => {
                    let Some(key) = key(&self.held)? else { return Ok(()) };
                    if key.field == 2 {
                        self.held.advance(key.head);
                        self.place = Place::List(key.length);
                    } else if !self.skip(key)? {
                        return Ok(());
                    }
                }
                Place::List(0) => {
                    self.place = Place::After;
                    self.held = BytesMut::new();
                    return Ok(());
                }
                Place::List(left) => {
                    let Some(key) = key(&self.held)? else { return Ok(()) };
                    let whole = key.head + key.length;
                    if whole > left {
                        return Err("an item reaches beyond its list");
                    }
                    if key.length > LONGEST {
                        return Err("an item is longer than any object can be");
                    }
                    if self.held.len() < whole {
                        return Ok(());
                    }
                    let body = &self.held[key.head..whole];
                    match key.field {
                        1 => self.meta = ListMeta::decode(body).map_err(|_| "the list's metadata cannot be read")?,
                        2 => item(body)?,
                        _ => {}
                    }
                    self.held.advance(whole);
                    self.place = Place::List(left - whole);
                }
                Place::After => return Ok(()),
            }
        }
    }

    /// Lets a field of the envelope go; false if it is not all here yet.
    fn skip(&mut self, key: Key) -> Result<bool, Broken> {
        if key.length > LONGEST {
            return Err("the envelope is longer than any can be");
        }
        let whole = key.head + key.length;
        let here = self.held.len() >= whole;
        if here {
            self.held.advance(whole);
        }
        Ok(here)
    }

    /// The list's metadata, if all of the list came.
    pub fn finish(self) -> Result<ListMeta, Broken> {
        match self.place {
            Place::After | Place::List(0) => Ok(self.meta),
            _ => Err("the answer was cut short"),
        }
    }
}

#[derive(Clone, Copy)]
struct Key {
    field: u64,
    length: usize,
    /// The bytes that number and length take.
    head: usize,
}

/// The key of a length-delimited field; none if it is not all here yet.
fn key(bytes: &[u8]) -> Result<Option<Key>, Broken> {
    let mut rest = bytes;
    let tag = prost::encoding::decode_varint(&mut rest);
    let length = prost::encoding::decode_varint(&mut rest);
    let (Ok(tag), Ok(length)) = (tag, length) else {
        return if bytes.len() < LONGEST_HEAD { Ok(None) } else { Err("a length cannot be read") };
    };
    if tag & 7 != 2 {
        return Err("a field is not of the sort that lists have");
    }
    let length = usize::try_from(length).map_err(|_| "a length is beyond all bounds")?;
    if length > isize::MAX as usize / 2 {
        return Err("a length is beyond all bounds");
    }
    Ok(Some(Key { field: tag >> 3, length, head: bytes.len() - rest.len() }))
}

/// The object inside a whole message with magic and envelope.
pub(super) fn unwrap(bytes: &[u8]) -> Result<&[u8], Broken> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or("the object is not Kubernetes protobuf")?;
    while let Some(key) = key(rest)? {
        let whole =
            key.head.checked_add(key.length).filter(|whole| *whole <= rest.len()).ok_or("the object was cut short")?;
        if key.field == 2 {
            return Ok(&rest[key.head..whole]);
        }
        rest = &rest[whole..];
    }
    Err("the envelope is empty")
}

/// Cuts a watch into its frames: each is four bytes of length, the highest first, and a `WatchEvent`.
#[derive(Debug, Default)]
pub(super) struct FrameReader {
    held: BytesMut,
}

impl FrameReader {
    pub fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    pub fn next(&mut self) -> Result<Option<WatchFrame>, Broken> {
        let Some(head) = self.held.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*head) as usize;
        if length > LONGEST {
            return Err("an event is longer than any object can be");
        }
        if self.held.len() < 4 + length {
            return Ok(None);
        }
        let mut frame: Bytes = self.held.split_to(4 + length).freeze();
        frame.advance(4);
        WatchFrame::decode(frame).map(Some).map_err(|_| "an event cannot be read")
    }
}

/// Cuts a watch in JSON into its lines.
#[derive(Debug, Default)]
pub(super) struct LineReader {
    held: BytesMut,
    searched: usize,
}

impl LineReader {
    pub fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    pub fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        let Some(end) = self.held[self.searched..].iter().position(|b| *b == b'\n') else {
            self.searched = self.held.len();
            return if self.held.len() > LONGEST { Err("an event is longer than any object can be") } else { Ok(None) };
        };
        let line = self.held.split_to(self.searched + end + 1).freeze();
        self.searched = 0;
        Ok(Some(line))
    }
}
