//! Instance types: those that the estate uses, and their neighbours.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply},
    listing::{Listing, list},
};

pub struct Shape {
    pub name: &'static str,
    pub cpus: u32,
    memory_mib: u32,
    pub ebs_optimized: bool,
    burstable: bool,
    /// Interfaces, and addresses on each.
    interfaces: (u32, u32),
    network: &'static str,
    clock_ghz: f64,
}

const fn shape(
    name: &'static str,
    cpus: u32,
    gib: u32,
    interfaces: (u32, u32),
    network: &'static str,
    clock_ghz: f64,
) -> Shape {
    let burstable = name.as_bytes()[0] == b't';
    Shape { name, cpus, memory_mib: gib * 1024, ebs_optimized: !burstable, burstable, interfaces, network, clock_ghz }
}

const SHAPES: [Shape; 8] = [
    shape("t3.small", 2, 2, (3, 4), "Up to 5 Gigabit", 2.5),
    shape("t3.medium", 2, 4, (3, 6), "Up to 5 Gigabit", 2.5),
    shape("t3.large", 2, 8, (3, 12), "Up to 5 Gigabit", 2.5),
    shape("m6i.large", 2, 8, (3, 10), "Up to 12.5 Gigabit", 3.5),
    shape("m6i.xlarge", 4, 16, (4, 15), "Up to 12.5 Gigabit", 3.5),
    shape("m6i.2xlarge", 8, 32, (4, 15), "Up to 12.5 Gigabit", 3.5),
    shape("m6i.4xlarge", 16, 64, (8, 30), "Up to 12.5 Gigabit", 3.5),
    shape("c6i.2xlarge", 8, 16, (4, 15), "Up to 12.5 Gigabit", 3.5),
];

#[must_use]
pub fn of(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.name == name)
}

pub fn types(call: &Call<'_>) -> Result<Reply, Fail> {
    let wished = call.texts("InstanceType");
    let unknown: Vec<&str> = wished.iter().map(String::as_str).filter(|wish| of(wish).is_none()).collect();
    if !unknown.is_empty() {
        let message = format!("The following supplied instance types do not exist: [{}]", unknown.join(", "));
        return Err(Fail::bad("InvalidInstanceType", message));
    }
    let rows = SHAPES.iter().filter(|shape| wished.is_empty() || wished.iter().any(|wish| wish == shape.name)).map(row);
    let filters = &[
        ("bare-metal", "bareMetal"),
        ("burstable-performance-supported", "burstablePerformanceSupported"),
        ("current-generation", "currentGeneration"),
        ("hypervisor", "hypervisor"),
        ("instance-type", "instanceType"),
        ("memory-info.size-in-mib", "memoryInfo.sizeInMiB"),
        ("processor-info.supported-architecture", "processorInfo.supportedArchitectures"),
        ("vcpu-info.default-cores", "vCpuInfo.defaultCores"),
        ("vcpu-info.default-vcpus", "vCpuInfo.defaultVCpus"),
    ];
    let listing = Listing { set: "instanceTypeSet", ids: None, filters, page: (5, 100) };
    list(call, &listing, rows.collect())
}

fn row(shape: &Shape) -> Value {
    json!({
        "instanceType": shape.name,
        "currentGeneration": true,
        "freeTierEligible": false,
        "supportedUsageClasses": ["on-demand", "spot"],
        "supportedRootDeviceTypes": ["ebs"],
        "supportedVirtualizationTypes": ["hvm"],
        "bareMetal": false,
        "hypervisor": "nitro",
        "processorInfo": {
            "supportedArchitectures": ["x86_64"],
            "sustainedClockSpeedInGhz": shape.clock_ghz,
            "manufacturer": "Intel",
        },
        "vCpuInfo": {
            "defaultVCpus": shape.cpus,
            "defaultCores": shape.cpus / 2,
            "defaultThreadsPerCore": 2,
            "validThreadsPerCore": [1, 2],
        },
        "memoryInfo": { "sizeInMiB": shape.memory_mib },
        "instanceStorageSupported": false,
        "ebsInfo": {
            "ebsOptimizedSupport": "default",
            "encryptionSupport": "supported",
            "nvmeSupport": "required",
        },
        "networkInfo": {
            "networkPerformance": shape.network,
            "maximumNetworkInterfaces": shape.interfaces.0,
            "maximumNetworkCards": 1,
            "defaultNetworkCardIndex": 0,
            "networkCards": [{
                "networkCardIndex": 0,
                "networkPerformance": shape.network,
                "maximumNetworkInterfaces": shape.interfaces.0,
            }],
            "ipv4AddressesPerInterface": shape.interfaces.1,
            "ipv6AddressesPerInterface": shape.interfaces.1,
            "ipv6Supported": true,
            "enaSupport": "required",
            "efaSupported": false,
            "encryptionInTransitSupported": !shape.burstable,
        },
        "placementGroupInfo": { "supportedStrategies": ["partition", "spread"] },
        "hibernationSupported": true,
        "burstablePerformanceSupported": shape.burstable,
        "dedicatedHostsSupported": true,
        "autoRecoverySupported": true,
        "supportedBootModes": ["legacy-bios", "uefi"],
        "nitroEnclavesSupport": if shape.burstable { "unsupported" } else { "supported" },
        "nitroTpmSupport": "supported",
        "nitroTpmInfo": { "supportedVersions": ["2.0"] },
    })
}
