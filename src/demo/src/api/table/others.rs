//! The rows of nodes, networks, storage, settings and events.
use serde_json::{Value, json};

use super::{Row, human};
use crate::kube::{field, resource::Kind};

pub fn cells(kind: Kind, row: &Row<'_>) -> Vec<Value> {
    if kind == Kind::Event {
        return event(row);
    }
    let mut cells = vec![row.name()];
    let size = |pointer: &str| row.value.pointer(pointer).and_then(Value::as_object).map_or(0, serde_json::Map::len);
    match kind {
        Kind::Namespace => cells.extend([json!(row.text("/status/phase")), row.age()]),
        Kind::Node => node(row, &mut cells),
        Kind::Service => service(row, &mut cells),
        Kind::Endpoints => cells.extend([json!(endpoints(row)), row.age()]),
        Kind::ConfigMap => cells.extend([json!(size("/data") + size("/binaryData")), row.age()]),
        Kind::Secret => cells.extend([json!(row.text("/type")), json!(size("/data")), row.age()]),
        Kind::PersistentVolume => volume(row, &mut cells),
        Kind::PersistentVolumeClaim => claim(row, &mut cells),
        Kind::EndpointSlice => {
            let ports = field::list(row.value, "/ports").iter();
            let port = |port: &Value| field::int(port, "/port").map_or("*".to_owned(), |port| port.to_string());
            let addresses = field::list(row.value, "/endpoints").iter().flat_map(|e| field::list(e, "/addresses"));
            let addresses = addresses.filter_map(|address| Some(address.as_str()?.to_owned())).collect::<Vec<_>>();
            cells.push(json!(row.text("/addressType")));
            cells.push(json!(unset(human::some(&ports.map(port).collect::<Vec<_>>()))));
            cells.extend([json!(unset(human::some(&addresses))), row.age()]);
        }
        Kind::Lease => cells.extend([json!(row.text("/spec/holderIdentity")), row.age()]),
        Kind::StorageClass => storage_class(row, &mut cells),
        Kind::ServiceAccount => cells.extend([json!(field::list(row.value, "/secrets").len()), row.age()]),
        _ => cells.push(row.age()),
    }
    cells
}

/// Slices say `<unset>` where endpoints say `<none>`.
fn unset(text: String) -> String {
    if text == "<none>" { "<unset>".to_owned() } else { text }
}

fn node(row: &Row<'_>, cells: &mut Vec<Value>) {
    let conditions = field::list(row.value, "/status/conditions");
    let ready = conditions.iter().find(|condition| condition["type"] == "Ready");
    let mut status = match ready.map(|condition| condition["status"] == "True") {
        Some(true) => "Ready".to_owned(),
        Some(false) => "NotReady".to_owned(),
        None => "Unknown".to_owned(),
    };
    if row.value.pointer("/spec/unschedulable").and_then(Value::as_bool) == Some(true) {
        status.push_str(",SchedulingDisabled");
    }
    let labels = field::labels(row.value, "/metadata/labels");
    let roles = labels.iter().filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
        Some(role) if !role.is_empty() => Some(role),
        _ if key == "kubernetes.io/role" && !value.is_empty() => Some(value),
        _ => None,
    });
    let roles = roles.collect::<Vec<_>>().join(",");
    let address = |kind: &str| {
        let found = field::list(row.value, "/status/addresses").iter().find(|address| address["type"] == kind);
        found.map_or("<none>", |address| field::text(address, "/address"))
    };
    let info = |key: &str| row.or(key, "<unknown>");
    let mut kernel = info("/status/nodeInfo/kernelVersion").to_owned();
    let architecture = row.text("/status/nodeInfo/architecture");
    if !architecture.is_empty() {
        kernel.push_str(&format!(" ({architecture})"));
    }
    cells.extend([json!(status), json!(if roles.is_empty() { "<none>" } else { &roles }), row.age()]);
    cells.push(json!(row.text("/status/nodeInfo/kubeletVersion")));
    cells.extend([json!(address("InternalIP")), json!(address("ExternalIP")), json!(info("/status/nodeInfo/osImage"))]);
    cells.extend([json!(kernel), json!(info("/status/nodeInfo/containerRuntimeVersion"))]);
}

fn service(row: &Row<'_>, cells: &mut Vec<Value>) {
    let kind = row.text("/spec/type");
    let port = |port: &Value| {
        let (number, protocol) = (field::int(port, "/port").unwrap_or(0), field::text(port, "/protocol"));
        match field::int(port, "/nodePort").unwrap_or(0) {
            0 => format!("{number}/{protocol}"),
            node => format!("{number}:{node}/{protocol}"),
        }
    };
    let ports = field::list(row.value, "/spec/ports").iter().map(port).collect::<Vec<_>>().join(",");
    let mut external: Vec<&str> =
        field::list(row.value, "/spec/externalIPs").iter().filter_map(Value::as_str).collect();
    if kind == "LoadBalancer" {
        let ingress = field::list(row.value, "/status/loadBalancer/ingress");
        let mut told: Vec<&str> = ingress
            .iter()
            .map(|at| Some(field::text(at, "/ip")).filter(|ip| !ip.is_empty()).unwrap_or(field::text(at, "/hostname")))
            .collect();
        told.sort_unstable();
        external.splice(0..0, told);
    }
    let external = match (kind, external.join(",")) {
        ("ExternalName", _) => row.text("/spec/externalName").to_owned(),
        ("LoadBalancer", none) if none.is_empty() => "<pending>".to_owned(),
        (_, none) if none.is_empty() => "<none>".to_owned(),
        (_, some) => some,
    };
    let cluster = row.or("/spec/clusterIPs/0", "<none>");
    let ports = if ports.is_empty() { "<none>" } else { &ports };
    cells.extend([json!(kind), json!(cluster), json!(external), json!(ports), row.age()]);
    cells.push(json!(human::labels(row.value, "/spec/selector")));
}

