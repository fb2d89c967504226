//! Services joined with their endpoint slices: two followers whose news come out as news of services alone.
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    convert::Infallible,
    sync::Arc,
};

use futures::future::{Either, select};
use tokio::sync::mpsc;

use super::Slice;
use crate::{
    clients::kube::{self, Link, News},
    error::Error,
    kinds::{
        Resource,
        rows::{Change, Step},
        service::{Endpoints, Service},
    },
};

const LANE: usize = 8;

enum Half {
    Services(News<Service>),
    Slices(News<Slice>),
}

/// Follows services with their endpoints. Where endpoint slices are denied the services are there without, and that is named.
pub async fn follow<F, Fut>(link: &Link, namespace: Option<&str>, mut tell: F) -> Infallible
where
    F: FnMut(News<Service>) -> Fut + Send,
    Fut: Future<Output = ()> + Send,
{
    let (send, mut lane) = mpsc::channel(LANE);
    let other = send.clone();
    let services = kube::follow(link, namespace, move |news| {
        let send = send.clone();
        // the lane is only closed when this future is dropped with it
        async move { send.send(Half::Services(news)).await.unwrap_or_default() }
    });
    let slices = kube::follow(link, namespace, move |news| {
        let send = other.clone();
        async move { send.send(Half::Slices(news)).await.unwrap_or_default() }
    });
    let merge = async {
        let mut join = Join::default();
        loop {
            let Some(half) = lane.recv().await else { std::future::pending().await };
            for news in join.take(half) {
                tell(news).await;
            }
        }
    };
    let both = select(Box::pin(services), Box::pin(slices));
    match select(both, Box::pin(merge)).await {
        Either::Left((either, _)) => either.factor_first().0,
        Either::Right((never, _)) => never,
    }
}

/// A service's namespace and name: what slices call it by.
type Path = (Arc<str>, Box<str>);

#[derive(Default)]
struct Join {
    services: HashMap<Box<str>, Service>,
    uids: HashMap<Path, Box<str>>,
    /// Whether all services were told of once.
    told: bool,
    /// All services are here, but nobody has said yet what stands behind them: shown, and not called the whole.
    held: bool,
    live: bool,
    slices: HashMap<Box<str>, Slice>,
    /// By service, the uids of its slices; sorted, so that endpoints keep their places.
    by_service: HashMap<Path, BTreeMap<Box<str>, ()>>,
    /// The slices are all here; until then no service says what stands behind it.
    known: bool,
    /// The slices are all here, or cannot be had.
    answered: bool,
    /// What is denied of either half.
    denied: [Vec<Error>; 2],
}

impl Join {
    fn take(&mut self, half: Half) -> Vec<News<Service>> {
        let mut news = self.merge(half);
        if self.held && self.answered {
            (self.held, self.told) = (false, true);
            let mut rows: Vec<Service> = self.services.values().cloned().collect();
            rows.sort_by(Service::order);
            news.push(News::Rows(Step::whole(rows)));
            news.extend(self.live.then_some(News::Live));
        }
        news
    }

    fn merge(&mut self, half: Half) -> Vec<News<Service>> {
        match half {
            Half::Services(News::Rows(step)) => self.services(step).into_iter().map(News::Rows).collect(),
            Half::Services(News::Live) => {
                self.live = true;
                if self.held { vec![] } else { vec![News::Live] }
            }
            Half::Services(News::Lost(error)) => {
                self.live = false;
                vec![News::Lost(error)]
            }
            Half::Services(News::Partial(denied)) => self.partial(0, denied),
            Half::Slices(News::Rows(step)) => self.slices(step).into_iter().map(News::Rows).collect(),
            // slices that were lost are told as a part that is missing
            Half::Slices(News::Live) if self.denied[1].is_empty() => vec![],
            Half::Slices(News::Live) => self.partial(1, vec![]),
            Half::Slices(News::Lost(error)) => {
                self.answered = true;
                self.partial(1, vec![error])
            }
            Half::Slices(News::Partial(denied)) => self.partial(1, denied),
        }
    }

    fn partial(&mut self, half: usize, denied: Vec<Error>) -> Vec<News<Service>> {
        self.denied[half] = denied;
        vec![News::Partial(self.denied.concat())]
    }

