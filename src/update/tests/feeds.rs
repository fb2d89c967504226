//! Listings: who may write, what stays, what is believed.
use super::*;

#[test]
fn a_late_reply_of_a_replaced_listing_is_dropped() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    let old = console.owner(&pods_feed());
    console.press("ctrl-r");
    assert_ne!(console.owner(&pods_feed()), old);
    console.tell(Msg::Rows(old, pods_feed(), Step::<Pod>::whole(vec![]).into()));
    console.tell(Msg::Live(old, pods_feed()));
    console.tell(Msg::Lost(old, pods_feed(), trouble("list pods")));
    console.tell(Msg::Ended(old, End::Failed(trouble("list pods"))));
    assert_eq!(console.shown(), ["api"]);
    assert_eq!(*console.load(&pods_feed()), Load::Loading, "the new listing has not answered yet");
}

#[test]
fn a_refresh_cancels_what_is_under_way_keeps_the_rows_and_takes_the_new_ones_at_once() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1), ("web", "Running", 0, 1)]);
    let old = console.owner(&pods_feed());
    let effects = console.press("ctrl-r");
    assert!(cancels(&effects).contains(&old));
    assert!(starts(&effects).contains(&&Work::List(pods_feed())));
    assert_eq!(console.shown(), ["api", "web"]);
    console.lists(&pods_feed(), Step::Page(vec![pod("new", "Running", 0, 0)]));
    assert_eq!(console.shown(), ["api", "web"], "a first page is not mixed with rows from before");
    console.lists(&pods_feed(), Step::whole(vec![pod("new", "Running", 0, 0)]));
    assert_eq!((console.shown(), console.load(&pods_feed())), (vec!["new"], &Load::Ready));
}

#[test]
fn pages_show_before_the_whole_is_there() {
    let mut console = Console::on(Kind::Pod);
    console.lists(&pods_feed(), Step::Page(vec![pod("api", "Running", 0, 1)]));
    assert_eq!((console.shown(), console.load(&pods_feed())), (vec!["api"], &Load::Loading));
    console.lists(&pods_feed(), Step::Page(vec![pod("web", "Running", 0, 1)]));
    assert_eq!(console.shown(), ["api", "web"]);
    assert!(!console.model.store.get(&pods_feed()).unwrap().whole);
}

#[test]
fn loading_empty_stale_and_failed_are_never_the_same() {
    let mut console = Console::on(Kind::Pod);
    let state = |console: &Console| {
        let feed = console.model.store.get(&pods_feed()).unwrap();
        (feed.load.clone(), feed.whole, feed.rows.len())
    };
    assert_eq!(state(&console), (Load::Loading, false, 0));
    let owner = console.owner(&pods_feed());
    console.tell(Msg::Ended(owner, End::Failed(trouble("list pods"))));
    assert_eq!(state(&console), (Load::Failed(trouble("list pods").into()), false, 0));
    console.press("ctrl-r");
    let owner = console.owner(&pods_feed());
    console.tell(Msg::Ended(owner, End::Done));
    assert_eq!(state(&console), (Load::Ready, true, 0), "an answer without rows is an answer");
    console.lists(&pods_feed(), changed(vec![pod("api", "Running", 0, 1)]));
    console.tell(Msg::Lost(owner, pods_feed(), trouble("watch pods")));
    assert_eq!(state(&console), (Load::Lost(trouble("watch pods").into()), true, 1));
}

#[test]
fn a_failure_leaves_the_rows_and_their_age_and_comes_into_the_log() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    console.tell(Msg::Now(NOW + 60));
    console.press("ctrl-r");
    console.tell(Msg::Now(NOW + 90));
    let owner = console.owner(&pods_feed());
    console.tell(Msg::Ended(owner, End::Failed(trouble("list pods"))));
    assert_eq!(console.shown(), ["api"]);
    assert_eq!(*console.load(&pods_feed()), Load::Failed(trouble("list pods").into()));
    assert_eq!(console.model.store.get(&pods_feed()).unwrap().at, NOW, "the rows are as old as their last answer");
    assert_eq!(console.model.notices.log().next().unwrap().error, trouble("list pods"));
    assert!(!unread(&console.model), "the table says it: the footer need not");
}

