//! How things look. A frame is a function of the model: nothing is asked, remembered or timed here, and only what is seen is
//! looked at. The view knows no messages and no effects.
mod blank;
mod canvas;
mod columns;
mod crumbs;
mod detail;
mod footer;
mod header;
mod lists;
mod logs;
mod over;
mod parts;
mod standing;
mod table;
pub mod theme;

use ratatui::Frame;

use crate::{
    keymap::Keymap,
    layout,
    model::{Model, screen::Screen},
    text,
};
use canvas::Canvas;
use standing::Standing;
pub use theme::{Theme, ThemeName};

/// Draws, and tells in how many seconds what was drawn will read differently by itself; `None` if it never will.
pub fn draw(frame: &mut Frame<'_>, model: &Model, keymap: &Keymap, theme: &Theme) -> Option<i64> {
    let mut canvas = Canvas::new(frame.buffer_mut(), model, keymap, theme);
    paint(&mut canvas);
    canvas.next()
}

fn paint(canvas: &mut Canvas<'_>) {
    let (model, area) = (canvas.model, canvas.buf.area);
    if area.is_empty() {
        return;
    }
    let size = canvas.size();
    let areas = layout::of(size);
    canvas.tint(area, canvas.theme.text);
    let base = model.screens.iter().rev().find(|screen| !screen.is_over());
    let standing = match base {
        Some(Screen::Table(table)) => Some(Standing::of(model, table)),
        _ => None,
    };
    match (base, &standing) {
        (Some(Screen::Table(table)), Some(standing)) => table::draw(canvas, areas.body, table, standing),
        (Some(Screen::Detail(detail)), _) => detail::draw(canvas, areas.body, detail),
        (Some(Screen::Logs(logs)), _) => logs::draw(canvas, areas.body, logs),
        (Some(Screen::Tasks(offset)), _) => lists::tasks(canvas, areas.body, *offset),
        (Some(Screen::Errors(offset)), _) => lists::errors(canvas, areas.body, *offset),
        _ => {}
    }
    header::draw(canvas, areas.header, standing.as_ref());
    crumbs::draw(canvas, areas.crumbs, standing.as_ref());
    footer::draw(canvas, areas.footer, standing.as_ref());
    for screen in &model.screens {
        match screen {
            Screen::Picker(picker) => over::picker(canvas, size, picker),
            Screen::Confirm(question) => over::question(canvas, size, question),
            Screen::Prompt(prompt) => over::prompt(canvas, size, prompt),
            Screen::Table(_) | Screen::Detail(_) | Screen::Logs(_) | Screen::Tasks(_) | Screen::Errors(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
