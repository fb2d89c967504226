//! What must hold for any rows in any order: stores against a plain map, tables kept up by increments against tables built anew,
//! orders that are orders.
use std::{cmp::Ordering, collections::BTreeMap};

use proptest::{prelude::*, sample::select};

use super::{
    filter::Place,
    store::{FeedKey, FeedNo, Store},
    table::{Picked, Sort, Table},
    task::TaskId,
};
use crate::kinds::{
    Cell, Kind, Scope,
    cell::natural,
    pod::Pod,
    rows::{Change, Slots, Step},
};

const NOW: i64 = 1_800_000_000;
const OWNER: TaskId = TaskId(1);

fn pod(id: u8, restarts: u32, hours: i64, node: &str) -> Pod {
    Pod {
        uid: format!("uid-{id}").into(),
        name: format!("web-{}", id % 13).into(),
        namespace: ["infra", "shop", "web"][usize::from(id % 3)].into(),
        node: node.into(),
        status: if restarts > 2 { "CrashLoopBackOff" } else { "Running" }.into(),
        ip: "".into(),
        created: NOW - hours * 3600,
        ready: u16::from(restarts < 3),
        of: u16::from(!id.is_multiple_of(4)),
        restarts,
        restarted: None,
        owner: None,
        containers: Box::default(),
    }
}

fn pods() -> impl Strategy<Value = Pod> {
    (0..24_u8, 0..5_u32, 0..4_i64, select(vec!["", "node-9", "node-10"])).prop_map(|(id, r, h, n)| pod(id, r, h, n))
}

fn changes() -> impl Strategy<Value = Vec<Change<Pod>>> {
    let one = prop_oneof![
        3 => pods().prop_map(Change::Upsert),
        1 => (0..24_u8).prop_map(|id| Change::Remove(format!("uid-{id}").into())),
    ];
    prop::collection::vec(one, 0..8)
}

fn steps() -> impl Strategy<Value = Step<Pod>> {
    prop_oneof![
        2 => prop::collection::vec(pods(), 0..12).prop_map(Step::Page),
        1 => prop::collection::vec(pods(), 0..24).prop_map(Step::whole),
        4 => changes().prop_map(Step::Changed),
    ]
}

