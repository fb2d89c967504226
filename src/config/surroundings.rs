//! What is around the program, variables and files, as a parameter: so that tests need neither.
use std::{fs, io, path::Path};

pub trait Surroundings {
    /// A variable of the environment. One that is empty counts as not set.
    fn var(&self, name: &str) -> Option<String>;
    fn exists(&self, path: &Path) -> bool;
    /// # Errors
    /// As [`fs::read_to_string`].
    fn read(&self, path: &Path) -> io::Result<String>;
}

/// The real ones.
#[derive(Clone, Copy, Debug)]
pub struct Process;

impl Surroundings for Process {
    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        fs::read_to_string(path)
    }
}

#[cfg(test)]
pub mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Variables and files that a test makes up. `HOME` is `/home/me` unless it says otherwise.
    #[derive(Default)]
    pub struct Made {
        pub vars: BTreeMap<String, String>,
        pub files: BTreeMap<String, String>,
    }

    impl Made {
        pub fn new(vars: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
            let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
            let mut made = Self { vars: own(vars), files: own(files) };
            made.vars.entry("HOME".into()).or_insert_with(|| "/home/me".into());
            made
        }
    }

    impl Surroundings for Made {
        fn var(&self, name: &str) -> Option<String> {
            self.vars.get(name).filter(|value| !value.is_empty()).cloned()
        }

        fn exists(&self, path: &Path) -> bool {
            self.files.contains_key(&path.display().to_string())
        }

        fn read(&self, path: &Path) -> io::Result<String> {
            self.files.get(&path.display().to_string()).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
        }
    }
}
