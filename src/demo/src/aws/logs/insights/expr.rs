//! What is worked out from a record: its fields, functions of them, and the conditions of `filter`.
use regex::Regex;
use serde_json::Value;

/// A log event as queries see it.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub timestamp: i64,
    pub ingestion: i64,
    pub message: String,
    pub stream: String,
    /// Account and log group.
    pub log: String,
    pub pointer: String,
    /// The message, if it is a JSON object.
    pub json: Option<Value>,
}

/// `2026-11-24 21:00:00.000`, as Insights writes times.
#[must_use]
pub fn time(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
}

impl Record {
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        Some(match name {
            "@timestamp" => time(self.timestamp),
            "@ingestionTime" => time(self.ingestion),
            "@message" => self.message.clone(),
            "@logStream" => self.stream.clone(),
            "@log" => self.log.clone(),
            "@ptr" => self.pointer.clone(),
            _ => return discovered(self.json.as_ref()?, name).map(plain),
        })
    }
}

/// A discovered field: dots lead into objects, and may belong to a name.
fn discovered<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    if let Some(found) = value.get(name) {
        return Some(found);
    }
    if let Value::Array(all) = value {
        let (index, rest) = name.split_once('.').unwrap_or((name, ""));
        let item = all.get(index.parse::<usize>().ok()?)?;
        return if rest.is_empty() { Some(item) } else { discovered(item, rest) };
    }
    name.match_indices('.').find_map(|(at, _)| discovered(value.get(&name[..at])?, &name[at + 1..]))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(is) => if *is { "1" } else { "0" }.to_owned(),
        other => other.to_string(),
    }
}

#[derive(Clone, Debug)]
pub enum Expr {
    Field(String),
    Text(String),
    Number(f64),
    Call(Function, Vec<Expr>),
    /// The start of the span that the record lies in.
    Bin(i64),
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Box<Expr>, &'static str, Box<Expr>),
    Like(Box<Expr>, Regex),
    In(Box<Expr>, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    IsPresent,
    IsBlank,
    Contains,
    Lower,
    Upper,
    Length,
    Coalesce,
}

impl Function {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "ispresent" => Self::IsPresent,
            "isblank" | "isempty" => Self::IsBlank,
            "strcontains" => Self::Contains,
            "tolower" => Self::Lower,
            "toupper" => Self::Upper,
            "strlen" => Self::Length,
            "coalesce" => Self::Coalesce,
            _ => return None,
        })
    }

    fn of(self, values: &[Option<String>]) -> Option<String> {
        let first = values.first().cloned().flatten();
        let flag = |is: bool| Some(u8::from(is).to_string());
        match self {
            Self::IsPresent => flag(first.is_some()),
            Self::IsBlank => flag(first.is_none_or(|text| text.trim().is_empty())),
            Self::Contains => {
                flag(values.get(1)?.as_ref().is_some_and(|part| first.is_some_and(|text| text.contains(part))))
            }
            Self::Lower => Some(first?.to_lowercase()),
            Self::Upper => Some(first?.to_uppercase()),
            Self::Length => Some(first?.chars().count().to_string()),
            Self::Coalesce => values.iter().flatten().next().cloned(),
        }
    }
}

impl Expr {
    #[must_use]
    pub fn value(&self, record: &Record) -> Option<String> {
        match self {
            Self::Field(name) => record.field(name),
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Call(function, of) => function.of(&of.iter().map(|one| one.value(record)).collect::<Vec<_>>()),
            Self::Bin(span) => Some(time(record.timestamp.div_euclid(*span) * span)),
            _ => Some(u8::from(self.holds(record)).to_string()),
        }
    }

    #[must_use]
    pub fn holds(&self, record: &Record) -> bool {
        match self {
            Self::Or(any) => any.iter().any(|one| one.holds(record)),
            Self::And(all) => all.iter().all(|one| one.holds(record)),
            Self::Not(inner) => !inner.holds(record),
            Self::Compare(a, sign, b) => match (a.value(record), b.value(record)) {
                (Some(a), Some(b)) => compare(&a, sign, &b),
                _ => false,
            },
            Self::Like(what, regex) => what.value(record).is_some_and(|text| regex.is_match(&text)),
            Self::In(what, all) => {
                let value = what.value(record);
                value.is_some() && all.iter().any(|one| one.value(record) == value)
            }
            _ => self.value(record).is_some_and(|value| value != "0" && !value.is_empty()),
        }
    }
}

/// Numbers by their size where both are numbers, everything else as text.
fn compare(a: &str, sign: &str, b: &str) -> bool {
    let order = match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.partial_cmp(&b),
        _ => Some(a.cmp(b)),
    };
    order.is_some_and(|order| match sign {
        "=" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}
