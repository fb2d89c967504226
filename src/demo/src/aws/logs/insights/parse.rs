//! From the text of a query to what it asks.
use regex::Regex;

use super::{
    Aggregate, MOST, Query, Stats,
    expr::{Expr, Function},
    token::{Malformed, Token, tokens},
};

pub fn query(text: &str) -> Result<Query, Malformed> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.len() };
    let mut query = Query::default();
    loop {
        command(&mut parser, &mut query)?;
        if parser.next == parser.tokens.len() {
            return Ok(query);
        }
        if !parser.sign("|") {
            return Err(parser.unexpected());
        }
    }
}

fn command(parser: &mut Parser, query: &mut Query) -> Result<(), Malformed> {
    let at = parser.at();
    let word = parser.word().ok_or_else(|| parser.unexpected())?.to_ascii_lowercase();
    match word.as_str() {
        "fields" => query.fields.extend(parser.named()?),
        "display" => query.fields = parser.named()?,
        "filter" if query.stats.is_some() => return Err(Malformed::new("filter after stats is not served here", at)),
        "filter" => query.filters.push(parser.or()?),
        "stats" if query.stats.is_some() => return Err(Malformed::new("a second stats is not served here", at)),
        "stats" => query.stats = Some(stats(parser)?),
        "sort" => query.sort = sort(parser)?,
        "limit" | "head" => query.limit = Some(limit(parser)?),
        "dedup" => query.dedup = parser.list(Parser::primary)?,
        _ => return Err(Malformed::new(format!("unexpected symbol found {word}"), at)),
    }
    Ok(())
}

fn limit(parser: &mut Parser) -> Result<usize, Malformed> {
    let at = parser.at();
    match parser.take() {
        Some(Token::Number(number)) if number >= 1.0 && number <= MOST as f64 && number.fract() == 0.0 => {
            Ok(number as usize)
        }
        _ => Err(Malformed::new(format!("limit must be a whole number from 1 to {MOST}"), at)),
    }
}

fn sort(parser: &mut Parser) -> Result<Vec<(Expr, bool)>, Malformed> {
    parser.list(|parser| {
        let by = parser.primary()?;
        let descending = parser.keyword("desc");
        if !descending {
            parser.keyword("asc");
        }
        Ok((by, descending))
    })
}

fn stats(parser: &mut Parser) -> Result<Stats, Malformed> {
    let aggregates = parser.list(|parser| {
        let from = parser.next;
        let aggregate = aggregate(parser)?;
        Ok((parser.alias(from)?, aggregate))
    })?;
    let by = if parser.keyword("by") { parser.named()? } else { vec![] };
    Ok(Stats { aggregates, by })
}

fn aggregate(parser: &mut Parser) -> Result<Aggregate, Malformed> {
    let at = parser.at();
    let name = parser.word().ok_or_else(|| parser.unexpected())?.to_ascii_lowercase();
    parser.expect("(")?;
    if name == "count" && (parser.sign("*") || parser.peek_sign(")")) {
        parser.expect(")")?;
        return Ok(Aggregate::Count(None));
    }
    let of = parser.primary()?;
    let made = match name.as_str() {
        "count" => Aggregate::Count(Some(of)),
        "count_distinct" => Aggregate::CountDistinct(of),
        "sum" => Aggregate::Sum(of),
        "avg" => Aggregate::Avg(of),
        "min" => Aggregate::Min(of),
        "max" => Aggregate::Max(of),
        "earliest" => Aggregate::Earliest(of),
        "latest" => Aggregate::Latest(of),
        "pct" | "percentile" => {
            parser.expect(",")?;
            match parser.take() {
                Some(Token::Number(share)) if (0.0..=100.0).contains(&share) => Aggregate::Pct(of, share),
                _ => return Err(Malformed::new("a percentile is a number from 0 to 100", at)),
            }
        }
        _ => return Err(Malformed::new(format!("unknown function {name}"), at)),
    };
    parser.expect(")")?;
    Ok(made)
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    next: usize,
    end: usize,
}

