//! A line as words in which numbers, ids and addresses are no longer told apart.
use crate::log::store::{
    fields::message,
    is_json,
    sniff::json::{Pairs, Raw},
};

/// Words beyond that are not told apart.
const MOST: usize = 48;
/// Of a longer line only the beginning is looked at.
const LONGEST: usize = 4096;
/// What stands for words that differ.
pub const ANY: &str = "<*>";

/// The words of one line; kept from line to line for its room.
#[derive(Debug, Default)]
pub struct Words {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Words {
    pub fn read(&mut self, line: &[u8]) {
        self.text.clear();
        self.ends.clear();
        let line = &line[..line.len().min(LONGEST)];
        let said = message(line);
        // JSON that names no message: the record is its names and values
        if is_json(&said) {
            for (key, value) in Pairs::new(&said).take(MOST) {
                self.text.extend_from_slice(key);
                self.text.push(b'=');
                match value {
                    Raw::Text(value) | Raw::Other(value) if value.len() < 256 => self.mask(value),
                    _ => self.text.extend_from_slice(ANY.as_bytes()),
                }
                self.end();
            }
            if !self.ends.is_empty() {
                return;
            }
        }
        for word in said.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(MOST) {
            self.mask(word);
            self.end();
        }
    }

    fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).map(|(begin, end)| &self.text[*begin..*end])
    }

    /// The same for lines with the same words, on every machine.
    pub fn hash(&self) -> u64 {
        let step = |hash: u64, part: u64| (hash.rotate_left(5) ^ part).wrapping_mul(0x517c_c1b7_2722_0a95);
        let ends = self.ends.iter().fold(0x9e37_79b9_7f4a_7c15, |hash, end| step(hash, *end as u64));
        let (eights, rest) = self.text.as_chunks::<8>();
        let eights = eights.iter().fold(ends, |hash, eight| step(hash, u64::from_le_bytes(*eight)));
        rest.iter().fold(eights, |hash, b| step(hash, u64::from(*b)))
    }

    /// Appends a word: what has a digit in it, and long words of hexadecimal digits alone, become `<*>`; so do such parts joined
    /// by points or colons together.
    fn mask(&mut self, word: &[u8]) {
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || !b.is_ascii();
        let begin = self.text.len();
        let mut rest = word;
        while let Some(first) = rest.first() {
            if !is_part(*first) {
                self.text.push(*first);
                rest = &rest[1..];
                continue;
            }
            let len = rest.iter().position(|b| !is_part(*b)).unwrap_or(rest.len());
            let (part, after) = rest.split_at(len);
            rest = after;
            let varies = part.iter().any(u8::is_ascii_digit) || len >= 8 && part.iter().all(u8::is_ascii_hexdigit);
            if !varies {
                self.text.extend_from_slice(part);
                continue;
            }
            // `<*>.` and another one: an address, a time
            let so_far = &self.text[begin..];
            let joined = so_far.ends_with(b"<*>.") || so_far.ends_with(b"<*>:");
            if joined {
                self.text.pop();
            } else {
                self.text.extend_from_slice(ANY.as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> String {
        let mut words = Words::default();
        words.read(line.as_bytes());
        words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_varies_is_masked_and_words_stay() {
        let cases = [
            ("GET /api/v1/orders/9973 200 12ms", "GET /api/<*>/orders/<*> <*> <*>"),
            ("dial tcp 10.0.0.1:8080: i/o timeout", "dial tcp <*>: i/o timeout"),
            ("pod api-7c9d5b6f4-00017 on ip-10-0-1-2.ec2.internal", "pod <*> on <*>.internal"),
            ("id=6f1d2c3b-0000-4000-8000-00000000000a trace=deadbeefcafe ok", "id=<*> trace=<*> ok"),
            (r#"{"level":"info","msg":"took 5 s"}"#, "took <*> s"),
            (r#"{"verb":"get","code":200,"user":{"name":"a"}}"#, "verb=get code=<*> user=<*>"),
            ("", ""),
        ];
        for (line, expected) in cases {
            assert_eq!(words(line), expected);
        }
    }
}
