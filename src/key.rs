//! One key in normal form: a capital carries its shift, `ctrl-A` is `ctrl-a`, `BackTab` is `shift-tab`.
use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    mods: KeyModifiers,
}

impl Key {
    fn normal(code: KeyCode, mods: KeyModifiers) -> Self {
        let mut mods = mods & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match code {
            KeyCode::BackTab => {
                mods |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(c) if mods.contains(KeyModifiers::CONTROL) => KeyCode::Char(c.to_ascii_lowercase()),
            KeyCode::Char(c) => {
                let c = if mods.contains(KeyModifiers::SHIFT) { c.to_ascii_uppercase() } else { c };
                mods -= KeyModifiers::SHIFT;
                KeyCode::Char(c)
            }
            code => code,
        };
        Self { code, mods }
    }

    /// The character that typing this key puts into a text field; none for keys with a modifier.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.mods.is_empty() => Some(c),
            _ => None,
        }
    }

    #[must_use]
    pub fn char(c: char) -> Self {
        Self::normal(KeyCode::Char(c), KeyModifiers::NONE)
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::normal(event.code, event.modifiers)
    }
}

const NAMED: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

const MODIFIERS: &[(&str, &str, KeyModifiers)] =
    &[("ctrl", "C", KeyModifiers::CONTROL), ("alt", "A", KeyModifiers::ALT), ("shift", "S", KeyModifiers::SHIFT)];

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut mods = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((name, tail)) = rest.split_once('-').filter(|(name, tail)| !name.is_empty() && !tail.is_empty())
        {
            let known = MODIFIERS.iter().find(|(long, short, _)| *long == name || *short == name);
            mods |= known.ok_or_else(|| format!("no modifier is called `{name}`"))?.2;
            rest = tail;
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) => KeyCode::Char(c),
            (None, _) => return Err("a key is missing".into()),
            _ => match NAMED.iter().find(|(name, _)| *name == rest) {
                Some((_, code)) => *code,
                None => function_key(rest).ok_or_else(|| format!("no key is called `{rest}`"))?,
            },
        };
        Ok(Self::normal(code, mods))
    }
}

fn function_key(name: &str) -> Option<KeyCode> {
    let n: u8 = name.strip_prefix('f')?.parse().ok()?;
    (1..=24).contains(&n).then_some(KeyCode::F(n))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, _, flag) in MODIFIERS {
            if self.mods.contains(*flag) {
                write!(f, "{name}-")?;
            }
        }
        match NAMED.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => f.write_str(name),
            None => match self.code {
                KeyCode::Char(c) => write!(f, "{c}"),
                KeyCode::F(n) => write!(f, "f{n}"),
                other => write!(f, "{other:?}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back_as_the_same_key() {
        for text in ["j", "J", "ctrl-d", "alt-x", "space", "shift-tab", "f5", "/", "-", "ctrl--", "esc", "C-a", "S-g"] {
            let key: Key = text.parse().unwrap();
            assert_eq!(key.to_string().parse::<Key>().unwrap(), key, "{text}");
        }
    }

    #[test]
    fn one_key_has_one_form() {
        assert_eq!("C-a".parse::<Key>(), "ctrl-A".parse());
        assert_eq!("shift-g".parse::<Key>(), "G".parse());
        assert_eq!(Key::from(KeyEvent::new(KeyCode::BackTab, KeyModifiers::NONE)), "shift-tab".parse().unwrap());
        assert_eq!("hyper-q".parse::<Key>(), Err("no modifier is called `hyper`".into()));
        assert_eq!("nokey".parse::<Key>(), Err("no key is called `nokey`".into()));
    }
}
