//! A walk over `key=value key="a value"` and what stands between: allocates nothing, knows no mistakes.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A key and its value, still escaped where it stood in quotes.
    Pair(&'a [u8], &'a [u8]),
    /// A word or a quoted text that belongs to no key.
    Word(&'a [u8]),
}

pub struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }
}

/// What stands up to the closing quote, and what follows that.
fn quoted(text: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while let Some(b) = text.get(at) {
        match b {
            b'"' => return (&text[..at], &text[at + 1..]),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    (text, b"")
}

fn is_key(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"_.-@/".contains(&b)
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let text = self.rest.trim_ascii_start();
        let first = *text.first()?;
        if first == b'"' {
            let (inside, rest) = quoted(&text[1..]);
            self.rest = rest;
            return Some(Token::Word(inside));
        }
        let key = text.iter().position(|b| !is_key(*b)).unwrap_or(text.len());
        if key > 0 && text.get(key) == Some(&b'=') {
            let value = &text[key + 1..];
            let (value, rest) = match value.strip_prefix(b"\"") {
                Some(inside) => quoted(inside),
                None => value.split_at(value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len())),
            };
            self.rest = rest;
            return Some(Token::Pair(&text[..key], value));
        }
        let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
        self.rest = &text[end..];
        Some(Token::Word(&text[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_words_come_as_they_stand() {
        let text = br#"up  level=warn msg="a \"b\" c=d" n= "free text" x==y http://a?b=c"#;
        let expected: [Token<'_>; 7] = [
            Token::Word(b"up"),
            Token::Pair(b"level", b"warn"),
            Token::Pair(b"msg", br#"a \"b\" c=d"#),
            Token::Pair(b"n", b""),
            Token::Word(b"free text"),
            Token::Pair(b"x", b"=y"),
            Token::Word(b"http://a?b=c"),
        ];
        assert_eq!(Tokens::new(text).collect::<Vec<_>>(), expected);
        assert_eq!(Tokens::new(b"a=\"b\\").collect::<Vec<_>>(), [Token::Pair(b"a", b"b\\")]);
    }
}