    fn services(&mut self, step: Step<Service>) -> Option<Step<Service>> {
        let step = match step {
            Step::Page(rows) => Step::Page(rows.into_iter().map(|row| self.keep(row)).collect()),
            Step::Whole(rows) => {
                self.services.clear();
                self.uids.clear();
                self.held = !self.answered;
                self.told |= self.answered;
                let rows = rows.iter().map(|row| self.keep(row.clone())).collect();
                if self.held { Step::Page(rows) } else { Step::whole(rows) }
            }
            Step::Changed(changes) => Step::Changed(
                changes
                    .into_iter()
                    .map(|change| match change {
                        Change::Upsert(row) => Change::Upsert(self.keep(row)),
                        Change::Remove(uid) => {
                            if let Some(row) = self.services.remove(&uid) {
                                let path = (row.namespace, row.name);
                                // another may have taken the name in between
                                if self.uids.get(&path) == Some(&uid) {
                                    self.uids.remove(&path);
                                }
                            }
                            Change::Remove(uid)
                        }
                    })
                    .collect(),
            ),
        };
        // what changes while all are held is in them when they are told
        (!self.held || matches!(step, Step::Page(_))).then_some(step)
    }

    fn keep(&mut self, mut row: Service) -> Service {
        let path = (row.namespace.clone(), row.name.clone());
        row.endpoints = self.known.then(|| self.endpoints(&path));
        self.uids.insert(path, row.uid.clone());
        self.services.insert(row.uid.clone(), row.clone());
        row
    }

    fn endpoints(&self, path: &Path) -> Endpoints {
        let slices =
            self.by_service.get(path).into_iter().flat_map(BTreeMap::keys).filter_map(|uid| self.slices.get(uid));
        Endpoints { all: slices.flat_map(|slice| slice.endpoints.iter().cloned()).collect() }
    }

    fn slices(&mut self, step: Step<Slice>) -> Option<Step<Service>> {
        let mut touched = HashSet::new();
        match step {
            // half of them would make services look worse than they are
            Step::Page(_) => return None,
            Step::Whole(rows) => {
                self.slices.clear();
                self.by_service.clear();
                (self.known, self.answered) = (true, true);
                for row in rows.iter() {
                    self.put(row.clone());
                }
                touched.extend(self.uids.keys().cloned());
            }
            Step::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Upsert(row) => {
                            touched.insert(path(&row));
                            touched.extend(self.drop_slice(row.id()));
                            self.put(row);
                        }
                        Change::Remove(uid) => touched.extend(self.drop_slice(&uid)),
                    }
                }
            }
        }
        let mut changes = Vec::new();
        for path in touched {
            let endpoints = Some(self.endpoints(&path));
            let service = self.uids.get(&path).and_then(|uid| self.services.get_mut(uid));
            if let Some(service) = service.filter(|service| service.endpoints != endpoints) {
                service.endpoints = endpoints;
                changes.push(Change::Upsert(service.clone()));
            }
        }
        (self.told && !changes.is_empty()).then_some(Step::Changed(changes))
    }

    fn put(&mut self, slice: Slice) {
        self.by_service.entry(path(&slice)).or_default().insert(slice.uid.clone(), ());
        self.slices.insert(slice.uid.clone(), slice);
    }

    /// Forgets a slice; tells whose it was.
    fn drop_slice(&mut self, uid: &str) -> Option<Path> {
        let path = path(&self.slices.remove(uid)?);
        if let Some(slices) = self.by_service.get_mut(&path) {
            slices.remove(uid);
        }
        Some(path)
    }
}

