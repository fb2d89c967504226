//! `[ip, user, ..., status = 5*, bytes > 1000]`: conditions on the space-delimited fields of a message.
use super::{
    Refused,
    json::{Operand, Operator},
};

#[derive(Debug)]
pub struct Cells {
    before: Vec<Cell>,
    /// What follows `...`, counted from the end; none without it.
    after: Option<Vec<Cell>>,
}

/// The conditions on a field: of those joined by `||` one, of those joined by `&&` all.
#[derive(Debug, Default)]
struct Cell(Vec<Vec<(Operator, Operand)>>);

impl Cell {
    fn parse(text: &str, regexes: &mut usize) -> Result<Self, Refused> {
        let mut any = vec![];
        for part in text.split("||") {
            let mut all = vec![];
            for one in part.split("&&") {
                let start = one.find(['=', '!', '<', '>']).unwrap_or(one.len());
                let (name, rest) = one.split_at(start);
                if !name.trim().chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
                    return Err(format!("Invalid filter pattern: '{}' is not the name of a field", name.trim()));
                }
                if rest.is_empty() {
                    continue;
                }
                let (operator, rest) =
                    Operator::parse(rest).ok_or_else(|| format!("Invalid filter pattern: not understood: '{rest}'"))?;
                let (operand, after) = Operand::parse(rest.trim(), &[], regexes)?;
                if !after.trim().is_empty() {
                    return Err(format!("Invalid filter pattern: not understood: '{}'", after.trim()));
                }
                all.push((operator, operand));
            }
            any.push(all);
        }
        Ok(Self(any))
    }

    fn fits(&self, field: &str) -> bool {
        self.0.iter().any(|all| all.iter().all(|(operator, operand)| operand.fits(*operator, field)))
    }
}

impl Cells {
    pub fn parse(text: &str, regexes: &mut usize) -> Result<Self, Refused> {
        let inner = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .ok_or("Invalid filter pattern: a pattern of fields begins with [ and ends with ]")?;
        let mut cells = Self { before: vec![], after: None };
        for part in inner.split(',').map(str::trim) {
            if part == "..." {
                if cells.after.replace(vec![]).is_some() {
                    return Err("Invalid filter pattern: an ellipsis may stand but once".to_owned());
                }
                continue;
            }
            let cell = Cell::parse(part, regexes)?;
            cells.after.as_mut().unwrap_or(&mut cells.before).push(cell);
        }
        Ok(cells)
    }

    pub fn matches(&self, message: &str) -> bool {
        let fields = split(message);
        let after = self.after.as_deref().unwrap_or_default();
        let fixed = self.before.len() + after.len();
        if fields.len() < fixed || (self.after.is_none() && fields.len() != fixed) {
            return false;
        }
        let tail = &fields[fields.len() - after.len()..];
        self.before.iter().zip(&fields).all(|(cell, field)| cell.fits(field))
            && after.iter().zip(tail).all(|(cell, field)| cell.fits(field))
    }
}

/// Fields are apart by spaces; what is in quotation marks or brackets is one.
fn split(message: &str) -> Vec<&str> {
    let mut fields = vec![];
    let mut rest = message.trim_start();
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let inner = close.and_then(|close| rest[1..].find(close).map(|end| (&rest[1..=end], &rest[end + 2..])));
        let (field, after) =
            inner.unwrap_or_else(|| rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())));
        fields.push(field);
        rest = after.trim_start();
    }
    fields
}
