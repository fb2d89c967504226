//! Answers of the terminal to questions that somebody else asked it (a colour, a version) and that come late. What is read of them
//! is a key with Alt and then letters: a `:` or a `q` in a colour must not open or close anything.
use crate::key::Key;

/// How long after the piece before it a piece still belongs to the answer, in milliseconds.
const GAP: i64 = 250;

/// What OSC, DCS, APC and PM strings look like where only keys are known: `esc ]`, `esc P`, `esc _`, `esc ^`.
const BEGINS: [&str; 4] = ["alt-]", "alt-P", "alt-_", "alt-^"];
/// BEL, and `esc \`.
const ENDS: [&str; 2] = ["ctrl-g", "alt-\\"];

#[derive(Debug, Default)]
pub struct Answers {
    /// When the last piece of an answer came, while one is coming.
    last: Option<i64>,
    /// Whether that piece was an Esc, torn from the `\` that ends the answer.
    torn: bool,
}

impl Answers {
    /// Whether this key, at this time in milliseconds, is a piece of an answer and no key. What begins one counts as a key
    /// too: it may be one, and nothing is bound to it unless the user did that.
    pub fn swallow(&mut self, key: Key, at: i64) -> bool {
        let word = key.to_string();
        let coming = self.last.is_some_and(|last| at - last < GAP);
        if coming {
            let ends = ENDS.contains(&word.as_str()) || (self.torn && word == "\\");
            self.last = (!ends).then_some(at);
            self.torn = word == "esc";
            return true;
        }
        self.last = BEGINS.contains(&word.as_str()).then_some(at);
        self.torn = false;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys that are left of these, a millisecond apart; `+` lets a second pass.
    fn left(keys: &str) -> Vec<&str> {
        let (mut answers, mut at) = (Answers::default(), 0);
        let mut keep = |key: &&str| {
            at += if *key == "+" { 1000 } else { 1 };
            *key != "+" && !answers.swallow(key.parse().unwrap(), at)
        };
        keys.split(' ').filter(|key| keep(key)).collect()
    }

    #[test]
    fn a_colour_that_comes_late_presses_no_key() {
        assert_eq!(left("j alt-] 1 1 ; r g b : 0 / 0 / q alt-\\ k"), ["j", "alt-]", "k"]);
        assert_eq!(left("alt-] 1 1 ; : q ctrl-g k"), ["alt-]", "k"]);
        assert_eq!(left("alt-P > | q esc \\ k"), ["alt-P", "k"]);
    }

    #[test]
    fn an_answer_that_is_never_ended_takes_no_key_that_a_person_presses() {
        assert_eq!(left("alt-] 1 1 + j k"), ["alt-]", "j", "k"]);
        assert_eq!(left("alt-] + j"), ["alt-]", "j"]);
    }

    #[test]
    fn keys_are_keys() {
        let keys = "j k : q esc \\ alt-x ctrl-g alt-\\";
        assert_eq!(left(keys), keys.split(' ').collect::<Vec<_>>());
    }
}
