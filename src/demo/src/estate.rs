//! The world, held once for all servers: looked at under one lock, always brought up to the present first.
use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{
    clock::{Clock, SECOND},
    fault::Faults,
    world::World,
};

/// What lets a client in, made anew at each start.
#[derive(Clone, Debug)]
pub struct Keys {
    pub access: String,
    pub secret: String,
    pub session: String,
    /// The bearer token in the kubeconfig, and what the control endpoint asks for.
    pub token: String,
}

pub struct Estate {
    pub clock: Clock,
    pub faults: Faults,
    pub keys: Keys,
    world: Mutex<World>,
    kept: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    /// Counts the changes; whoever watches waits on it, and then looks what is new.
    pulse: watch::Sender<u64>,
    /// One for each region: counts how often the connections to its cluster were cut.
    cuts: Vec<watch::Sender<u64>>,
}

impl Estate {
    #[must_use]
    pub fn new(world: World, clock: Clock, keys: Keys) -> Self {
        let cuts = world.regions.iter().map(|_| watch::Sender::new(0)).collect();
        let (world, kept) = (Mutex::new(world), Mutex::default());
        Self { clock, faults: Faults::default(), keys, world, kept, pulse: watch::Sender::new(0), cuts }
    }

    /// What a server keeps from one call to the next and the world knows nothing of: queries that run, calls counted against a quota.
    #[must_use]
    pub fn kept<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh: fn() -> Arc<dyn Any + Send + Sync> = || Arc::new(T::default());
        let one = all.entry(TypeId::of::<T>()).or_insert_with(fresh).clone();
        // the key is the type
        one.downcast().unwrap_or_default()
    }

    /// Looks at the world as it is now. What is made of it outside the lock keeps nobody waiting: take out what is needed, encode later.
    pub fn look<T>(&self, at: impl FnOnce(&World) -> T) -> T {
        at(&self.present())
    }

    /// Changes the world, and tells whoever watches.
    pub fn change<T>(&self, how: impl FnOnce(&mut World) -> T) -> T {
        let done = how(&mut self.present());
        self.pulse.send_modify(|count| *count += 1);
        done
    }

    fn present(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if world.advance(self.clock.now()) {
            self.pulse.send_modify(|count| *count += 1);
        }
        world
    }

    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.pulse.subscribe()
    }

    /// Says when the connections to a region's cluster are cut.
    #[must_use]
    pub fn cut_off(&self, region: usize) -> watch::Receiver<u64> {
        self.cuts[region].subscribe()
    }

    /// Cuts what stands between clients and a cluster; they may come again. Whether there is such a cluster.
    pub fn cut(&self, cluster: &str) -> bool {
        let found = self.look(|world| world.regions.iter().position(|region| region.eks.name == cluster));
        if let Some(region) = found {
            self.cuts[region].send_modify(|count| *count += 1);
        }
        found.is_some()
    }

    /// Lets time pass in the world, for as long as the process lives: it wakes when something is due, and no oftener.
    pub async fn live(&self) {
        let mut changes = self.watch();
        loop {
            let due = self.look(World::due).unwrap_or_else(|| self.clock.now() + 60 * SECOND);
            tokio::select! {
                () = tokio::time::sleep(self.clock.until(due)) => {}
                // what was changed may have brought something forward
                _ = changes.changed() => {}
            }
        }
    }
}
