mod properties;
mod stage;

use insta::assert_snapshot;
use stage::*;

use super::*;
use crate::{
    error::{Error, Trouble},
    kinds::{Kind, pod::Pod, rows::Step, vpc::Vpc},
    model::{
        Throttle,
        screen::{Question, Then},
        task::End,
        work::Work,
    },
    update::Msg,
};

/// A table of VPCs in two regions, in a given state.
fn vpcs(state: &str) -> Model {
    let mut model = start(Kind::Vpc);
    let west = key(Kind::Vpc, "shop-prod", "eu-west-1", "");
    let east = key(Kind::Vpc, "shop-prod", "us-east-1", "");
    let rows = || {
        let names = ["core-app", "lb", "security", "", "core-data", "sandbox-of-somebody-with-a-long-name"];
        names.iter().enumerate().map(|(n, name)| vpc(n, name, if n == 4 { "pending" } else { "available" })).collect()
    };
    match state {
        "loading" => answer(&mut model, &west, Step::<Vpc>::Page(rows())),
        "empty" => {
            end(&mut model, &west, End::Done);
            end(&mut model, &east, End::Done);
        }
        "partly failed" => {
            answer(&mut model, &west, Step::whole(rows()));
            end(&mut model, &west, End::Done);
            end(&mut model, &east, End::Failed(denied("us-east-1")));
        }
        "failed" => {
            for region in ["eu-west-1", "us-east-1"] {
                end(&mut model, &key(Kind::Vpc, "shop-prod", region, ""), End::Failed(denied(region)));
            }
        }
        "failed over rows" => {
            answer(&mut model, &west, Step::whole(rows()));
            answer(&mut model, &east, Step::whole(vec![vpc(9, "east", "available")]));
            say(&mut model, Msg::Now(NOW + 130));
            press(&mut model, "ctrl-r");
            end(&mut model, &west, End::Failed(denied("eu-west-1")));
            end(&mut model, &east, End::Failed(denied("us-east-1")));
        }
        "listing again" => {
            answer(&mut model, &west, Step::whole(rows()));
            answer(&mut model, &east, Step::<Vpc>::whole(vec![]));
            say(&mut model, Msg::Now(NOW + 330));
            press(&mut model, "ctrl-r");
        }
        _ => {
            answer(&mut model, &west, Step::whole(rows()));
            answer(&mut model, &east, Step::whole(vec![vpc(9, "east", "available")]));
            end(&mut model, &west, End::Done);
            end(&mut model, &east, End::Done);
        }
    }
    model
}

#[test]
fn a_table_of_several_regions() {
    for state in
        ["nothing yet", "loading", "empty", "ready", "partly failed", "failed", "failed over rows", "listing again"]
    {
        let mut model = if state == "nothing yet" { start(Kind::Vpc) } else { vpcs(state) };
        assert_snapshot!(format!("vpcs {state}").replace(' ', "_"), all_sizes(&mut model));
    }
}

fn lost(count: usize) -> Model {
    let mut model = pods(count);
    let feed = key(Kind::Pod, "", "", "staging");
    say(&mut model, Msg::Now(NOW + 5));
    let id = task(&model, &feed);
    say(&mut model, Msg::Lost(id, feed, unreachable()));
    say(&mut model, Msg::Now(NOW + 48));
    press(&mut model, "j");
    model
}

#[test]
fn a_table_of_pods() {
    assert_snapshot!("pods_loading", all_sizes(&mut cluster(Kind::Pod)));
    assert_snapshot!("pods_empty", all_sizes(&mut pods(0)));
    assert_snapshot!("pods_ready", all_sizes(&mut pods(1203)));
    assert_snapshot!("pods_stale", all_sizes(&mut lost(1203)));
    assert_snapshot!("pods_stale_few", all_sizes(&mut lost(4)));
    let mut never = cluster(Kind::Pod);
    let feed = key(Kind::Pod, "", "", "staging");
    let id = task(&never, &feed);
    say(&mut never, Msg::Lost(id, feed, unreachable()));
    press(&mut never, "j");
    assert_snapshot!("pods_never_reached", all_sizes(&mut never));
}

