//! A scripted shell: a few commands, answered from what the container is. It runs nothing.
use std::{sync::Arc, time::Duration};

use super::words::{Between, commands};
use crate::{
    clock,
    kube::{
        Cluster,
        pod::{Pod, State},
    },
};

/// Where a command runs.
#[derive(Clone, Debug)]
pub struct Place {
    pub pod: Arc<Pod>,
    pub container: usize,
    instance_type: String,
    now: i64,
}

impl Place {
    pub fn of(cluster: &Cluster, pod: &Arc<Pod>, container: usize, now: i64) -> Self {
        let node = pod.node.as_ref().map(|placed| &*placed.node).unwrap_or_default();
        let instance_type = cluster.host(node).map(|host| host.spec.instance_type.clone()).unwrap_or_default();
        Self { pod: pod.clone(), container, instance_type, now }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Done {
    pub out: String,
    pub err: String,
    pub code: u8,
    /// `sleep`
    pub wait: Option<Duration>,
    /// `exit`
    pub leaves: bool,
}

impl Done {
    pub fn said(out: impl Into<String>) -> Self {
        Self { out: out.into(), ..Self::default() }
    }

    pub fn failed(code: u8, err: impl Into<String>) -> Self {
        Self { err: err.into() + "\n", code, ..Self::default() }
    }
}

pub struct Shell {
    pub place: Place,
    pub directory: String,
    last: u8,
    exported: Vec<(String, String)>,
}

const KNOWN: [&str; 23] = [
    "sh", "bash", "ash", "ls", "cat", "env", "printenv", "ps", "df", "hostname", "date", "echo", "exit", "pwd", "cd",
    "id", "whoami", "uname", "true", "false", "sleep", "test", "export",
];

impl Shell {
    pub fn new(place: Place) -> Self {
        Self { place, directory: "/".to_owned(), last: 0, exported: vec![] }
    }

    pub fn directory(&self) -> &str {
        &self.directory
    }

    pub fn knows(&self, command: &str) -> bool {
        KNOWN.contains(&name(command))
    }

    /// Whether a command reads what is typed.
    pub fn reads(&self, command: &[String]) -> bool {
        let shell = ["sh", "bash", "ash"].contains(&name(&command[0])) && !command.iter().any(|word| word == "-c");
        shell || name(&command[0]) == "cat" && command.len() == 1
    }

    pub fn run(&mut self, command: &[String]) -> Done {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let done = self.command(&words);
        self.last = done.code;
        done
    }

    /// One line, as a shell reads it: commands with `;`, `&&` and `||` between them, quotes, and variables. No pipes and no files written.
    pub fn line(&mut self, line: &str) -> Done {
        let mut all = Done::default();
        let mut runs = true;
        for (between, part) in commands(line) {
            runs = match between {
                Between::Always => true,
                Between::And => runs && self.last == 0,
                Between::Or => self.last != 0,
            };
            let words = self.words(part);
            if words.is_empty() || !runs {
                continue;
            }
            let done = self.run(&words);
            all.out += &done.out;
            all.err += &done.err;
            all.code = done.code;
            all.wait = done.wait.or(all.wait);
            if done.leaves {
                all.leaves = true;
                break;
            }
        }
        all.code = self.last;
        all
    }

    fn words(&self, part: &str) -> Vec<String> {
        let (mut words, mut word, mut quote, mut begun) = (vec![], String::new(), None, false);
        let mut letters = part.chars().peekable();
        while let Some(letter) = letters.next() {
            match (letter, quote) {
                ('\'' | '"', None) => (quote, begun) = (Some(letter), true),
                (end, Some(open)) if end == open => quote = None,
                ('$', None | Some('"')) => {
                    let braced = letters.next_if_eq(&'{').is_some();
                    let mut key = String::new();
                    while let Some(letter) =
                        letters.next_if(|l| l.is_ascii_alphanumeric() || *l == '_' || *l == '?' && key.is_empty())
                    {
                        key.push(letter);
                    }
                    if braced {
                        letters.next_if_eq(&'}');
                    }
                    word += &self.variable(&key);
                    begun = true;
                }
                (letter, None) if letter.is_whitespace() => {
                    if begun || !word.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    begun = false;
                }
                (letter, _) => word.push(letter),
            }
        }
        if begun || !word.is_empty() {
            words.push(word);
        }
        words
    }

    fn variable(&self, key: &str) -> String {
        if key == "?" {
            return self.last.to_string();
        }
        self.environment().into_iter().rev().find(|(name, _)| name == key).map(|(_, value)| value).unwrap_or_default()
    }

    fn environment(&self) -> Vec<(String, String)> {
        let pod = &self.place.pod;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut all = vec![
            pair("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            pair("HOSTNAME", &pod.name),
            pair("KUBERNETES_SERVICE_HOST", "172.20.0.1"),
            pair("KUBERNETES_SERVICE_PORT", "443"),
        ];
        all.extend(pod.template.containers[self.place.container].env.iter().cloned());
        all.push(pair("HOME", "/root"));
        all.extend(self.exported.iter().cloned());
        all
    }

    fn command(&mut self, words: &[&str]) -> Done {
        let Some((&first, rest)) = words.split_first() else { return Done::default() };
        match name(first) {
            "sh" | "bash" | "ash" => match rest {
                [flag, script, ..] if flag.starts_with('-') && flag.ends_with('c') => {
                    Done { leaves: false, ..self.line(script) }
                }
                _ => Done::default(),
            },
            "ls" => self.ls(rest),
            "cat" => self.cat(rest),
            "env" | "printenv" => match rest {
                [key] => match self.variable(key) {
                    none if none.is_empty() => Done { code: 1, ..Done::default() },
                    value => Done::said(value + "\n"),
                },
                _ => Done::said(
                    self.environment().iter().map(|(key, value)| format!("{key}={value}\n")).collect::<String>(),
                ),
            },
            "ps" => Done::said(self.ps()),
            "df" => Done::said(
                "Filesystem     1K-blocks    Used Available Use% Mounted on\noverlay         20959212 6043300  14915912  29% /\ntmpfs              65536       0     65536   0% /dev\nshm                65536       0     65536   0% /dev/shm\n",
            ),
            "hostname" => Done::said(format!("{}\n", self.place.pod.name)),
            "date" => Done::said(date(self.place.now)),
            "echo" => match rest {
                ["-n", rest @ ..] => Done::said(rest.join(" ")),
                rest => Done::said(rest.join(" ") + "\n"),
            },
            "exit" => {
                let given = rest.first().and_then(|code| code.parse::<i64>().ok());
                let code = given.map_or(self.last, |code| u8::try_from(code.rem_euclid(256)).unwrap_or(0));
                Done { code, leaves: true, ..Done::default() }
            }
            "pwd" => Done::said(format!("{}\n", self.directory)),
            "cd" => self.cd(rest.first().copied().unwrap_or("/root")),
            "id" => Done::said("uid=0(root) gid=0(root) groups=0(root)\n"),
            "whoami" => Done::said("root\n"),
            "uname" => Done::said(self.uname(rest)),
            "true" => Done::default(),
            "false" => Done { code: 1, ..Done::default() },
            "sleep" => match rest.first().and_then(|text| text.trim_end_matches('s').parse::<u64>().ok()) {
                Some(seconds) => Done { wait: Some(Duration::from_secs(seconds)), ..Done::default() },
                None => Done::failed(1, "sleep: missing or invalid operand"),
            },
            "test" => Done { code: u8::from(!self.test(rest)), ..Done::default() },
            "export" => {
                let pairs = rest.iter().filter_map(|word| word.split_once('='));
                self.exported.extend(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
                Done::default()
            }
            _ => Done::failed(127, format!("sh: {first}: not found")),
        }
    }

    fn test(&self, rest: &[&str]) -> bool {
        match rest {
            ["-f" | "-e" | "-r", path] => self.file(&self.path(path)).is_some(),
            ["-d", path] => self.entries(&self.path(path)).is_some(),
            ["-n", text] => !text.is_empty(),
            ["-z", text] => text.is_empty(),
            [a, "=" | "==", b] => a == b,
            [a, "!=", b] => a != b,
            [text] => !text.is_empty(),
            _ => false,
        }
    }

    fn ps(&self) -> String {
        let spec = &self.place.pod.template.containers[self.place.container];
        let since = match self.place.pod.containers[self.place.container].state {
            State::Running { since } => since,
            State::Waiting { .. } | State::Terminated(_) => self.place.now,
        };
        let minutes = (self.place.now - since) / clock::MINUTE;
        let time = format!("{}:{:02}", minutes / 60, minutes % 60);
        format!(
            "PID   USER     TIME  COMMAND\n    1 root     {time:>5} /app/server --service={}\n   42 root      0:00 ps\n",
            spec.name
        )
    }

    fn uname(&self, rest: &[&str]) -> String {
        let kind = &self.place.instance_type;
        // the families of Graviton end in g, or in g and a letter more: m7g, c8gn
        let family = kind.split('.').next().unwrap_or_default();
        let arm = family.trim_start_matches(|l: char| l.is_ascii_alphabetic()).contains('g');
        let machine = if arm { "aarch64" } else { "x86_64" };
        if rest.is_empty() {
            return "Linux\n".to_owned();
        }
        if rest == ["-m"] {
            return format!("{machine}\n");
        }
        format!(
            "Linux {} 6.1.155-176.282.amzn2023.{machine} #1 SMP PREEMPT_DYNAMIC {machine} Linux\n",
            self.place.pod.name
        )
    }
}

fn name(command: &str) -> &str {
    command.rsplit('/').next().unwrap_or(command)
}

/// `Tue Nov 24 22:00:00 UTC 2026`
fn date(now: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    at.strftime("%a %b %e %H:%M:%S UTC %Y\n").to_string()
}
