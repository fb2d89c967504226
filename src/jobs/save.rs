//! Writes the lines of a log to a file: beside it first, then in its place, so that half a file is never taken for a whole one.
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result, Trouble},
    log::store::fields,
    model::logs::Saving,
    text,
};

pub async fn run(work: Saving) -> Result<()> {
    let path = work.path.clone();
    let saved = tokio::task::spawn_blocking(move || save(&work)).await;
    let saved = saved.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()));
    saved.map_err(|e| Error::new(Trouble::Other, format!("save {path}"), e.to_string()))
}

fn save(work: &Saving) -> io::Result<()> {
    let path = home(&work.path);
    if path.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file of that name already"));
    }
    let beside = path.with_added_extension("part");
    let written = write(work, &beside).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // what was begun is of no use
        let _gone = fs::remove_file(&beside);
    }
    written
}

/// `~/` as shells have it.
fn home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => path.into(),
    }
}

fn write(work: &Saving, path: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create_new(path)?);
    for line in &work.head {
        writeln!(out, "# {}", text::clean(line))?;
    }
    for line in work.lines.iter().filter_map(|no| work.snapshot.line(*no)) {
        if work.raw {
            out.write_all(line.text)?;
            out.write_all(if line.text.ends_with(b"\n") { b"" } else { b"\n" })?;
            continue;
        }
        let name = work.names.of(line.source).map_or("", |named| &named.short);
        let message = fields::message(line.text);
        let words = String::from_utf8_lossy(&message);
        let words: Vec<_> = words.trim_end().lines().map(text::clean).collect();
        writeln!(out, "{} {name} {}", work.zone.clock(line.at, true), words.join("\n    "))?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
