//! `{ ($.level = "error") && ($.latency_ms > 250) }`: conditions on messages that are JSON.
use regex::Regex;
use serde_json::Value;

use super::{Refused, between_percents, like, quoted};

#[derive(Debug)]
pub enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    One { at: Vec<Step>, test: Test },
}

/// A step of a selector.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Field(String),
    Index(usize),
    Every,
}

#[derive(Debug)]
pub enum Test {
    Compare(Operator, Operand),
    Exists(bool),
    Null,
    Bool(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    Unequal,
    Above,
    AtLeast,
    Below,
    AtMost,
}

#[derive(Debug)]
pub enum Operand {
    Number(f64),
    /// With `*` for anything.
    Text(String),
    Regex(Regex),
}

impl Operator {
    /// At the start of a text.
    pub fn parse(text: &str) -> Option<(Self, &str)> {
        const ALL: [(&str, Operator); 6] = [
            ("!=", Operator::Unequal),
            (">=", Operator::AtLeast),
            ("<=", Operator::AtMost),
            ("=", Operator::Equal),
            (">", Operator::Above),
            ("<", Operator::Below),
        ];
        ALL.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
    }

    pub fn numbers(self, value: f64, other: f64) -> bool {
        let Some(order) = value.partial_cmp(&other) else { return self == Self::Unequal };
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Above => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
        }
    }

    pub const fn orders(self) -> bool {
        !matches!(self, Self::Equal | Self::Unequal)
    }
}

impl Operand {
    pub fn parse<'a>(text: &'a str, ends: &[char], regexes: &mut usize) -> Result<(Self, &'a str), Refused> {
        if let Some(rest) = text.strip_prefix('"') {
            let (value, after) = quoted(rest)?;
            return Ok((Self::Text(value), after));
        }
        if text.starts_with('%') {
            let (regex, after) = between_percents(text, regexes)?;
            return Ok((Self::Regex(regex), after));
        }
        let end = text.find(|c: char| c.is_whitespace() || ends.contains(&c)).unwrap_or(text.len());
        let (word, after) = text.split_at(end);
        if word.is_empty() {
            return Err("Invalid filter pattern: a value is missing".to_owned());
        }
        Ok((word.parse().map_or_else(|_| Self::Text(word.to_owned()), Self::Number), after))
    }

    /// Whether a text of the message fulfils the comparison.
    pub fn fits(&self, operator: Operator, text: &str) -> bool {
        let equal = match self {
            Self::Number(wish) => {
                return text.trim().parse().is_ok_and(|value| operator.numbers(value, *wish))
                    || (operator == Operator::Unequal && text.trim().parse::<f64>().is_err());
            }
            Self::Text(wish) => like(wish, text),
            Self::Regex(regex) => regex.is_match(text),
        };
        match operator {
            Operator::Equal => equal,
            Operator::Unequal => !equal,
            _ => false,
        }
    }
}

impl Condition {
    pub fn parse(text: &str, regexes: &mut usize) -> Result<Self, Refused> {
        let inner = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
            .ok_or("Invalid filter pattern: a JSON pattern begins with { and ends with }")?;
        let mut parser = Parser { rest: inner, regexes };
        let condition = parser.any()?;
        parser.skip();
        if parser.rest.is_empty() { Ok(condition) } else { Err(parser.stuck()) }
    }

    pub fn holds(&self, message: &Value) -> bool {
        match self {
            Self::Any(all) => all.iter().any(|one| one.holds(message)),
            Self::All(all) => all.iter().all(|one| one.holds(message)),
            Self::One { at, test } => {
                let mut found = vec![];
                select(message, at, &mut found);
                match test {
                    Test::Exists(wish) => found.is_empty() != *wish,
                    _ => found.iter().any(|value| test.holds(value)),
                }
            }
        }
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Exists(wish) => *wish,
            Self::Null => value.is_null(),
            Self::Bool(wish) => value.as_bool() == Some(*wish),
            Self::Compare(operator, operand) => match (value, operand) {
                (Value::Number(number), Operand::Number(wish)) => {
                    number.as_f64().is_some_and(|number| operator.numbers(number, *wish))
                }
                (Value::Number(number), operand) => operand.fits(*operator, &number.to_string()),
                (Value::String(text), operand) => !operator.orders() && operand.fits(*operator, text),
                (Value::Bool(is), Operand::Text(wish)) => {
                    operand_is(*operator, wish == if *is { "true" } else { "false" })
                }
                _ => false,
            },
        }
    }
}

