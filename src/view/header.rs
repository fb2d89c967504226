//! The first line: where one is, as whom, and what one must not overlook. On a narrow terminal the environment, the role and
//! credentials that ran out stay longest.
use ratatui::layout::Rect;

use super::{
    canvas::{Canvas, left, left_lasts},
    parts::{self, Part},
    standing::Standing,
    text,
};
use crate::{
    error::Trouble,
    kinds::Scope,
    model::{
        Model,
        estate::{Identity, Role},
        screen::Screen,
        work::Work,
    },
};

/// Less than this is a reason to log in again before it gets serious.
const SOON: i64 = 15 * 60;

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, standing: Option<&Standing<'_>>) {
    let parts = all(canvas, standing);
    let chosen = parts::fit(&parts, usize::from(area.width), 1);
    let (mut from, mut to) = (area.x, area.right());
    let each = parts.iter().zip(&chosen).filter_map(|(part, form)| Some((part, part.forms.get((*form)?)?)));
    let (right, leading): (Vec<_>, Vec<_>) = each.partition(|(part, _)| part.right);
    for (part, words) in leading {
        from += canvas.put(from, area.y, area.right().saturating_sub(from), words, part.style) + 1;
        part.changes.into_iter().for_each(|seconds| canvas.changes_in(seconds));
    }
    for (part, words) in right.into_iter().rev() {
        let width = u16::try_from(text::width(&text::clean(words))).unwrap_or(u16::MAX);
        to = to.saturating_sub(width);
        canvas.put(to, area.y, width, words, part.style);
        to = to.saturating_sub(1);
        part.changes.into_iter().for_each(|seconds| canvas.changes_in(seconds));
    }
}

fn all(canvas: &Canvas<'_>, standing: Option<&Standing<'_>>) -> Vec<Part> {
    let (model, theme) = (canvas.model, canvas.theme);
    let estate = &model.estate;
    let scope = scope(model);
    let mut parts = vec![Part::new(9, theme.title, ["quarterdeck".to_owned()])];
    let word = estate.environment.word().to_uppercase();
    parts.push(Part::new(0, theme.environment(estate.environment), [format!(" {word} "), word]).firm(0));
    if !estate.name.is_empty() {
        let short = text::cut(&text::clean(&estate.name), 12, text::Cut::End).into_owned();
        parts.push(Part::new(5, theme.title, [estate.name.clone(), short]));
    }
    let narrowed = Scope { cluster: "".into(), ..scope.clone() }.path();
    if !narrowed.is_empty() {
        parts.push(Part::new(6, theme.text, [narrowed]));
    }
    parts.extend(who(model, &scope).map(|who| {
        let role = who.split('@').next().unwrap_or(&who);
        Part::new(7, theme.dim, [format!("as {who}"), format!("as {role}")])
    }));
    if estate.read_only {
        parts.push(Part::new(1, theme.read_only, [" READ-ONLY ".to_owned(), "RO".to_owned()]).firm(0).right());
    }
    if let Role::Act { until, reason } = &model.role {
        let seconds = until - model.now;
        let time = left(seconds);
        let short = text::cut(&text::clean(reason), 24, text::Cut::End).into_owned();
        let forms = [format!(" ACT {time}: {reason} "), format!(" ACT {time}: {short} "), format!(" ACT {time} ")];
        parts.push(Part::new(1, theme.act, forms).firm(1).right().changing(Some(left_lasts(seconds))));
    }
    parts.extend(credentials(canvas, &scope, standing));
    parts.extend(throttled(canvas));
    // who keeps an eye on the credentials always runs
    let running = model.tasks.live().filter(|(_, task)| !matches!(task.work, Work::Identify(_))).count();
    if running > 0 {
        let word = if running == 1 { "task" } else { "tasks" };
        parts.push(Part::new(8, theme.dim, [format!("{running} {word}")]).right());
    }
    parts
}

/// Where the table in front looks; nowhere in particular elsewhere.
fn scope(model: &Model) -> Scope {
    match model.screens.iter().rev().find(|screen| !screen.is_over()) {
        Some(Screen::Table(table)) => table.scope.clone(),
        Some(Screen::Detail(detail)) => detail.feed.as_ref().map_or_else(Scope::default, |feed| feed.scope.clone()),
        _ => Scope::default(),
    }
}

