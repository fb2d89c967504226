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
    /// In how many seconds it reads differently.
    pub changes: Option<i64>,
}

impl Part {
    pub fn new(rank: u8, style: Style, forms: impl IntoIterator<Item = String>) -> Self {
        Self { forms: forms.into_iter().collect(), style, rank, right: false, changes: None }
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

/// Which form of each part is shown in `room` columns, `gap` apart; `None` for those that found no room. First every part in
/// its shortest form by rank, then what room is left makes the most important ones longer.
pub fn fit(parts: &[Part], room: usize, gap: usize) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..parts.len()).filter(|n| !parts[*n].forms.is_empty()).collect();
    order.sort_by_key(|n| parts[*n].rank);
    let mut chosen = vec![None; parts.len()];
    let width = |n: usize, form: usize| text::width(&text::clean(&parts[n].forms[form]));
    let mut used = 0;
    for n in &order {
        let form = parts[*n].forms.len() - 1;
        let need = width(*n, form) + if used > 0 { gap } else { 0 };
        if used + need <= room {
            chosen[*n] = Some(form);
            used += need;
        }
    }
    for n in &order {
        let Some(form) = chosen[*n] else { continue };
        let now = width(*n, form);
        if let Some(longer) = (0..form).find(|longer| used - now + width(*n, *longer) <= room) {
            used = used - now + width(*n, longer);
            chosen[*n] = Some(longer);
        }
    }
    chosen
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
