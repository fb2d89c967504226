//! A walk over the pairs of a JSON object that allocates nothing and forgives what is cut off: enough to find a value, and fast
//! enough to do so in every line.
use std::borrow::Cow;

/// A value as it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw<'a> {
    /// Between its quotes, still escaped.
    Text(&'a [u8]),
    Object(&'a [u8]),
    Array(&'a [u8]),
    /// A number, `true`, `false`, `null`.
    Other(&'a [u8]),
}

pub struct Pairs<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Pairs<'a> {
    /// The pairs of the object that the text begins with; none where it does not.
    pub fn new(text: &'a [u8]) -> Self {
        let at = text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(text.len());
        if text.get(at) == Some(&b'{') { Self { text, at: at + 1 } } else { Self { text, at: text.len() } }
    }

    fn space(&mut self) -> Option<u8> {
        while let Some(b) = self.text.get(self.at) {
            if !b.is_ascii_whitespace() {
                return Some(*b);
            }
            self.at += 1;
        }
        None
    }

    /// The inside of the string that begins here.
    fn string(&mut self) -> Option<&'a [u8]> {
        let start = self.at + 1;
        let end = string_end(self.text, start)?;
        self.at = end + 1;
        Some(&self.text[start..end])
    }

    fn value(&mut self) -> Option<Raw<'a>> {
        let start = self.at;
        match self.text.get(start)? {
            b'"' => self.string().map(Raw::Text),
            b @ (b'{' | b'[') => {
                self.at = nested_end(self.text, start);
                let inside = &self.text[start..self.at];
                Some(if *b == b'{' { Raw::Object(inside) } else { Raw::Array(inside) })
            }
            _ => {
                let ends = |b: &u8| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace();
                let len = self.text[start..].iter().position(ends).unwrap_or(self.text.len() - start);
                self.at += len;
                (len > 0).then(|| Raw::Other(&self.text[start..self.at]))
            }
        }
    }
}

/// Where the string that begins behind its quote ends.
pub fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += quote_or_escape(text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// The first quote or backslash. Most strings are short: eight bytes at a time are faster here than a vector that has to be set up.
fn quote_or_escape(text: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
    const ESCAPES: u64 = u64::from_ne_bytes([b'\\'; 8]);
    // the highest bit of each byte that is nought, up to the first that is
    let noughts = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let (eights, rest) = text.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        let hits = noughts(word ^ QUOTES) | noughts(word ^ ESCAPES);
        if hits != 0 {
            return Some(at * 8 + (hits.trailing_zeros() / 8) as usize);
        }
    }
    let place = rest.iter().position(|b| matches!(b, b'"' | b'\\'));
    place.map(|place| eights.len() * 8 + place)
}

/// Behind the object or array that begins at `start`, or the end of the text.
fn nested_end(text: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(b) = text.get(at) {
        match b {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => match string_end(text, at + 1) {
                Some(end) => at = end,
                None => return text.len(),
            },
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

impl<'a> Iterator for Pairs<'a> {
    /// A key as it stands between its quotes, and its value.
    type Item = (&'a [u8], Raw<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.space()? == b',' {
            self.at += 1;
            self.space()?;
        }
        if self.text.get(self.at) != Some(&b'"') {
            self.at = self.text.len();
            return None;
        }
        let key = self.string()?;
        if self.space()? != b':' {
            self.at = self.text.len();
            return None;
        }
        self.at += 1;
        self.space()?;
        let value = self.value()?;
        Some((key, value))
    }
}

/// The inside of a string as it was meant.
#[must_use]
pub fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', text) else { return Cow::Borrowed(text) };
    let mut plain = text[..first].to_vec();
    let mut at = first;
    while let Some(b) = text.get(at) {
        at += 1;
        if *b != b'\\' {
            plain.push(*b);
            continue;
        }
        let Some(escaped) = text.get(at) else { break };
        at += 1;
        match escaped {
            b'n' => plain.push(b'\n'),
            b't' => plain.push(b'\t'),
            b'r' => plain.push(b'\r'),
            b'b' => plain.push(8),
            b'f' => plain.push(12),
            b'u' => {
                let (c, used) = unicode(&text[at..]);
                at += used;
                plain.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => plain.push(*other),
        }
    }
    Cow::Owned(plain)
}

/// The character of `XXXX`, or of `XXXX\uXXXX` where it takes two; how much of the text was read.
fn unicode(text: &[u8]) -> (char, usize) {
    let four = |at: usize| {
        let digits = std::str::from_utf8(text.get(at..at + 4)?).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let lost = char::REPLACEMENT_CHARACTER;
    match four(0) {
        None => (lost, 0),
        Some(high @ 0xd800..0xdc00) if text.get(4..6) == Some(b"\\u") => match four(6) {
            Some(low @ 0xdc00..0xe000) => {
                (char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)).unwrap_or(lost), 10)
            }
            _ => (lost, 4),
        },
        Some(c) => (char::from_u32(c).unwrap_or(lost), 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_walked_whatever_lies_in_them() {
        let text = br#" {"a" : "x\"y", "b":{"c":[1,"}"]},"d":[{"e":1}], "f":-1.5e3 ,"g":null}"#;
        let pairs: Vec<_> = Pairs::new(text).collect();
        let expected: Vec<(&[u8], Raw<'_>)> = vec![
            (b"a", Raw::Text(br#"x\"y"#)),
            (b"b", Raw::Object(br#"{"c":[1,"}"]}"#)),
            (b"d", Raw::Array(br#"[{"e":1}]"#)),
            (b"f", Raw::Other(b"-1.5e3")),
            (b"g", Raw::Other(b"null")),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn what_is_cut_off_ends_the_walk() {
        for text in
            ["", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":\"b\\", "{\"a\":{\"b", "{,", "{1:2}"]
        {
            assert!(Pairs::new(text.as_bytes()).count() <= 1, "{text}");
        }
        assert_eq!(Pairs::new(br#"{"a":1,"b":{"c":2"#).count(), 2);
    }

    #[test]
    fn escapes_mean_what_they_mean() {
        assert_eq!(unescape(br#"a\n\"\u00e4\ud83d\ude00\/"#).as_ref(), "a\n\"ä😀/".as_bytes());
        assert_eq!(unescape(br"\ud83d\u").as_ref(), "\u{fffd}\u{fffd}".as_bytes());
        assert_eq!(unescape(b"x\\").as_ref(), b"x");
    }
}
