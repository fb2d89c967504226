//! One line made of parts of which the less important give way: each part has forms from long to short.
use ratatui::style::Style;

use super::text;

#[derive(Debug)]
pub struct Part {
    /// Longest first.
    pub forms: Vec<String>,
    pub style: Style,
    /// 0 is placed first.
    pub rank: u8,
    pub right: bool,
    /// The form it takes before anything of rank 4 or more gets its place.
    pub firm: usize,
    /// In how many seconds it reads differently.
    pub changes: Option<i64>,
}

impl Part {
    pub fn new(rank: u8, style: Style, forms: impl IntoIterator<Item = String>) -> Self {
        let forms: Vec<String> = forms.into_iter().collect();
        Self { firm: forms.len().saturating_sub(1), forms, style, rank, right: false, changes: None }
    }

    pub const fn firm(mut self, form: usize) -> Self {
        self.firm = form;
        self
    }

    pub const fn right(mut self) -> Self {
        self.right = true;
        self
    }

    pub const fn changing(mut self, seconds: Option<i64>) -> Self {
        self.changes = seconds;
        self
    }
}

/// From this rank on a part is nice to have.
const NICE: u8 = 4;

/// Which form of each part is shown in `room` columns, `gap` apart; `None` for those that found no room. First what matters, in
/// its shortest forms by rank, then in its firm ones; then the rest; then all grow into the room that is left.
pub fn fit(parts: &[Part], room: usize, gap: usize) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..parts.len()).filter(|n| !parts[*n].forms.is_empty()).collect();
    order.sort_by_key(|n| parts[*n].rank);
    let nice = order.iter().position(|n| parts[*n].rank >= NICE).unwrap_or(order.len());
    let mut line = Line { parts, room, gap, used: 0, chosen: vec![None; parts.len()] };
    for group in [&order[..nice], &order[nice..]] {
        for n in group {
            line.place(*n);
        }
        for n in group {
            line.grow(*n, parts[*n].firm);
        }
    }
    for n in order {
        line.grow(n, 0);
    }
    line.chosen
}

struct Line<'a> {
    parts: &'a [Part],
    room: usize,
    gap: usize,
    used: usize,
    chosen: Vec<Option<usize>>,
}

impl Line<'_> {
    fn width(&self, n: usize, form: usize) -> usize {
        text::width(&text::clean(&self.parts[n].forms[form]))
    }

    fn place(&mut self, n: usize) {
        let form = self.parts[n].forms.len() - 1;
        let need = self.width(n, form) + if self.used > 0 { self.gap } else { 0 };
        if self.used + need <= self.room {
            self.chosen[n] = Some(form);
            self.used += need;
        }
    }

    /// To the longest form, but none before `longest`, that fits.
    fn grow(&mut self, n: usize, longest: usize) {
        let Some(form) = self.chosen[n] else { return };
        let rest = self.used - self.width(n, form);
        if let Some(longer) = (longest..form).find(|longer| rest + self.width(n, *longer) <= self.room) {
            self.used = rest + self.width(n, longer);
            self.chosen[n] = Some(longer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_most_stays_and_grows_first() {
        let part = |rank, forms: [&str; 2]| Part::new(rank, Style::new(), forms.map(str::to_owned));
        let parts =
            [part(2, ["identity OnCall", "OnCall"]), part(0, [" PRODUCTION ", "PROD"]), part(1, ["READ-ONLY", "RO"])];
        assert_eq!(fit(&parts, 4, 1), [None, Some(1), None]);
        assert_eq!(fit(&parts, 7, 1), [None, Some(1), Some(1)]);
        assert_eq!(fit(&parts, 14, 1), [Some(1), Some(1), Some(1)]);
        assert_eq!(fit(&parts, 22, 1), [Some(1), Some(0), Some(1)]);
        assert_eq!(fit(&parts, 60, 1), [Some(0), Some(0), Some(0)]);
    }
}
