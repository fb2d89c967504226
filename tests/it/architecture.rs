//! Imports point one way, the pure half stays pure, files and functions stay short. Every source file is parsed: paths and
//! grouped imports are seen wherever they stand, also inside macros; what only tests use is not looked at.
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, ImplItem, Item, UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

/// Who comes before whom. A module names only modules of lower rank, or its own; equal rank means that neither names the other.
const ORDER: &[(&str, u8)] = &[
    ("key", 0),
    ("error", 0),
    ("text", 0),
    ("config", 1),
    ("kinds", 2),
    ("log", 3),
    ("model", 4),
    ("effect", 5),
    ("layout", 6),
    ("action", 7),
    ("keymap", 8),
    ("update", 9),
    ("view", 10),
    ("clients", 11),
    ("route", 12),
    ("ledger", 12),
    ("kinds/fetch", 13),
    ("jobs", 14),
    ("runtime", 15),
    ("cli", 16),
    ("lib", 17),
    ("main", 18),
];

/// The same for the crate of the demo estate.
const DEMO_ORDER: &[(&str, u8)] = &[
    ("rng", 0),
    ("clock", 0),
    ("lines", 1),
    ("kube", 2),
    ("world", 3),
    ("incident", 4),
    ("fault", 4),
    ("estate", 5),
    ("http", 6),
    ("life", 6),
    ("sigv4", 6),
    ("aws", 7),
    ("api", 7),
    ("terraform", 7),
    ("control", 8),
    ("serve", 9),
    ("lib", 10),
];

/// Modules that compute and never ask; the crates they may use besides `core`, `alloc` and `std`.
const PURE: &[&str] =
    &["key", "error", "text", "kinds", "log", "model", "effect", "layout", "action", "keymap", "update", "view"];
const PURE_CRATES: &[&str] = &[
    "base64",
    "hashbrown",
    "indexmap",
    "jiff",
    "memchr",
    "regex",
    "serde",
    "serde_json",
    "strsim",
    "toml",
    "unicode_width",
];

/// A crate of the terminal, and the pure modules that may name it.
const TERMINAL: &[(&str, &[&str])] = &[("ratatui", &["layout", "view"]), ("crossterm", &["key"])];

/// The world outside: files, sockets, processes, threads, the clock.
const WORLD: &[&str] =
    &["std::fs", "std::net", "std::process", "std::thread", "std::time::Instant", "std::time::SystemTime"];
const WORLDLY: &[&str] = &["config", "clients", "route", "ledger", "kinds/fetch", "jobs", "runtime", "cli", "main"];

const LINES_OF_A_FILE: usize = 400;
const LINES_OF_A_FN: usize = 60;
/// Longer than that, and why.
const LONG_FILES: &[(&str, &str)] = &[("kinds.rs", "the table of kinds and the macro that reads it are one thing")];
const LONG_FNS: &[(&str, &str)] = &[];

/// One source file: its module, and every path that it names.
struct Source {
    file: String,
    module: String,
    paths: Vec<(usize, Vec<String>)>,
    /// Name, first line, lines.
    fns: Vec<(String, usize, usize)>,
    /// Lines up to the tests.
    lines: usize,
}

struct Reader {
    source: Source,
    /// The modules that hold the code being read, from the root of the crate on: what `self` and `super` mean.
    within: Vec<String>,
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
            syn::Meta::Path(path) if path.is_ident("test") => "test".into(),
            _ => String::new(),
        };
        text == "test" || text.starts_with("all (test") || text.starts_with("any (test")
    })
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

impl Reader {
    /// Notes a path as it reads from the root of the crate: `crate::model::table`, `std::fs`, `regex`.
    fn note(&mut self, line: usize, path: &[String]) {
        let mut at = self.within.clone();
        let mut rest = path;
        while let Some(first) = rest.first() {
            match first.as_str() {
                "crate" | "$crate" | "quarterdeck" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                _ => break,
            }
            rest = &rest[1..];
        }
        let relative = path.len() > rest.len();
        let full = if relative { [&["crate".to_owned()], at.as_slice(), rest].concat() } else { path.to_vec() };
        self.source.paths.push((line, full));
    }

