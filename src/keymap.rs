//! What a key means. Read from `keymaps/*.toml` and the user's own file, checked whole before the screen is taken.
mod parse;

use std::collections::BTreeMap;

pub use parse::{Mistake, Source};

use crate::{
    action::{self, Action},
    key::Key,
    model::{Model, screen::Context},
};

/// The keymaps that come with the program.
pub const SHIPPED: &[(&str, &str)] = &[
    ("default", include_str!("../keymaps/default.toml")),
    ("vim", include_str!("../keymaps/vim.toml")),
    ("k9s", include_str!("../keymaps/k9s.toml")),
];

#[derive(Debug)]
pub struct Binding {
    pub keys: Vec<Key>,
    pub action: &'static Action,
}

impl Binding {
    /// As people write it: `g g`, `ctrl-d`.
    #[must_use]
    pub fn words(&self) -> String {
        self.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

#[derive(Debug, Default)]
pub struct Keymap {
    bindings: BTreeMap<Context, Vec<Binding>>,
}

#[derive(Debug)]
pub enum Resolved {
    Action(&'static Action),
    /// The keys so far begin at least one binding.
    Prefix,
    Unknown,
}

/// One row of help: all keys of an action in these contexts.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub keys: String,
    pub name: &'static str,
    pub doc: &'static str,
}

impl Keymap {
    /// A shipped keymap by its name.
    ///
    /// # Errors
    /// All mistakes in it; a test keeps shipped ones free of any.
    pub fn shipped(name: &str) -> Result<Self, Vec<Mistake>> {
        parse::read(&Source::shipped(name)?)
    }

    /// A keymap file of the user.
    ///
    /// # Errors
    /// All mistakes in it, each with its line.
    pub fn read(source: &Source) -> Result<Self, Vec<Mistake>> {
        parse::read(source)
    }

    #[must_use]
    pub fn of(&self, context: Context) -> &[Binding] {
        self.bindings.get(&context).map_or(&[], Vec::as_slice)
    }

    /// Looks the keys up in each context, innermost first.
    #[must_use]
    pub fn resolve(&self, contexts: &[Context], keys: &[Key]) -> Resolved {
        for context in contexts {
            let mut begun = false;
            for binding in self.of(*context) {
                if binding.keys == keys {
                    return Resolved::Action(binding.action);
                }
                begun |= binding.keys.starts_with(keys);
            }
            if begun {
                return Resolved::Prefix;
            }
        }
        Resolved::Unknown
    }

    /// The keys of an action in these contexts, innermost first, without those that an inner context hides.
    #[must_use]
    pub fn keys_of(&self, contexts: &[Context], name: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (n, context) in contexts.iter().enumerate() {
            for binding in self.of(*context).iter().filter(|binding| binding.action.name == name) {
                let hidden = contexts[..n].iter().any(|inner| {
                    self.of(*inner)
                        .iter()
                        .any(|b| b.keys.starts_with(&binding.keys) || binding.keys.starts_with(&b.keys))
                });
                if !hidden {
                    found.push(binding.words());
                }
            }
        }
        found
    }

    /// Rows of help for these contexts, in the order of the actions.
    #[must_use]
    pub fn rows(&self, model: &Model, contexts: &[Context]) -> Vec<Row> {
        let rows = action::all().filter(|action| action.allowed(model)).filter_map(|action| {
            let keys = self.keys_of(contexts, &action.name);
            (!keys.is_empty()).then(|| Row { keys: keys.join(", "), name: &action.name, doc: &action.doc })
        });
        rows.collect()
    }

    /// Every binding of every context, for `quarterdeck keys` and the README: context, keys, name, doc.
    #[must_use]
    pub fn table(&self) -> Vec<(&'static str, Row)> {
        let mut table: Vec<(&'static str, Row)> = Vec::new();
        for context in Context::ALL {
            for binding in self.of(*context) {
                let known = table.iter_mut().find(|(c, row)| *c == context.name() && row.name == binding.action.name);
                match known {
                    Some((_, row)) => row.keys = format!("{}, {}", row.keys, binding.words()),
                    None => table.push((
                        context.name(),
                        Row { keys: binding.words(), name: &binding.action.name, doc: &binding.action.doc },
                    )),
                }
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_keymap_is_sound() {
        for (name, _) in SHIPPED {
            if let Err(mistakes) = Keymap::shipped(name) {
                panic!("{name}:\n{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
            }
        }
    }

    #[test]
    fn every_action_that_is_not_in_the_palette_has_a_key() {
        let keymap = Keymap::shipped("default").unwrap();
        for action in action::all().filter(|action| !action.contexts.contains(&Context::Global)) {
            let bound = action.contexts.iter().any(|c| !keymap.keys_of(&[*c], &action.name).is_empty());
            assert!(bound, "{} can be reached by nothing", action.name);
        }
    }

    #[test]
    fn nothing_that_changes_anything_is_on_a_key_that_scrolls_elsewhere() {
        for (name, _) in SHIPPED {
            let keymap = Keymap::shipped(name).unwrap();
            for (context, row) in keymap.table() {
                let mutates = action::find(row.name).is_some_and(|action| action.mutates);
                let keys: Vec<&str> = row.keys.split(", ").collect();
                assert!(
                    !mutates || !keys.iter().any(|k| matches!(*k, "ctrl-d" | "ctrl-k")),
                    "{name} {context} {}",
                    row.name
                );
            }
        }
    }

    fn mistakes(text: &str) -> String {
        let source = Source { file: "my.toml".into(), text: text.into() };
        Keymap::read(&source).unwrap_err().iter().map(|m| m.to_string() + "\n").collect()
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_what_was_probably_meant() {
        let text = "[table]\nj = \"next-rwo\"\n\"ctrl-a\" = \"refresh\"\n\"C-a\" = \"mark\"\nx = \"help\"\n\"g g\" = \"first-row\"\n\
                    g = \"last-row\"\n[global]\nx = \"next-row\"\n\"hyper-q\" = \"quit\"\n[tabel]\n[picker]\nj = \"choose\"\n";
        insta::assert_snapshot!(mistakes(text));
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_with_its_line() {
        assert_eq!(mistakes("[table]\nj = \n").lines().count(), 1);
        assert!(mistakes("[table]\nj = \n").starts_with("my.toml:2: "));
        assert!(mistakes("inherits = \"vmi\"\n").contains("did you mean `vim`"));
    }

    #[test]
    fn an_inherited_key_can_be_taken_away_and_given_anew() {
        let text = "inherits = \"default\"\n[table]\n\"g g\" = \"none\"\n\"g\" = \"first-row\"\n\"j\" = \"last-row\"\n";
        let keymap = Keymap::read(&Source { file: "my.toml".into(), text: text.into() }).unwrap();
        let resolve = |keys: &str| {
            let keys: Vec<Key> = keys.split(' ').map(|k| k.parse().unwrap()).collect();
            match keymap.resolve(&[Context::Table, Context::Global], &keys) {
                Resolved::Action(action) => action.name.to_string(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!([resolve("g"), resolve("j"), resolve("q")], ["first-row", "last-row", "quit"].map(str::to_owned));
    }
}