fn path(slice: &Slice) -> Path {
    (slice.namespace.clone(), Box::from(&*slice.service))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        clients::kube::{Names, Project},
        error::Trouble,
    };

    fn service(uid: &str, name: &str) -> Service {
        let wire = json!({ "metadata": {"uid": uid, "name": name, "namespace": "shop"}, "spec": {"type": "ClusterIP", "selector": {"app": name}} });
        Service::project(serde_json::from_value(wire).unwrap(), &mut Names::default())
    }

    fn slice(uid: &str, of: &str, pods: &[(&str, bool)]) -> Slice {
        let ends: Vec<_> = pods.iter().map(|(pod, ready)| json!({ "addresses": ["10.0.0.1"], "conditions": {"ready": ready}, "targetRef": {"kind": "Pod", "uid": pod} })).collect();
        let wire = json!({ "metadata": {"uid": uid, "name": uid, "namespace": "shop", "labels": {"kubernetes.io/service-name": of}}, "endpoints": ends });
        Slice::project(serde_json::from_value(wire).unwrap(), &mut Names::default())
    }

    /// How many serve of how many, for each service that the news name.
    fn said(news: &[News<Service>]) -> Vec<(String, Option<(usize, usize)>)> {
        let count = |s: &Service| (s.name.to_string(), s.endpoints.as_ref().map(|e| (e.ready(), e.all.len())));
        news.iter()
            .flat_map(|news| match news {
                News::Rows(Step::Page(rows)) => rows.iter().map(count).collect(),
                News::Rows(Step::Whole(rows)) => rows.iter().map(count).collect(),
                News::Rows(Step::Changed(changes)) => changes
                    .iter()
                    .filter_map(|c| match c {
                        Change::Upsert(s) => Some(count(s)),
                        Change::Remove(_) => None,
                    })
                    .collect(),
                _ => vec![],
            })
            .collect()
    }

    fn rows<T: Resource>(rows: Vec<T>) -> News<T> {
        News::Rows(Step::whole(rows))
    }

    #[test]
    fn a_service_says_who_serves_whichever_half_comes_first() {
        let ends =
            || rows(vec![slice("s1", "web", &[("p1", true), ("p2", false)]), slice("s2", "web", &[("p3", true)])]);
        let mut join = Join::default();
        let early = join.take(Half::Services(rows(vec![service("u1", "web")])));
        assert_eq!(said(&early), [("web".to_owned(), None)]);
        assert!(matches!(early.as_slice(), [News::Rows(Step::Page(_))]), "without their endpoints they are not whole");
        assert!(join.take(Half::Services(News::Live)).is_empty());
        let whole = join.take(Half::Slices(ends()));
        assert_eq!(said(&whole), [("web".to_owned(), Some((2, 3)))]);
        assert!(matches!(whole.as_slice(), [News::Rows(Step::Whole(_)), News::Live]));
        let mut join = Join::default();
        assert!(join.take(Half::Slices(ends())).is_empty());
        assert_eq!(
            said(&join.take(Half::Services(rows(vec![service("u1", "web")])))),
            [("web".to_owned(), Some((2, 3)))]
        );
    }

    #[test]
    fn a_slice_that_changes_or_goes_changes_only_its_service() {
        let mut join = Join::default();
        join.take(Half::Services(rows(vec![service("u1", "web"), service("u2", "api")])));
        join.take(Half::Slices(rows(vec![slice("s1", "web", &[("p1", true)]), slice("s2", "api", &[("p2", true)])])));
        let change = |c| Half::Slices(News::Rows(Step::Changed(vec![c])));
        let news = join.take(change(Change::Upsert(slice("s1", "web", &[("p1", false)]))));
        assert_eq!(said(&news), [("web".to_owned(), Some((0, 1)))]);
        assert!(join.take(change(Change::Upsert(slice("s1", "web", &[("p1", false)])))).is_empty(), "nothing changed");
        assert_eq!(said(&join.take(change(Change::Remove("s1".into())))), [("web".to_owned(), Some((0, 0)))]);
    }

    #[test]
    fn denied_slices_leave_the_services_and_are_named_until_they_are_back() {
        let mut join = Join::default();
        join.take(Half::Services(rows(vec![service("u1", "web")])));
        let error = Error::new(Trouble::Denied, "list endpointslices", "no");
        let news = join.take(Half::Slices(News::Lost(error.clone())));
        let [News::Partial(denied), News::Rows(Step::Whole(_))] = news.as_slice() else { panic!("{news:?}") };
        assert_eq!(denied, &[error]);
        assert!(matches!(join.take(Half::Slices(News::Live)).as_slice(), [News::Partial(denied)] if denied.is_empty()));
        assert!(join.take(Half::Slices(News::Live)).is_empty());
    }

    #[test]
    fn a_service_made_again_under_its_name_finds_its_slices() {
        let mut join = Join::default();
        join.take(Half::Slices(rows(vec![slice("s1", "web", &[("p1", true)])])));
        join.take(Half::Services(rows(vec![service("u1", "web")])));
        let change = |c| Half::Services(News::Rows(Step::Changed(vec![c])));
        join.take(change(Change::Remove("u1".into())));
        assert_eq!(said(&join.take(change(Change::Upsert(service("u2", "web"))))), [("web".to_owned(), Some((1, 1)))]);
    }
}
