//! A kind followed in several namespaces at once, for those who may not list the whole cluster: their rows together look like
//! one listing, and what is denied is named.
use std::{collections::HashSet, convert::Infallible};

use futures::{FutureExt, future::join_all};
use tokio::sync::mpsc;

use super::{
    Project,
    follow::{Ended, Follower, News},
    link::Link,
    list::Place,
};
use crate::{
    error::{Error, Trouble},
    kinds::rows::{Change, Step},
};

/// How many steps may wait; each namespace waits for its turn beyond it.
const LANE: usize = 8;

/// Follows each of `namespaces`; `denied` is what was said of the whole cluster.
pub(super) async fn follow<T, F, Fut>(link: &Link, namespaces: Vec<String>, denied: Error, tell: &mut F) -> Infallible
where
    T: Project,
    F: FnMut(News<T>) -> Fut + Send,
    Fut: Future<Output = ()> + Send,
{
    let (send, mut lane) = mpsc::channel(LANE);
    let followers = namespaces.iter().enumerate().map(|(part, namespace)| {
        let send = send.clone();
        let place = Place { source: T::SOURCE, namespace: Some(namespace.clone()), selector: String::new() };
        async move {
            let mut tell = |news: News<T>| {
                let send = send.clone();
                // the lane is only closed when this future is dropped with it
                async move { send.send((part, news)).await.unwrap_or_default() }
            };
            let Ended::Denied(_) = Follower::new(link, place).run(&mut tell, false).await;
        }
    });
    let merge = async {
        let mut parts = Parts::<T>::new(namespaces.len(), denied);
        loop {
            let Some((part, news)) = lane.recv().await else { std::future::pending().await };
            for news in parts.take(part, news) {
                tell(news).await;
            }
        }
    };
    let all = join_all(followers).then(|_| std::future::pending::<Infallible>());
    futures::future::select(Box::pin(all), Box::pin(merge)).await.factor_first().0
}

/// What is known of each part.
struct Parts<T> {
    parts: Vec<Part<T>>,
    /// That the whole cluster is denied.
    denied: Error,
    /// The first list of every part has come, or cannot.
    begun: bool,
}

struct Part<T> {
    /// What came before all parts had answered.
    early: Vec<T>,
    ids: HashSet<Box<str>>,
    state: State,
}

#[derive(Clone)]
enum State {
    Waiting,
    Here,
    Lost(Error),
}

impl<T: Project> Parts<T> {
    fn new(count: usize, denied: Error) -> Self {
        let part = || Part { early: Vec::new(), ids: HashSet::new(), state: State::Waiting };
        Self { parts: (0..count).map(|_| part()).collect(), denied, begun: false }
    }

    fn take(&mut self, number: usize, news: News<T>) -> Vec<News<T>> {
        let Some(part) = self.parts.get_mut(number) else { return vec![] };
        let mut out = Vec::new();
        match news {
            News::Rows(Step::Page(rows)) => {
                part.ids.extend(rows.iter().map(|row| Box::from(row.id())));
                out.push(News::Rows(Step::Page(rows)));
            }
            News::Rows(Step::Whole(slots)) => {
                let rows = slots.iter().cloned().collect::<Vec<T>>();
                let ids: HashSet<Box<str>> = rows.iter().map(|row| Box::from(row.id())).collect();
                let gone = std::mem::replace(&mut part.ids, ids);
                if self.begun {
                    let gone = gone.into_iter().filter(|id| !part.ids.contains(id)).map(Change::Remove);
                    out.push(News::Rows(Step::Changed(gone.chain(rows.into_iter().map(Change::Upsert)).collect())));
                } else {
                    part.early = rows;
                }
            }
            News::Rows(Step::Changed(changes)) => {
                for change in &changes {
                    match change {
                        Change::Upsert(row) => part.ids.insert(row.id().into()),
                        Change::Remove(id) => part.ids.remove(id),
                    };
                }
                out.push(News::Rows(Step::Changed(changes)));
            }
            News::Live => part.state = State::Here,
            News::Lost(error) => part.state = State::Lost(error),
            News::Partial(_) => {}
        }
        if matches!(out.as_slice(), [News::Rows(_)]) && self.begun { out } else { self.status(out) }
    }

    /// Of namespaces that are all denied, and were perhaps only guessed, the cluster is the one to speak of.
    fn all_lost(&self, lost: Vec<Error>) -> Error {
        let hint = "name the namespaces that you may see with --namespace";
        let other = lost.into_iter().find(|error| error.trouble != Trouble::Denied);
        other.unwrap_or_else(|| self.denied.clone().hint(hint))
    }

    /// Adds what is to be said of the whole now that one part's state is another.
    fn status(&mut self, mut out: Vec<News<T>>) -> Vec<News<T>> {
        if self.parts.iter().any(|part| matches!(part.state, State::Waiting)) {
            return out;
        }
        let lost: Vec<Error> = self
            .parts
            .iter()
            .filter_map(|part| match &part.state {
                State::Lost(error) => Some(error.clone()),
                State::Waiting | State::Here => None,
            })
            .collect();
        if lost.len() == self.parts.len() {
            out.push(News::Lost(self.all_lost(lost)));
            return out;
        }
        // before the rows that it is about: rows that stand alone look whole
        out.push(News::Partial(std::iter::once(self.denied.clone()).chain(lost).collect()));
        if !std::mem::replace(&mut self.begun, true) {
            let rows = self.parts.iter_mut().flat_map(|part| std::mem::take(&mut part.early)).collect();
            out.push(News::Rows(Step::whole(rows)));
        }
        out.push(News::Live);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::namespace::Namespace;

    fn error(trouble: Trouble, place: &str) -> Error {
        Error::new(trouble, format!("list pods {place}"), "no")
    }

    fn parts(count: usize) -> Parts<Namespace> {
        Parts::new(count, error(Trouble::Denied, "of cluster lab"))
    }

    #[test]
    fn what_is_missing_is_said_before_the_rows_that_are_there() {
        let mut parts = parts(2);
        assert!(parts.take(0, News::Rows(Step::whole(vec![]))).is_empty());
        assert!(parts.take(0, News::Live).is_empty());
        let news = parts.take(1, News::Lost(error(Trouble::Denied, "in namespace b")));
        let [News::Partial(missing), News::Rows(Step::Whole(_)), News::Live] = news.as_slice() else {
            panic!("{news:?}")
        };
        assert_eq!(
            missing.iter().map(|e| &*e.what).collect::<Vec<_>>(),
            ["list pods of cluster lab", "list pods in namespace b"]
        );
    }

    #[test]
    fn where_all_namespaces_are_denied_the_cluster_is_and_the_hint_asks_for_others() {
        let mut parts = parts(1);
        let news = parts.take(0, News::Lost(error(Trouble::Denied, "in namespace default")));
        let [News::Lost(lost)] = news.as_slice() else { panic!("{news:?}") };
        assert!(lost.what == "list pods of cluster lab" && lost.hint.contains("--namespace"), "{lost:?}");
        let news = parts.take(0, News::Lost(error(Trouble::Unreachable, "in namespace default")));
        assert!(matches!(news.as_slice(), [News::Lost(lost)] if lost.trouble == Trouble::Unreachable));
    }
}
