//! One event as rows on the screen: cut to one, wrapped, or unfolded into all its lines and fields. Only what is drawn goes through
//! here, and of what is very long only its beginning.
use crate::{
    log::store::{audit, fields, is_json},
    text,
};

/// More of one event than this is never laid out: it is in the details, and in what is saved.
const MOST: usize = 64 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One row, whatever the event says.
    Cut,
    Wrapped,
    /// All its lines, then its fields.
    Unfolded,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub text: String,
    /// How many columns at its beginning are the name of a field.
    pub key: usize,
}

/// The message in one line, and after it the fields that stand beside it, but for those that are drawn elsewhere.
#[must_use]
pub fn line(said: &[u8]) -> String {
    const ELSEWHERE: [&str; 8] = ["time", "ts", "timestamp", "@timestamp", "level", "severity", "lvl", "stream"];
    if let Some(sentence) = audit::sentence(said) {
        return text::clean(&sentence).into_owned();
    }
    // only of what is a record the parts are told in another order
    let told = Some(said)
        .filter(|said| is_json(said))
        .and_then(fields::fields)
        .and_then(|fields| Some((fields.message?, fields.pairs)));
    let Some((message, pairs)) = told else {
        let message = fields::message(said);
        let head = String::from_utf8_lossy(&message[..message.len().min(MOST)]);
        return text::clean(head.trim_end_matches(['\n', '\r'])).into_owned();
    };
    let mut line = text::clean(message.trim_end_matches(['\n', '\r'])).into_owned();
    line.truncate(line.floor_char_boundary(MOST));
    for field in pairs.iter().filter(|field| !ELSEWHERE.contains(&field.name.as_str())).take(12) {
        line.push_str("  ");
        line.push_str(&text::clean(&field.name));
        line.push('=');
        line.push_str(&text::clean(&field.value));
    }
    line
}

/// How many rows [`rows`] makes.
#[must_use]
pub fn height(said: &[u8], room: usize, form: Form, most: usize) -> usize {
    if form == Form::Cut { 1 } else { rows(said, room, form, most).len() }
}

/// The rows of an event, `room` columns wide and at most `most` of them.
#[must_use]
pub fn rows(said: &[u8], room: usize, form: Form, most: usize) -> Vec<Row> {
    let room = room.max(1);
    let plain = |text: String| Row { text, key: 0 };
    let mut rows: Vec<Row> = match form {
        Form::Cut => return vec![plain(text::cut(&line(said), room, text::Cut::End).into_owned())],
        Form::Wrapped => broken(&line(said), room, most).map(plain).collect(),
        Form::Unfolded => unfolded(said, room, most),
    };
    if rows.len() > most {
        rows.truncate(most.max(1));
        if let Some(last) = rows.last_mut() {
            last.text = text::cut(&format!("{}……", last.text), room, text::Cut::End).into_owned();
        }
    }
    rows
}

fn unfolded(said: &[u8], room: usize, most: usize) -> Vec<Row> {
    let message = fields::message(said);
    let head = String::from_utf8_lossy(&message[..message.len().min(MOST)]).into_owned();
    let mut rows = vec![];
    for line in head.trim_end_matches(['\n', '\r']).lines().take(most + 1) {
        rows.extend(broken(&text::clean(line), room, most).map(|text| Row { text, key: 0 }));
    }
    let Some(fields) = fields::fields(&said[..said.len().min(4 * MOST)]) else { return rows };
    for field in &fields.pairs {
        let name = text::clean(&field.name).into_owned();
        let value = text::clean(&field.value).into_owned();
        let key = (text::width(&name) + 3).min(room);
        let whole = format!("  {name}: {value}");
        for (n, text) in broken(&whole, room, most).enumerate() {
            rows.push(Row { text, key: if n == 0 { key } else { 0 } });
        }
        if rows.len() > most {
            break;
        }
    }
    rows
}

/// Clean text in rows of `room` columns, one more than `most` at the most, so that one sees that there is more.
fn broken(words: &str, room: usize, most: usize) -> impl Iterator<Item = String> {
    let mut rest = Some(words);
    std::iter::from_fn(move || {
        let all = rest?;
        let mut used = 0;
        let end = all.char_indices().find(|(_, c)| {
            used += text::of_char(*c);
            used > room
        });
        match end {
            Some((at, c)) => {
                // a character wider than the row stands alone rather than for ever
                let at = if at == 0 { c.len_utf8() } else { at };
                rest = Some(&all[at..]);
                Some(all[..at].to_owned())
            }
            None => rest.take().map(str::to_owned),
        }
    })
    .take(most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|row| row.text.as_str()).collect()
    }

    #[test]
    fn an_event_is_one_row_until_it_is_wrapped_or_unfolded() {
        let trace = b"boom\n  at a.rb:1\n  at b.rb:2\n";
        assert_eq!(text(&rows(trace, 8, Form::Cut, 10)), ["boom   …"]);
        assert_eq!(text(&rows(trace, 80, Form::Unfolded, 10)), ["boom", "  at a.rb:1", "  at b.rb:2"]);
        assert_eq!(text(&rows(b"abcdefghij", 4, Form::Wrapped, 10)), ["abcd", "efgh", "ij"]);
    }

    #[test]
    fn what_is_too_long_says_so_in_its_last_row() {
        assert_eq!(text(&rows(b"abcdefghij", 2, Form::Wrapped, 2)), ["ab", "c…"]);
        let long = vec![b'x'; 10 << 20];
        assert_eq!(rows(&long, 80, Form::Unfolded, 20).len(), 20);
    }

    #[test]
    fn fields_are_rows_of_their_own_and_know_their_names() {
        let said = br#"{"level":"error","msg":"no\u001b[31m way","user":{"id":7}}"#;
        let rows = rows(said, 40, Form::Unfolded, 20);
        assert!(rows.iter().any(|row| row.text == "  user.id: 7" && row.key == 10), "{rows:?}");
        assert!(rows.iter().all(|row| !row.text.contains('\u{1b}')), "{rows:?}");
    }

    #[test]
    fn heights_are_those_of_the_rows() {
        for form in [Form::Cut, Form::Wrapped, Form::Unfolded] {
            let said = "日本語 {\"a\":1}\nb".as_bytes();
            assert_eq!(height(said, 5, form, 9), rows(said, 5, form, 9).len());
        }
    }
}
