//! The machine behind a node: what it can take, what it holds, and whether it answers.
use std::{
    collections::{BTreeMap, HashSet},
    net::Ipv4Addr,
    sync::Arc,
};

use serde_json::Value;

use super::{
    field,
    plan::NodeSpec,
    pod::{Labels, Pod},
    quantity,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    pub key: String,
    pub value: String,
    pub effect: String,
}

#[derive(Debug)]
pub struct Host {
    pub name: Arc<str>,
    pub spec: NodeSpec,
    /// What pods can have of it: number, thousandths of a CPU, bytes.
    pub room: Load,
    pub used: Load,
    /// Images that need not be pulled again.
    pub images: HashSet<Arc<str>>,
    /// Since when its kubelet is silent.
    pub silent: Option<i64>,
    // what the Node object says
    pub cordoned: bool,
    pub taints: Vec<Taint>,
    pub labels: Labels,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    pub pods: i64,
    pub cpu: i64,
    pub memory: i64,
}

impl Load {
    #[must_use]
    pub fn of(pod: &Pod) -> Self {
        Self { pods: 1, cpu: pod.template.cpu, memory: pod.template.memory }
    }

    pub fn add(&mut self, other: Self, sign: i64) {
        self.pods += sign * other.pods;
        self.cpu += sign * other.cpu;
        self.memory += sign * other.memory;
    }
}

/// What a kind of instance has: CPUs, GiB, pods by its network interfaces, architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    pub cpus: i64,
    pub gib: i64,
    pub pods: i64,
    pub arch: &'static str,
}

impl Machine {
    #[must_use]
    pub fn of(instance_type: &str) -> Self {
        let (family, size) = instance_type.split_once('.').unwrap_or(("m5", "large"));
        let cpus = match size {
            "nano" | "micro" | "small" | "medium" | "large" => 2,
            "xlarge" => 4,
            _ => size.trim_end_matches("xlarge").parse::<i64>().map_or(2, |n| n * 4),
        };
        let gib = match (family.as_bytes().first(), size) {
            (_, "small") => 2,
            (_, "medium") => 4,
            (Some(b'c'), _) => cpus * 2,
            (Some(b'r'), _) => cpus * 8,
            _ => cpus * 4,
        };
        let pods = match size {
            "nano" | "micro" => 4,
            "small" => 11,
            "medium" => 17,
            "large" => 29,
            "xlarge" | "2xlarge" => 58,
            _ => 234,
        };
        let arm = family.bytes().skip_while(|byte| !byte.is_ascii_digit()).any(|byte| byte == b'g');
        Self { cpus, gib, pods, arch: if arm { "arm64" } else { "amd64" } }
    }
}

impl Host {
    #[must_use]
    pub fn of(spec: NodeSpec) -> Self {
        Self {
            name: spec.name.as_str().into(),
            spec,
            room: Load::default(),
            used: Load::default(),
            images: HashSet::new(),
            silent: None,
            cordoned: false,
            taints: vec![],
            labels: Labels::new(),
        }
    }

    /// Takes over what its Node object says.
    pub fn heed(&mut self, node: &Value) {
        self.cordoned = node.pointer("/spec/unschedulable").and_then(Value::as_bool).unwrap_or(false);
        let taint = |taint: &Value| Taint {
            key: field::text(taint, "/key").to_owned(),
            value: field::text(taint, "/value").to_owned(),
            effect: field::text(taint, "/effect").to_owned(),
        };
        self.taints = field::list(node, "/spec/taints").iter().map(taint).collect();
        self.labels = field::labels(node, "/metadata/labels");
        let amount = |key: &str| field::text(node, &format!("/status/allocatable/{key}"));
        self.room = Load {
            pods: quantity::bytes(amount("pods")).unwrap_or(0),
            cpu: quantity::milli(amount("cpu")).unwrap_or(0),
            memory: quantity::bytes(amount("memory")).unwrap_or(0),
        };
    }

    #[must_use]
    pub fn fits(&self, load: Load) -> bool {
        self.used.pods + load.pods <= self.room.pods
            && self.used.cpu + load.cpu <= self.room.cpu
            && self.used.memory + load.memory <= self.room.memory
    }
}

/// The addresses that pods have of the subnets of their zones.
#[derive(Debug, Default)]
pub struct Addresses {
    /// By the subnet's first address: where to look next, and what is taken.
    subnets: BTreeMap<Ipv4Addr, (u32, HashSet<u32>)>,
}

impl Addresses {
    /// A free address; the network's own and its broadcast address are left out, and AWS's first four.
    pub fn take(&mut self, (base, prefix): (Ipv4Addr, u8)) -> Ipv4Addr {
        let size = 1_u32 << (32 - u32::from(prefix.clamp(8, 28)));
        let (next, taken) = self.subnets.entry(base).or_insert((4, HashSet::new()));
        for _ in 0..size {
            *next = if *next + 2 >= size { 4 } else { *next + 1 };
            if taken.insert(*next) {
                break;
            }
        }
        Ipv4Addr::from(u32::from(base) + *next)
    }

    pub fn free(&mut self, (base, _): (Ipv4Addr, u8), address: Ipv4Addr) {
        if let Some((_, taken)) = self.subnets.get_mut(&base) {
            taken.remove(&(u32::from(address).wrapping_sub(u32::from(base))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instance_types_tell_what_they_have() {
        assert_eq!(Machine::of("m5.large"), Machine { cpus: 2, gib: 8, pods: 29, arch: "amd64" });
        assert_eq!(Machine::of("m7g.2xlarge"), Machine { cpus: 8, gib: 32, pods: 58, arch: "arm64" });
        assert_eq!(Machine::of("r6i.xlarge").gib, 32);
    }

    #[test]
    fn addresses_are_not_given_twice_until_they_are_free() {
        let subnet = (Ipv4Addr::new(10, 0, 64, 0), 28);
        let mut addresses = Addresses::default();
        let given: HashSet<Ipv4Addr> = (0..11).map(|_| addresses.take(subnet)).collect();
        assert_eq!(given.len(), 11);
        let one = Ipv4Addr::new(10, 0, 64, 9);
        addresses.free(subnet, one);
        assert_eq!(addresses.take(subnet), one);
    }
}
