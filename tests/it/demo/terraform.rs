//! The provider inside the estate, driven by the real Terraform: what is applied is seen by boto3, kubectl and the console, what happens
//! beside Terraform is what it reads, and what is asked to go wrong does.
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Estate, until};

const PROVIDER: &str = r#"
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "us-east-1"
  default_tags { tags = { "quarterdeck:estate" = "trial" } }
}
"#;

/// A folder with a configuration, and what one `terraform` after the other says of it.
pub struct Folder<'a> {
    pub estate: &'a Estate,
    pub path: PathBuf,
}

/// How a run of Terraform ended: its status, and its events.
pub struct Run {
    code: i32,
    events: Vec<Value>,
    said: String,
}

impl Run {
    pub fn well(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.said);
        self
    }

    /// The messages of the events of a type.
    fn told(&self, kind: &str) -> Vec<&str> {
        let meant = self.events.iter().filter(|event| event["type"] == kind);
        meant.map(|event| event["@message"].as_str().expect("a message")).collect()
    }

    /// Addresses and what is planned for them.
    pub fn planned(&self) -> BTreeMap<String, String> {
        let meant = self.events.iter().filter(|event| event["type"] == "planned_change");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        meant
            .map(|event| (text(&event["change"]["resource"]["addr"]), text(&event["change"]["action"])))
            .filter(|(_, action)| action != "noop")
            .collect()
    }
}

impl<'a> Folder<'a> {
    fn of(estate: &'a Estate, name: &str, body: &str) -> Self {
        let path = estate.cache.join(name);
        fs::create_dir_all(&path).expect("a folder can be made");
        let folder = Self { estate, path };
        folder.write(body);
        folder.run(&["init", "-input=false"]).well();
        folder
    }

    fn write(&self, body: &str) {
        fs::write(self.path.join("main.tf"), format!("{PROVIDER}{body}")).expect("it can be written");
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command.args(words).current_dir(&self.path).stdin(Stdio::null()).envs(&self.estate.variables);
        command.envs([("CHECKPOINT_DISABLE", "1"), ("TF_CLI_CONFIG_FILE", "/dev/null"), ("TF_IN_AUTOMATION", "1")]);
        command
    }

    pub fn run(&self, words: &[&str]) -> Run {
        let output = self.command(words).output().expect("terraform is there");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let events = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Run { code: output.status.code().unwrap_or(-1), events, said }
    }

    fn apply(&self) -> Run {
        self.run(&["apply", "-json", "-auto-approve"])
    }

    fn plan(&self) -> Run {
        self.run(&["plan", "-json"]).well()
    }
}

