//! A cluster without a world around it: for tests and measurements of the server alone.
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{net::TcpListener, sync::watch};

use super::{Ground, Server, certificate::Authority};
use crate::{
    clock::{Clock, MINUTE},
    estate::{Estate, Keys},
    http,
    kube::Cluster,
    world::{World, build::Scale},
};

pub struct Alone {
    estate: Arc<Estate>,
    cluster: Mutex<Cluster>,
    pulse: watch::Sender<u64>,
}

impl Alone {
    fn present(&self) -> MutexGuard<'_, Cluster> {
        let mut cluster = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        if cluster.advance(self.estate.clock.now()) {
            self.pulse.send_modify(|count| *count += 1);
        }
        cluster
    }
}

impl Ground for Alone {
    fn look(&self, at: &mut dyn FnMut(&Cluster)) {
        at(&self.present());
    }

    fn change(&self, how: &mut dyn FnMut(&mut Cluster)) {
        how(&mut self.present());
        self.pulse.send_modify(|count| *count += 1);
    }

    fn watch(&self) -> watch::Receiver<u64> {
        self.pulse.subscribe()
    }
}

/// A server that runs, and what a client needs to reach it.
pub struct Running {
    pub server: Arc<Server>,
    pub address: SocketAddr,
    pub kubeconfig: String,
}

/// Serves a cluster on a free port of loopback, and lets its time pass.
pub async fn serve(cluster: Cluster, clock: Clock, keys: Keys) -> io::Result<Running> {
    let (name, region) = (cluster.plan.name.clone(), cluster.plan.region.clone());
    let estate = Arc::new(Estate::new(World::new(0, clock.now(), Scale::default()), clock, keys));
    let ground = Alone { estate: estate.clone(), cluster: Mutex::new(cluster), pulse: watch::Sender::new(0) };
    let server = Arc::new(Server { estate, ground: Box::new(ground), region, cluster: name.clone() });
    let authority = Authority::new().map_err(io::Error::other)?;
    let acceptor = authority.server(&format!("{name}.eks.amazonaws.com")).map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let handling = server.clone();
    tokio::spawn(http::serve(listener, Some(acceptor), move |request| super::handle(handling.clone(), request)));
    tokio::spawn(live(server.clone()));
    let kubeconfig = kubeconfig(&name, address, &authority.pem(), &server.estate.keys.token);
    Ok(Running { server, address, kubeconfig })
}

async fn live(server: Arc<Server>) {
    let mut changes = server.ground.watch();
    loop {
        let now = server.now();
        let due = server.look(Cluster::due).unwrap_or(now + MINUTE);
        tokio::select! {
            () = tokio::time::sleep(server.estate.clock.until(due)) => {}
            // what was changed may have brought something forward
            _ = changes.changed() => {}
        }
    }
}

#[must_use]
pub fn kubeconfig(name: &str, address: SocketAddr, authority: &str, token: &str) -> String {
    let authority = super::base64::encode(authority.as_bytes());
    format!(
        "apiVersion: v1
kind: Config
current-context: {name}
clusters:
- name: {name}
  cluster:
    server: https://{address}
    certificate-authority-data: {authority}
users:
- name: {name}
  user:
    token: {token}
contexts:
- name: {name}
  context:
    cluster: {name}
    user: {name}
"
    )
}
