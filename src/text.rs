//! Text from outside, made safe to draw, measured and cut. Nothing reaches the screen that did not go through here.
use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Where text gives way when there is no room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Start,
    /// Names that differ at their ends: pods, paths, images.
    Middle,
    End,
}

/// The text without anything that steers a terminal or changes the order in which it is read: control sequences go as a
/// whole, line ends and tabs become spaces, and what has no width of its own but joins or hides goes too.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\u{1b}' => rest = after_escape(rest),
            '\u{9b}' => rest = after_parameters(rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => rest = after_string(rest),
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if c.is_control() || hides(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Characters that turn the direction, join neighbours or are not seen at all.
const fn hides(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{115f}' | '\u{1160}' | '\u{3164}')
}

/// What follows an escape character and what belongs to it.
fn after_escape(text: &str) -> &str {
    match text.bytes().next() {
        Some(b'[') => after_parameters(&text[1..]),
        Some(b']' | b'P' | b'X' | b'^' | b'_') => after_string(&text[1..]),
        Some(b' '..=b'~') => {
            let inner = text.trim_start_matches(|c| matches!(c, ' '..='/'));
            if inner.starts_with(|c| matches!(c, '0'..='~')) { &inner[1..] } else { inner }
        }
        _ => text,
    }
}

/// After the parameters and the final letter of a control sequence.
fn after_parameters(text: &str) -> &str {
    let inner = text.trim_start_matches(|c| matches!(c, ' '..='?'));
    if inner.starts_with(|c| matches!(c, '@'..='~')) { &inner[1..] } else { inner }
}

/// After a string that a bell or a string terminator ends; one that never ends hides nothing.
fn after_string(text: &str) -> &str {
    let ends = [("\u{7}", 1), ("\u{1b}\\", 2), ("\u{9c}", 2)];
    ends.iter().filter_map(|(end, len)| Some(text.find(end)? + len)).min().map_or(text, |at| &text[at..])
}

/// Columns that clean text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(of_char).sum() }
}

#[must_use]
pub fn of_char(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The longest beginning that fits, in bytes.
fn head(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += of_char(c);
        if used > room {
            return at;
        }
    }
    text.len()
}

/// The longest end that fits, as the byte where it begins.
fn tail(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += of_char(c);
        if used > room {
            return at + c.len_utf8();
        }
    }
    0
}

/// Clean text in at most `room` columns, with `…` where something was left out.
#[must_use]
pub fn cut(text: &str, room: usize, how: Cut) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let Some(kept) = room.checked_sub(1) else { return Cow::Borrowed("") };
    let end = match how {
        Cut::Start => kept,
        // the end of a pod's name is its own five letters and the hash before it
        Cut::Middle if kept > 4 => kept / 2,
        Cut::Middle | Cut::End => 0,
    };
    let begin = &text[..head(text, kept - end)];
    let end = if end == 0 { "" } else { &text[tail(text, end)..] };
    Cow::Owned(format!("{begin}…{end}"))
}

/// Clean text in lines of at most `room` columns, broken at spaces where there are any.
#[must_use]
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let mut word = word;
        let gap = usize::from(!line.is_empty());
        if used + gap + width(word) <= room {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            used += gap + width(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while width(word) > room {
            let at = head(word, room);
            // a character wider than the line stands alone rather than for ever
            let at = if at == 0 { word.chars().next().map_or(word.len(), char::len_utf8) } else { at };
            lines.push(word[..at].to_owned());
            word = &word[at..];
        }
        word.clone_into(&mut line);
        used = width(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// `1,203`.
#[must_use]
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_sequences_go_as_a_whole() {
        for (dirty, expected) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{9b}2Jgone", "gone"),
            ("a\u{1b}cb", "ab"),
            ("a\u{1b}(Bb", "ab"),
            ("never \u{1b}]ends", "never ends"),
            ("tab\tand\nline", "tab and line"),
            ("evil\u{202e}txt.exe", "eviltxt.exe"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
        ] {
            assert_eq!(clean(dirty), expected, "{dirty:?}");
        }
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(clean("web-7d9f8b6c5d-x2x4z"), Cow::Borrowed(_)));
    }

    #[test]
    fn names_keep_both_ends_and_ids_their_beginning() {
        assert_eq!(cut("checkout-7d9f8b6c5d-x2x4z", 16, Cut::Middle), "checkout…d-x2x4z");
        assert_eq!(cut("/aws/eks/prod/cluster", 12, Cut::Middle), "/aws/e…uster");
        assert_eq!(cut("vpc-0123456789abcdef0", 10, Cut::End), "vpc-01234…");
        assert_eq!(cut("regions › VPCs", 6, Cut::Start), "… VPCs");
        assert_eq!(cut("日本語", 5, Cut::End), "日本…");
        assert_eq!(cut("日本語", 4, Cut::End), "日…");
        assert_eq!(cut("abc", 0, Cut::End), "");
    }

    #[test]
    fn long_numbers_are_readable() {
        assert_eq!([0, 12, 1203, 50_000, 1_234_567].map(thousands), ["0", "12", "1,203", "50,000", "1,234,567"]);
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_long_words_by_force() {
        assert_eq!(wrap("denied ec2:DescribeVpcs in eu", 12), ["denied", "ec2:Describe", "Vpcs in eu"]);
    }

    proptest! {
        #[test]
        fn no_text_of_any_kind_steers_the_terminal(text in "\\PC*|(?s).*|[\u{1b}\u{9b}\u{9d}\\[\\];0-9m\u{7}a-c\u{202e}]*") {
            let seen = clean(&text);
            prop_assert!(!seen.chars().any(|c| c.is_control() || hides(c)));
            prop_assert_eq!(clean(&seen).into_owned(), seen.clone().into_owned());
        }

        #[test]
        fn what_is_cut_fits(text in "\\PC{0,60}", room in 0usize..40) {
            let text = clean(&text);
            for how in [Cut::Start, Cut::Middle, Cut::End] {
                prop_assert!(width(&cut(&text, room, how)) <= room);
            }
        }

        #[test]
        fn wrapped_lines_fit_and_lose_nothing_but_spaces(text in "[a-z日 ]{0,80}", room in 2usize..40) {
            let lines = wrap(&text, room);
            prop_assert!(lines.iter().all(|line| width(line) <= room));
            let bare = |text: &str| text.replace(' ', "");
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
        }
    }
}
