//! Who looks again when an object has changed: what informers are to controllers.
use super::{Cluster, Item, Kind};

impl Cluster {
    #[expect(clippy::unused_self, reason = "the controllers come with the next step")]
    pub(super) fn wake(&mut self, _kind: Kind, _before: Option<&Item>, _after: Option<&Item>) {}
}