/// A role that may see one namespace only.
fn partial(count: usize) -> Model {
    let mut model = pods(count);
    let feed = key(Kind::Pod, "", "", "staging");
    let error =
        Error::new(Trouble::Denied, "pods of kube-system are missing", "list pods in kube-system is forbidden to dev")
            .hint("ask for the cluster role `view`");
    let id = task(&model, &feed);
    say(&mut model, Msg::Partial(id, feed, error));
    model
}

#[test]
fn a_table_of_which_a_part_is_missing() {
    assert_snapshot!("pods_partial", all_sizes(&mut partial(200)));
    assert_snapshot!("pods_partial_few", all_sizes(&mut partial(3)));
    assert_snapshot!("pods_partial_none", all_sizes(&mut partial(0)));
}

#[test]
fn a_table_that_is_filtered_sorted_and_marked() {
    let mut model = pods(1203);
    press(&mut model, "space space j v j j v / c r a s h enter S r e s t enter I");
    assert_snapshot!("pods_filtered_marked", all_sizes(&mut model));
    press(&mut model, "/ ctrl-u x y z ( enter");
    assert_snapshot!("pods_filtered_away", all_sizes(&mut model));
    press(&mut model, "/");
    assert_snapshot!("pods_filtering", all_sizes(&mut model));
}

#[test]
fn a_table_of_what_is_inside() {
    let mut model = pods(12);
    press(&mut model, "j j j j enter");
    assert_snapshot!("containers_ready", all_sizes(&mut model));
    let feed = key(Kind::Pod, "", "", "staging");
    answer(&mut model, &feed, Step::<Pod>::whole(vec![]));
    assert_snapshot!("containers_gone", all_sizes(&mut model));
}

#[test]
fn a_table_with_nowhere_to_look_says_why() {
    let mut model = start(Kind::Pod);
    for region in ["eu-west-1", "us-east-1"] {
        end(&mut model, &key(Kind::Cluster, "shop-prod", region, ""), End::Done);
    }
    assert_snapshot!("pods_no_clusters", all_sizes(&mut model));
    let mut model = start(Kind::Vpc);
    model.estate.regions.clear();
    let mut again = Model::new(model.size, model.estate.clone(), Kind::Vpc, NOW);
    crate::update::begin(&mut again);
    assert_snapshot!("vpcs_regions_loading", all_sizes(&mut again));
    let error = Error::new(Trouble::Credentials, "cannot list regions", "the SSO session of shop-prod has expired")
        .hint("aws sso login --profile shop-prod");
    end(&mut again, &key(Kind::Region, "shop-prod", "", ""), End::Failed(error));
    press(&mut again, "j");
    assert_snapshot!("vpcs_regions_failed", all_sizes(&mut again));
    let mut nothing = Model::new(model.size, crate::model::estate::Estate::default(), Kind::Region, NOW);
    crate::update::begin(&mut nothing);
    assert_snapshot!("regions_no_accounts", all_sizes(&mut nothing));
}

fn regions_ready() -> Model {
    let mut model = start(Kind::Region);
    answer(&mut model, &key(Kind::Region, "shop-prod", "", ""), Step::whole(regions()));
    model
}

#[test]
fn a_header_under_stress() {
    let mut model = regions_ready();
    model.estate.read_only = true;
    let scope = crate::kinds::Scope { account: "shop-prod".into(), region: "eu-west-1".into(), ..Default::default() };
    say(&mut model, Msg::Throttled(Throttle { service: "EC2".into(), scope, at: NOW }));
    say(&mut model, Msg::Now(NOW + 29));
    press(&mut model, "enter");
    assert_snapshot!("header_read_only_throttled", all_sizes(&mut model));
    model.estate.read_only = false;
    crate::action::app::start_acting(&mut model, "rollback of checkout after the 14:00 deploy, ticket OPS-1234");
    say(&mut model, Msg::Now(NOW + 200));
    assert_snapshot!("header_acting", all_sizes(&mut model));
    say(&mut model, Msg::Now(NOW + 43 * 60 + 20));
    assert_snapshot!("header_expired", all_sizes(&mut model));
}

