//! The scroll-back as a whole, against the simplest thing that does the same.
use super::*;

pub fn event(source: u32, at: i64, text: &str) -> Event {
    let text = text.as_bytes().into();
    Event { source: SourceNo(source), at, ingested: None, id: None, text, provisional: false }
}

#[test]
fn lines_stand_in_the_order_of_time_and_keep_their_numbers() {
    let mut store = Store::new(1 << 30);
    store.add(&[event(0, 20, "b"), event(1, 30, "c")]);
    let added = store.add(&[event(0, 10, "a"), event(0, 40, "d")]);
    assert_eq!((added.lines, added.late), (2..4, 1));
    let text: Vec<&[u8]> = store.from(0).map(|line| store.line(line).unwrap().text).collect();
    assert_eq!(text, [b"a", b"b", b"c", b"d"]);
    assert_eq!((store.position(LineNo(2)), store.seek(25), store.at(4)), (Some(0), 2, None));
}