proptest! {
    #[test]
    fn slots_hold_what_a_plain_map_holds_and_a_row_keeps_its_slot_while_it_lives(
        steps in prop::collection::vec(steps(), 0..20)
    ) {
        let mut slots = Slots::<Pod>::default();
        let mut map: BTreeMap<String, Pod> = BTreeMap::new();
        for step in steps {
            let before: BTreeMap<String, u32> =
                map.keys().map(|id| (id.clone(), slots.slot(id).unwrap())).collect();
            let mut removed = Vec::new();
            match &step {
                Step::Page(rows) => map.extend(rows.iter().map(|pod| (pod.uid.to_string(), pod.clone()))),
                Step::Whole(rows) => map = rows.iter().map(|pod| (pod.uid.to_string(), pod.clone())).collect(),
                Step::Changed(changes) => {
                    for change in changes {
                        match change {
                            Change::Upsert(pod) => drop(map.insert(pod.uid.to_string(), pod.clone())),
                            Change::Remove(id) => {
                                map.remove(&**id);
                                removed.push(id.to_string());
                            }
                        }
                    }
                }
            }
            let touched = slots.apply(step);
            prop_assert_eq!(slots.len(), map.len());
            prop_assert_eq!(slots.iter().map(|pod| (pod.uid.to_string(), pod.clone())).collect::<BTreeMap<_, _>>(), map.clone());
            for (id, pod) in &map {
                let slot = slots.slot(id).unwrap();
                prop_assert_eq!(slots.get(slot), Some(pod));
                if !touched.all && before.contains_key(id) && !removed.contains(id) {
                    prop_assert_eq!(slot, before[id], "{} moved", id);
                }
            }
            prop_assert!(slots.slot("uid-none").is_none());
            let once: std::collections::BTreeSet<u32> = touched.set.iter().copied().collect();
            prop_assert_eq!(once.len(), touched.set.len(), "a touched row is told once");
            prop_assert!(touched.set.iter().all(|slot| slots.get(*slot).is_some()));
        }
    }

    #[test]
    fn a_table_kept_up_by_increments_is_the_table_built_anew(
        steps in prop::collection::vec((0..2_usize, steps()), 0..25),
        filter in select(vec![
            "", "web-1", "!web-1", "infra", "status:crash", "restarts>=2", "age<2h", "node-10 running", "!restarts>=", "we[b",
        ]),
        sort in prop::option::of((select(vec!["NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE", "CLUSTER"]), any::<bool>())),
        picked in prop::option::of(select(vec!["infra", "shop"])),
    ) {
        let mut store = Store::default();
        let keys = ["a", "b"].map(|name| FeedKey::new(Kind::Pod, Scope { cluster: name.into(), ..Scope::default() }));
        let feeds: Vec<FeedNo> = keys.iter().map(|key| store.begin(key, OWNER, NOW)).collect();
        let picked = picked.map(|name| Picked { column: "NAMESPACE", values: vec![name.into()] });
        let sort = sort.map(|(title, reverse)| Sort { by: Place::named(Kind::Pod, title).unwrap(), reverse });
        let table = || Table::new(Kind::Pod, Scope::default(), picked.clone(), "pods");
        let mut kept = table();
        kept.watch(&store, feeds.clone(), NOW);
        kept.set_sort(&store, sort, NOW);
        kept.set_filter(&store, filter, NOW);
        for (n, step) in steps {
            let Some((feed, touched)) = store.apply(&keys[n], OWNER, step.into(), NOW) else { continue };
            kept.absorb(&store, feed, &touched, NOW);
            let mut anew = table();
            anew.watch(&store, feeds.clone(), NOW);
            anew.set_sort(&store, sort, NOW);
            anew.set_filter(&store, filter, NOW);
            prop_assert_eq!(kept.shown(), anew.shown());
            prop_assert_eq!(kept.total(), anew.total());
            prop_assert_eq!(kept.at(), kept.shown().get(kept.index()).copied());
        }
    }

    #[test]
    fn typing_a_filter_letter_by_letter_shows_what_the_whole_shows(
        rows in prop::collection::vec(pods(), 0..40),
        text in "[a-cW-Z0-9 !|(:<>=.^$-]{0,12}|(status|restarts|age|namespace|node)[:<>=]{1,2}[a-z0-9]{0,4}( web)?",
    ) {
        let mut store = Store::default();
        let key = FeedKey::new(Kind::Pod, Scope::default());
        let feed = store.begin(&key, OWNER, NOW);
        store.apply(&key, OWNER, Step::whole(rows).into(), NOW);
        let table = || {
            let mut table = Table::new(Kind::Pod, Scope::default(), None, "pods");
            table.watch(&store, vec![feed], NOW);
            table
        };
        let (mut typed, mut once) = (table(), table());
        for end in 1..=text.chars().count() {
            typed.set_filter(&store, &text.chars().take(end).collect::<String>(), NOW);
        }
        once.set_filter(&store, &text, NOW);
        prop_assert_eq!(typed.shown(), once.shown());
        typed.set_filter(&store, "", NOW);
        prop_assert_eq!(typed.shown().len(), typed.total());
    }

    #[test]
    fn the_order_of_cells_is_an_order(cells in prop::collection::vec(ratios(), 3), texts in prop::array::uniform3("[a0-2-]{0,6}")) {
        let [a, b, c] = &cells[..] else { unreachable!() };
        is_an_order(a, b, c, Cell::order)?;
        let [a, b, c] = texts.each_ref().map(|text| Cell::text(text));
        is_an_order(&a, &b, &c, Cell::order)?;
        let [a, b, c] = texts;
        is_an_order(&a, &b, &c, |x, y| natural(x, y))?;
    }
}

fn ratios() -> impl Strategy<Value = Cell<'static>> {
    prop_oneof![
        4 => (0..3_u32, 0..3_u32).prop_map(|(some, all)| Cell::Ratio(some, all)),
        1 => Just(Cell::Missing),
    ]
}

/// `sort` may panic where this does not hold.
fn is_an_order<T>(a: &T, b: &T, c: &T, order: impl Fn(&T, &T) -> Ordering) -> Result<(), TestCaseError> {
    prop_assert_eq!(order(a, b), order(b, a).reverse());
    if order(a, b) != Ordering::Greater && order(b, c) != Ordering::Greater {
        let strict = order(a, b) == Ordering::Less || order(b, c) == Ordering::Less;
        prop_assert_eq!(order(a, c), if strict { Ordering::Less } else { Ordering::Equal });
    }
    Ok(())
}
