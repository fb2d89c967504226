//! VPC flow logs: each network interface tells each minute who spoke through it.
use std::net::Ipv4Addr;

use super::{Say, Stream, Talk, host::silent_since, slots, tardy};
use crate::{
    clock::MINUTE,
    rng::{self, Rng},
    world::{Region, World},
};

pub struct Interface {
    account: String,
    id: String,
    address: Ipv4Addr,
    /// Open to the world, which knocks.
    public: bool,
    peers: Vec<Ipv4Addr>,
}

/// Peers of an interface, at most; more would only make the list longer.
const PEERS: usize = 12;

pub fn streams(world: &World, region: &Region) -> Vec<Stream> {
    let addresses: Vec<Ipv4Addr> = region.instances.iter().map(|instance| instance.private_ip).collect();
    let interface = |id: &str, address: Ipv4Addr, public: bool| {
        let mut rng = Rng::of(world.seed, id);
        let count = PEERS.min(addresses.len());
        let peers = (0..count).map(|_| *rng.pick(&addresses)).filter(|peer| *peer != address).collect();
        let talk = Interface { account: world.account.clone(), id: id.to_owned(), address, public, peers };
        (format!("{id}-all"), tardy(rng::hash(world.seed, id)), Talk::Flow(Box::new(talk)))
    };
    let hosts = region.instances.iter().map(|instance| {
        let (name, courier, talk) = interface(&instance.interface, instance.private_ip, instance.public_ip.is_some());
        Stream::new(world.seed, name, courier, (instance.launched + MINUTE, silent_since(instance)), talk)
    });
    let nats = region.nats.iter().map(|nat| {
        let (name, courier, talk) = interface(&nat.interface, nat.private_ip, true);
        Stream::new(world.seed, name, courier, (nat.created, None), talk)
    });
    hosts.chain(nats).collect()
}

impl Interface {
    pub fn say(&self, own: u64, from: i64, to: i64, say: &mut Say<'_>) {
        // a few records a minute, each slot one of them
        slots(own, 15_000, (from, to), |at, rng| Some(self.record(at, rng)), say);
    }

    fn record(&self, at: i64, rng: &mut Rng) -> String {
        let knock = self.public && rng.one_in(4);
        let peer = if knock || self.peers.is_empty() {
            Ipv4Addr::new(198, 51, 100, u8::try_from(rng.below(250)).unwrap_or(1) + 1)
        } else {
            *rng.pick(&self.peers)
        };
        let port = if knock { *rng.pick(&[23, 445, 3389, 5900]) } else { *rng.pick(&[443, 443, 10_250, 53, 8080]) };
        let local = rng.between(32_768, 60_999);
        let (protocol, packets) = (if port == 53 { 17 } else { 6 }, if knock { 1 } else { rng.between(2, 400) });
        let bytes = packets * rng.between(52, 1100);
        let (start, end) = (at / 1000 - rng.between(10, 58), at / 1000);
        let action = if knock { "REJECT" } else { "ACCEPT" };
        let inward = knock || rng.one_in(2);
        let (from, to) = if inward { (peer, self.address) } else { (self.address, peer) };
        let (source, target) = if inward || rng.one_in(2) { (local, port) } else { (port, local) };
        format!(
            "2 {} {} {from} {to} {source} {target} {protocol} {packets} {bytes} {start} {end} {action} OK",
            self.account, self.id
        )
    }
}
