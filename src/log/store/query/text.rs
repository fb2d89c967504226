//! Text that is looked for: plain where it is plain, since that is found fastest.
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

#[derive(Clone, Debug)]
pub(in crate::log::store) struct Needle {
    how: How,
    /// How much of it is plain text.
    plain: usize,
    /// Whether it means the same in the middle of other lines as in a line alone.
    of_lines: bool,
}

#[derive(Clone, Debug)]
enum How {
    Plain(Box<Finder<'static>>),
    Regex(Regex),
}

impl Needle {
    /// Plain text, whatever its case unless it has a capital.
    pub fn plain(text: &str) -> Self {
        let plain = text.len();
        let of_lines = !text.contains(['\n', '\r']);
        let is_any_case = !text.chars().any(char::is_uppercase) && text.chars().any(char::is_lowercase);
        let how = if is_any_case { build(&regex::escape(text), text).ok().map(How::Regex) } else { None };
        let how = how.unwrap_or_else(|| How::Plain(Box::new(Finder::new(text).into_owned())));
        Self { how, plain, of_lines }
    }

    /// Exactly this text.
    pub fn exact(text: &str) -> Self {
        Self { how: How::Plain(Box::new(Finder::new(text).into_owned())), plain: text.len(), of_lines: true }
    }

    pub fn regex(text: &str) -> Result<Self, String> {
        let how = build(text, text).map(How::Regex)?;
        // the longest part that is surely plain text
        let plain = text.split(|c: char| !c.is_alphanumeric()).map(str::len).max().unwrap_or(0);
        let sets_flags = text.split("(?").skip(1).any(|rest| {
            let flags = rest.split([':', ')', '<', 'P', '=']).next().unwrap_or("");
            flags.contains(['-', 'R', 's'])
        });
        let of_lines = !sets_flags && !text.contains("\\A") && !text.contains("\\z");
        Ok(Self { how, plain: if text.contains('|') { 1 } else { plain.saturating_sub(1) }, of_lines })
    }

    /// Whether it may be looked for in many lines at once.
    pub fn is_of_lines(&self) -> bool {
        self.of_lines
    }

    /// The more, the fewer lines will have it, and the sooner they are found.
    pub fn worth(&self) -> usize {
        self.plain
    }

    pub fn is_in(&self, text: &[u8]) -> bool {
        match &self.how {
            How::Plain(finder) => finder.find(text).is_some(),
            How::Regex(regex) => regex.is_match(text),
        }
    }

    /// Where it is next, from a byte on.
    pub fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        match &self.how {
            How::Plain(finder) => {
                let at = from + finder.find(text.get(from..)?)?;
                Some((at, at + finder.needle().len()))
            }
            How::Regex(regex) if from <= text.len() => {
                regex.find_at(text, from).map(|found| (found.start(), found.end()))
            }
            How::Regex(_) => None,
        }
    }
}

/// `written` decides whether case matters. Text of ASCII alone is looked for byte by byte: nobody who types `k` means the sign of
/// the Kelvin, and it is several times faster.
fn build(pattern: &str, written: &str) -> Result<Regex, String> {
    let any_case = !written.chars().any(char::is_uppercase);
    let mut builder = RegexBuilder::new(pattern);
    builder.case_insensitive(any_case).multi_line(true).size_limit(1 << 22);
    let is_plain =
        written.is_ascii() && !written.contains("\\p") && !written.contains("\\P") && !written.contains("(?u");
    let bytes = is_plain.then(|| builder.unicode(false).build().ok()).flatten();
    bytes.map_or_else(|| builder.unicode(true).build(), Ok).map_err(|error| shorter(&error.to_string()))
}

/// The last line says why; those before draw the pattern and point into it.
fn shorter(error: &str) -> String {
    let last = error.lines().last().unwrap_or(error);
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
