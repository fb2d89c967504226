//! Reads a keymap and tells every mistake at once, each with its line.
use std::fmt;

use indexmap::IndexMap;
use toml::Spanned;

use super::{Binding, Keymap, SHIPPED};
use crate::{action, key::Key, model::screen::Context};

/// A keymap as text, and what to call it in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub file: String,
    pub text: String,
}

impl Source {
    /// # Errors
    /// If no keymap of that name is shipped.
    pub fn shipped(name: &str) -> Result<Self, Vec<Mistake>> {
        let known = SHIPPED.iter().find(|(own, _)| *own == name);
        known.map(|(own, text)| Self { file: format!("keymaps/{own}.toml"), text: (*text).to_owned() }).ok_or_else(
            || {
                let names = SHIPPED.iter().map(|(own, _)| *own);
                let what = format!("no keymap is called `{name}`{}", meant(name, names));
                vec![Mistake { file: "keymap".into(), line: 0, what }]
            },
        )
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub file: String,
    /// 0 where no line is to blame.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.what),
            line => write!(f, "{}:{line}: {}", self.file, self.what),
        }
    }
}

#[derive(serde::Deserialize)]
struct File {
    inherits: Option<Spanned<String>>,
    #[serde(flatten)]
    tables: IndexMap<String, toml::Value>,
}

type Table = IndexMap<Spanned<String>, Spanned<String>>;

pub(super) fn read(source: &Source) -> Result<Keymap, Vec<Mistake>> {
    let line = |at: usize| source.text[..at.min(source.text.len())].matches('\n').count() + 1;
    let wrong = |line: usize, what: String| Mistake { file: source.file.clone(), line, what };
    let refuse = |error: &toml::de::Error| {
        vec![wrong(error.span().map_or(1, |span| line(span.start)), error.message().trim().replace('\n', ", "))]
    };
    let file: File = toml::from_str(&source.text).map_err(|error| refuse(&error))?;
    let mut mistakes = Vec::new();
    let mut keymap = Keymap::default();
    if let Some(parent) = &file.inherits {
        match Source::shipped(parent.get_ref()).and_then(|parent| read(&parent)) {
            Ok(inherited) => keymap = inherited,
            Err(found) => mistakes.extend(found.into_iter().map(|m| wrong(line(parent.span().start), m.what))),
        }
    }
    for name in file.tables.keys().filter(|name| !Context::ALL.iter().any(|c| c.name() == *name)) {
        let at = source.text.lines().position(|l| l.trim().trim_start_matches('[').starts_with(name.as_str()));
        let what = format!("no context is called `{name}`{}", meant(name, Context::ALL.iter().map(|c| c.name())));
        mistakes.push(wrong(at.map_or(1, |n| n + 1), what));
    }
    let tables = with_spans(&source.text).map_err(|error| refuse(&error))?;
    for (context, table) in tables {
        // all that is taken away first, so that `g = …` may follow `"g g" = "none"` in either order
        let (gone, set): (Vec<_>, Vec<_>) = table.into_iter().partition(|(_, action)| action.get_ref() == "none");
        for (on, _) in gone {
            if let Err(what) = unbind(&mut keymap, context, on.get_ref()) {
                mistakes.push(wrong(line(on.span().start), what));
            }
        }
        let mut own: Vec<Vec<Key>> = Vec::new();
        for (on, run) in set {
            if let Err(what) = bind(&mut keymap, context, on.get_ref(), run.get_ref(), &mut own) {
                mistakes.push(wrong(line(on.span().start), what));
            }
        }
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    if mistakes.is_empty() { Ok(keymap) } else { Err(mistakes) }
}

/// The tables again, with the place of every key: a flattened map loses it.
fn with_spans(text: &str) -> Result<Vec<(Context, Table)>, toml::de::Error> {
    #[derive(serde::Deserialize, Default)]
    #[serde(default, rename_all = "kebab-case")]
    struct Tables {
        global: Table,
        table: Table,
        detail: Table,
        log: Table,
        list: Table,
        picker: Table,
        input: Table,
        confirm: Table,
    }
    let t: Tables = toml::from_str(text)?;
    Ok(vec![
        (Context::Global, t.global),
        (Context::Table, t.table),
        (Context::Detail, t.detail),
        (Context::Log, t.log),
        (Context::List, t.list),
        (Context::Picker, t.picker),
        (Context::Input, t.input),
        (Context::Confirm, t.confirm),
    ])
}

fn keys(on: &str) -> Result<Vec<Key>, String> {
    on.split(' ').map(str::parse).collect()
}

fn unbind(keymap: &mut Keymap, context: Context, on: &str) -> Result<(), String> {
    let keys = keys(on)?;
    let known = keymap.bindings.entry(context).or_default();
    let before = known.len();
    known.retain(|binding| binding.keys != keys);
    if known.len() == before { Err(format!("`{on}` is bound to nothing that could be taken away")) } else { Ok(()) }
}

fn bind(keymap: &mut Keymap, context: Context, on: &str, run: &str, own: &mut Vec<Vec<Key>>) -> Result<(), String> {
    let keys = keys(on)?;
    let action = action::find(run)
        .ok_or_else(|| format!("no action is called `{run}`{}", meant(run, action::all().map(|a| &*a.name))))?;
    if !action.contexts.contains(&context) {
        return Err(format!("`{run}` cannot be bound in [{}]", context.name()));
    }
    if matches!(context, Context::Picker | Context::Input) && keys.first().is_some_and(|key| key.typed().is_some()) {
        return Err(format!("`{on}` is text in [{}]: bind a key with ctrl or alt", context.name()));
    }
    let known = keymap.bindings.entry(context).or_default();
    if let Some(taken) = known.iter().find(|b| b.keys == keys && own.contains(&b.keys)) {
        return Err(format!("`{on}` is already `{}`", taken.action.name));
    }
    known.retain(|binding| binding.keys != keys);
    let hides = |other: &Vec<Key>| other.starts_with(&keys) || keys.starts_with(other);
    if let Some(taken) = known.iter().find(|binding| hides(&binding.keys)) {
        return Err(format!(
            "`{on}` and `{}` (`{}`) begin alike: one would never be reached",
            taken.words(),
            taken.action.name
        ));
    }
    own.push(keys.clone());
    known.push(Binding { keys, action });
    Ok(())
}

/// `, did you mean …?` if one of the names is near.
fn meant<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let near = names.map(|other| (strsim::damerau_levenshtein(name, other), other)).min();
    near.filter(|(distance, other)| *distance <= 2.max(other.len() / 4))
        .map_or_else(String::new, |(_, other)| format!(", did you mean `{other}`?"))
}
