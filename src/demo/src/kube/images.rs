//! Pulling images: what the account's registry has comes after a while, what it has not never does.
use std::sync::Arc;

use super::{
    Cluster, Pod,
    containers::container_path,
    events::{About, By, Tale},
    pod::State,
    queue::{Act, PodRef, Step},
};
use crate::{
    clock::{MINUTE, SECOND},
    rng,
};

impl Cluster {
    fn exists(&self, image: &str) -> bool {
        let Some(path) = image.strip_prefix(self.plan.registry.as_str()).and_then(|path| path.strip_prefix('/')) else {
            return true;
        };
        let bare = path.rsplit('/').next().is_some_and(|name| !name.contains(':'));
        let wanted = if bare { format!("{path}:latest") } else { path.to_owned() };
        self.plan.images.contains(&wanted)
    }

    /// Pulls what a pod's containers need; how long that takes. What fails is left to be tried again.
    pub(super) fn pull_all(&mut self, pod: &Arc<Pod>, node: &Arc<str>) -> i64 {
        let mut takes = 0;
        for at in 0..pod.template.containers.len() {
            match self.pull(pod, node, at) {
                Some(time) => takes += time,
                None => self.pull_failed(pod, at, 1),
            }
        }
        takes
    }

    fn pull(&mut self, pod: &Pod, node: &Arc<str>, at: usize) -> Option<i64> {
        let spec = pod.template.containers[at].clone();
        let (about, path) = (About::pod(pod), container_path(&spec));
        let image = &spec.image;
        let present = self.hosts.get(node).is_some_and(|host| host.images.contains(image));
        if present && !spec.always_pulls {
            self.tell_present(pod, at);
            return Some(0);
        }
        let message = format!("Pulling image \"{image}\"");
        self.tell(&about, Tale { path: &path, ..Tale::normal(By::Kubelet(node), "Pulling", &message) });
        if !self.exists(image) {
            return None;
        }
        let size = size(image);
        let takes = if present { 180 } else { 600 + size / 60_000 + (pod.uid % 700) as i64 };
        let time = format!("{}.{:03}s", takes / 1000, takes % 1000);
        let message = format!(
            "Successfully pulled image \"{image}\" in {time} ({time} including waiting). Image size: {size} bytes."
        );
        self.tell(&about, Tale { path: &path, ..Tale::normal(By::Kubelet(node), "Pulled", &message) });
        if let Some(host) = self.hosts.get_mut(node) {
            host.images.insert(image.clone());
        }
        Some(takes)
    }

    pub(super) fn tell_present(&mut self, pod: &Pod, at: usize) {
        let spec = pod.template.containers[at].clone();
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        let message = format!("Container image \"{}\" already present on machine", spec.image);
        let path = container_path(&spec);
        self.tell(&About::pod(pod), Tale { path: &path, ..Tale::normal(By::Kubelet(&node), "Pulled", &message) });
    }

    fn pull_failed(&mut self, pod: &Arc<Pod>, at: usize, tries: u32) {
        let Some(pod) = self.store.pod(&pod.namespace, &pod.name).cloned() else { return };
        let spec = pod.template.containers[at].clone();
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        let (about, path) = (About::pod(&pod), container_path(&spec));
        let message = not_found(&spec.image);
        let failed = format!("Failed to pull image \"{}\": {message}", spec.image);
        for text in [failed.as_str(), "Error: ErrImagePull"] {
            self.tell(&about, Tale { path: &path, ..Tale::warning(By::Kubelet(&node), "Failed", text) });
        }
        let mut next = Pod::clone(&pod);
        next.containers[at].state = State::Waiting { reason: "ErrImagePull", message: Some(message.into()) };
        let pod = self.put_pod(next);
        let wait = ((10 * SECOND) << (tries - 1).min(5)).min(5 * MINUTE);
        self.queue.at(self.now + 1_100, Step::Kubelet(PodRef::of(&pod), Act::PullWait(at)));
        self.queue.at(self.now + wait + 1_500, Step::Kubelet(PodRef::of(&pod), Act::Pull(at, tries)));
    }

    pub(super) fn pull_wait(&mut self, pod: &Arc<Pod>, at: usize) {
        if !matches!(pod.containers[at].state, State::Waiting { reason: "ErrImagePull", .. }) {
            return;
        }
        let spec = pod.template.containers[at].clone();
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        let (about, path) = (About::pod(pod), container_path(&spec));
        let wait = format!("Back-off pulling image \"{}\"", spec.image);
        self.tell(&about, Tale { path: &path, ..Tale::normal(By::Kubelet(&node), "BackOff", &wait) });
        let tale = Tale { path: &path, ..Tale::warning(By::Kubelet(&node), "Failed", "Error: ImagePullBackOff") };
        self.tell(&about, tale);
        let mut next = Pod::clone(pod);
        let message = format!("{wait}: ErrImagePull: {}", not_found(&spec.image));
        next.containers[at].state = State::Waiting { reason: "ImagePullBackOff", message: Some(message.into()) };
        self.put_pod(next);
    }

    pub(super) fn pull_again(&mut self, pod: &Arc<Pod>, at: usize, tries: u32) {
        let waits =
            matches!(pod.containers[at].state, State::Waiting { reason: "ErrImagePull" | "ImagePullBackOff", .. });
        let Some(node) = pod.node.as_ref().map(|placed| placed.node.clone()).filter(|_| waits) else { return };
        let Some(takes) = self.pull(pod, &node, at) else { return self.pull_failed(pod, at, tries + 1) };
        let mut next = Pod::clone(pod);
        next.containers[at].state = State::default();
        let pod = self.put_pod(next);
        self.queue.at(self.now + takes + 300, Step::Kubelet(PodRef::of(&pod), Act::Start));
    }

    /// The registry has another image from now on; pods that wait for it find it at their next try.
    pub fn set_images(&mut self, images: Arc<Vec<String>>) {
        self.plan.images = images;
    }
}

/// In bytes, as it is pulled.
#[must_use]
pub fn size(image: &str) -> i64 {
    // releases of one program are about as big
    let repository =
        image.split(['@']).next().unwrap_or(image).rsplit_once(':').map_or(image, |(repository, _)| repository);
    let own = (rng::hash(1, image) % 900_000).cast_signed();
    18_000_000 + (rng::hash(0, repository) % 120_000_000).cast_signed() + own
}

fn not_found(image: &str) -> String {
    format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: \
         not found"
    )
}
