//! Any arrival, one order.
use proptest::prelude::*;

use super::*;
use crate::log::store::histogram::Histogram;

/// What is done to a store, one after the other.
#[derive(Clone, Debug)]
enum Step {
    Add(Vec<Event>),
    Adopt(Vec<Event>),
    /// Confirms the n-th of the lines that are provisional yet.
    Confirm(usize, u8),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let id = prop_oneof![Just(None), "[0-9]{3}".prop_map(Some), "[a-z]{1,3}".prop_map(Some)];
    let text = prop_oneof![
        "[a-z]{0,12}",
        Just("ERROR no".to_owned()),
        Just("\tat frame".to_owned()),
        Just("level=warn slow".to_owned()),
        Just("x".repeat(90_000)),
    ];
    let one = (0_u32..3, 0_i64..60, prop::option::of(0_i64..3), id, text, any::<bool>());
    let event = one.prop_map(|(source, at, delay, id, text, provisional)| Event {
        source: SourceNo(source),
        at,
        ingested: delay.map(|delay| at + delay),
        provisional: provisional && id.is_none(),
        id: id.map(Into::into),
        text: text.into_bytes().into(),
    });
    prop::collection::vec(event, 0..40)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => events().prop_map(Step::Add),
        1 => events().prop_map(Step::Adopt),
        1 => (any::<usize>(), any::<u8>()).prop_map(|(which, id)| Step::Confirm(which, id)),
    ];
    prop::collection::vec(step, 1..14)
}

/// What is kept of a line by the simple one.
#[derive(Clone, Debug)]
struct Known {
    no: u64,
    key: (i64, Option<i64>, Option<String>),
    /// The line that it belongs to.
    head: u64,
}

/// Keeps everything and sorts it when asked.
#[derive(Default)]
struct Simple {
    lines: Vec<Known>,
}

impl Simple {
    fn take(&mut self, store: &Store, added: &Added) {
        for no in added.lines.clone() {
            let Some(line) = store.line(LineNo(no)) else { continue };
            let key = (line.at, line.ingested, store.id(LineNo(no)));
            let head = if line.continued { store.shelf().family_head(no) } else { no };
            self.lines.push(Known { no, key, head });
        }
    }

    fn order(&self, from: u64) -> Vec<u64> {
        let head = |line: &Known| self.lines.iter().find(|other| other.no == line.head).unwrap().key.clone();
        let mut lines: Vec<_> = self.lines.iter().filter(|line| line.no >= from).collect();
        lines.sort_by_key(|line| (head(line), line.head, line.no));
        lines.iter().map(|line| line.no).collect()
    }
}

fn apply(store: &mut Store, simple: &mut Simple, step: &Step) -> Added {
    let added = match step {
        Step::Add(events) => store.add(events),
        Step::Adopt(events) => {
            let mut builder = Builder::new();
            let mut last = Added::default();
            let mut chunks: Vec<Chunk> = events.iter().filter_map(|event| builder.push(&event.into())).collect();
            chunks.extend(builder.finish());
            // all but the last are rarely there: their effects are joined as a caller would see them one by one
            for chunk in chunks {
                let added = store.adopt(Arc::new(chunk));
                let lines = if last.lines.is_empty() { added.lines.clone() } else { last.lines.start..added.lines.end };
                let evicted =
                    if last.evicted.is_empty() { added.evicted.clone() } else { last.evicted.start..added.evicted.end };
                let gone = last.gone.into_iter().chain(added.gone).collect();
                last = Added { lines, late: last.late + added.late, evicted, gone, moved: Vec::new() };
            }
            last
        }
        Step::Confirm(which, id) => {
            let waiting: Vec<LineNo> = store.from(0).filter(|line| store.line(*line).unwrap().provisional).collect();
            let Some(line) = (!waiting.is_empty()).then(|| waiting[which % waiting.len()]) else {
                return Added::default();
            };
            let (id, ingested) = (id.to_string(), store.line(line).unwrap().at + 1);
            let added = store.confirm(&[Confirmed { line, ingested: Some(ingested), id: Some(&id) }]);
            let known = simple.lines.iter_mut().find(|known| known.no == line.0).unwrap();
            (known.key.1, known.key.2) = (Some(ingested), Some(id));
            added
        }
    };
    simple.take(store, &added);
    added
}

fn hits(store: &Store, shown: &Shown) -> Vec<u64> {
    shown.lines(store, 0).map(|line| line.no.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_comes_in_whatever_order_stands_in_one(steps in steps(), cap in prop_oneof![Just(usize::MAX), Just(3_usize << 20)]) {
        let (mut store, mut simple) = (Store::new(cap), Simple::default());
        let (query, names) = (Query::parse("level:unknown,warn !zz", NOW, 0).unwrap(), Names::default());
        let mut shown = Shown::searching(LineNo(0));
        let (mut counts, mut of_shown) = (Histogram::new(0, 64, 8), Histogram::new(0, 64, 8));
        for step in &steps {
            let added = apply(&mut store, &mut simple, step);
            let change = Shown::all().absorb(&store, &added, &Query::default(), &names);
            counts.absorb(&store, &change);
            let change = shown.absorb(&store, &added, &query, &names);
            of_shown.absorb(&store, &change);
        }
        let order: Vec<u64> = store.from(0).map(|line| line.0).collect();
        prop_assert_eq!(&order, &simple.order(store.numbers().start));
        prop_assert_eq!(store.len() as u64, store.numbers().end - store.numbers().start, "the newest are kept");
        for (at, no) in order.iter().enumerate() {
            prop_assert_eq!((store.at(at), store.position(LineNo(*no))), (Some(LineNo(*no)), Some(at)));
        }
        // what was kept up is what is found anew
        let mut anew = Shown::searching(LineNo(store.numbers().end));
        store.snapshot().search(&query, &names, true, &|| false, &mut |piece| { anew.take(&store, &piece); });
        prop_assert_eq!(hits(&store, &shown), hits(&store, &anew));
        let simply: Vec<u64> =
            order.iter().copied().filter(|no| query.matches(&store.line(LineNo(*no)).unwrap(), &names)).collect();
        prop_assert_eq!(hits(&store, &anew), simply);
        prop_assert_eq!(counts, Histogram::of(&store, &Shown::all(), 0, 64, 8));
        prop_assert_eq!(of_shown, Histogram::of(&store, &shown, 0, 64, 8));
    }

    #[test]
    fn the_neighbours_of_a_line_are_found_whether_it_is_shown_or_not(events in events(), at in 0_usize..40) {
        let mut store = Store::new(usize::MAX);
        store.add(&events);
        let (query, names) = (Query::parse("level:error", NOW, 0).unwrap(), Names::default());
        let mut shown = Shown::searching(LineNo(store.numbers().end));
        store.snapshot().search(&query, &names, false, &|| false, &mut |piece| { shown.take(&store, &piece); });
        let Some(line) = store.at(at) else { return Ok(()) };
        let passes = |line: &LineNo| query.matches(&store.line(*line).unwrap(), &names);
        prop_assert_eq!(shown.after(&store, line), store.from(at + 1).find(passes));
        let before: Vec<LineNo> = store.from(0).take(at).filter(passes).collect();
        prop_assert_eq!(shown.before(&store, line), before.last().copied());
        if passes(&line) {
            prop_assert_eq!(shown.position(&store, line), Some(before.len()));
            prop_assert_eq!(shown.nearest(&store, line), before.len());
        } else {
            prop_assert_eq!(shown.position(&store, line), None);
        }
    }
}
