//! A line of a shell, taken apart.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    Always,
    And,
    Or,
}

/// The commands of a line, and on what each depends.
pub fn commands(line: &str) -> Vec<(Between, &str)> {
    let (mut found, mut start, mut between, mut quote) = (vec![], 0, Between::Always, None);
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let ahead = &bytes[at..];
        let (next, width) = match (ahead, quote) {
            ([open @ (b'\'' | b'"'), ..], None) => {
                quote = Some(*open);
                (None, 1)
            }
            ([close, ..], Some(open)) => {
                quote = Some(open).filter(|open| open != close);
                (None, 1)
            }
            ([b'&', b'&', ..], None) => (Some(Between::And), 2),
            ([b'|', b'|', ..], None) => (Some(Between::Or), 2),
            ([b';' | b'\n', ..], None) => (Some(Between::Always), 1),
            _ => (None, 1),
        };
        if let Some(next) = next {
            found.push((between, &line[start..at]));
            start = at + width;
            between = next;
        }
        at += width;
    }
    found.push((between, &line[start..]));
    found
}