impl Parser {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(_, at)| *at)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += usize::from(token.is_some());
        token
    }

    fn unexpected(&self) -> Malformed {
        let message = match self.peek() {
            None => "unexpected end of the query".to_owned(),
            Some(Token::Word(word) | Token::Field(word) | Token::Text(word)) => {
                format!("unexpected symbol found {word}")
            }
            Some(Token::Sign(sign)) => format!("unexpected symbol found {sign}"),
            Some(_) => "unexpected symbol found".to_owned(),
        };
        Malformed::new(message, self.at())
    }

    fn peek_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(is)) if *is == sign)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let same = self.peek_sign(sign);
        self.next += usize::from(same);
        same
    }

    fn expect(&mut self, sign: &str) -> Result<(), Malformed> {
        if self.sign(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn keyword(&mut self, word: &str) -> bool {
        let same = matches!(self.peek(), Some(Token::Word(is)) if is.eq_ignore_ascii_case(word));
        self.next += usize::from(same);
        same
    }

    fn word(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let word = word.clone();
        self.next += 1;
        Some(word)
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Malformed>) -> Result<Vec<T>, Malformed> {
        let mut all = vec![one(self)?];
        while self.sign(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    /// Expressions, each with the name that its column bears.
    fn named(&mut self) -> Result<Vec<(String, Expr)>, Malformed> {
        self.list(|parser| {
            let from = parser.next;
            let expr = parser.primary()?;
            Ok((parser.alias(from)?, expr))
        })
    }

    /// `as name`, or else what was written since `from`.
    fn alias(&mut self, from: usize) -> Result<String, Malformed> {
        let written = self.tokens[from..self.next].iter().map(|(token, _)| spelled(token)).collect::<String>();
        if !self.keyword("as") {
            return Ok(written);
        }
        match self.take() {
            Some(Token::Word(name) | Token::Field(name)) => Ok(name),
            _ => Err(self.unexpected()),
        }
    }

    fn or(&mut self) -> Result<Expr, Malformed> {
        let mut any = vec![self.and()?];
        while self.keyword("or") {
            any.push(self.and()?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Expr::Or(any) })
    }

    fn and(&mut self) -> Result<Expr, Malformed> {
        let mut all = vec![self.not()?];
        while self.keyword("and") {
            all.push(self.not()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::And(all) })
    }

    fn not(&mut self) -> Result<Expr, Malformed> {
        if self.keyword("not") {
            return Ok(Expr::Not(Box::new(self.not()?)));
        }
        if self.sign("(") {
            let inner = self.or()?;
            self.expect(")")?;
            return Ok(inner);
        }
        let left = self.primary()?;
        let negated = self.keyword("not");
        let test = self.test(left)?;
        Ok(if negated { Expr::Not(Box::new(test)) } else { test })
    }

    fn test(&mut self, left: Expr) -> Result<Expr, Malformed> {
        let left = Box::new(left);
        if self.keyword("like") || self.sign("=~") {
            return match self.take() {
                Some(Token::Regex(regex)) => Ok(Expr::Like(left, regex)),
                Some(Token::Text(text)) => {
                    let regex = Regex::new(&regex::escape(&text));
                    regex.map(|regex| Expr::Like(left, regex)).map_err(|_| self.unexpected())
                }
                _ => Err(self.unexpected()),
            };
        }
        if self.keyword("in") {
            self.expect("[")?;
            let all = self.list(Self::primary)?;
            self.expect("]")?;
            return Ok(Expr::In(left, all));
        }
        for sign in ["=", "!=", "<=", ">=", "<", ">"] {
            if self.sign(sign) {
                return Ok(Expr::Compare(left, sign, Box::new(self.primary()?)));
            }
        }
        // a function or a field by itself is a condition as well
        if matches!(*left, Expr::Call(..) | Expr::Field(_)) { Ok(*left) } else { Err(self.unexpected()) }
    }

    fn primary(&mut self) -> Result<Expr, Malformed> {
        let at = self.at();
        match self.peek().cloned() {
            Some(Token::Field(name)) => Ok(self.step(Expr::Field(name))),
            Some(Token::Text(text)) => Ok(self.step(Expr::Text(text))),
            Some(Token::Number(number)) => Ok(self.step(Expr::Number(number))),
            Some(Token::Word(name)) => {
                self.next += 1;
                if !self.sign("(") {
                    return Ok(Expr::Field(name));
                }
                if name.eq_ignore_ascii_case("bin") {
                    let Some(Token::Span(span @ 1..)) = self.take() else {
                        return Err(Malformed::new("bin takes a span of time such as 5m", at));
                    };
                    self.expect(")")?;
                    return Ok(Expr::Bin(span));
                }
                let function =
                    Function::named(&name).ok_or_else(|| Malformed::new(format!("unknown function {name}"), at))?;
                let of = self.list(Self::primary)?;
                self.expect(")")?;
                Ok(Expr::Call(function, of))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn step(&mut self, expr: Expr) -> Expr {
        self.next += 1;
        expr
    }
}

fn spelled(token: &Token) -> String {
    match token {
        Token::Word(word) | Token::Field(word) => word.clone(),
        Token::Text(text) => format!("\"{text}\""),
        Token::Number(number) => number.to_string(),
        Token::Span(ms) => match ms {
            ms if ms % 86_400_000 == 0 => format!("{}d", ms / 86_400_000),
            ms if ms % 3_600_000 == 0 => format!("{}h", ms / 3_600_000),
            ms if ms % 60_000 == 0 => format!("{}m", ms / 60_000),
            ms if ms % 1000 == 0 => format!("{}s", ms / 1000),
            ms => format!("{ms}ms"),
        },
        Token::Regex(regex) => format!("/{regex}/"),
        Token::Sign(",") => ", ".to_owned(),
        Token::Sign(sign) => (*sign).to_owned(),
    }
}
