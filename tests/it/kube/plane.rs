//! A control plane of a test's own, to break.
use std::{
    io::Write,
    path::PathBuf,
    process::Command,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::json;

use super::{apply, kubectl, lab, ran};

/// How many run at once: each takes most of a gigabyte.
static FREE: Mutex<u8> = Mutex::new(2);
static FREED: Condvar = Condvar::new();

/// Ends with the test, also one that failed.
pub struct Plane {
    script: String,
    dir: PathBuf,
}

impl Plane {
    /// The control plane with some nodes, and nothing on them.
    pub fn new(nodes: u8) -> Self {
        let plane = Self::reserved("quarterdeck-plane");
        plane.run(&["up"], &[&nodes.to_string()]);
        plane
    }

    /// A lab's Kubernetes at rest with so many rows.
    pub fn loaded(nodes: u32, pods: u32) -> Self {
        let plane = Self::reserved("quarterdeck-load");
        plane.run(&["up"], &["0"]);
        plane.run(&["load"], &[&nodes.to_string(), &pods.to_string()]);
        plane
    }

    fn reserved(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let script = lab("QD_LAB_PLANE");
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = FREED.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        let name = format!("{name}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self { script, dir: std::env::temp_dir().join(name) }
    }

    fn run(&self, verb: &[&str], rest: &[&str]) {
        let (well, said) = self.tried(verb, rest);
        assert!(well, "{verb:?} {rest:?}: {said}");
    }

    fn tried(&self, verb: &[&str], rest: &[&str]) -> (bool, String) {
        ran(Command::new(&self.script).args(verb).arg(&self.dir).args(rest), "")
    }

    pub fn kubeconfig(&self) -> String {
        self.dir.join("kubeconfig").display().to_string()
    }

    /// A file of the lab's own.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub fn kubectl(&self, words: &str) -> String {
        kubectl(&self.kubeconfig(), words)
    }

    /// Whether `kubectl` gets what it asks for, and what it says.
    pub fn asked(&self, words: &str) -> (bool, String) {
        ran(Command::new("kubectl").args(["--kubeconfig", &self.kubeconfig()]).args(words.split(' ')), "")
    }

    pub fn runs(&self, part: &str) -> bool {
        let pid = std::fs::read_to_string(self.dir.join("pid").join(part)).unwrap_or_default();
        self.dir.exists() && std::path::Path::new("/proc").join(pid.trim()).join("stat").exists() && !pid.is_empty()
    }

    /// A pod that needs no node.
    pub fn pod(&self, name: &str) {
        apply(&self.kubeconfig(), &pod(name));
    }

    pub fn stop(&self, part: &str) {
        self.run(&["stop"], &[part]);
    }

    pub fn start(&self, part: &str) {
        self.run(&["start"], &[part]);
    }

    pub fn freeze(&self, part: &str) {
        self.run(&["freeze"], &[part]);
    }

    pub fn thaw(&self, part: &str) {
        self.run(&["thaw"], &[part]);
    }

    /// Forgets the versions that were before.
    pub fn compact(&self) {
        self.run(&["compact"], &[]);
    }

    /// All that the cluster knew is gone, as after a restored backup of an empty one.
    pub fn forget(&self) {
        self.stop("apiserver");
        self.stop("etcd");
        std::fs::remove_dir_all(self.dir.join("etcd")).expect("it can be removed");
        self.start("etcd");
        self.start("apiserver");
        self.ready();
    }

    /// Waits until the API server answers again.
    pub fn ready(&self) {
        let begun = std::time::Instant::now();
        loop {
            let (well, said) = self.asked("get --raw /readyz --request-timeout=10s");
            if well {
                return;
            }
            assert!(begun.elapsed() < super::PATIENCE, "the API server is not ready: {said}");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        let (well, said) = self.tried(&["down"], &[]);
        if well {
            let _left = std::fs::remove_dir_all(&self.dir);
        } else {
            // a panic here would hide the test's own; nobody to tell if stderr is closed
            let _closed = writeln!(std::io::stderr(), "{}: {said}", self.dir.display());
        }
        *FREE.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        FREED.notify_one();
    }
}

/// A pod that no scheduler looks at: it waits, and nobody but the test touches it.
pub fn pod(name: &str) -> serde_json::Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default"},
        "spec": {"schedulerName": "nobody", "containers": [{"name": "app", "image": "shop/web:1"}]},
    })
}
