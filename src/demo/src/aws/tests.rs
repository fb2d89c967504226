use http_body_util::BodyExt;
use serde_json::json;

use super::{service::Reply, *};
use crate::{
    clock::{Clock, MINUTE, SECOND},
    estate::Keys,
    fault::Kind,
    world::{World, build::Scale},
};

const NOW: i64 = 1_795_557_600_000;

fn estate() -> Arc<Estate> {
    let keys = Keys { access: "A".into(), secret: "S".into(), session: "T".into(), token: "K".into() };
    Arc::new(Estate::new(World::new(7, NOW, Scale::default()), Clock::new(NOW, 1.0), keys))
}

fn call_of<T>(estate: &Arc<Estate>, action: &str, input: Value, run: impl FnOnce(&Call<'_>) -> T) -> T {
    let all = SERVICES.iter().flat_map(|service| service.operations.iter().map(move |operation| (*service, operation)));
    let (service, operation) = all.into_iter().find(|(_, operation)| operation.action == action).unwrap();
    let user = call::user(estate);
    run(&Call { estate, service, operation, region: "us-east-1", wire: service.wire, input, id: "1", user, skew: 0 })
}

fn ask(estate: &Arc<Estate>, action: &str, input: Value) -> Result<Value, Fail> {
    call_of(estate, action, input, |call| {
        let done = (call.operation.run)(call);
        trail::note(call, done.as_ref().err());
        done.map(|reply| match reply {
            Reply::Fields(fields) => fields,
            Reply::Stream { .. } => panic!("a stream"),
        })
    })
}

fn ids(told: &Value) -> Vec<String> {
    let each = told["reservationSet"].as_array().unwrap().iter();
    each.map(|one| one["instancesSet"][0]["instanceId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn pages_put_together_are_the_whole_and_a_token_of_one_listing_is_no_good_for_another() {
    let estate = estate();
    let whole = ids(&ask(&estate, "ec2:DescribeInstances", json!({})).unwrap());
    let mut some = vec![];
    let mut token = Value::Null;
    loop {
        let told = ask(&estate, "ec2:DescribeInstances", json!({"MaxResults": "5", "NextToken": token})).unwrap();
        some.extend(ids(&told));
        token = told["nextToken"].clone();
        if token.is_null() {
            break;
        }
        let other = ask(&estate, "ec2:DescribeSubnets", json!({"NextToken": token})).unwrap_err();
        assert_eq!(other.code, "InvalidNextToken");
    }
    assert!(whole.len() > 10);
    assert_eq!(some, whole);
}

#[test]
fn a_row_that_is_gone_between_two_pages_costs_no_other() {
    let estate = estate();
    call_of(&estate, "ec2:DescribeInstances", json!({}), |call| {
        let page = |rows: &[i32], token: Option<&str>| {
            page::page(call, rows.to_vec(), ToString::to_string, 2, token).map(|page| (page.rows, page.next)).unwrap()
        };
        let (first, next) = page(&[1, 2, 3, 4, 5], None);
        assert_eq!(first, [1, 2]);
        assert_eq!(page(&[2, 3, 4, 5], next.as_deref()).0, [3, 4]);
        assert_eq!(page(&[0, 1, 2, 3, 4, 5], next.as_deref()).0, [3, 4]);
        // where the last row itself is gone, its place must do
        assert_eq!(page(&[1, 3, 4, 5], next.as_deref()).0, [4, 5]);
    });
}

#[test]
fn a_host_that_is_stopped_is_stopping_then_stopped_and_its_status_no_longer_told() {
    let estate = estate();
    let id = ids(&ask(
        &estate,
        "ec2:DescribeInstances",
        json!({"Filter": [{"Name": "tag:quarterdeck:role", "Value": ["jump"]}]}),
    )
    .unwrap());
    let state = || {
        let told = ask(&estate, "ec2:DescribeInstances", json!({"InstanceId": [id[0]]})).unwrap();
        told["reservationSet"][0]["instancesSet"][0]["instanceState"]["name"].clone()
    };
    let told = ask(&estate, "ec2:StopInstances", json!({"InstanceId": [id[0]]})).unwrap();
    assert_eq!(told["instancesSet"][0]["currentState"]["name"], "stopping");
    assert_eq!(state(), "stopping");
    estate.clock.put_forward(30 * SECOND);
    assert_eq!(state(), "stopped");
    let status = ask(&estate, "ec2:DescribeInstanceStatus", json!({"InstanceId": [id[0]]})).unwrap();
    assert_eq!(status["instanceStatusSet"], json!([]));
}

#[test]
fn what_only_was_tried_changes_nothing_and_is_not_written_down() {
    let estate = estate();
    let first =
        |estate: &Arc<Estate>| estate.look(|world| world.regions[0].trail.front().map(|event| event.name.clone()));
    let (id, before) = (estate.look(|world| world.regions[0].instances[0].id.clone()), first(&estate));
    let dry = ask(&estate, "ec2:StopInstances", json!({"InstanceId": [id], "DryRun": "true"})).unwrap_err();
    assert_eq!((dry.status, dry.code.as_ref()), (412, "DryRunOperation"));
    assert_eq!(estate.look(|world| world.regions[0].instances[0].state.told().1), "running");
    assert_eq!(first(&estate), before);
}

#[test]
fn what_is_done_is_written_down_with_who_did_it_to_what() {
    let estate = estate();
    let id = estate.look(|world| world.regions[0].instances[0].id.clone());
    ask(&estate, "ec2:StopInstances", json!({"InstanceId": [id], "Action": "StopInstances"})).unwrap();
    let event = estate.look(|world| world.regions[0].trail.front().cloned()).unwrap();
    assert_eq!((event.name.as_str(), event.source.as_str()), ("StopInstances", "ec2.amazonaws.com"));
    assert!(event.arn.contains(":assumed-role/demo-on-call-act/") && event.visible > event.at + MINUTE);
    assert_eq!(event.request, json!({"instancesSet": {"items": [{"instanceId": id}]}}));
    assert!(event.resources.contains(&("AWS::EC2::Instance".to_owned(), id)));
}

#[test]
fn tags_are_put_on_all_of_the_things_or_on_none() {
    let estate = estate();
    let id = estate.look(|world| world.regions[0].vpcs[0].id.clone());
    let tag = json!([{"Key": "ticket", "Value": "42"}]);
    let of = || estate.look(|world| world.regions[0].vpcs[0].tags.value("ticket").map(str::to_owned));
    let gone = ask(&estate, "ec2:CreateTags", json!({"ResourceId": [id, "vpc-0000"], "Tag": tag})).unwrap_err();
    assert_eq!((gone.code.as_ref(), of()), ("InvalidID", None));
    ask(&estate, "ec2:CreateTags", json!({"ResourceId": [id], "Tag": tag})).unwrap();
    assert_eq!(of().as_deref(), Some("42"));
}

#[test]
fn every_operation_stands_once_in_its_service_and_rest_alone_has_routes() {
    for service in SERVICES {
        let mut names: Vec<&str> = service.operations.iter().map(Operation::name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{} has an operation twice", service.name);
        let rest = matches!(service.wire, Wire::RestJson | Wire::RestXml);
        assert!(service.operations.iter().all(|one| one.route.is_empty() != rest), "{}: routes", service.name);
    }
}

#[tokio::test]
async fn an_answer_that_is_to_be_cut_breaks_off_after_so_many_bytes() {
    let answer = || crate::http::answer(hyper::StatusCode::OK, "text/xml", "0123456789");
    let mut body = fault::cut(&[Kind::Reset { after: Some(4) }], answer()).into_body();
    assert_eq!(hyper::body::Body::size_hint(&body).exact(), Some(10));
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().as_ref(), b"0123");
    assert!(body.frame().await.unwrap().is_err());
    let whole = fault::cut(&[], answer()).into_body().collect().await.unwrap().to_bytes();
    assert_eq!(whole.as_ref(), b"0123456789");
}

#[tokio::test]
async fn a_service_whose_clock_is_off_dates_its_answers_by_it_and_holds_signatures_against_it() {
    use sigv4::tests::{BODY, SIGNED, keys, post};
    let estate = Arc::new(Estate::new(World::new(7, NOW, Scale::default()), Clock::new(NOW, 1.0), keys()));
    for (minutes, status, code) in [
        (0, 200, "<DescribeVpcsResponse"),
        (4, 200, "<DescribeVpcsResponse"),
        (-6, 401, "<Code>AuthFailure<"),
        (14, 401, "<Code>AuthFailure<"),
        (16, 400, "<Code>RequestExpired<"),
        (-16, 400, "<Code>RequestExpired<"),
    ] {
        let says = SIGNED + minutes * MINUTE;
        let what = Kind::Skew { ms: says - clock::real() };
        let fault = serde_json::json!({"service": "ec2", "region": "us-west-2", "times": 1, "what": what});
        estate.faults.add(serde_json::from_value(fault).unwrap());
        let answer = exchange(estate.clone(), post(), Bytes::from_static(BODY)).await.unwrap();
        assert_eq!(answer.status(), status, "{minutes}");
        let date = answer.headers()["date"].to_str().unwrap().to_owned();
        let near: Vec<String> = (-1..5).map(|second| clock::imf(says + second * SECOND)).collect();
        assert!(near.contains(&date), "{date}, {near:?}");
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&text).contains(code), "{minutes}: {text:?}");
    }
}

#[test]
fn a_clock_that_is_off_is_told_in_the_words_of_each_protocol() {
    for (wire, status, code) in [
        (Wire::Query, 403, "SignatureDoesNotMatch"),
        (Wire::RestXml, 403, "SignatureDoesNotMatch"),
        (Wire::Json11, 400, "InvalidSignatureException"),
        (Wire::Cbor, 400, "InvalidSignatureException"),
        (Wire::RestJson, 403, "InvalidSignatureException"),
    ] {
        let early = fail::refused(wire, &sigv4::Refusal::Early { at: NOW + 6 * MINUTE, now: NOW });
        assert_eq!((early.status, early.code.as_ref()), (status, code));
        let words = "Signature not yet current: 20261124T220600Z is still later than 20261124T220500Z (20261124T220000Z + 5 min.)";
        assert_eq!(early.message, words);
        let late = fail::refused(wire, &sigv4::Refusal::Expired { at: NOW - 6 * MINUTE, now: NOW });
        assert!(
            late.message.starts_with("Signature expired: 20261124T215400Z is now earlier than"),
            "{}",
            late.message
        );
    }
}

#[tokio::test]
async fn an_unsigned_request_is_refused_in_the_words_of_what_it_asks() {
    let estate = estate();
    for (header, body, code) in [
        ("x-none", "Action=DescribeVpcs&Version=2016-11-15", "<Errors><Error><Code>MissingAuthenticationToken<"),
        (
            "x-none",
            "Action=GetCallerIdentity&Version=2011-06-15",
            "<Type>Sender</Type><Code>MissingAuthenticationToken<",
        ),
        ("x-amz-target", "{}", "\"__type\":\"MissingAuthenticationTokenException\""),
    ] {
        let request = Request::builder().method("POST").uri("/").header(header, "Logs_20140328.DescribeLogGroups");
        let parts = request.body(()).unwrap().into_parts().0;
        let answer = exchange(estate.clone(), parts, Bytes::from(body)).await.unwrap();
        assert!(answer.status().is_client_error());
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&text).contains(code), "{text:?}");
    }
}
