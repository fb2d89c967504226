//! Which feeds must be listed for what is on the stack of screens: worked out anew after every change, so that a new region or
//! cluster starts its listings by itself and a screen that was left stops its own.
use std::sync::Arc;

use super::{
    Model,
    screen::Screen,
    store::{FeedKey, FeedNo, Load},
};
use crate::kinds::{Batch, Kind, Reach, Rows, Scope, rows::Step};

impl Model {
    /// The feeds that a table of `kind` within `wish` is made of, in the order of the table.
    #[must_use]
    pub fn feeds_of(&self, kind: Kind, wish: &Scope) -> Vec<FeedKey> {
        let scopes = match kind.reach() {
            Reach::Account => self.accounts(wish),
            Reach::Region => self.regional(kind, wish),
            Reach::Cluster => self.clusters(wish),
            Reach::Within(_) => vec![wish.clone()],
        };
        scopes.into_iter().map(|scope| FeedKey::new(kind, scope)).collect()
    }

    fn accounts(&self, wish: &Scope) -> Vec<Scope> {
        let scopes =
            self.estate.accounts.iter().map(|name| Scope { account: name.as_str().into(), ..Scope::default() });
        let wish = Scope { account: wish.account.clone(), ..Scope::default() };
        scopes.filter(|scope| wish.admits(scope)).collect()
    }

    fn regional(&self, kind: Kind, wish: &Scope) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = self
            .accounts(wish)
            .into_iter()
            .flat_map(|account| self.regions(&account).into_iter().map(move |region| account.at_region(&region)))
            .filter(|scope| wish.region.is_empty() || wish.region == scope.region)
            .collect();
        // clusters of the kubeconfig belong to no region, so no wish for one leaves them out
        if kind == Kind::Cluster && !self.estate.contexts.is_empty() {
            scopes.insert(0, Scope::default());
        }
        if kind == Kind::Cluster && !self.estate.eks {
            scopes.retain(|scope| scope.region.is_empty());
        }
        scopes
    }

    /// The regions of an account: those asked for, else those that are enabled as far as is known yet.
    fn regions(&self, account: &Scope) -> Vec<Arc<str>> {
        if !self.estate.regions.is_empty() {
            return self.estate.regions.iter().map(|region| region.as_str().into()).collect();
        }
        let feed = self.store.get(&FeedKey::new(Kind::Region, account.clone()));
        let mut names: Vec<Arc<str>> = match feed.map(|feed| &feed.rows) {
            Some(Rows::Region(rows)) => rows.iter().map(|region| region.name.clone()).collect(),
            _ => vec![],
        };
        if names.is_empty() && feed.is_some_and(|feed| matches!(feed.load, Load::Failed(_))) {
            // whoever may not list regions still sees the one that is configured
            names.extend(self.estate.home.as_deref().map(Into::into));
        }
        names.sort();
        names
    }

    fn clusters(&self, wish: &Scope) -> Vec<Scope> {
        let contexts =
            self.estate.contexts.iter().map(|name| Scope { cluster: name.as_str().into(), ..Scope::default() });
        let mut scopes: Vec<Scope> = contexts.collect();
        if self.estate.eks {
            // a cluster that the kubeconfig reaches too is listed once
            let here = self.store.get(&FeedKey::new(Kind::Cluster, Scope::default())).map(|feed| &feed.rows);
            let named = |endpoint: &str| match here {
                Some(Rows::Cluster(rows)) => rows.iter().any(|row| {
                    *row.endpoint == *endpoint && self.estate.contexts.iter().any(|context| **context == *row.name)
                }),
                _ => false,
            };
            let mut found = Vec::new();
            for (_, feed) in self.store.of_kind(Kind::Cluster).filter(|(_, feed)| !feed.key.scope.region.is_empty()) {
                let Rows::Cluster(rows) = &feed.rows else { continue };
                let others = rows.iter().filter(|cluster| cluster.endpoint.is_empty() || !named(&cluster.endpoint));
                found.extend(others.map(|cluster| feed.key.scope.at_cluster(&cluster.name)));
            }
            found.sort();
            scopes.extend(found);
        }
        // what the kubeconfig names belongs to no region, so it is not left out where one is wished for
        let anywhere = |scope: &Scope| scope.region.is_empty() && wish.cluster.is_empty();
        scopes.retain(|scope| wish.admits(scope) || anywhere(scope));
        scopes
    }

    /// All feeds that must be alive, first those of the front screen.
    #[must_use]
    pub fn wanted(&self) -> Vec<FeedKey> {
        let mut wanted = Vec::new();
        let mut want = |keys: Vec<FeedKey>| {
            for key in keys {
                if !wanted.contains(&key) {
                    wanted.push(key);
                }
            }
        };
        for screen in self.screens.iter().rev() {
            let (kind, scope) = match screen {
                Screen::Table(table) => (table.kind, table.scope.clone()),
                Screen::Detail(detail) if let Some(feed) = &detail.feed => (feed.kind, feed.scope.clone()),
                _ => continue,
            };
            if let Reach::Within(parent) = kind.reach() {
                let around = Scope { within: "".into(), ..scope };
                want(self.feeds_of(parent, &around));
                continue;
            }
            want(self.feeds_of(kind, &scope));
            if kind.reach() == Reach::Cluster && self.estate.eks && scope.cluster.is_empty() {
                want(self.feeds_of(Kind::Cluster, &Scope { cluster: "".into(), ..scope.clone() }));
            }
            if matches!(kind.reach(), Reach::Region | Reach::Cluster) && self.estate.regions.is_empty() {
                want(self.feeds_of(Kind::Region, &Scope { account: scope.account, ..Scope::default() }));
            }
        }
        wanted
    }

    /// The feeds that the table at `at` in the stack shows, as far as they have begun.
    #[must_use]
    pub fn feeds_shown(&self, at: usize) -> Vec<FeedNo> {
        let Some(Screen::Table(table)) = self.screens.get(at) else { return vec![] };
        self.feeds_of(table.kind, &table.scope).iter().filter_map(|key| self.store.no(key)).collect()
    }

    /// The rows of a derived feed, as its parent's row has them now; `None` while the parent is not listed.
    #[must_use]
    pub fn derived(&self, key: &FeedKey) -> Option<Batch> {
        let parent = self.store.get(&key.parent()?)?;
        let Rows::Pod(pods) = &parent.rows else { return None };
        if !parent.whole && pods.is_empty() {
            return None;
        }
        let pod = pods.slot(&key.scope.within).and_then(|slot| pods.get(slot));
        let rows = pod.map_or_else(Vec::new, |pod| pod.containers.to_vec());
        Some(Step::whole(rows).into())
    }
}
