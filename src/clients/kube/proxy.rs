//! Which proxy a request to an API server goes through: `HTTPS_PROXY` unless `NO_PROXY` excepts the server. The kube crate reads
//! both, but compares `NO_PROXY` with the proxy's own name instead of the server's.
use std::net::IpAddr;

/// The proxy from the environment for a server of this name; `variable` looks an environment variable up.
pub(super) fn for_host(host: &str, port: u16, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let either = |name: &str| variable(name).or_else(|| variable(&name.to_ascii_lowercase())).filter(|v| !v.is_empty());
    let proxy = either("HTTPS_PROXY")?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // as Go has it: what is on this machine is never asked for through a proxy
    if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
        return None;
    }
    let excepted = either("NO_PROXY").is_some_and(|list| list.split(',').any(|rule| excepts(rule.trim(), host, port)));
    let proxy = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
    (!excepted).then_some(proxy)
}

/// Whether one entry of `NO_PROXY` means this server: `*`, an address, a range of addresses, or a name with all below it.
fn excepts(rule: &str, host: &str, port: u16) -> bool {
    if rule == "*" {
        return true;
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        return match rule.split_once('/') {
            Some((network, bits)) => match (network.parse(), bits.parse()) {
                (Ok(network), Ok(bits)) => within(ip, network, bits),
                _ => false,
            },
            None => rule.parse() == Ok(ip) || rule == format!("{host}:{port}"),
        };
    }
    let name = match rule.rsplit_once(':') {
        Some((name, only)) if only.parse() == Ok(port) => name,
        Some(_) => return false,
        None => rule,
    };
    let name = name.trim_start_matches("*.").trim_start_matches('.').to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    !name.is_empty() && (host == name || host.strip_suffix(&name).is_some_and(|rest| rest.ends_with('.')))
}

fn within(ip: IpAddr, network: IpAddr, bits: u32) -> bool {
    let shifted = |ip: u128, width: u32| if bits == 0 { Some(0) } else { ip.checked_shr(width.checked_sub(bits)?) };
    match (ip, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            bits <= 32 && shifted(a.to_bits().into(), 32) == shifted(b.to_bits().into(), 32)
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => bits <= 128 && shifted(a.to_bits(), 128) == shifted(b.to_bits(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(host: &str, except: &str) -> bool {
        let variable = |name: &str| match name {
            "https_proxy" => Some("proxy.corp:3128".to_owned()),
            "NO_PROXY" => Some(except.to_owned()),
            _ => None,
        };
        for_host(host, 443, variable).is_some()
    }

    #[test]
    fn a_server_named_in_no_proxy_is_asked_directly() {
        assert!(!through("abc.gr7.eu-west-1.eks.amazonaws.com", "10.0.0.0/8, .eks.amazonaws.com"));
        assert!(!through("abc.eks.amazonaws.com", "EKS.amazonaws.com:443"));
        assert!(through("abc.eks.amazonaws.com", "eks.amazonaws.com:8443"));
        assert!(through("noteks.amazonaws.com", "eks.amazonaws.com"));
        assert!(!through("abc.eks.amazonaws.com", "*"));
        assert!(through("abc.eks.amazonaws.com", ""));
    }

    #[test]
    fn addresses_are_compared_by_range() {
        assert!(!through("10.1.2.3", "10.0.0.0/8"));
        assert!(through("11.1.2.3", "10.0.0.0/8"));
        assert!(through("10.1.2.3", "10.0.0.0/33"));
        assert!(!through("fd00::1", "fd00::/16"));
        assert!(!through("10.1.2.3", "0.0.0.0/0"));
    }

    #[test]
    fn this_machine_is_never_behind_a_proxy() {
        assert!(!through("127.0.0.1", ""));
        assert!(!through("localhost", ""));
        assert!(!through("[::1]", ""));
    }

    #[test]
    fn a_proxy_without_a_scheme_speaks_http() {
        let variable = |name: &str| (name == "HTTPS_PROXY").then(|| "proxy.corp:3128".to_owned());
        assert_eq!(for_host("a.example", 443, variable).as_deref(), Some("http://proxy.corp:3128"));
    }
}