/// The identities in use within a scope.
fn identities<'a>(model: &'a Model, scope: &'a Scope) -> impl Iterator<Item = (&'a String, &'a Identity)> {
    model.identities.iter().filter(|(account, _)| scope.account.is_empty() || **account == *scope.account)
}

fn who(model: &Model, scope: &Scope) -> Option<String> {
    let mut known = identities(model, scope);
    let (account, identity) = known.next()?;
    let others = known.count();
    if others > 0 {
        return Some(format!("{} in {} accounts", short(&identity.arn), others + 1));
    }
    let account = if account.is_empty() { &identity.account } else { account };
    Some(format!("{}@{account}", short(&identity.arn)))
}

/// `OnCall` of `arn:aws:sts::123456789012:assumed-role/OnCall/alice`, `alice` of a user's.
fn short(arn: &str) -> &str {
    let path = arn.rsplit(':').next().unwrap_or(arn);
    match path.strip_prefix("assumed-role/") {
        Some(role) => role.split('/').next().unwrap_or(role),
        None => path.rsplit('/').next().unwrap_or(path),
    }
}

fn credentials(canvas: &Canvas<'_>, scope: &Scope, standing: Option<&Standing<'_>>) -> Option<Part> {
    let (model, theme) = (canvas.model, canvas.theme);
    let ends = identities(model, scope).filter_map(|(_, identity)| identity.until).min();
    if ends.is_some_and(|until| until <= model.now) {
        return Some(
            Part::new(2, theme.alert, [" CREDENTIALS EXPIRED ".to_owned(), " EXPIRED ".to_owned()]).firm(0).right(),
        );
    }
    if standing.is_some_and(Standing::wants_credentials) || refused(model, scope) {
        let words = [" NO VALID CREDENTIALS ".to_owned(), " NO CREDENTIALS ".to_owned(), " NO CREDS ".to_owned()];
        return Some(Part::new(2, theme.alert, words).firm(1).right());
    }
    let seconds = ends? - model.now;
    let style = if seconds < SOON { theme.alert } else { theme.dim };
    let rank = if seconds < SOON { 2 } else { 4 };
    let time = left(seconds);
    // the warning begins at a moment of its own
    let changes = if seconds >= SOON { left_lasts(seconds).min(seconds - SOON + 1) } else { left_lasts(seconds) };
    Some(Part::new(rank, style, [format!("creds {time}")]).right().changing(Some(changes)))
}

/// Whether the last answer to "who am I" was that nobody is.
fn refused(model: &Model, scope: &Scope) -> bool {
    let mut here = model.unidentified.iter().filter(|(name, _)| scope.account.is_empty() || **name == *scope.account);
    here.any(|(_, error)| error.trouble == Trouble::Credentials)
}

fn throttled(canvas: &Canvas<'_>) -> Option<Part> {
    let model = canvas.model;
    let last = model.throttled().max_by_key(|throttle| throttle.at)?;
    let more = model.throttled().count() - 1;
    let place = last.scope.path();
    let place = if place.is_empty() { place } else { format!(" {place}") };
    let also = if more > 0 { format!(" +{more}") } else { String::new() };
    let forms = [
        format!(" THROTTLED {}{place}{also} ", last.service),
        format!(" THROTTLED {} ", last.service),
        " THROTTLED ".into(),
    ];
    let ends = model.throttled().map(|throttle| throttle.at + 30 - model.now).min();
    Some(Part::new(3, canvas.theme.alert, forms).firm(1).right().changing(ends))
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn an_arn_is_shown_as_what_a_person_calls_it() {
        assert_eq!(short("arn:aws:sts::123456789012:assumed-role/OnCall/alice"), "OnCall");
        assert_eq!(short("arn:aws:iam::123456789012:user/team/alice"), "alice");
        assert_eq!(short("arn:aws:iam::123456789012:root"), "root");
        assert_eq!(short("garbage"), "garbage");
    }
}
