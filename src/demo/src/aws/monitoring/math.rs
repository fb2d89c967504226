//! Metric math: `m1 + m2`, `m1 / m2 * 100`, `SUM([m1, m2])`, `MAX(METRICS())`, `FILL(m1, 0)`.
use std::collections::BTreeMap;

/// By the beginning of each period.
pub type Points = BTreeMap<i64, f64>;

#[derive(Clone, Debug, PartialEq)]
pub enum Worked {
    Number(f64),
    Points(Points),
    Many(Vec<Points>),
}

/// What the names in an expression stand for: in the order in which they were asked for.
pub type Known = Vec<(String, Points)>;

/// Works an expression out; or says what is wrong with it.
pub fn work_out(text: &str, known: &Known) -> Result<Worked, String> {
    let mut parser = Parser { rest: text, known };
    let worked = parser.sum()?;
    parser.skip();
    if parser.rest.is_empty() { Ok(worked) } else { Err(format!("not understood: '{}'", parser.rest)) }
}

struct Parser<'a> {
    rest: &'a str,
    known: &'a Known,
}

impl<'a> Parser<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn sign(&mut self, signs: &[char]) -> Option<char> {
        self.skip();
        let sign = self.rest.chars().next().filter(|sign| signs.contains(sign))?;
        self.rest = &self.rest[sign.len_utf8()..];
        Some(sign)
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        self.sign(&[sign]).map(|_| ()).ok_or_else(|| format!("{sign} expected at '{}'", self.rest))
    }

    fn word(&mut self, part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn sum(&mut self) -> Result<Worked, String> {
        let mut left = self.product()?;
        while let Some(sign) = self.sign(&['+', '-']) {
            left = both(left, self.product()?, sign)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Worked, String> {
        let mut left = self.power()?;
        while let Some(sign) = self.sign(&['*', '/']) {
            left = both(left, self.power()?, sign)?;
        }
        Ok(left)
    }

    fn power(&mut self) -> Result<Worked, String> {
        if self.sign(&['-']).is_some() {
            return both(Worked::Number(0.0), self.power()?, '-');
        }
        let base = self.one()?;
        if self.sign(&['^']).is_some() {
            return both(base, self.power()?, '^');
        }
        Ok(base)
    }

    fn one(&mut self) -> Result<Worked, String> {
        self.skip();
        match self.rest.chars().next() {
            Some('(') => {
                self.rest = &self.rest[1..];
                let inner = self.sum()?;
                self.expect(')')?;
                Ok(inner)
            }
            Some('[') => {
                self.rest = &self.rest[1..];
                let mut all = vec![];
                loop {
                    match self.sum()? {
                        Worked::Points(points) => all.push(points),
                        Worked::Many(many) => all.extend(many),
                        Worked::Number(_) => return Err("a list is of metrics, not of numbers".to_owned()),
                    }
                    if self.sign(&[',']).is_none() {
                        break;
                    }
                }
                self.expect(']')?;
                Ok(Worked::Many(all))
            }
            Some(c) if c.is_ascii_digit() => {
                let word = self.word(|c| c.is_ascii_digit() || c == '.');
                word.parse().map(Worked::Number).map_err(|_| format!("{word} is not a number"))
            }
            Some(c) if c.is_ascii_lowercase() => {
                let name = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
                let found = self.known.iter().find(|(known, _)| known == name);
                found.map(|(_, points)| Worked::Points(points.clone())).ok_or_else(|| format!("there is no {name}"))
            }
            Some(c) if c.is_ascii_uppercase() => {
                let name = self.word(|c| c.is_ascii_uppercase() || c == '_');
                self.function(name)
            }
            _ => Err(format!("not understood: '{}'", self.rest)),
        }
    }

    fn function(&mut self, name: &str) -> Result<Worked, String> {
        self.expect('(')?;
        if name == "METRICS" {
            self.expect(')')?;
            return Ok(Worked::Many(self.known.iter().map(|(_, points)| points.clone()).collect()));
        }
        let of = self.sum()?;
        let worked = match name {
            "SUM" => across(of, |values| values.iter().sum()),
            "AVG" => across(of, |values| values.iter().sum::<f64>() / values.len() as f64),
            "MIN" => across(of, |values| values.iter().copied().fold(f64::INFINITY, f64::min)),
            "MAX" => across(of, |values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            "ABS" => each(of, f64::abs),
            "CEIL" => each(of, f64::ceil),
            "FLOOR" => each(of, f64::floor),
            "FILL" => {
                self.expect(',')?;
                let Worked::Number(with) = self.sum()? else {
                    return Err("FILL is served with a number alone".to_owned());
                };
                self.filled(of, with)
            }
            _ => return Err(format!("{name} is not served here")),
        };
        self.expect(')')?;
        Ok(worked)
    }

    /// Wherever another metric has a value.
    fn filled(&self, of: Worked, with: f64) -> Worked {
        let fill = |mut points: Points| {
            for at in self.known.iter().flat_map(|(_, points)| points.keys()) {
                points.entry(*at).or_insert(with);
            }
            points
        };
        match of {
            Worked::Points(points) => Worked::Points(fill(points)),
            Worked::Many(all) => Worked::Many(all.into_iter().map(fill).collect()),
            number @ Worked::Number(_) => number,
        }
    }
}

/// Of a list a value for each time; of a single metric one number for all times.
fn across(of: Worked, how: impl Fn(&[f64]) -> f64) -> Worked {
    match of {
        Worked::Many(all) => {
            let mut gathered: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for (at, value) in all.into_iter().flatten() {
                gathered.entry(at).or_default().push(value);
            }
            Worked::Points(gathered.into_iter().map(|(at, values)| (at, how(&values))).collect())
        }
        Worked::Points(points) if points.is_empty() => Worked::Points(points),
        Worked::Points(points) => Worked::Number(how(&points.into_values().collect::<Vec<_>>())),
        number @ Worked::Number(_) => number,
    }
}

fn each(of: Worked, how: impl Fn(f64) -> f64) -> Worked {
    let over = |points: Points| points.into_iter().map(|(at, value)| (at, how(value))).collect();
    match of {
        Worked::Number(number) => Worked::Number(how(number)),
        Worked::Points(points) => Worked::Points(over(points)),
        Worked::Many(all) => Worked::Many(all.into_iter().map(over).collect()),
    }
}

/// Two metrics meet where both have a value; what has none (a division by nothing) is left out.
fn both(left: Worked, right: Worked, sign: char) -> Result<Worked, String> {
    let how = |a: f64, b: f64| match sign {
        '+' => a + b,
        '-' => a - b,
        '*' => a * b,
        '/' => a / b,
        _ => a.powf(b),
    };
    let kept = |points: Points| points.into_iter().filter(|(_, value)| value.is_finite()).collect::<Points>();
    Ok(match (left, right) {
        (Worked::Number(a), Worked::Number(b)) => Worked::Number(how(a, b)),
        (Worked::Points(a), Worked::Number(b)) => {
            Worked::Points(kept(a.into_iter().map(|(at, a)| (at, how(a, b))).collect()))
        }
        (Worked::Number(a), Worked::Points(b)) => {
            Worked::Points(kept(b.into_iter().map(|(at, b)| (at, how(a, b))).collect()))
        }
        (Worked::Points(a), Worked::Points(b)) => {
            Worked::Points(kept(a.into_iter().filter_map(|(at, a)| Some((at, how(a, *b.get(&at)?)))).collect()))
        }
        (Worked::Many(all), other) => {
            let one = |points| match both(Worked::Points(points), other.clone(), sign) {
                Ok(Worked::Points(points)) => Ok(points),
                Ok(_) => Err("a list cannot be set against a list".to_owned()),
                Err(why) => Err(why),
            };
            Worked::Many(all.into_iter().map(one).collect::<Result<_, _>>()?)
        }
        (_, Worked::Many(_)) => return Err("a list stands at the left of a sign".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let points = |values: &[(i64, f64)]| values.iter().copied().collect();
        vec![("m1".into(), points(&[(1, 2.0), (2, 4.0), (3, 0.0)])), ("m2".into(), points(&[(1, 8.0), (3, 0.0)]))]
    }

    fn points(text: &str) -> Vec<(i64, f64)> {
        match work_out(text, &known()) {
            Ok(Worked::Points(points)) => points.into_iter().collect(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn metrics_are_added_and_divided_where_both_have_a_value() {
        assert_eq!(points("m1 + m2"), [(1, 10.0), (3, 0.0)]);
        assert_eq!(points("m1 / m2 * 100"), [(1, 25.0)]);
        assert_eq!(points("m1*2"), [(1, 4.0), (2, 8.0), (3, 0.0)]);
        assert_eq!(points("100 - (m1 + 1) ^ 2"), [(1, 91.0), (2, 75.0), (3, 99.0)]);
        assert_eq!(points("-m2"), [(1, -8.0), (3, 0.0)]);
    }

    #[test]
    fn functions_go_across_metrics_or_along_one() {
        assert_eq!(points("SUM(METRICS())"), [(1, 10.0), (2, 4.0), (3, 0.0)]);
        assert_eq!(points("MAX([m1, m2])"), [(1, 8.0), (2, 4.0), (3, 0.0)]);
        assert_eq!(points("FILL(m2, 7)"), [(1, 8.0), (2, 7.0), (3, 0.0)]);
        assert_eq!(points("m1 - AVG(m1)"), [(1, 0.0), (2, 2.0), (3, -2.0)]);
        assert_eq!(work_out("SUM(m1)", &known()), Ok(Worked::Number(6.0)));
    }

    #[test]
    fn what_is_no_expression_says_why() {
        for bad in ["", "m3", "m1 +", "m1 m2", "SEARCH('x')", "(m1", "m1 + [m2]"] {
            assert!(work_out(bad, &known()).is_err(), "{bad}");
        }
    }
}
