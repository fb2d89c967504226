//! What sources are called: short where they are drawn, whole where they are copied.
use std::{collections::HashMap, sync::Arc};

use crate::{
    log::{Source, SourceNo, Target, TargetNo, store::query::Names as Words},
    model::task::TaskId,
    text,
};

#[derive(Clone, Debug)]
pub struct Named {
    /// `web-7d9f8-x2x4z/app`.
    pub short: Arc<str>,
    pub source: Source,
}

/// Every reading numbers from nought; on the screen sources and targets of all readings have numbers of their own.
#[derive(Clone, Debug, Default)]
pub struct Names {
    sources: Vec<Named>,
    targets: Vec<Target>,
    own_sources: HashMap<(TaskId, SourceNo), SourceNo>,
    own_targets: HashMap<(TaskId, TargetNo), TargetNo>,
    /// By which words a query finds a source.
    words: Words,
    widest: usize,
}

impl Names {
    /// Learns of a target; tells its number here.
    pub fn target(&mut self, task: TaskId, no: TargetNo, target: Target) -> TargetNo {
        let own = TargetNo(u32::try_from(self.targets.len()).unwrap_or(u32::MAX));
        self.targets.push(target);
        self.own_targets.insert((task, no), own);
        own
    }

    pub fn source(&mut self, task: TaskId, no: SourceNo, source: Source) {
        let target = self.own_target(task, source.target);
        let source = Source { target, ..source };
        let title = self.targets.get(target.0 as usize).map(title).unwrap_or_default();
        let short =
            self.targets.get(target.0 as usize).map_or_else(|| source.part.to_string(), |of| label(of, &source.part));
        self.widest = self.widest.max(text::width(&text::clean(&short)));
        let own = SourceNo(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.words.set(own, &format!("{title} {short} {}", source.part));
        self.sources.push(Named { short: short.into(), source });
        self.own_sources.insert((task, no), own);
    }

    #[must_use]
    pub fn own_target(&self, task: TaskId, no: TargetNo) -> TargetNo {
        self.own_targets.get(&(task, no)).copied().unwrap_or_default()
    }

    #[must_use]
    pub fn own_source(&self, task: TaskId, no: SourceNo) -> SourceNo {
        self.own_sources.get(&(task, no)).copied().unwrap_or_default()
    }

    #[must_use]
    pub fn of(&self, no: SourceNo) -> Option<&Named> {
        self.sources.get(no.0 as usize)
    }

    #[must_use]
    pub fn target_of(&self, no: SourceNo) -> Option<&Target> {
        self.targets.get(self.of(no)?.source.target.0 as usize)
    }

    #[must_use]
    pub fn named(&self, no: TargetNo) -> Option<&Target> {
        self.targets.get(no.0 as usize)
    }

    #[must_use]
    pub const fn words(&self) -> &Words {
        &self.words
    }

    /// How many sources have spoken.
    #[must_use]
    pub fn count(&self) -> usize {
        self.sources.len()
    }

    /// Columns of the widest short name.
    #[must_use]
    pub const fn widest(&self) -> usize {
        self.widest
    }

    pub fn all(&self) -> impl Iterator<Item = &Named> {
        self.sources.iter()
    }
}

/// A target as the list of sources names it.
#[must_use]
pub fn title(target: &Target) -> String {
    match target {
        Target::Group { group, .. } => group.to_string(),
        Target::Container { namespace, pod, container, .. } => format!("{namespace}/{pod}/{container}"),
        Target::File { path } => path.to_string(),
    }
}

/// What stands before a line.
fn label(target: &Target, part: &str) -> String {
    match target {
        Target::Container { pod, container, .. } => format!("{pod}/{container}"),
        Target::File { path } => path.rsplit('/').next().unwrap_or(path).to_owned(),
        Target::Group { .. } => stream(part),
    }
}

/// A stream by what it holds. Fluent Bit names those of containers after node, tag and file:
/// `NODE-application.var.log.containers.POD_NAMESPACE_CONTAINER-ID`.
fn stream(name: &str) -> String {
    let file = name.split_once(".var.log.containers.").map_or(name, |(_, file)| file);
    let mut parts = file.splitn(3, '_');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(pod), Some(_), Some(rest)) if file.len() < name.len() || looks_like_an_id(rest) => {
            let container = rest.rsplit_once('-').map_or(rest, |(container, _)| container);
            format!("{pod}/{container}")
        }
        _ => name.to_owned(),
    }
}

/// Whether it ends with a container's id.
fn looks_like_an_id(text: &str) -> bool {
    let id = text.trim_end_matches(".log").rsplit_once('-').map_or("", |(_, id)| id);
    id.len() >= 32 && id.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_s_stream_is_called_after_its_pod() {
        let id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let fluent_bit =
            format!("ip-10-0-1-2.ec2.internal-application.var.log.containers.web-7d9f8-x2x4z_shop_app-{id}.log");
        assert_eq!(stream(&fluent_bit), "web-7d9f8-x2x4z/app");
        assert_eq!(stream(&format!("web-7d9f8-x2x4z_shop_app-{id}")), "web-7d9f8-x2x4z/app");
        assert_eq!(stream("kube-apiserver-audit-0a1b"), "kube-apiserver-audit-0a1b");
        assert_eq!(stream("2026/11/24/[$LATEST]_a_b"), "2026/11/24/[$LATEST]_a_b");
    }
}