    fn note_use(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.note_use(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_use(tree, before)),
            UseTree::Glob(glob) => self.note(glob.span().start().line, before),
            UseTree::Name(name) => self.note_leaf(&name.ident, before),
            UseTree::Rename(rename) => self.note_leaf(&rename.ident, before),
        }
    }

    fn note_leaf(&mut self, leaf: &proc_macro2::Ident, before: &mut Vec<String>) {
        before.push(leaf.to_string());
        self.note(leaf.span().start().line, before);
        before.pop();
    }

    /// What stands in a macro is no syntax tree: runs of `a::b::c` in it are taken for paths.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let mut run: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 && !run.is_empty() {
                        self.note_run(line, &std::mem::take(&mut run));
                    }
                    line = ident.span().start().line;
                    run.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(sign) if sign.as_char() == ':' => colons += 1,
                other => {
                    self.note_run(line, &std::mem::take(&mut run));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.note_tokens(group.stream());
                    }
                }
            }
        }
        self.note_run(line, &run);
    }

    fn note_run(&mut self, line: usize, run: &[String]) {
        if run.len() > 1 {
            self.note(line, run);
        }
    }

    fn note_fn(&mut self, name: &syn::Ident, whole: proc_macro2::Span) {
        let (first, last) = (whole.start().line, whole.end().line);
        self.source.fns.push((name.to_string(), first, last + 1 - first));
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes_of(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.within.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.within.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note_use(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.note(path.span().start().line, &names);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.note_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.note_fn(&item.sig.ident, item.block.span());
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if let ImplItem::Fn(item) = item {
            if is_test(&item.attrs) {
                return;
            }
            self.note_fn(&item.sig.ident, item.block.span());
        }
        visit::visit_impl_item(self, item);
    }
}

/// `src/kinds/pod/fetch.rs` → `kinds/fetch`; `src/model/table.rs` → `model`.
fn module_of(parts: &[String]) -> String {
    let first = parts.first().map_or("lib", String::as_str);
    let asks = parts.len() > 2 && first == "kinds" && parts[2] == "fetch";
    if asks { "kinds/fetch".into() } else { first.to_owned() }
}

fn read(file: &str, text: &str) -> Source {
    let name = file.trim_end_matches(".rs");
    let within: Vec<String> = match name {
        "lib" | "main" => vec![],
        name => name.split('/').map(str::to_owned).collect(),
    };
    let module = if name == "main" { "main".into() } else { module_of(&within) };
    let tree = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let tests = tree.items.iter().find(|item| is_test(attributes_of(item)) && matches!(item, Item::Mod(_)));
    let lines = match tests {
        Some(Item::Mod(tests)) if tests.content.is_some() => tests.span().start().line - 1,
        _ => text.lines().count(),
    };
    let source = Source { file: file.to_owned(), module, paths: vec![], fns: vec![], lines };
    let mut reader = Reader { source, within };
    reader.visit_file(&tree);
    reader.source
}

fn rank(module: &str) -> Option<u8> {
    ORDER.iter().find(|(name, _)| *name == module).map(|(_, rank)| *rank)
}

/// Whether this path may stand in this module; if not, why.
fn complaint(module: &str, path: &[String], crates: &[String]) -> Option<String> {
    let words = path.join("::");
    if path[0] == "crate" {
        let named = module_of(&path[1..]);
        let (own, other) = (rank(module)?, rank(&named)?);
        let kind_of_own = module == "kinds/fetch" && named == "kinds/fetch";
        if named != module && !kind_of_own && other >= own {
            return Some(format!("{module} may not name {named} ({words})"));
        }
        let unseen = module == "view" && matches!(named.as_str(), "update" | "effect");
        return unseen.then(|| format!("view draws what is true and names neither update nor effect ({words})"));
    }
    let is_worldly = WORLD.iter().any(|world| words == *world || words.starts_with(&format!("{world}::")));
    if is_worldly && !WORLDLY.contains(&module) {
        return Some(format!("{module} may not reach out of the program ({words})"));
    }
    if !PURE.contains(&module) || !crates.contains(&path[0]) || PURE_CRATES.contains(&path[0].as_str()) {
        return None;
    }
    let allowed = TERMINAL.iter().any(|(name, modules)| *name == path[0] && modules.contains(&module));
    (!allowed).then(|| format!("{module} is pure and may not use the crate {} ({words})", path[0]))
}

fn complaints(source: &Source, crates: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    if rank(&source.module).is_none() {
        found.push(format!("{}: the module {} has no place in the order", source.file, source.module));
    }
    for (line, path) in &source.paths {
        if let Some(why) = complaint(&source.module, path, crates) {
            found.push(format!("src/{}:{line}: {why}", source.file));
        }
    }
    found
}

/// The crates that Cargo.toml names, as code names them.
fn crates() -> Vec<String> {
    let manifest: toml::Table =
        toml::from_str(&fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml is there"))
            .expect("it is TOML");
    let names = manifest["dependencies"].as_table().expect("there are dependencies").keys();
    names.map(|name| name.replace('-', "_")).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The sources of the console.
fn sources() -> Vec<Source> {
    sources_below("src")
}

/// The sources of a crate: what lies in `demo` is a crate of its own, files of tests are no part of it.
fn sources_below(folder: &str) -> Vec<Source> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            match path.file_name().and_then(|name| name.to_str()) {
                Some("demo" | "tests" | "tests.rs") => {}
                _ if path.is_dir() => walk(&path, into),
                Some(_) if path.extension().is_some_and(|end| end == "rs") => into.push(path),
                _ => {}
            }
        }
    }
    let src = root().join(folder);
    let mut files = Vec::new();
    walk(&src, &mut files);
    files.sort();
    let name = |path: &Path| path.strip_prefix(&src).expect("it is below").to_string_lossy().replace('\\', "/");
    files.iter().map(|path| read(&name(path), &fs::read_to_string(path).expect("it is text"))).collect()
}

