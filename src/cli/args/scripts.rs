//! What is made from the definition of the command line: completion scripts and man pages.
use std::io;

use clap::Command;
use clap_complete::Shell;

use super::{Kinds, command};

/// The script that completes `quarterdeck` in this shell.
pub fn completion(kinds: Kinds, shell: Shell, out: &mut dyn io::Write) {
    let mut whole = command(kinds);
    clap_complete::generate(shell, &mut whole, "quarterdeck", out);
    if shell == Shell::Fish {
        // clap_complete leaves positional values out for fish alone. A broken pipe shows at the caller's flush.
        let _ = out.write_all(fish_values(&whole).as_bytes());
    }
}

fn fish_values(whole: &Command) -> String {
    let line = |verb: &Command| {
        let values = verb.get_positionals().flat_map(clap::Arg::get_possible_values);
        let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
        let (verb, names) = (verb.get_name(), names.join(" "));
        format!("complete -c quarterdeck -n \"__fish_seen_subcommand_from {verb}\" -f -a \"{names}\"\n")
    };
    let takes_values = |verb: &&Command| verb.get_positionals().any(|arg| !arg.get_possible_values().is_empty());
    whole.get_subcommands().filter(takes_values).map(line).collect::<Vec<_>>().concat()
}

/// The man page of the program, or of one verb.
///
/// # Errors
/// When there is no such verb, or `out` cannot be written.
pub fn man(kinds: Kinds, page: Option<&str>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut whole = command(kinds);
    whole.build();
    let Some(page) = page else { return clap_mangen::Man::new(whole).render(out) };
    match whole.find_subcommand(page) {
        Some(verb) => clap_mangen::Man::new(verb.clone()).render(out),
        None => Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no verb `{page}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::KINDS, *};

    fn script(shell: Shell) -> String {
        let mut out = Vec::new();
        completion(KINDS, shell, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn page(verb: Option<&str>) -> String {
        let mut out = Vec::new();
        man(KINDS, verb, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn completions_of_each_shell_know_the_verbs_the_kinds_and_the_options() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = script(shell);
            for word in ["list", "describe", "config", "completion", "log-group", "read-only", "light"] {
                assert!(script.contains(word), "{shell} does not know {word}");
            }
        }
    }

    #[test]
    fn man_pages_come_from_the_same_definition() {
        let whole = page(None);
        assert!(whole.contains(".TH quarterdeck 1") && whole.contains("quarterdeck\\-list(1)"), "{whole}");
        let list = page(Some("list"));
        assert!(list.contains(".TH quarterdeck-list 1") && list.contains("log\\-group"), "{list}");
        assert!(man(KINDS, Some("lits"), &mut Vec::new()).is_err());
    }
}