#[test]
fn a_watch_that_breaks_keeps_its_rows_and_is_true_again_when_it_stands() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    let owner = console.owner(&pods_feed());
    console.tell(Msg::Now(NOW + 60));
    console.tell(Msg::Lost(owner, pods_feed(), trouble("watch pods")));
    assert_eq!(console.model.store.get(&pods_feed()).unwrap().at, NOW + 60, "it was true until now");
    console.tell(Msg::Now(NOW + 90));
    console.tell(Msg::Lost(owner, pods_feed(), trouble("watch pods")));
    assert_eq!(console.model.store.get(&pods_feed()).unwrap().at, NOW + 60, "and not since");
    assert_eq!(console.shown(), ["api"]);
    assert_eq!(console.model.notices.log().next().unwrap().times, 2, "the same trouble is one line of the log");
    console.tell(Msg::Live(owner, pods_feed()));
    assert_eq!(
        (console.load(&pods_feed()), console.model.store.get(&pods_feed()).unwrap().at),
        (&Load::Ready, NOW + 90)
    );
}

#[test]
fn containers_are_as_stale_as_the_watch_of_their_pod() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    console.press("enter");
    let within = FeedKey::new(Kind::Container, console.front_table().scope.clone());
    assert_eq!(*console.load(&within), Load::Ready);
    let owner = console.owner(&pods_feed());
    console.tell(Msg::Lost(owner, pods_feed(), trouble("watch pods")));
    assert_eq!(*console.load(&within), Load::Lost(trouble("watch pods").into()));
    console.tell(Msg::Live(owner, pods_feed()));
    assert_eq!(*console.load(&within), Load::Ready);
    console.tell(Msg::Ended(owner, End::Failed(trouble("list pods"))));
    assert_eq!(*console.load(&within), Load::Failed(trouble("list pods").into()));
    console.press("esc enter");
    assert_eq!(*console.load(&within), Load::Failed(trouble("list pods").into()), "also for those who come later");
}

#[test]
fn containers_follow_their_pod() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1), ("web", "Running", 0, 1)]);
    console.press("enter");
    let state = |console: &Console| console.model.selected().map(|(_, row)| row.cells()[1].words().to_owned());
    assert_eq!(state(&console).as_deref(), Some("Running"));
    console.lists(&pods_feed(), changed(vec![pod("web", "Pending", 0, 1)]));
    assert_eq!(state(&console).as_deref(), Some("Running"), "another pod's container is not this one's");
    console.lists(&pods_feed(), changed(vec![pod("api", "CrashLoopBackOff", 4, 1)]));
    assert_eq!(state(&console).as_deref(), Some("CrashLoopBackOff"));
    console.lists(&pods_feed(), removed("api"));
    assert_eq!(console.shown().len(), 0);
}

#[test]
fn containers_looked_at_again_are_those_that_the_pod_has_now() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    console.press("enter esc");
    console.lists(&pods_feed(), changed(vec![pod("api", "CrashLoopBackOff", 4, 1)]));
    console.press("enter");
    assert_eq!(console.model.selected().unwrap().1.cells()[1].words(), "CrashLoopBackOff");
}

#[test]
fn a_part_that_is_missing_is_named_and_the_rest_shows() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    let owner = console.owner(&pods_feed());
    let denied = Error::new(Trouble::Denied, "list pods in namespace kube-system", "no right to list pods there");
    console.tell(partial(owner, denied.clone()));
    console.tell(partial(owner, denied.clone()));
    let feed = console.model.store.get(&pods_feed()).unwrap();
    assert_eq!((feed.partial.as_slice(), &feed.load), ([denied].as_slice(), &Load::Ready));
    assert_eq!(console.shown(), ["api"]);
    console.press("ctrl-r");
    assert!(console.model.store.get(&pods_feed()).unwrap().partial.is_empty(), "a new listing finds out anew");
}

#[test]
fn a_part_that_is_no_longer_missing_is_no_longer_named() {
    let mut console = Console::on(Kind::Pod);
    let owner = console.owner(&pods_feed());
    let (cluster, namespace) = (trouble("list pods"), trouble("list pods in namespace shop"));
    console.tell(Msg::Parts(owner, pods_feed(), vec![cluster.clone(), namespace]));
    console.tell(Msg::Parts(owner, pods_feed(), vec![cluster.clone()]));
    assert_eq!(console.model.store.get(&pods_feed()).unwrap().partial, [cluster]);
}

fn partial(owner: TaskId, error: Error) -> Msg {
    Msg::Partial(owner, pods_feed(), error)
}

