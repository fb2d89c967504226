//! Validating: the few mistakes that the real provider finds without asking AWS, and that people make.
use std::net::Ipv4Addr;

use super::{
    proto::{Complaints, Diagnostic, OfConfig, Path, read},
    session::error,
    value::{Fields, Told, Value},
};

pub fn resource(asked: &OfConfig) -> Complaints {
    let said = match read(asked.config.as_ref()) {
        Ok(Value::Map(config)) => complaints(&asked.kind, &config),
        Ok(_) => vec![],
        Err(why) => vec![error("The configuration cannot be read", why)],
    };
    Complaints { diagnostics: said }
}

fn at(attribute: &str, summary: &str, detail: String) -> Diagnostic {
    Diagnostic { attribute: Some(Path::to(attribute)), ..error(summary, detail) }
}

fn complaints(kind: &str, config: &Fields) -> Vec<Diagnostic> {
    let mut said = vec![];
    let sizes = if matches!(kind, "aws_vpc" | "aws_subnet") { 16..=28 } else { 0..=32 };
    for name in ["cidr_block", "destination_cidr_block", "cidr_ipv4", "client_cidr_block", "target_network_cidr"] {
        let Some(text) = config.value(name).text() else { continue };
        match block(text) {
            None => said.push(at(
                name,
                "invalid CIDR block",
                format!("expected {name} to be the address of a network, got: {text}"),
            )),
            Some(prefix) if !sizes.contains(&prefix) => {
                let detail =
                    format!("expected {name} to be between /{} and /{}, got: {text}", sizes.start(), sizes.end());
                said.push(at(name, "invalid size of a network", detail));
            }
            Some(_) => {}
        }
    }
    for name in ["name", "bucket"] {
        let prefix = format!("{name}_prefix");
        if !config.value(name).is_null() && !config.value(&prefix).is_null() {
            said.push(at(name, "Conflicting configuration arguments", format!("{name:?}: conflicts with {prefix}")));
        }
    }
    said
}

/// The prefix of a network that is written as one: no bit of a host is set.
fn block(text: &str) -> Option<u32> {
    let (base, prefix) = text.split_once('/')?;
    let (base, prefix) = (base.parse::<Ipv4Addr>().ok()?, prefix.parse::<u32>().ok().filter(|prefix| *prefix <= 32)?);
    let host = u32::MAX.checked_shr(prefix).unwrap_or(0);
    (base.to_bits() & host == 0).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: &str, pairs: &[(&str, &str)]) -> usize {
        complaints(kind, &pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect()).len()
    }

    #[test]
    fn mistakes_are_found_before_a_plan() {
        assert_eq!(said("aws_vpc", &[("cidr_block", "10.0.0.0/16")]), 0);
        assert_eq!(said("aws_vpc", &[("cidr_block", "10.0.0.1/16")]), 1);
        assert_eq!(said("aws_vpc", &[("cidr_block", "10.0.0.0/8")]), 1);
        assert_eq!(said("aws_route", &[("destination_cidr_block", "0.0.0.0/0")]), 0);
        assert_eq!(said("aws_iam_role", &[("name", "a"), ("name_prefix", "b")]), 1);
    }
}
