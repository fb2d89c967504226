//! placeholder until the view arrives
pub mod theme;
use crate::{
    keymap::Keymap,
    model::{Model, screen::Screen},
};
use ratatui::Frame;
pub fn draw(frame: &mut Frame, model: &Model, _: &Keymap, _: &theme::Theme) {
    let Some(Screen::Table(t)) = model.front() else { return };
    let h = frame.area().height as usize;
    let w = frame.area().width as usize;
    for (y, r) in t.shown().iter().skip(t.offset()).take(h - 2).enumerate() {
        if let Some(rec) = model.store.record(r.feed, r.slot) {
            let s: String = rec.cells().iter().map(|c| c.show(model.now).into_owned() + "  ").collect();
            frame.buffer_mut().set_stringn(0, y as u16 + 1, s, w, ratatui::style::Style::new());
        }
    }
    frame.buffer_mut().set_string(
        0,
        0,
        format!("{} [{}]", t.kind.title(), t.shown().len()),
        ratatui::style::Style::new(),
    );
    frame.buffer_mut().set_string(
        0,
        h as u16 - 1,
        format!("{:?} {:?}", model.notices.front(), model.tasks.live().count()),
        ratatui::style::Style::new(),
    );
}
pub fn next_change(_: &Model) -> Option<i64> {
    None
}
