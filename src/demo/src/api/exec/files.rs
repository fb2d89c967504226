//! The files of a container, as far as a person looks at them when something is wrong.
use super::shell::{Done, Shell};
use crate::clock;

const DIRECTORIES: [(&str, &str); 5] = [
    ("/", "app bin dev etc home lib proc root run sbin sys tmp usr var"),
    ("/app", "config.yaml server"),
    ("/etc", "hostname hosts os-release passwd resolv.conf ssl"),
    ("/tmp", ""),
    ("/var", "cache lib log run"),
];

impl Shell {
    pub fn path(&self, given: &str) -> String {
        let whole = if given.starts_with('/') { given.to_owned() } else { format!("{}/{given}", self.directory) };
        let mut parts: Vec<&str> = vec![];
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }

    /// What is in a directory, if it is one.
    pub fn entries(&self, path: &str) -> Option<Vec<&'static str>> {
        if let Some((_, names)) = DIRECTORIES.iter().find(|(name, _)| *name == path) {
            return Some(names.split(' ').filter(|name| !name.is_empty()).collect());
        }
        let (parent, name) = path.rsplit_once('/')?;
        let parent = if parent.is_empty() { "/" } else { parent };
        let listed = DIRECTORIES.iter().any(|(known, names)| *known == parent && names.split(' ').any(|it| it == name));
        (listed && self.file(path).is_none() && path != "/app/server").then(Vec::new)
    }

    pub fn file(&self, path: &str) -> Option<String> {
        let pod = &self.place.pod;
        let spec = &pod.template.containers[self.place.container];
        Some(match path {
            "/etc/os-release" => {
                "NAME=\"Amazon Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\nPRETTY_NAME=\"Amazon Linux 2023\"\n".to_owned()
            }
            "/etc/hostname" => format!("{}\n", pod.name),
            "/etc/hosts" => {
                let ip = pod.ip.map(|ip| ip.to_string()).unwrap_or_default();
                format!("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n{ip}\t{}\n", pod.name)
            }
            "/etc/resolv.conf" => format!(
                "search {}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 172.20.0.10\noptions ndots:5\n",
                pod.namespace
            ),
            "/etc/passwd" => "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n".to_owned(),
            "/app/config.yaml" => format!("service: {}\nimage: {}\nlog:\n  level: info\n  format: json\n", spec.name, spec.image),
            _ => return None,
        })
    }

    pub fn ls(&self, rest: &[&str]) -> Done {
        let long = rest.iter().any(|word| word.starts_with('-') && word.contains('l'));
        let given = rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or(".");
        let path = self.path(given);
        let Some(names) = self.entries(&path) else {
            let there = self.file(&path).is_some() || path == "/app/server";
            return if there {
                Done::said(format!("{given}\n"))
            } else {
                Done::failed(2, format!("ls: cannot access '{given}': No such file or directory"))
            };
        };
        let time = clock::seconds(self.place.pod.created).replace('T', " ");
        let time = time.get(..16).unwrap_or_default();
        let line = |name: &&str| {
            if !long {
                return format!("{name}\n");
            }
            let inner = self.path(&format!("{path}/{name}"));
            let (mode, size) = match self.file(&inner) {
                Some(text) => ("-rw-r--r--", text.len()),
                None if inner == "/app/server" => ("-rwxr-xr-x", 18_874_368),
                None => ("drwxr-xr-x", 4096),
            };
            format!("{mode}    1 root     root     {size:>9} {time} {name}\n")
        };
        Done::said(names.iter().map(line).collect::<String>())
    }

    pub fn cat(&self, rest: &[&str]) -> Done {
        let mut done = Done::default();
        for given in rest {
            let path = self.path(given);
            if let Some(text) = self.file(&path) {
                done.out += &text;
                continue;
            }
            let why = if self.entries(&path).is_some() { "Is a directory" } else { "No such file or directory" };
            done.err += &format!("cat: {given}: {why}\n");
            done.code = 1;
        }
        done
    }

    pub fn cd(&mut self, given: &str) -> Done {
        let path = self.path(given);
        if self.entries(&path).is_none() {
            return Done::failed(2, format!("sh: cd: can't cd to {given}: No such file or directory"));
        }
        self.directory = path;
        Done::default()
    }
}
