//! An account that holds more than the estate: a tag on the VPCs says what belongs to it.
use std::collections::BTreeSet;

use super::lab::{Folder, Run, Said, told, word};

/// Where the lab has tenants beside its estate, all in VPCs that carry no tag of it.
const REGION: &str = "us-east-1";

fn list(folder: &Folder, kind: &str) -> Said {
    Run::new(&["--config", &folder.path("config.toml"), "list", kind, "--json", "--region", REGION]).said()
}

/// What the estate named so shows of a kind.
fn shown(name: &str, kind: &str) -> Vec<String> {
    let text = format!("[estates.{name}]\nenvironment = 'test'\ntags.estate = 'quarterdeck:estate'\n");
    let folder = Folder::with(&format!("estate-{name}-{kind}"), &[("config.toml", &text)]);
    let said = list(&folder, kind);
    assert_eq!((said.code, said.errors().len()), (0, 0), "{said:?}");
    said.ids(REGION)
}

/// The kind's rows that boto3 finds in these VPCs.
fn in_them(kind: &str, vpcs: &BTreeSet<String>) -> Vec<String> {
    told(kind, REGION).into_iter().filter(|(_, row)| vpcs.contains(&word(&row["vpc"]))).map(|(id, _)| id).collect()
}

#[test]
fn a_tag_narrows_the_estate_to_its_vpcs_and_what_is_in_them() {
    let all = told("vpc", REGION);
    // the security, load-balancer and app VPC, as their other tag says; tenants and the region's default VPC have none
    let own: BTreeSet<String> =
        all.iter().filter(|(_, row)| !row["role"].is_null()).map(|(id, _)| id.clone()).collect();
    assert!(own.len() >= 3 && own.len() < all.len(), "{all:?}");
    assert_eq!(shown("shop", "vpc"), own.iter().cloned().collect::<Vec<_>>());
    for kind in ["subnet", "security-group", "target-group", "cluster"] {
        let theirs = in_them(kind, &own);
        assert!(!theirs.is_empty(), "{kind}");
        assert_eq!(shown("shop", kind), theirs, "{kind}");
    }
    assert!(in_them("subnet", &own).len() < told("subnet", REGION).len(), "tenants have subnets");
    for kind in ["instance", "asg", "nodegroup"] {
        assert_eq!(shown("shop", kind), told(kind, REGION).into_keys().collect::<Vec<_>>(), "tenants have no {kind}");
    }
}

#[test]
fn an_estate_that_nothing_is_tagged_for_is_empty_but_for_what_is_in_no_vpc() {
    for kind in
        ["vpc", "subnet", "instance", "security-group", "load-balancer", "target-group", "asg", "cluster", "nodegroup"]
    {
        assert_eq!(shown("another", kind), Vec::<String>::new(), "{kind}");
    }
    assert_eq!(shown("another", "log-group"), told("log-group", REGION).into_keys().collect::<Vec<_>>());
}

#[test]
fn without_the_tag_in_the_settings_an_estate_is_all_that_is_there() {
    let folder = Folder::with("estate-whole", &[("config.toml", "[estates.shop]\nenvironment = 'test'\n")]);
    assert_eq!(list(&folder, "vpc").ids(REGION), told("vpc", REGION).into_keys().collect::<Vec<_>>());
}
