//! The provider as Terraform asks it, without Terraform.
use std::sync::Arc;

use bytes::Bytes;
use prost::Message;

use super::{
    Stand,
    proto::{Applied, ApplyAsked, DataTold, Dynamic, OfConfig, PlanAsked, Planned, ReadAsked, ReadTold, read},
    schema,
    session::Session,
    value::{Fields, Told, Value},
};
use crate::{
    clock::Clock,
    estate::{Estate, Keys},
    world::World,
};

const NOW: i64 = 1_780_000_000_000;

/// An empty estate, and a provider whose region is us-east-1 and whose objects are tagged `owner = platform`.
struct Trial {
    estate: Arc<Estate>,
    session: Session,
}

impl Trial {
    fn begin(token: &str) -> Self {
        let keys =
            Keys { access: String::new(), secret: String::new(), session: String::new(), token: token.to_owned() };
        let estate = Arc::new(Estate::new(World::empty(1, NOW), Clock::new(NOW, 1.0), keys));
        let folder = std::env::temp_dir().join(format!("quarterdeck-terraform-{}-{token}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let stand = Stand::new(estate.clone(), &folder, |_| {}).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let trial = Self { estate, session: Session::new(Arc::new(stand)) };
        let mut config = schema::all().unwrap().provider.block.empty();
        config.insert("region".to_owned(), "us-east-1".into());
        let tags = Value::Map(Fields::from([("tags".to_owned(), Value::texts([("owner", "platform")]))]));
        config.insert("default_tags".to_owned(), Value::List(vec![tags]));
        let asked = OfConfig { kind: String::new(), config: Some(Dynamic::of(&Value::Map(config))) };
        let complaints: super::proto::Complaints = trial.ask("ConfigureProvider", &asked);
        assert_eq!(complaints.diagnostics, []);
        trial
    }

    fn ask<A: Message + Default>(&self, what: &str, asked: &impl Message) -> A {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let path = format!("/tfplugin6.Provider/{what}");
        let told = runtime.block_on(self.session.call(path, Bytes::from(asked.encode_to_vec()))).unwrap();
        A::decode(told.as_slice()).unwrap()
    }

    fn plan(&self, kind: &str, prior: &Value, proposed: &Value) -> Planned {
        let (prior, proposed) = (Some(Dynamic::of(prior)), Some(Dynamic::of(proposed)));
        let asked = PlanAsked { kind: kind.to_owned(), prior, proposed, config: None, private: vec![] };
        self.ask("PlanResourceChange", &asked)
    }

    /// Plans and applies; the state and the object's key.
    fn make(&self, kind: &str, said: &[(&str, Value)]) -> (Value, Vec<u8>) {
        let planned = self.plan(kind, &Value::Null, &wanted(kind, said));
        let prior = Some(Dynamic::of(&Value::Null));
        let asked = ApplyAsked { kind: kind.to_owned(), prior, planned: planned.state, private: vec![] };
        let applied: Applied = self.ask("ApplyResourceChange", &asked);
        assert_eq!(applied.diagnostics, []);
        (read(applied.state.as_ref()).unwrap(), applied.private)
    }

    fn look(&self, kind: &str, state: &Value, key: &[u8]) -> Value {
        let asked = ReadAsked { kind: kind.to_owned(), state: Some(Dynamic::of(state)), private: key.to_vec() };
        read(self.ask::<ReadTold>("ReadResource", &asked).state.as_ref()).unwrap()
    }
}

/// An object of a type of which this is said and nothing else.
fn wanted(kind: &str, said: &[(&str, Value)]) -> Value {
    let mut fields = schema::all().unwrap().resources[kind].block.empty();
    fields.extend(said.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Map(fields)
}

fn vpc(tags: &[(&str, &str)]) -> Vec<(&'static str, Value)> {
    vec![("cidr_block", "10.9.0.0/16".into()), ("tags", Value::texts(tags.iter().copied()))]
}

#[test]
fn a_plan_knows_tags_region_and_defaults_and_not_the_id() {
    let trial = Trial::begin("plan");
    let planned = trial.plan("aws_vpc", &Value::Null, &wanted("aws_vpc", &vpc(&[("owner", "me"), ("Name", "one")])));
    let state = read(planned.state.as_ref()).unwrap();
    assert_eq!(state.at(&["tags_all"]), &Value::texts([("Name", "one"), ("owner", "me")]), "the object's own win");
    assert_eq!((state.at(&["id"]), state.at(&["arn"])), (&Value::Unknown, &Value::Unknown));
    assert_eq!(state.at(&["region"]).text(), Some("us-east-1"));
    assert_eq!(state.at(&["enable_dns_support"]), &Value::Bool(true));
}

#[test]
fn an_update_keeps_what_aws_gave_and_replaces_where_it_must() {
    let trial = Trial::begin("update");
    let (state, _) = trial.make("aws_vpc", &vpc(&[("Name", "one")]));
    assert!(state.is_known());
    let with = |name: &str, value: Value| {
        let mut fields = state.fields().unwrap().clone();
        fields.insert(name.to_owned(), value);
        Value::Map(fields)
    };
    let renamed = trial.plan("aws_vpc", &state, &with("tags", Value::texts([("Name", "two")])));
    let after = read(renamed.state.as_ref()).unwrap();
    assert_eq!((renamed.replaces.len(), after.at(&["id"])), (0, state.at(&["id"])));
    assert_eq!(after.at(&["tags_all", "Name"]).text(), Some("two"));
    let moved = trial.plan("aws_vpc", &state, &with("cidr_block", "10.10.0.0/16".into()));
    let names: Vec<_> = moved.replaces.iter().map(|path| path.steps[0].name.clone().unwrap()).collect();
    assert_eq!(names, ["cidr_block"]);
    assert!(trial.plan("aws_vpc", &state, &state).replaces.is_empty(), "nothing wants to change");
}

#[test]
fn what_the_world_has_is_what_is_read() {
    let trial = Trial::begin("read");
    let (state, key) = trial.make("aws_vpc", &vpc(&[("Name", "one")]));
    let id = state.at(&["id"]).text().unwrap().to_owned();
    assert_eq!(trial.look("aws_vpc", &state, &key), state);
    trial.estate.change(|world| {
        let vpc = world.regions[0].vpcs.iter_mut().find(|vpc| vpc.id == id).unwrap();
        vpc.tags.set("who", "somebody");
    });
    let seen = trial.look("aws_vpc", &state, &key);
    assert_eq!(
        seen.at(&["tags"]),
        &Value::texts([("Name", "one"), ("who", "somebody")]),
        "the default tags are none of its own"
    );
    trial.estate.change(|world| world.regions[0].vpcs.clear());
    assert_eq!(trial.look("aws_vpc", &state, &key), Value::Null);
}

#[test]
fn a_state_of_another_start_finds_nothing_here() {
    let (state, key) = Trial::begin("first").make("aws_vpc", &vpc(&[]));
    assert_eq!(Trial::begin("second").look("aws_vpc", &state, &key), Value::Null);
}

#[test]
fn a_vpc_is_not_removed_while_something_stands_in_it() {
    let trial = Trial::begin("remove");
    let (state, key) = trial.make("aws_vpc", &vpc(&[]));
    let id = state.at(&["id"]).clone();
    let place = [("vpc_id", id), ("cidr_block", "10.9.1.0/24".into()), ("availability_zone", "us-east-1b".into())];
    trial.make("aws_subnet", &place);
    let (prior, planned) = (Some(Dynamic::of(&state)), Some(Dynamic::of(&Value::Null)));
    let asked = ApplyAsked { kind: "aws_vpc".to_owned(), prior, planned, private: key };
    let applied: Applied = trial.ask("ApplyResourceChange", &asked);
    assert!(applied.diagnostics[0].detail.contains("DependencyViolation"), "{applied:?}");
    assert_eq!(read(applied.state.as_ref()), Ok(state), "Terraform keeps it");
}

#[test]
fn what_is_tainted_is_removed_without_its_private_data() {
    let trial = Trial::begin("tainted");
    let (state, key) = trial.make("aws_vpc", &vpc(&[]));
    let (prior, planned) = (Some(Dynamic::of(&state)), Some(Dynamic::of(&Value::Null)));
    let asked = ApplyAsked { kind: "aws_vpc".to_owned(), prior, planned, private: vec![] };
    let applied: Applied = trial.ask("ApplyResourceChange", &asked);
    assert_eq!(applied.diagnostics, []);
    assert_eq!(trial.look("aws_vpc", &state, &key), Value::Null);
    assert!(trial.estate.look(|world| world.regions[0].vpcs.is_empty()));
}

#[test]
fn a_second_transit_gateway_is_kept_for_terraform_and_said_not_to_be_shown() {
    let trial = Trial::begin("second-gateway");
    trial.make("aws_ec2_transit_gateway", &[]);
    let planned = trial.plan("aws_ec2_transit_gateway", &Value::Null, &wanted("aws_ec2_transit_gateway", &[]));
    let prior = Some(Dynamic::of(&Value::Null));
    let asked =
        ApplyAsked { kind: "aws_ec2_transit_gateway".to_owned(), prior, planned: planned.state, private: vec![] };
    let applied: Applied = trial.ask("ApplyResourceChange", &asked);
    assert_eq!(applied.diagnostics.iter().map(|one| one.severity).collect::<Vec<_>>(), [2], "a warning");
    let state = read(applied.state.as_ref()).unwrap();
    assert_eq!(trial.look("aws_ec2_transit_gateway", &state, &applied.private), state);
}

#[test]
fn one_stack_finds_the_parameter_that_another_wrote_and_no_other() {
    let trial = Trial::begin("parameter");
    let said = [("name", "/shop/network".into()), ("type", "String".into()), ("insecure_value", "told".into())];
    trial.make("aws_ssm_parameter", &said);
    let ask = |name: &str, region: Value| {
        let mut config = schema::all().unwrap().data["aws_ssm_parameter"].block.empty();
        config.extend([("name".to_owned(), name.into()), ("region".to_owned(), region)]);
        let asked = OfConfig { kind: "aws_ssm_parameter".to_owned(), config: Some(Dynamic::of(&Value::Map(config))) };
        trial.ask::<DataTold>("ReadDataSource", &asked)
    };
    let found = read(ask("/shop/network", Value::Null).state.as_ref()).unwrap();
    assert_eq!(found.fields().unwrap().text("insecure_value"), "told");
    assert!(
        ask("/shop/network", "us-west-2".into()).diagnostics[0]
            .detail
            .contains("no parameter /shop/network in us-west-2")
    );
    assert!(ask("/aws/service/ami-amazon-linux-latest/x", Value::Null).diagnostics.is_empty(), "AWS's own are there");
}
