//! Where things go. A pure function of the size, shared by `update` (paging) and `view` (drawing).
//! ```text
//! header   estate, environment, role, credentials
//! crumbs   region us-east-1 › VPC core › …                      state of the rows
//! body     table, detail, list
//! footer   hints, notice, or the line being typed
//! ```
use ratatui::layout::{Constraint, Layout, Rect};

use crate::model::{
    Size,
    logs::{Logs, scroll::Room},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    pub header: Rect,
    pub crumbs: Rect,
    pub body: Rect,
    pub footer: Rect,
}

impl Areas {
    /// Rows of a table: the body less its titles.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.body.height.saturating_sub(1) as usize
    }

    /// Lines of a detail or a list.
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.body.height as usize
    }
}

#[must_use]
pub fn of(size: Size) -> Areas {
    let [header, crumbs, body, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)])
            .areas(Rect::new(0, 0, size.width, size.height));
    Areas { header, crumbs, body, footer }
}

/// Columns of a screen of logs: the time, then who speaks, then what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogColumns {
    pub time: u16,
    /// None where all comes from one source, or where there is no room.
    pub source: u16,
    pub text: u16,
}

#[must_use]
pub fn log_columns(size: Size, logs: &Logs) -> LogColumns {
    let width = size.width;
    // with thousandths where there is room for them
    let time = match width {
        100.. => 12,
        40.. => 8,
        _ => 0,
    };
    let wanted = u16::try_from(logs.names.widest()).unwrap_or(u16::MAX);
    let source = if logs.names.count() < 2 || width < 60 { 0 } else { wanted.min(width / 4) };
    let gap = |column: u16| if column > 0 { column + 1 } else { 0 };
    LogColumns { time, source, text: width.saturating_sub(gap(time) + gap(source) + 1).max(1) }
}

/// Rows that the histogram takes, the line below it with the times included.
#[must_use]
pub fn histogram_rows(size: Size, logs: &Logs) -> u16 {
    if logs.histogram.is_some() && of(size).body.height >= 10 { 4 } else { 0 }
}

/// The room that lines of logs have.
#[must_use]
pub fn log(size: Size, logs: &Logs) -> Room {
    let height = of(size).lines() - usize::from(histogram_rows(size, logs));
    Room { width: usize::from(log_columns(size, logs).text), height }
}

/// An overlay of `lines` lines in the middle of the body, as wide as its text wants and the terminal lets.
#[must_use]
pub fn over(size: Size, width: u16, lines: usize) -> Rect {
    let body = of(size).body;
    let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2).min(body.height);
    let width = width.saturating_add(2).min(body.width);
    Rect::new(body.x + (body.width - width) / 2, body.y + (body.height - height) / 3, width, height)
}

/// Lines of items that a picker shows at once.
#[must_use]
pub fn picker_lines(size: Size) -> usize {
    usize::from(of(size).body.height.saturating_sub(4)).min(20)
}
