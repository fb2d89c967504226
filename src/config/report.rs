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

#[cfg(test)]
mod tests {
    use super::{super::surroundings::tests::Made, *};
    use crate::config::{Flags, open};

    const FILE: &str = "/home/me/.config/quarterdeck/config.toml";
    const TEXT: &str = "utc = true
[estates.prod]
environment = 'prod'
profiles = ['shop', 'edge']
act.profiles = { shop = 'shop-admin' }
";

    #[test]
    fn the_check_shows_every_setting_with_its_value_and_source() {
        let vars = [("QUARTERDECK_THEME", "light"), ("AWS_REGION", "eu-west-1")];
        let flags = Flags { read_only: true, ..Flags::default() };
        let told = check(&open(&flags, &Made::new(&vars, &[(FILE, TEXT)])).unwrap());
        let expected = "\
estate            prod                    estate prod, line 2
environment       prod                    estate prod, line 3
aws               true                    default
profiles          shop, edge              estate prod, line 4
regions           -                       default
default_profile   -                       default
default_region    eu-west-1               variable AWS_REGION
kubeconfig        /home/me/.kube/config   default
contexts          -                       default
eks               true                    default
namespaces        -                       default
read_only         true                    flag --read-only
keymap            default                 default
theme             light                   variable QUARTERDECK_THEME
mouse             false                   default
utc               true                    file, line 1
scroll_back       512                     default
act.profiles      shop → shop-admin       estate prod, line 5
act.minutes       30                      default
tags.estate       -                       default
tags.vpc          quarterdeck:vpc         default
tags.role         quarterdeck:role        default
at                -                       default
";
        let words = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(words(&told), words(expected));
        let column = |line: &str| line.find("  ").map(|gap| line.len() - line[gap..].trim_start().len());
        assert!(told.lines().all(|line| column(line) <= Some(17)), "{told}");
    }

    #[test]
    fn the_paths_say_what_exists() {
        let around = Made::new(&[("KUBECONFIG", "/k")], &[(FILE, ""), ("/k", "")]);
        let resolved = open(&Flags::default(), &around).unwrap();
        assert_eq!(
            paths(&resolved.paths, Some(&resolved), &around),
            "\
config      /home/me/.config/quarterdeck/config.toml  exists
keymap      /home/me/.config/quarterdeck/keymap.toml  not there
state       /home/me/.local/state/quarterdeck         not there
cache       /home/me/.cache/quarterdeck               not there
kubeconfig  /k                                        exists
"
        );
    }
}
