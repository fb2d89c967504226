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

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clients::kube::meta::{ObjectMeta, Raw};

    #[derive(Clone, PartialEq, prost::Message)]
    struct Envelope {
        #[prost(message, optional, tag = "1")]
        kind: Option<ObjectMeta>,
        #[prost(bytes = "vec", tag = "2")]
        raw: Vec<u8>,
        #[prost(string, tag = "4")]
        content: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    struct List {
        #[prost(message, optional, tag = "1")]
        meta: Option<ListMeta>,
        #[prost(string, repeated, tag = "2")]
        items: Vec<String>,
        #[prost(string, tag = "7")]
        news: String,
    }

    /// A message as a server frames it.
    pub fn wrapped(raw: Vec<u8>) -> Vec<u8> {
        let kind = ObjectMeta { name: "v1".to_owned(), ..ObjectMeta::default() };
        let envelope = Envelope { kind: Some(kind), raw, content: "after".to_owned() };
        [MAGIC.as_slice(), &envelope.encode_to_vec()].concat()
    }

    pub fn framed(kind: &str, raw: Vec<u8>) -> Vec<u8> {
        let frame = WatchFrame { kind: kind.to_owned(), object: Some(Raw { bytes: raw.into() }) }.encode_to_vec();
        [u32::try_from(frame.len()).unwrap().to_be_bytes().as_slice(), &frame].concat()
    }

    fn answer(items: &[String]) -> Vec<u8> {
        let meta = ListMeta { resource_version: "42".to_owned(), next: "more".to_owned() };
        wrapped(List { meta: Some(meta), items: items.to_vec(), news: "of a later version".to_owned() }.encode_to_vec())
    }

    fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<(Vec<String>, ListMeta), Broken> {
        let (mut reader, mut items) = (ListReader::default(), Vec::new());
        for chunk in chunks {
            reader.feed(chunk, |item| {
                items.push(String::from_utf8_lossy(item).into_owned());
                Ok(())
            })?;
        }
        Ok((items, reader.finish()?))
    }

    fn three() -> Vec<String> {
        vec!["a".to_owned(), String::new(), "c".repeat(300)]
    }

    #[test]
    fn a_list_read_byte_by_byte_is_the_list() {
        let bytes = answer(&three());
        let (items, meta) = read(bytes.chunks(1)).unwrap();
        assert_eq!(items, three());
        assert_eq!((meta.resource_version.as_str(), meta.next.as_str()), ("42", "more"));
    }

    #[test]
    fn an_item_is_handed_on_before_the_next_has_come() {
        let bytes = answer(&three());
        let (mut reader, mut count) = (ListReader::default(), 0);
        reader
            .feed(&bytes[..bytes.len() - 250], |_| {
                count += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(count, 2);
    }

    #[test]
    fn an_empty_list_is_whole() {
        let (items, meta) = read([answer(&[]).as_slice()]).unwrap();
        assert!(items.is_empty() && meta.resource_version == "42");
    }

    #[test]
    fn a_list_cut_short_anywhere_is_an_error_and_never_a_shorter_list() {
        let bytes = answer(&three());
        let after = Envelope { content: "after".to_owned(), ..Envelope::default() }.encoded_len();
        for end in 0..bytes.len() - after {
            assert!(read([&bytes[..end]]).is_err(), "cut at {end}");
        }
        assert!(read([&bytes[..bytes.len() - after]]).is_ok(), "what follows the list does not matter");
    }

    #[test]
    fn what_is_not_protobuf_is_refused_at_once() {
        assert_eq!(read([b"{\"kind\":\"PodList\"}".as_slice()]).unwrap_err(), "the answer is not Kubernetes protobuf");
        assert!(unwrap(b"{}").is_err());
    }

    #[test]
    fn a_huge_length_is_refused_before_anything_is_kept_for_it() {
        // an item of 2^40 bytes in a list of 2^41
        let list = [MAGIC.as_slice(), &[0x12], &varint(1 << 41), &[0x12], &varint(1 << 40)].concat();
        assert_eq!(read([list.as_slice()]).unwrap_err(), "an item is longer than any object can be");
        let endless = [MAGIC.as_slice(), &[0xff; 30]].concat();
        assert!(read([endless.as_slice()]).is_err());
        let beyond = [MAGIC.as_slice(), &[0x12, 3, 0x12, 9], b"123456789"].concat();
        assert_eq!(read([beyond.as_slice()]).unwrap_err(), "an item reaches beyond its list");
        let mut frames = FrameReader::default();
        frames.feed(&u32::MAX.to_be_bytes());
        assert!(frames.next().is_err());
    }

    fn varint(value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        prost::encoding::encode_varint(value, &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn any_chunks_give_the_same_list(items in prop::collection::vec(".{0,40}", 0..40), cuts in prop::collection::vec(1usize..64, 1..40)) {
            let bytes = answer(&items);
            prop_assert_eq!(read(cut(&bytes, &cuts)).unwrap().0, items);
        }

        #[test]
        fn any_chunks_give_the_same_frames(kinds in prop::collection::vec("[A-Z]{1,9}", 0..20), cuts in prop::collection::vec(1usize..64, 1..40)) {
            let bytes: Vec<u8> = kinds.iter().flat_map(|kind| framed(kind, wrapped(vec![]))).collect();
            let (mut reader, mut seen) = (FrameReader::default(), Vec::new());
            for chunk in cut(&bytes, &cuts) {
                reader.feed(chunk);
                while let Some(frame) = reader.next().unwrap() {
                    seen.push(frame.kind);
                }
            }
            prop_assert_eq!(seen, kinds);
        }

        #[test]
        fn any_chunks_give_the_same_lines(lines in prop::collection::vec("[a-z]{0,9}", 0..20), cuts in prop::collection::vec(1usize..16, 1..40)) {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let (mut reader, mut seen) = (LineReader::default(), Vec::new());
            for chunk in cut(text.as_bytes(), &cuts) {
                reader.feed(chunk);
                while let Some(line) = reader.next().unwrap() {
                    seen.push(String::from_utf8_lossy(&line).trim_end().to_owned());
                }
            }
            prop_assert_eq!(seen, lines);
        }

        #[test]
        fn garbage_is_never_more_than_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read([[MAGIC.as_slice(), &bytes].concat().as_slice()]);
            let _ = unwrap(&bytes);
            let mut reader = FrameReader::default();
            reader.feed(&bytes);
            while let Ok(Some(_)) = reader.next() {}
        }
    }

    fn cut<'a>(mut bytes: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
        let mut sizes = sizes.iter().cycle();
        std::iter::from_fn(move || {
            let size = (*sizes.next()?).min(bytes.len());
            let (chunk, rest) = bytes.split_at(size);
            bytes = rest;
            (size > 0).then_some(chunk)
        })
    }
}
