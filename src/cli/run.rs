//! From the words of the command line to the verb.
use std::{
    ffi::OsString,
    io::{self, Write},
};

use super::{
    Exit, KINDS,
    args::{self, Args, ConfigVerb, Verb},
    check, list, start,
};
use crate::{
    config::{self, Process, Resolved},
    error::{Error, Result, Trouble},
    keymap::Keymap,
};

/// Runs what was asked for.
///
/// # Errors
/// What failed, with what to do; `main` prints it.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> Result<Exit> {
    let args = match args::parse(KINDS, argv) {
        Ok(args) => args,
        Err(error) => {
            // help and version are asked for, and go to stdout with exit 0
            let asked = !error.use_stderr();
            error.print().map_err(|e| unwritten(&e))?;
            return Ok(if asked { Exit::Done } else { Exit::Usage });
        }
    };
    if let Some(exit) = without_settings(&args)? {
        return Ok(exit);
    }
    let resolved = match config::open(&args.flags(), &Process) {
        Ok(resolved) => resolved,
        Err(mistakes) => return tell_all(&mistakes),
    };
    match args.verb {
        Some(Verb::Config { verb }) => configured(&resolved, verb.unwrap_or_default()),
        Some(Verb::Keys { markdown }) => match start::keymap(&resolved.settings) {
            Ok(keymap) => print(&keys(&keymap, markdown)),
            Err(mistakes) => tell_all(&mistakes),
        },
        Some(Verb::Check { json }) => start::block_on(check::run(&resolved.settings, json)),
        Some(Verb::List { kind, json, filter, wheres }) => {
            start::block_on(list::list(&resolved.settings, &kind, json, filter.as_deref(), &wheres))
        }
        Some(Verb::Describe { kind, id, output }) => {
            start::block_on(list::describe(&resolved.settings, &kind, &id, output))
        }
        Some(Verb::Logs(logs)) => match start::keymap(&resolved.settings) {
            Ok(keymap) => super::logs::run(&resolved.settings, &logs, keymap),
            Err(mistakes) => tell_all(&mistakes),
        },
        Some(Verb::Completion { .. } | Verb::Man { .. } | Verb::Demo(_)) => Ok(Exit::Done),
        None => match start::keymap(&resolved.settings) {
            Ok(keymap) => start::console(&resolved.settings, keymap),
            Err(mistakes) => tell_all(&mistakes),
        },
    }
}

/// What must work with a broken settings file too.
fn without_settings(args: &Args) -> Result<Option<Exit>> {
    match &args.verb {
        #[cfg(feature = "demo")]
        Some(Verb::Demo(demo)) => super::demo::run(args, demo).map(Some),
        #[cfg(not(feature = "demo"))]
        Some(Verb::Demo(_)) => {
            Err(Error::usage("this quarterdeck has no demo estate", "it was built without the feature `demo`"))
        }
        Some(Verb::Completion { shell }) => {
            let mut script = Vec::new();
            args::completion(KINDS, *shell, &mut script);
            print(&String::from_utf8_lossy(&script)).map(Some)
        }
        Some(Verb::Man { page }) => {
            let mut text = Vec::new();
            args::man(KINDS, page.as_deref(), &mut text).map_err(|e| Error::usage("no such page", e.to_string()))?;
            print(&String::from_utf8_lossy(&text)).map(Some)
        }
        Some(Verb::Config { verb: Some(ConfigVerb::Default) }) => print(config::DEFAULT_FILE).map(Some),
        Some(Verb::Config { verb: Some(ConfigVerb::Paths) }) => {
            let resolved = config::open(&args.flags(), &Process).ok();
            let paths = config::Paths::find(&args.flags(), &Process)
                .map_err(|mistake| Error::usage("the paths cannot be told", mistake.to_string()))?;
            print(&config::paths_report(&paths, resolved.as_ref(), &Process)).map(Some)
        }
        _ => Ok(None),
    }
}

fn configured(resolved: &Resolved, verb: ConfigVerb) -> Result<Exit> {
    match verb {
        ConfigVerb::Check => print(&config::check(resolved)),
        ConfigVerb::Default | ConfigVerb::Paths => Ok(Exit::Done),
    }
}

/// The keymap as people read it: a line, or a Markdown row, for each action and context.
#[must_use]
pub fn keys(keymap: &Keymap, markdown: bool) -> String {
    let table = keymap.table();
    let mut text = String::new();
    if markdown {
        text.push_str("| where | keys | what it does | action |\n|---|---|---|---|\n");
        for (context, row) in &table {
            let keys: Vec<String> = row.keys.split(", ").map(|k| format!("`{}`", k.replace('|', "\\|"))).collect();
            text.push_str(&format!("| {context} | {} | {} | `{}` |\n", keys.join(" "), row.doc, row.name));
        }
        return text;
    }
    let mut last = "";
    for (context, row) in &table {
        if *context != last {
            text.push_str(&format!("{}[{context}]\n", if last.is_empty() { "" } else { "\n" }));
            last = context;
        }
        text.push_str(&format!("  {:24} {:22} {}\n", row.keys, row.name, row.doc));
    }
    text
}

pub(super) fn tell_all<T: std::fmt::Display>(mistakes: &[T]) -> Result<Exit> {
    let text: String = mistakes.iter().map(|mistake| format!("{mistake}\n")).collect();
    io::stderr().write_all(text.as_bytes()).map_err(|e| unwritten(&e))?;
    Ok(Exit::Usage)
}

/// A reader that has seen enough (`| head`) is no failure.
pub(super) fn print(text: &str) -> Result<Exit> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Ok(()) => Ok(Exit::Done),
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(e) => Err(unwritten(&e)),
    }
}

fn unwritten(error: &io::Error) -> Error {
    Error::new(Trouble::Other, "write the answer", error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_shows_the_keys_that_hold() {
        let readme = include_str!("../../README.md");
        let shown = readme
            .split("<!-- keys: quarterdeck keys --markdown -->\n")
            .nth(1)
            .and_then(|s| s.split("<!-- /keys -->").next());
        let keymap = Keymap::shipped("default").unwrap();
        assert_eq!(shown, Some(&*keys(&keymap, true)), "put in what `quarterdeck keys --markdown` prints");
    }
}