/// What boto3 is told in a region: `ec2 describe_vpcs {…}`.
pub fn boto3(estate: &Estate, service: &str, operation: &str, params: &Value) -> Value {
    const SCRIPT: &str = "import boto3, json, sys\n\
        service, operation, params = sys.argv[1:]\n\
        told = getattr(boto3.client(service, region_name='us-east-1'), operation)(**json.loads(params))\n\
        print(json.dumps(told, default=str))";
    let cache = std::env::var("XDG_CACHE_HOME").map_or_else(|_| home().join(".cache"), PathBuf::from);
    let python = cache.join("quarterdeck/lab/venv-moto/bin/python");
    let mut command = Command::new(python);
    command.args(["-c", SCRIPT, service, operation, &params.to_string()]).envs(&estate.variables);
    let output = command.output().expect("the lab's Python is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

fn home() -> PathBuf {
    PathBuf::from(std::env::var_os("HOME").expect("there is a home"))
}

pub fn rows(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What the console lists.
pub fn listed(estate: &Estate, words: &[&str]) -> Vec<Value> {
    let (code, said) = estate.pointed(&[&["list"], words, &["--json"]].concat()).run();
    assert_eq!(code, 0, "{said}");
    rows(&serde_json::from_str::<Value>(&said).expect("it is JSON")["rows"]).to_vec()
}

fn journal(estate: &Estate) -> Vec<Value> {
    let text = fs::read_to_string(estate.cache.join("quarterdeck/demo/terraform.jsonl")).expect("there is a journal");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

const NETWORK: &str = r#"
resource "aws_vpc" "one" {
  cidr_block = "10.9.0.0/16"
  tags       = { Name = "one", "quarterdeck:vpc" = "app" }
}
resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.one.id
  availability_zone = "us-east-1a"
  cidr_block        = "10.9.1.0/24"
}
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.one.id
}
resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
"#;

#[test]
fn what_is_applied_is_seen_by_all_and_gone_when_it_is_destroyed() {
    let estate = Estate::serve(&["--empty"]);
    assert_eq!(listed(&estate, &["vpc"]), [] as [Value; 0]);
    let folder = Folder::of(&estate, "one", NETWORK);
    folder.apply().well();
    let vpcs = boto3(&estate, "ec2", "describe_vpcs", &json!({}));
    let vpc = &vpcs["Vpcs"][0];
    assert_eq!(vpc["CidrBlock"], "10.9.0.0/16", "{vpcs}");
    let tags: BTreeMap<&str, &str> = rows(&vpc["Tags"])
        .iter()
        .map(|tag| (tag["Key"].as_str().expect("a text"), tag["Value"].as_str().expect("a text")))
        .collect();
    assert_eq!(tags["quarterdeck:estate"], "trial", "the provider's default tags are there");
    let console = listed(&estate, &["vpc"]);
    assert_eq!((console.len(), &console[0]["id"]), (1, &vpc["VpcId"]));
    assert_eq!(folder.plan().planned(), BTreeMap::new(), "a plan after the apply is empty");
    let made: Vec<Value> = journal(&estate).into_iter().filter(|line| line["what"] == "create").collect();
    assert_eq!(made.len(), 4, "{made:?}");
    folder.run(&["destroy", "-json", "-auto-approve"]).well();
    assert_eq!(boto3(&estate, "ec2", "describe_vpcs", &json!({}))["Vpcs"], json!([]));
    assert_eq!(boto3(&estate, "ec2", "describe_security_groups", &json!({}))["SecurityGroups"], json!([]));
    assert_eq!(estate.control("GET", "terraform", &Value::Null)["objects"], 0);
}

#[test]
fn what_is_changed_beside_terraform_is_drift_and_what_the_world_mends_is_none() {
    let estate = Estate::serve(&["--empty"]);
    let group = r#"
resource "aws_launch_template" "bastion" {
  name          = "bastion"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  vpc_security_group_ids = [aws_security_group.web.id]
}
resource "aws_autoscaling_group" "bastion" {
  name                = "bastion"
  min_size            = 1
  max_size            = 1
  vpc_zone_identifier = [aws_subnet.a.id]
  launch_template {
    id      = aws_launch_template.bastion.id
    version = aws_launch_template.bastion.latest_version
  }
  tag {
    key                 = "quarterdeck:role"
    value               = "bastion"
    propagate_at_launch = true
  }
}
"#;
    let folder = Folder::of(&estate, "one", &format!("{NETWORK}{group}"));
    folder.apply().well();
    let bastions = || {
        let params = json!({"Filters": [{"Name": "instance-state-name", "Values": ["pending", "running"]}]});
        let told = boto3(&estate, "ec2", "describe_instances", &params);
        let all: Vec<Value> =
            rows(&told["Reservations"]).iter().flat_map(|one| rows(&one["Instances"]).to_vec()).collect();
        all
    };
    until("the group starts its host", || bastions().len() == 1);
    let bastion = bastions().remove(0);
    assert_eq!((&bastion["InstanceType"], &bastion["ImageId"]), (&json!("t3.micro"), &json!("ami-0123456789abcdef0")));
    boto3(&estate, "ec2", "terminate_instances", &json!({"InstanceIds": [bastion["InstanceId"]]}));
    assert_eq!(folder.plan().planned(), BTreeMap::new(), "a host of a group is the group's affair");

    let rules = boto3(&estate, "ec2", "describe_security_group_rules", &json!({}));
    let rule = &rules["SecurityGroupRules"][0];
    let gone = json!({"GroupId": rule["GroupId"], "SecurityGroupRuleIds": [rule["SecurityGroupRuleId"]]});
    boto3(&estate, "ec2", "revoke_security_group_ingress", &gone);
    let vpc = boto3(&estate, "ec2", "describe_vpcs", &json!({}))["Vpcs"][0]["VpcId"].clone();
    boto3(&estate, "ec2", "create_tags", &json!({"Resources": [vpc], "Tags": [{"Key": "who", "Value": "me"}]}));
    let plan = folder.plan();
    assert_eq!(plan.told("resource_drift").len(), 2, "{}", plan.said);
    let wanted = [("aws_vpc.one", "update"), ("aws_vpc_security_group_ingress_rule.https", "create")];
    assert_eq!(plan.planned(), wanted.map(|(address, action)| (address.to_owned(), action.to_owned())).into());
    folder.apply().well();
    assert_eq!(folder.plan().planned(), BTreeMap::new());
}

#[test]
fn another_value_replaces_what_aws_cannot_change() {
    let estate = Estate::serve(&["--empty"]);
    let folder = Folder::of(&estate, "one", NETWORK);
    folder.apply().well();
    folder.write(&NETWORK.replace("10.9.1.0/24", "10.9.2.0/24").replace("Name = \"one\"", "Name = \"other\""));
    let planned = folder.plan().planned();
    let wanted = [("aws_subnet.a", "replace"), ("aws_vpc.one", "update")];
    assert_eq!(planned, wanted.map(|(address, action)| (address.to_owned(), action.to_owned())).into());
    folder.apply().well();
    let subnets = boto3(&estate, "ec2", "describe_subnets", &json!({}));
    assert_eq!((rows(&subnets["Subnets"]).len(), &subnets["Subnets"][0]["CidrBlock"]), (1, &json!("10.9.2.0/24")));
    // a network that does not lie in its VPC is refused as EC2 refuses it
    folder.write(&NETWORK.replace("10.9.1.0/24", "10.8.0.0/24"));
    let refused = folder.apply();
    assert!(refused.code == 1 && refused.said.contains("InvalidSubnet.Range"), "{}", refused.said);
}

#[test]
fn an_apply_fails_where_it_is_asked_to_and_is_finished_by_the_next() {
    let estate = Estate::serve(&["--empty"]);
    let folder = Folder::of(&estate, "one", NETWORK);
    let fault =
        json!({"type": "aws_subnet", "what": {"kind": "fail", "code": "SubnetLimitExceeded", "message": "no more"}});
    estate.control("POST", "terraform/faults", &fault);
    let failed = folder.apply();
    assert!(failed.code == 1 && failed.said.contains("SubnetLimitExceeded"), "{}", failed.said);
    assert_eq!(boto3(&estate, "ec2", "describe_subnets", &json!({}))["Subnets"], json!([]));
    estate.control("DELETE", "terraform/faults", &Value::Null);
    assert_eq!(folder.plan().planned(), [("aws_subnet.a".to_owned(), "create".to_owned())].into());
    folder.apply().well();
    // somebody removes it beside Terraform, and somebody changes another
    estate.control("POST", "terraform/faults", &json!({"type": "aws_subnet", "what": {"kind": "vanish"}}));
    let drift = json!({"name": "web", "what": {"kind": "drift", "attribute": "description", "value": "changed"}});
    estate.control("POST", "terraform/faults", &drift);
    let plan = folder.plan();
    assert_eq!(plan.told("resource_drift").len(), 2, "{}", plan.said);
    assert_eq!(plan.planned()["aws_subnet.a"], "create");
    assert_eq!(boto3(&estate, "ec2", "describe_subnets", &json!({}))["Subnets"], json!([]));
}

/// Starts an apply and comes back when the line is said.
fn until_said(folder: &Folder<'_>, line: &str) -> (std::process::Child, BufReader<std::process::ChildStdout>) {
    let mut child = folder
        .command(&["apply", "-json", "-auto-approve"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("terraform is there");
    let mut lines = BufReader::new(child.stdout.take().expect("it was asked for"));
    let mut said = String::new();
    while !said.contains(line) {
        said.clear();
        assert!(lines.read_line(&mut said).expect("it can be read") > 0, "it ended without `{line}`");
    }
    (child, lines)
}

#[test]
fn what_an_apply_left_that_was_killed_is_found_by_its_id_and_taken_over() {
    let estate = Estate::serve(&["--empty"]);
    let folder = Folder::of(&estate, "one", NETWORK);
    estate.control("POST", "terraform/faults", &json!({"type": "aws_subnet", "what": {"kind": "hang"}}));
    let (mut child, _lines) = until_said(&folder, "aws_subnet.a: Creating");
    let subnets = || boto3(&estate, "ec2", "describe_subnets", &json!({}))["Subnets"].clone();
    until("the subnet stands", || rows(&subnets()).len() == 1);
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    estate.control("DELETE", "terraform/faults", &Value::Null);
    let id = subnets()[0]["SubnetId"].as_str().expect("a text").to_owned();
    let taken = folder.run(&["import", "-input=false", "-no-color", "aws_subnet.a", &id]);
    assert_eq!(taken.code, 0, "{}", taken.said);
    assert!(!folder.plan().planned().contains_key("aws_subnet.a"), "it is as it is wanted");
    let none = folder.run(&["import", "-input=false", "-no-color", "aws_security_group.web", "sg-0123456789abcdef0"]);
    assert!(none.code == 1 && none.said.contains("non-existent remote object"), "{}", none.said);
}

#[test]
fn who_says_stop_is_heard_unless_that_is_asked_to_be_ignored() {
    let estate = Estate::serve(&["--empty"]);
    let interrupt = |child: &std::process::Child| {
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill is there").success());
    };
    let folder = Folder::of(&estate, "one", NETWORK);
    let slow = json!({"type": "aws_subnet", "what": {"kind": "slow", "ms": 600_000}});
    estate.control("POST", "terraform/faults", &slow);
    let (mut child, _lines) = until_said(&folder, "aws_subnet.a: Creating");
    interrupt(&child);
    let begun = Instant::now();
    assert!(!child.wait().expect("it ended").success() && begun.elapsed() < Duration::from_secs(60));
    // what was under way stands, and is tainted because nobody knows whether it is whole
    assert_eq!(folder.plan().planned()["aws_subnet.a"], "replace");

    estate.control("DELETE", "terraform/faults", &Value::Null);
    let slow = json!({"type": "aws_subnet", "what": {"kind": "slow", "ms": 3_000}});
    estate.control("POST", "terraform/faults", &slow);
    estate.control("POST", "terraform/faults", &json!({"what": {"kind": "ignore-stop"}}));
    let (mut child, _lines) = until_said(&folder, "aws_subnet.a: Creating");
    interrupt(&child);
    child.wait().expect("it ended");
    assert!(!folder.plan().planned().contains_key("aws_subnet.a"), "it was finished all the same");
}

#[test]
fn two_hundred_and_fifty_objects_take_seconds() {
    let estate = Estate::serve(&["--empty"]);
    let many = r#"
resource "aws_vpc" "one" {
  cidr_block = "10.9.0.0/16"
}
resource "aws_subnet" "many" {
  count             = 120
  vpc_id            = aws_vpc.one.id
  availability_zone = "us-east-1${element(["a", "b", "c"], count.index)}"
  cidr_block        = cidrsubnet(aws_vpc.one.cidr_block, 8, count.index)
}
resource "aws_ssm_parameter" "many" {
  count          = 130
  name           = "/trial/${count.index}"
  type           = "String"
  insecure_value = "value ${count.index}"
}
"#;
    let folder = Folder::of(&estate, "many", many);
    let begun = Instant::now();
    let applied = folder.apply().well();
    let took = begun.elapsed();
    assert_eq!(applied.told("apply_complete").len(), 251);
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert_eq!(rows(&boto3(&estate, "ec2", "describe_subnets", &json!({}))["Subnets"]).len(), 120);
}
