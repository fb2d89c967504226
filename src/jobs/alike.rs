//! Groups the lines of a log that look alike.
use super::Cx;
use crate::{
    error::Result,
    log::store::patterns::Patterns,
    model::logs::{Alike, Group},
    update::Msg,
};

/// Groups that are kept apart; what is beyond goes to the nearest.
const MOST: usize = 2000;
/// Groups that are told: nobody reads on.
const TOLD: usize = 500;

pub async fn run(cx: &Cx, work: Alike) -> Result<()> {
    let cancel = cx.cancel.clone();
    let groups = tokio::task::spawn_blocking(move || {
        let Alike { sought, now, before } = work;
        let mut patterns = Patterns::comparing(MOST, now, before);
        for line in sought.snapshot.lines() {
            if cancel.is_cancelled() {
                break;
            }
            if sought.query.matches(&line, &sought.names) {
                patterns.feed(&line);
            }
        }
        let news: Vec<_> = patterns.news().into_iter().map(|(template, news)| (template.text(), news)).collect();
        let group = |template: &&crate::log::store::patterns::Template| {
            let text = template.text();
            let news = news.iter().find(|(other, _)| *other == text).map(|(_, news)| *news);
            Group { lines: template.lines, level: template.level(), text, news }
        };
        patterns.list().iter().take(TOLD).map(group).collect::<Vec<_>>()
    });
    let groups = groups.await.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()));
    cx.report(Msg::Alike(cx.id, groups)).await;
    Ok(())
}
