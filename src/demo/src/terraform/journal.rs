//! Everything that Terraform asked of the provider and what came of it, a line of JSON each, in the estate's folder: what tests hold an apply
//! against, and a person who wants to know what a plan does.
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

pub const FILE: &str = "terraform.jsonl";

#[derive(Debug)]
pub struct Journal(Mutex<File>);

impl Journal {
    /// Begins a new one.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path)?;
        Ok(Self(Mutex::new(file)))
    }

    pub fn note(&self, line: &Value) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // a full disk must not fail an apply
        let _written = file.write_all(format!("{line}\n").as_bytes());
    }
}