fn listed(found: &[String]) -> String {
    found.iter().fold(String::new(), |mut all, one| {
        let _ = writeln!(all, "  {one}");
        all
    })
}

#[test]
fn imports_point_one_way_and_the_pure_half_is_pure() {
    let (sources, crates) = (sources(), crates());
    assert!(sources.len() > 30 && crates.contains(&"ratatui".to_owned()), "the sources were found");
    let found: Vec<String> = sources.iter().flat_map(|source| complaints(source, &crates)).collect();
    assert!(found.is_empty(), "\n{}", listed(&found));
}

/// Why a module of the demo estate may not name what it names.
fn demo_complaints(source: &Source) -> Vec<String> {
    let rank = |module: &str| DEMO_ORDER.iter().find(|(name, _)| *name == module).map(|(_, rank)| *rank);
    let Some(own) = rank(&source.module) else { return vec![format!("{} has no place in the order", source.module)] };
    let named = source.paths.iter().filter(|(_, path)| path[0] == "crate" && path.len() > 1);
    let wrong = named.filter(|(_, path)| path[1] != source.module && rank(&path[1]).is_none_or(|other| other >= own));
    let told = |(line, path): &(usize, Vec<String>)| {
        format!("src/demo/src/{}:{line}: {} may not name {}", source.file, source.module, path.join("::"))
    };
    let console = source.paths.iter().filter(|(_, path)| path[0] == "quarterdeck");
    wrong.chain(console).map(told).collect()
}

#[test]
fn imports_of_the_demo_estate_point_one_way_and_name_nothing_of_the_console() {
    let sources = sources_below("src/demo/src");
    assert!(sources.len() > 100, "the sources were found");
    let found: Vec<String> = sources.iter().flat_map(demo_complaints).collect();
    assert!(found.is_empty(), "\n{}", listed(&found));
    for (file, text) in [
        ("kube/pod.rs", "use crate::world::World;"),
        ("world.rs", "fn f() { crate::fault::meet(); }"),
        ("aws.rs", "use crate::api;"),
    ] {
        assert!(!demo_complaints(&read(file, text)).is_empty(), "nobody minds `{text}` in {file}");
    }
}