const YAML: [&str; 9] = [
    "CidrBlock: 10.0.0.0/16",
    "Tags:",
    "- Key: Name",
    "  Value: core-app",
    "- Key: \u{1b}[31mevil\u{202e}",
    "  Value: \"a value that is much longer than any terminal of eighty columns is wide, and goes on for a while after that too\"",
    "IsDefault: false",
    "VpcId: vpc-0a1b2c3d4e5f60001",
    "OwnerId: '123456789012'",
];

#[test]
fn a_detail() {
    let mut model = vpcs("ready");
    press(&mut model, "d");
    assert_snapshot!("detail_pairs", all_sizes(&mut model));
    press(&mut model, "y");
    assert_snapshot!("detail_loading", all_sizes(&mut model));
    described(&mut model, &YAML);
    press(&mut model, "/ v p c enter");
    assert_snapshot!("detail_yaml_searched", all_sizes(&mut model));
    let mut failed = vpcs("ready");
    press(&mut failed, "y");
    let id = failed.tasks.all().find(|(_, task)| matches!(task.work, Work::Describe(..))).unwrap().0;
    say(&mut failed, Msg::Ended(id, End::Failed(denied("eu-west-1"))));
    press(&mut failed, "j");
    assert_snapshot!("detail_failed", all_sizes(&mut failed));
}

#[test]
fn the_lists_of_work_and_of_errors() {
    let mut none = Model::new(size(80, 24), crate::model::estate::Estate::default(), Kind::Region, NOW);
    press(&mut none, "!");
    assert_snapshot!("errors_empty", all_sizes(&mut none));
    let mut none = Model::new(size(80, 24), crate::model::estate::Estate::default(), Kind::Region, NOW);
    press(&mut none, "T");
    assert_snapshot!("tasks_empty", all_sizes(&mut none));
    let mut model = vpcs("partly failed");
    say(&mut model, Msg::Now(NOW + 75));
    model.notices.wrong(unreachable(), NOW + 70, true);
    model.notices.wrong(unreachable(), NOW + 72, true);
    let plain = Error::new(Trouble::Other, "cannot read the answer of STS", "the body ended after 12 of 400 bytes");
    model.notices.wrong(plain, NOW + 74, true);
    assert_snapshot!("errors_waiting", all_sizes(&mut model));
    press(&mut model, "j j j T");
    assert_snapshot!("tasks_ready", all_sizes(&mut model));
    press(&mut model, "esc !");
    assert_snapshot!("errors_ready", all_sizes(&mut model));
}

#[test]
fn what_lies_over_a_screen() {
    let mut model = vpcs("ready");
    press(&mut model, ":");
    assert_snapshot!("palette", all_sizes(&mut model));
    press(&mut model, "p o d");
    assert_snapshot!("palette_narrowed", all_sizes(&mut model));
    press(&mut model, "z z z");
    assert_snapshot!("palette_nothing", all_sizes(&mut model));
    press(&mut model, "esc ?");
    assert_snapshot!("help", all_sizes(&mut model));
    press(&mut model, "esc a");
    assert_snapshot!("action_menu", all_sizes(&mut model));
    press(&mut model, "esc S");
    assert_snapshot!("sort_menu", all_sizes(&mut model));
    press(&mut model, "esc C");
    assert_snapshot!("copy_menu", all_sizes(&mut model));
    press(&mut model, "esc ctrl-o");
    assert_snapshot!("prompt", all_sizes(&mut model));
}