const fn operand_is(operator: Operator, equal: bool) -> bool {
    match operator {
        Operator::Equal => equal,
        Operator::Unequal => !equal,
        _ => false,
    }
}

fn select<'a>(value: &'a Value, steps: &[Step], found: &mut Vec<&'a Value>) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(value);
        return;
    };
    match (step, value) {
        (Step::Field(name), Value::Object(fields)) => {
            fields.get(name).into_iter().for_each(|next| select(next, rest, found));
        }
        (Step::Index(index), Value::Array(all)) => {
            all.get(*index).into_iter().for_each(|next| select(next, rest, found))
        }
        (Step::Every, Value::Array(all)) => all.iter().for_each(|next| select(next, rest, found)),
        (Step::Every, Value::Object(all)) => all.values().for_each(|next| select(next, rest, found)),
        _ => {}
    }
}

struct Parser<'a, 'r> {
    rest: &'a str,
    regexes: &'r mut usize,
}

impl Parser<'_, '_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, what: &str) -> bool {
        self.skip();
        let Some(rest) = self.rest.strip_prefix(what) else { return false };
        self.rest = rest;
        true
    }

    fn word(&mut self, what: &str) -> bool {
        self.skip();
        let same = self.rest.get(..what.len()).is_some_and(|start| start.eq_ignore_ascii_case(what));
        if same {
            self.rest = &self.rest[what.len()..];
        }
        same
    }

    fn stuck(&self) -> Refused {
        format!("Invalid filter pattern: not understood: '{}'", self.rest.trim())
    }

    fn any(&mut self) -> Result<Condition, Refused> {
        let mut all = vec![self.all()?];
        while self.take("||") {
            all.push(self.all()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::Any(all) })
    }

    fn all(&mut self) -> Result<Condition, Refused> {
        let mut all = vec![self.one()?];
        while self.take("&&") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::All(all) })
    }

    fn one(&mut self) -> Result<Condition, Refused> {
        if self.take("(") {
            let inner = self.any()?;
            return if self.take(")") { Ok(inner) } else { Err(self.stuck()) };
        }
        if !self.take("$") {
            return Err(self.stuck());
        }
        let at = self.selector()?;
        Ok(Condition::One { at, test: self.test()? })
    }

    fn selector(&mut self) -> Result<Vec<Step>, Refused> {
        let mut steps = vec![];
        loop {
            if let Some(rest) = self.rest.strip_prefix(".*") {
                (self.rest, steps) = (rest, pushed(steps, Step::Every));
            } else if let Some(rest) = self.rest.strip_prefix('.') {
                let end = rest.find(|c: char| !c.is_alphanumeric() && !"_-@/".contains(c)).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                if name.is_empty() {
                    return Err(self.stuck());
                }
                (self.rest, steps) = (after, pushed(steps, Step::Field(name.to_owned())));
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let (inner, after) = rest.split_once(']').ok_or_else(|| self.stuck())?;
                let step = match inner.trim_matches(['"', '\'']) {
                    "*" => Step::Every,
                    name if name.len() < inner.len() => Step::Field(name.to_owned()),
                    index => Step::Index(index.trim().parse().map_err(|_| self.stuck())?),
                };
                (self.rest, steps) = (after, pushed(steps, step));
            } else if steps.is_empty() {
                return Err(self.stuck());
            } else {
                return Ok(steps);
            }
        }
    }

    fn test(&mut self) -> Result<Test, Refused> {
        self.skip();
        if let Some((operator, rest)) = Operator::parse(self.rest) {
            let (operand, after) = Operand::parse(rest.trim_start(), &['&', '|', ')', '('], self.regexes)?;
            if operator.orders() && !matches!(operand, Operand::Number(_)) {
                return Err("Invalid filter pattern: only numbers are more or less than each other".to_owned());
            }
            self.rest = after;
            return Ok(Test::Compare(operator, operand));
        }
        if self.word("NOT") && self.word("EXISTS") {
            return Ok(Test::Exists(false));
        }
        if self.word("EXISTS") {
            return Ok(Test::Exists(true));
        }
        if self.word("IS") {
            for (word, test) in [("NULL", Test::Null), ("TRUE", Test::Bool(true)), ("FALSE", Test::Bool(false))] {
                if self.word(word) {
                    return Ok(test);
                }
            }
        }
        Err(self.stuck())
    }
}

fn pushed(mut steps: Vec<Step>, step: Step) -> Vec<Step> {
    steps.push(step);
    steps
}
