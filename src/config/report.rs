//! What `config check` and `config paths` print.
use super::{Paths, Resolved, Surroundings};

/// Every setting, its value and where it comes from, in columns.
#[must_use]
pub fn check(resolved: &Resolved) -> String {
    let wide = |text: fn(&super::Told) -> usize| resolved.told.iter().map(text).max().unwrap_or(0);
    let name = wide(|told| told.name.chars().count());
    let value = wide(|told| told.value.chars().count()).min(48);
    let line = |told: &super::Told| format!("{:name$}  {:value$}  {}\n", told.name, told.value, told.source);
    resolved.told.iter().map(line).collect()
}

/// Every path, and whether it exists.
#[must_use]
pub fn paths(paths: &Paths, resolved: Option<&Resolved>, around: &dyn Surroundings) -> String {
    let mut rows = vec![
        ("config", paths.file.clone()),
        ("keymap", paths.keymap.clone()),
        ("state", paths.state.clone()),
        ("cache", paths.cache.clone()),
    ];
    let kubeconfig = resolved.map(|resolved| resolved.settings.kubeconfig.clone()).unwrap_or_default();
    rows.extend(kubeconfig.into_iter().map(|path| ("kubeconfig", path)));
    let wide = rows.iter().map(|(_, path)| path.display().to_string().chars().count()).max().unwrap_or(0);
    let line = |(name, path): &(&str, std::path::PathBuf)| {
        let state = if around.exists(path) { "exists" } else { "not there" };
        format!("{name:10}  {:wide$}  {state}\n", path.display().to_string())
    };
    rows.iter().map(line).collect()
}
