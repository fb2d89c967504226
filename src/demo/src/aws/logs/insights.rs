//! The Logs Insights query language, as far as it is spoken here: `fields`, `display`, `filter`, `stats … by`, `sort`,
//! `limit`, `dedup`.
pub mod expr;
mod parse;
mod run;
#[cfg(test)]
mod tests;
mod token;

use expr::Expr;
pub use run::{Cells, Run};
pub use token::Malformed;

#[derive(Clone, Debug, Default)]
pub struct Query {
    pub fields: Vec<(String, Expr)>,
    pub filters: Vec<Expr>,
    pub stats: Option<Stats>,
    /// By the name of a field; whether descending.
    pub sort: Vec<(Expr, bool)>,
    pub limit: Option<usize>,
    pub dedup: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub struct Stats {
    pub aggregates: Vec<(String, Aggregate)>,
    pub by: Vec<(String, Expr)>,
}

#[derive(Clone, Debug)]
pub enum Aggregate {
    Count(Option<Expr>),
    CountDistinct(Expr),
    Sum(Expr),
    Avg(Expr),
    Min(Expr),
    Max(Expr),
    Pct(Expr, f64),
    Earliest(Expr),
    Latest(Expr),
}

/// No more rows than this are given, whatever is asked.
pub const MOST: usize = 10_000;

impl Query {
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        parse::query(text)
    }

    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(MOST).min(MOST)
    }

    /// Whether the newest records make the answer, so that a scan from the newest may stop once it has enough.
    #[must_use]
    pub fn newest_first(&self) -> bool {
        let by_time = match self.sort.as_slice() {
            [] => true,
            [(Expr::Field(name), true)] => name == "@timestamp",
            _ => false,
        };
        self.stats.is_none() && self.dedup.is_empty() && by_time
    }
}
