//! Credentials that run out, are refused, and are mended outside while the console is open.
use super::*;

fn vpcs() -> FeedKey {
    FeedKey::new(Kind::Vpc, Scope { account: "shop".into(), region: "eu-west-1".into(), ..Scope::default() })
}

fn expired(what: &str) -> Error {
    Error::new(Trouble::Credentials, what, "the token is expired").hint("aws sso login --profile shop")
}

fn alice(until: Option<i64>) -> Identity {
    Identity { account: "123456789012".into(), arn: "arn:aws:iam::123456789012:user/alice".into(), until }
}

impl Console {
    /// Who asks who we are in `shop`.
    fn asks(&self) -> TaskId {
        let mut asks = self.model.tasks.live().filter(|(_, task)| {
            task.state == State::Running && matches!(&task.work, Work::Identify(account) if account == "shop")
        });
        let (id, _) = asks.next().expect("somebody asks who we are");
        assert!(asks.next().is_none(), "and nobody else");
        id
    }
}

#[test]
fn what_failed_for_want_of_credentials_is_listed_again_when_they_are_mended() {
    let mut console = Console::on(Kind::Vpc);
    let (asks, lists) = (console.asks(), console.owner(&vpcs()));
    console.tell(Msg::Unidentified(asks, "shop".into(), expired("ask who we are")));
    console.tell(Msg::Ended(lists, End::Failed(expired("list VPCs"))));
    assert!(matches!(console.load(&vpcs()), Load::Failed(_)));
    let effects = console.tell(Msg::Identified(asks, "shop".into(), alice(None)));
    assert!(starts(&effects).contains(&&Work::List(vpcs())));
    assert_eq!(*console.load(&vpcs()), Load::Loading);
    assert!(console.tell(Msg::Identified(asks, "shop".into(), alice(None))).is_empty(), "once is enough");
}

#[test]
fn what_failed_for_another_reason_waits_for_a_refresh() {
    let mut console = Console::on(Kind::Vpc);
    let (asks, lists) = (console.asks(), console.owner(&vpcs()));
    console.tell(Msg::Ended(lists, End::Failed(trouble("list VPCs"))));
    console.tell(Msg::Unidentified(asks, "shop".into(), expired("ask who we are")));
    assert!(console.tell(Msg::Identified(asks, "shop".into(), alice(None))).is_empty());
    assert!(matches!(console.load(&vpcs()), Load::Failed(_)));
}

#[test]
fn a_listing_that_is_refused_has_it_asked_who_we_are_until_somebody_is() {
    let mut console = Console::on(Kind::Vpc);
    let (before, lists) = (console.asks(), console.owner(&vpcs()));
    console.tell(Msg::Identified(before, "shop".into(), alice(None)));
    let effects = console.tell(Msg::Ended(lists, End::Failed(expired("list VPCs"))));
    assert!(cancels(&effects).contains(&before), "who asked is content and would never ask again");
    let asks = console.asks();
    assert_ne!(asks, before);
    console.tell(Msg::Identified(before, "shop".into(), alice(None)));
    console.tell(Msg::Unidentified(asks, "shop".into(), expired("ask who we are")));
    assert!(console.model.identities.is_empty());
    let effects = console.tell(Msg::Identified(asks, "shop".into(), alice(Some(NOW + 3600))));
    assert!(starts(&effects).contains(&&Work::List(vpcs())));
    assert_eq!(console.model.identities["shop"].until, Some(NOW + 3600));
}

#[test]
fn a_try_that_fails_again_is_not_told_again() {
    let mut console = Console::on(Kind::Vpc);
    let asks = console.asks();
    for _ in 0..3 {
        console.tell(Msg::Unidentified(asks, "shop".into(), expired("ask who we are")));
    }
    assert_eq!(console.model.notices.log().next().map(|logged| logged.times), Some(1));
    console.tell(Msg::Unidentified(asks, "shop".into(), trouble("ask who we are")));
    assert_eq!(console.model.notices.log().count(), 2, "another trouble is news");
}

#[test]
fn a_refresh_asks_at_once_where_nobody_is_known() {
    let mut console = Console::on(Kind::Vpc);
    let before = console.asks();
    console.tell(Msg::Unidentified(before, "shop".into(), expired("ask who we are")));
    let effects = console.press("ctrl-r");
    assert!(cancels(&effects).contains(&before));
    let asks = console.asks();
    assert_ne!(asks, before);
    console.tell(Msg::Identified(asks, "shop".into(), alice(Some(NOW + 3600))));
    console.press("ctrl-r");
    assert_eq!(console.asks(), asks, "who we are is known, and for long");
}