#[test]
fn regions_that_arrive_start_listings_of_their_own() {
    let mut console = Console::of(Estate { regions: vec![], ..estate() }, Kind::Vpc);
    let regions = FeedKey::new(Kind::Region, Scope { account: "shop".into(), ..Scope::default() });
    let effects = console.lists(&regions, Step::Page(vec![aws_region("us-east-1")]));
    assert_eq!(starts(&effects), [&Work::List(vpcs_feed("us-east-1"))]);
    console.lists(&vpcs_feed("us-east-1"), Step::whole(vec![vpc("edge")]));
    let effects = console.lists(&regions, Step::whole(vec![aws_region("us-east-1"), aws_region("eu-west-1")]));
    assert_eq!(starts(&effects), [&Work::List(vpcs_feed("eu-west-1"))], "what is listed is not listed again");
    console.lists(&vpcs_feed("eu-west-1"), Step::whole(vec![vpc("core")]));
    assert_eq!(console.shown(), ["core", "edge"]);
    assert_eq!(console.selected(), Some("edge"), "what was selected stays selected");
}

#[test]
fn where_regions_may_not_be_listed_the_configured_one_is_shown() {
    let mut console = Console::of(Estate { regions: vec![], home: Some("eu-west-1".into()), ..estate() }, Kind::Vpc);
    let regions = FeedKey::new(Kind::Region, Scope { account: "shop".into(), ..Scope::default() });
    let asked = console.owner(&regions);
    let effects = console.tell(Msg::Ended(asked, End::Failed(trouble("list regions"))));
    assert_eq!(starts(&effects), [&Work::List(vpcs_feed("eu-west-1"))]);
}

#[test]
fn a_region_that_is_no_longer_enabled_takes_its_rows_and_its_listing_away() {
    let mut console = Console::of(Estate { regions: vec![], ..estate() }, Kind::Vpc);
    let regions = FeedKey::new(Kind::Region, Scope { account: "shop".into(), ..Scope::default() });
    console.lists(&regions, Step::whole(vec![aws_region("us-east-1"), aws_region("eu-west-1")]));
    console.lists(&vpcs_feed("us-east-1"), Step::whole(vec![vpc("edge")]));
    let under_way = console.owner(&vpcs_feed("eu-west-1"));
    console.press("ctrl-r");
    let effects = console.lists(&regions, Step::whole(vec![aws_region("us-east-1")]));
    let replaced = console.owner(&vpcs_feed("eu-west-1"));
    assert!(replaced != under_way && cancels(&effects) == [replaced]);
    assert_eq!(console.shown(), ["edge"]);
}

#[test]
fn one_failing_region_hides_no_other() {
    let mut console = Console::on(Kind::Vpc);
    console.lists(&vpcs_feed("us-east-1"), Step::whole(vec![vpc("edge")]));
    let owner = console.owner(&vpcs_feed("eu-west-1"));
    console.tell(Msg::Ended(owner, End::Failed(trouble("list VPCs"))));
    assert_eq!(console.shown(), ["edge"]);
    assert!(matches!(console.load(&vpcs_feed("eu-west-1")), Load::Failed(_)));
    assert_eq!(*console.load(&vpcs_feed("us-east-1")), Load::Ready);
}

#[test]
fn a_screen_that_is_left_cancels_its_listings_and_coming_back_lists_anew_over_the_old_rows() {
    let mut console = Console::on(Kind::Region);
    let regions = FeedKey::new(Kind::Region, Scope { account: "shop".into(), ..Scope::default() });
    console.lists(&regions, Step::whole(vec![aws_region("eu-west-1")]));
    let effects = console.press("enter");
    assert_eq!(starts(&effects), [&Work::List(vpcs_feed("eu-west-1"))]);
    console.lists(&vpcs_feed("eu-west-1"), Step::Page(vec![vpc("core")]));
    let owner = console.owner(&vpcs_feed("eu-west-1"));
    assert_eq!(cancels(&console.press("esc")), [owner]);
    console.tell(Msg::Ended(owner, End::Cancelled));
    let effects = console.press("enter");
    assert_eq!(starts(&effects), [&Work::List(vpcs_feed("eu-west-1"))]);
    assert_eq!(console.shown(), ["core"]);
}

