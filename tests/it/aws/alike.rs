//! Every kind in three regions, row by row and field by field, beside what boto3 says.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    fields::{Field, How, KINDS, Shape},
    lab::{REGIONS, Run, oracle, told, word},
};

/// A cell of ours in the form that the oracle's value is brought into.
fn ours(cell: &Value, how: &How) -> Value {
    match (how, cell) {
        (How::Moment, Value::String(at)) => {
            at.parse::<jiff::Timestamp>().map_or(Value::Null, |at| at.as_second().into())
        }
        (How::List, Value::String(names)) => {
            let mut names: Vec<&str> = names.split(',').collect();
            names.sort_unstable();
            names.into()
        }
        _ => cell.clone(),
    }
}

/// What the oracle says our cell must be.
fn theirs(row: &Value, field: &Field) -> Value {
    let value = &row[field.theirs[0]];
    match (&field.how, value) {
        (How::Made(cell), _) => cell(row),
        // a list without names is nothing to show
        (How::List, Value::Array(names)) if names.is_empty() => Value::Null,
        (How::List, Value::Array(names)) => {
            let mut names: Vec<String> = names.iter().map(word).collect();
            names.sort();
            names.into()
        }
        _ => value.clone(),
    }
}

fn differences(shape: &Shape, region: &str, id: &str, told: &Value, cells: &Value) -> Vec<String> {
    let differ = |field: &&Field| theirs(told, field) != ours(&cells[field.ours], &field.how);
    let line = |field: &Field| {
        let (theirs, ours) = (theirs(told, field), &cells[field.ours]);
        format!("{} {id} in {region}: {} is {ours}, and should be {theirs}", shape.kind, field.ours)
    };
    shape.fields.iter().filter(differ).map(line).collect()
}

fn names<'a>(rows: impl Iterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    rows.flat_map(|row| row.as_object().expect("a row is an object").keys()).map(String::as_str).collect()
}

/// Each field of either side is compared, or it is said why not.
fn all_is_compared(shape: &Shape, told: &[Value], cells: &[Value]) {
    let theirs = names(told.iter());
    let used: BTreeSet<&str> = shape.fields.iter().flat_map(|field| field.theirs).copied().collect();
    assert_eq!(theirs, used, "{}: the oracle's fields (left) and those compared (right)", shape.kind);
    let compared = shape.fields.iter().map(|field| field.ours);
    let known: BTreeSet<&str> = compared.chain(shape.alone.iter().map(|(name, _)| *name)).collect();
    assert_eq!(names(cells.iter()), known, "{}: our cells (left) and those known here (right)", shape.kind);
    assert!(shape.alone.iter().all(|(_, why)| !why.is_empty()));
}

fn by_id(rows: &[Value], region: &str) -> BTreeMap<String, Value> {
    let here = rows.iter().filter(|row| row["scope"]["region"] == region);
    let by_id: BTreeMap<String, Value> = here.clone().map(|row| (word(&row["id"]), row["cells"].clone())).collect();
    assert_eq!(by_id.len(), here.count(), "an id is there twice");
    by_id
}

fn alike(kind: &str) {
    let said = Run::list(kind, &REGIONS).said();
    assert_eq!((said.code, said.errors().len()), (0, 0), "{said:?}");
    let (shape, all_told, all_cells) = compare(kind, &said.rows(), &REGIONS, |region| told(kind, region));
    all_is_compared(shape, &all_told, &all_cells);
}

/// What we list of a kind in these regions, all of it, beside what the oracle tells of each.
pub fn compare(
    kind: &str,
    said: &[Value],
    regions: &[&str],
    told: impl Fn(&str) -> BTreeMap<String, Value>,
) -> (&'static Shape, Vec<Value>, Vec<Value>) {
    let shape = KINDS.iter().find(|shape| shape.kind == kind).expect("its fields are known here");
    let mut wrong = vec![];
    let (mut all_told, mut all_cells) = (vec![], vec![]);
    for region in regions {
        let (told, rows) = (told(region), by_id(said, region));
        assert!(!told.is_empty(), "there is none of {kind} in {region}");
        assert_eq!(
            told.keys().collect::<Vec<_>>(),
            rows.keys().collect::<Vec<_>>(),
            "{kind} in {region}, boto3's left"
        );
        for (id, told) in &told {
            wrong.extend(differences(shape, region, id, told, &rows[id]));
        }
        all_told.extend(told.into_values());
        all_cells.extend(rows.into_values());
    }
    assert_eq!(said.len(), all_told.len(), "there is no row of any other region");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    (shape, all_told, all_cells)
}

macro_rules! alike {
    ($($name:ident: $kind:literal;)+) => {
        $(#[test]
        fn $name() {
            alike($kind);
        })+

        #[test]
        fn no_kind_that_the_oracle_knows_is_left_out() {
            let tested: BTreeSet<&str> = [$($kind),+].into();
            let known = oracle()[REGIONS[0]].as_object().expect("it is an object").keys().map(String::as_str).collect();
            assert_eq!(tested, known);
        }
    };
}

alike! {
    vpcs_are_as_boto3_says: "vpc";
    subnets_are_as_boto3_says: "subnet";
    instances_are_as_boto3_says: "instance";
    security_groups_are_as_boto3_says: "security-group";
    clusters_are_as_boto3_says: "cluster";
    nodegroups_are_as_boto3_says: "nodegroup";
    auto_scaling_groups_are_as_boto3_says: "asg";
    load_balancers_are_as_boto3_says: "load-balancer";
    target_groups_are_as_boto3_says: "target-group";
    log_groups_are_as_boto3_says: "log-group";
}

#[test]
fn regions_are_as_boto3_says() {
    let said = Run::new(&["list", "region", "--json"]).said();
    assert_eq!((said.code, said.errors().len()), (0, 0), "{said:?}");
    let told = oracle()["region"].as_object().expect("there are regions");
    let rows = said.rows();
    assert_eq!(rows.len(), told.len());
    for row in &rows {
        assert_eq!(row["cells"], told[&word(&row["id"])]);
    }
}

#[test]
fn the_account_is_who_boto3_says() {
    let said = Run::new(&["list", "account", "--json"]).said();
    assert_eq!(said.code, 0, "{said:?}");
    let rows = said.rows();
    assert_eq!(rows.len(), 1);
    let told = &oracle()["account"];
    assert_eq!((&rows[0]["cells"]["id"], &rows[0]["cells"]["arn"]), (&told["id"], &told["arn"]));
    assert_eq!(rows[0]["cells"]["credentials_until"], Value::Null, "static keys do not end");
}

#[test]
fn what_is_not_there_cannot_be_described_and_that_is_said() {
    let said = Run::new(&["describe", "vpc", "vpc-0", "-o", "json", "--region", "eu-west-1"]).said();
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
    assert!(said.err.contains("no vpc is called vpc-0"), "{said:?}");
}