fn question(lines: usize, demand: Option<&str>) -> Model {
    let mut model = vpcs("ready");
    let question = Question {
        title: "Terminate these instances?".into(),
        lines: (0..lines).map(|n| format!("i-0123456789abcde{n:02}  shop-prod/eu-west-1  worker-{n}")).collect(),
        then: Then::Quit,
        demand: demand.map(str::to_owned),
        typed: demand.map_or("", |demand| &demand[..1]).to_owned(),
        drawn: false,
        held: None,
    };
    model.push(Screen::Confirm(question));
    model
}

#[test]
fn a_question_shows_what_it_is_about() {
    assert_snapshot!("question", all_sizes(&mut question(2, None)));
    assert_snapshot!("question_long", all_sizes(&mut question(45, Some("prod"))));
}

#[test]
fn a_sequence_begun_shows_how_it_may_end() {
    let mut model = vpcs("ready");
    press(&mut model, "g");
    let frame = drawn(&mut model, (80, 24), ThemeName::Dark);
    assert!(text(&frame).lines().last().unwrap().starts_with("│g …  g first-row"), "{}", text(&frame));
}

/// A screen of logs as it looks after a while.
fn logs(events: usize) -> Model {
    use crate::log::{Event, News, Source, SourceNo, Target, TargetNo, follow::Told};
    let mut model = pods(3);
    press(&mut model, "l");
    let reads = |work: &Work| matches!(work, Work::Tail(_));
    let task = model.tasks.live().find(|(_, task)| reads(&task.work)).map(|(id, _)| id).expect("it is read");
    let container = |name: &str| Target::Container {
        scope: key(Kind::Pod, "", "", "staging").scope,
        namespace: "shop".into(),
        pod: "checkout-7d9f8b6c5d-x2x4z".into(),
        uid: "u".into(),
        container: name.into(),
    };
    let source = |no: u32| News::Told(Told::Source(SourceNo(no), Source { target: TargetNo(no), part: "0".into() }));
    let mut news = vec![News::Target(TargetNo(0), container("app")), source(0)];
    news.extend([News::Target(TargetNo(1), container("fluent-bit")), source(1)]);
    let texts = [
        r#"{"level":"info","msg":"payment taken","order":4711,"ms":12}"#,
        "level=warn msg=\"queue is long\" length=903",
        r#"{"log":"{\"level\":\"error\",\"msg\":\"upstream\\u001b[31m said 502\"}\n","stream":"stdout","kubernetes":{"pod_name":"x"}}"#,
        "plain text, 日本語 and \u{1b}]0;title\u{7}an escape",
        "Traceback (most recent call last):\n  File \"a.py\", line 3, in pay\nValueError: no card",
    ];
    let told = (0..events).map(|n| {
        let at = (NOW - 60) * 1000 + i64::try_from(n).unwrap() * 137;
        Event {
            source: SourceNo(u32::from(n % 4 == 1)),
            at,
            ingested: None,
            id: None,
            text: texts[n % texts.len()].as_bytes().into(),
            provisional: n % 7 == 6,
        }
    });
    news.push(News::Told(Told::Events(told.collect())));
    say(&mut model, Msg::News(task, news));
    model
}

#[test]
fn a_screen_of_logs() {
    assert_snapshot!("logs_waiting", all_sizes(&mut logs(0)));
    assert_snapshot!("logs_following", all_sizes(&mut logs(300)));
    let mut model = logs(300);
    press(&mut model, "i k k k space");
    assert_snapshot!("logs_unfolded_with_histogram", all_sizes(&mut model));
    let mut model = logs(40);
    press(&mut model, "w / 5 0 2 enter");
    assert_snapshot!("logs_filtered_and_wrapped", all_sizes(&mut model));
    press(&mut model, "enter");
    assert_snapshot!("logs_details_of_a_line", all_sizes(&mut model));
}