#[test]
fn coming_back_before_the_cancelled_listing_has_ended_lists_anew() {
    let mut console = Console::on(Kind::Region);
    let regions = FeedKey::new(Kind::Region, Scope { account: "shop".into(), ..Scope::default() });
    console.lists(&regions, Step::whole(vec![aws_region("eu-west-1")]));
    console.press("enter");
    let old = console.owner(&vpcs_feed("eu-west-1"));
    let effects = console.press("esc enter");
    assert_eq!(cancels(&effects), [old]);
    assert_eq!(starts(&effects), [&Work::List(vpcs_feed("eu-west-1"))], "or nobody ever would");
    console.tell(Msg::Ended(old, End::Cancelled));
    console.lists(&vpcs_feed("eu-west-1"), Step::whole(vec![vpc("core")]));
    assert_eq!(console.shown(), ["core"]);
}

#[test]
fn a_feed_that_failed_is_asked_again_only_when_told_to() {
    let mut console = Console::on(Kind::Vpc);
    let owner = console.owner(&vpcs_feed("eu-west-1"));
    console.tell(Msg::Ended(owner, End::Failed(trouble("list VPCs"))));
    let again = |effects: &[Effect]| starts(effects).contains(&&Work::List(vpcs_feed("eu-west-1")));
    assert!(!again(&console.press("T esc")));
    assert!(again(&console.press("ctrl-r")));
}

#[test]
fn a_failure_of_what_no_screen_shows_waits_in_the_footer_until_a_key_was_pressed() {
    let mut console = Console::of(Estate { regions: vec![], ..estate() }, Kind::Vpc);
    let regions = FeedKey::new(Kind::Region, Scope { account: "shop".into(), ..Scope::default() });
    let owner = console.owner(&regions);
    console.tell(Msg::Ended(owner, End::Failed(trouble("list regions"))));
    console.model.notices.say("copied nothing of importance");
    assert!(unread(&console.model), "an unread error is not covered by small talk");
    console.press("j");
    assert!(!unread(&console.model));
    assert_eq!(console.model.notices.log().count(), 1);
}

#[test]
fn several_clusters_stand_side_by_side_and_the_dead_one_disturbs_no_other() {
    let mut console = Console::of(Estate { contexts: vec!["lab".into(), "old".into()], ..estate() }, Kind::Pod);
    let old = FeedKey::new(Kind::Pod, cluster("old"));
    console.lists(&pods_feed(), Step::whole(vec![pod("web", "Running", 0, 1)]));
    console.lists(&old, Step::whole(vec![pod("web", "Running", 0, 9)]));
    let owner = console.owner(&old);
    console.tell(Msg::Lost(owner, old.clone(), trouble("watch pods")));
    assert_eq!(console.shown(), ["web", "web"]);
    console.press("G");
    console.lists(&pods_feed(), removed("web"));
    assert_eq!(console.model.selected().unwrap().0, &old, "the same uid in another cluster is another thing");
    assert_eq!(*console.load(&pods_feed()), Load::Ready);
}

#[test]
fn clusters_found_in_a_region_are_listed_as_they_are_found() {
    let mut console = Console::on(Kind::Pod);
    let clusters = FeedKey::new(Kind::Cluster, region("eu-west-1"));
    let found = crate::kinds::cluster::Cluster { name: "prod".into(), status: "ACTIVE".into(), ..Default::default() };
    let effects = console.lists(&clusters, Step::whole(vec![found]));
    let scope = Scope { cluster: "prod".into(), ..region("eu-west-1") };
    assert_eq!(starts(&effects), [&Work::List(FeedKey::new(Kind::Pod, scope))]);
}

#[test]
fn ended_work_stays_as_it_ended() {
    let mut console = Console::on(Kind::Vpc);
    let owner = console.owner(&vpcs_feed("eu-west-1"));
    console.tell(Msg::Ended(owner, End::Done));
    console.tell(Msg::Ended(owner, End::Failed(trouble("late"))));
    assert_eq!(console.model.tasks.get(owner).unwrap().state, State::Done);
    assert_eq!(*console.load(&vpcs_feed("eu-west-1")), Load::Ready, "work ends once");
}

#[test]
fn rows_of_a_feed_are_of_its_kind() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    console.lists(&pods_feed(), Step::whole(vec![vpc("core")]));
    assert_eq!(console.shown(), ["api"]);
    assert!(matches!(console.model.store.get(&pods_feed()).unwrap().rows, Rows::Pod(_)));
}

#[test]
fn a_refresh_of_one_table_leaves_the_listings_of_others_alone() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    let owner = console.owner(&pods_feed());
    let effects = console.tell(Msg::Now(NOW + 1));
    assert!(effects.is_empty() && feed::sync(&mut console.model).is_empty(), "nothing starts twice");
    assert_eq!(console.owner(&pods_feed()), owner);
}