fn endpoints(row: &Row<'_>) -> String {
    let mut all = vec![];
    for subset in field::list(row.value, "/subsets") {
        let addresses = field::list(subset, "/addresses");
        let ports = field::list(subset, "/ports");
        let ip = |address: &Value| field::text(address, "/ip").to_owned();
        if ports.is_empty() {
            all.extend(addresses.iter().map(ip));
        }
        for port in ports {
            let port = field::int(port, "/port").unwrap_or(0);
            all.extend(addresses.iter().map(|address| format!("{}:{port}", ip(address))));
        }
    }
    human::some(&all)
}

fn modes(row: &Row<'_>, pointer: &str) -> String {
    let short = |mode: &Value| match mode.as_str().unwrap_or_default() {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        _ => "RWOP",
    };
    field::list(row.value, pointer).iter().map(short).collect::<Vec<_>>().join(",")
}

fn volume(row: &Row<'_>, cells: &mut Vec<Value>) {
    let claim = match row.text("/spec/claimRef/name") {
        "" => String::new(),
        name => format!("{}/{name}", row.text("/spec/claimRef/namespace")),
    };
    let phase = if row.terminating() { "Terminating" } else { row.text("/status/phase") };
    cells.extend([json!(row.text("/spec/capacity/storage")), json!(modes(row, "/spec/accessModes"))]);
    cells.extend([json!(row.text("/spec/persistentVolumeReclaimPolicy")), json!(phase), json!(claim)]);
    cells.push(json!(row.text("/spec/storageClassName")));
    cells.push(json!(row.or("/spec/volumeAttributesClassName", "<unset>")));
    cells.extend([json!(row.text("/status/reason")), row.age(), json!(row.or("/spec/volumeMode", "<unset>"))]);
}

fn claim(row: &Row<'_>, cells: &mut Vec<Value>) {
    let phase = if row.terminating() { "Terminating" } else { row.text("/status/phase") };
    let bound = !row.text("/spec/volumeName").is_empty();
    let capacity = if bound { row.text("/status/capacity/storage") } else { "" };
    let modes = if bound { modes(row, "/status/accessModes") } else { String::new() };
    cells.extend([json!(phase), json!(row.text("/spec/volumeName")), json!(capacity), json!(modes)]);
    cells.push(json!(row.text("/spec/storageClassName")));
    cells.push(json!(row.or("/spec/volumeAttributesClassName", "<unset>")));
    cells.extend([row.age(), json!(row.or("/spec/volumeMode", "<unset>"))]);
}

fn storage_class(row: &Row<'_>, cells: &mut Vec<Value>) {
    let default = row.value.pointer("/metadata/annotations/storageclass.kubernetes.io~1is-default-class");
    if default.is_some_and(|value| value == "true") {
        cells[0] = json!(format!("{} (default)", row.text("/metadata/name")));
    }
    let expands = row.value.pointer("/allowVolumeExpansion").and_then(Value::as_bool).unwrap_or(false);
    cells.extend([json!(row.text("/provisioner")), json!(row.or("/reclaimPolicy", "Delete"))]);
    cells.extend([json!(row.or("/volumeBindingMode", "Immediate")), json!(expands), row.age()]);
}

fn event(row: &Row<'_>) -> Vec<Value> {
    let first_of = |pointers: &[&str]| {
        let at = pointers.iter().find_map(|pointer| field::time(row.value, pointer));
        at.map_or_else(|| "<unknown>".to_owned(), |at| human::duration(row.now - at))
    };
    let first = first_of(&["/firstTimestamp", "/eventTime"]);
    let last = first_of(&["/series/lastObservedTime", "/lastTimestamp", "/firstTimestamp", "/eventTime"]);
    let count = field::int(row.value, "/series/count").or_else(|| field::int(row.value, "/count")).unwrap_or(0).max(1);
    let kind = row.text("/involvedObject/kind").to_lowercase();
    let target = match row.text("/involvedObject/name") {
        "" => kind,
        name => format!("{kind}/{name}"),
    };
    let either = |one: &'static str, other: &'static str| {
        Some(row.text(one)).filter(|it| !it.is_empty()).unwrap_or(row.text(other))
    };
    let component = either("/source/component", "/reportingComponent");
    let source = match either("/source/host", "/reportingInstance") {
        "" => component.to_owned(),
        host => format!("{component}, {host}"),
    };
    vec![
        json!(last),
        json!(row.text("/type")),
        json!(row.text("/reason")),
        json!(target),
        json!(row.text("/involvedObject/fieldPath")),
        json!(source),
        json!(row.text("/message").trim()),
        json!(first),
        json!(count),
        json!(row.text("/metadata/name")),
    ]
}