#[test]
fn files_and_functions_stay_short() {
    let mut found = Vec::new();
    for source in sources().into_iter().chain(sources_below("src/demo/src")) {
        if source.lines > LINES_OF_A_FILE && !LONG_FILES.iter().any(|(file, _)| *file == source.file) {
            found.push(format!("src/{}: {} lines, {LINES_OF_A_FILE} are allowed", source.file, source.lines));
        }
        for (name, line, lines) in source.fns {
            let known = LONG_FNS.iter().any(|(known, _)| *known == format!("{}::{name}", source.file));
            if lines > LINES_OF_A_FN && !known {
                found
                    .push(format!("src/{}:{line}: {name} has {lines} lines, {LINES_OF_A_FN} are allowed", source.file));
            }
        }
    }
    assert!(found.is_empty(), "\n{}", listed(&found));
}

#[test]
fn every_exception_is_still_one() {
    let lines: BTreeMap<String, usize> = sources().into_iter().map(|source| (source.file, source.lines)).collect();
    for (file, why) in LONG_FILES {
        let lines = lines.get(*file).unwrap_or_else(|| panic!("{file} is gone"));
        assert!(*lines > LINES_OF_A_FILE && !why.is_empty(), "{file} has only {lines} lines: it needs no exception");
    }
}

/// What is said of one file with this text.
fn said_of(file: &str, text: &str) -> Vec<String> {
    complaints(&read(file, text), &crates())
}

#[test]
fn a_planted_import_is_found_however_it_is_written() {
    let planted = [
        ("model/table.rs", "use crate::{kinds::Kind, update::{self, Msg}};"),
        ("model/table.rs", "use super::super::update::Msg;"),
        ("model.rs", "fn f() { crate::action::all(); }"),
        ("model.rs", "mod inner { use super::super::view; }"),
        ("model.rs", "fn f() { assert_eq!(1, crate::action::count()); }"),
        ("action/app.rs", "macro_rules! m { () => { $crate::update::update() } }"),
        ("view/table.rs", "fn f(_: &crate::effect::Effect) {}"),
        ("view.rs", "use crate::update as other;"),
        ("update.rs", "use ratatui::layout::Rect;"),
        ("kinds/pod.rs", "use tokio::sync::mpsc;"),
        ("kinds/pod.rs", "use super::pod::fetch::list;"),
        ("kinds/pod.rs", "fn now() -> std::time::Instant { std::time::Instant::now() }"),
        ("model/task.rs", "use std::{collections::HashMap, time::{Duration, Instant}};"),
        ("keymap.rs", "fn f() { std::fs::read(\"x\"); }"),
        ("layout.rs", "use std::{fs, io};"),
        ("kinds/pod/fetch.rs", "use crate::jobs::Cx;"),
        ("route.rs", "use crate::ledger::Run;"),
        ("helpers.rs", "fn f() {}"),
    ];
    for (file, text) in planted {
        assert!(!said_of(file, text).is_empty(), "nobody minds `{text}` in {file}");
    }
}

#[test]
fn what_may_stand_somewhere_is_let_be() {
    let fine = [
        ("model/table.rs", "use crate::kinds::Kind; use super::filter::Filter; use std::time::Duration;"),
        ("view/table.rs", "use ratatui::buffer::Buffer; use crate::model::Model; use std::fmt::Write;"),
        (
            "kinds/pod/fetch.rs",
            "use crate::{clients::Clients, kinds::pod::Pod}; use kube::Client; use std::time::Instant;",
        ),
        ("model.rs", "#[cfg(test)] mod tests { use crate::update::Msg; use proptest::prelude::*; }"),
        ("model.rs", "fn f() { #[allow(unused)] let view = Kind::Vpc; model::f(); println!(\"crate update\"); }"),
        ("cli.rs", "use crate::runtime; use std::process::ExitCode;"),
    ];
    for (file, text) in fine {
        assert_eq!(said_of(file, text), Vec::<String>::new(), "in {file}");
    }
}

#[test]
fn lines_are_counted_up_to_the_tests() {
    let long = "fn f() {\n".to_owned() + &"    g();\n".repeat(70) + "}\n";
    let source = read("model.rs", &(long.clone() + "#[cfg(test)]\nmod tests {\n" + &long.repeat(9) + "}\n"));
    assert_eq!((source.lines, source.fns), (73 - 1, vec![("f".to_owned(), 1, 72)]));
}
