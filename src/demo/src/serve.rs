//! Brings the estate up: a world, a port for AWS, one for each cluster, and the files that say how to reach them.
mod folder;

use std::{future::Future, io, net::Ipv4Addr, pin::pin, sync::Arc};

pub use folder::{Folder, Running};
use hyper::{Request, body::Incoming};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{
    api, aws,
    clock::{self, Clock},
    control,
    estate::{Estate, Keys},
    fault::Fault,
    http::{self, Answer},
    incident,
    life::Life,
    terraform::{self, Stand},
    world::{World, build::Scale},
};

/// What the estate is to be like.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub seed: u64,
    pub scale: Scale,
    /// How many times as fast as the real one the world's clock runs.
    pub speed: f64,
    pub incidents: Vec<String>,
    pub faults: Vec<Fault>,
    /// Nothing stands yet: for who wants to apply it.
    pub empty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, scale: Scale::default(), speed: 1.0, incidents: vec![], faults: vec![], empty: false }
    }
}

/// An estate that is served, and its end.
pub struct Served {
    pub estate: Arc<Estate>,
    pub life: Arc<Life>,
    pub running: Running,
}

/// Serves until `until` comes or the estate's life is over, then takes its files away.
///
/// # Errors
/// If no port or no file can be had.
pub async fn serve(options: &Options, folder: &Folder, until: impl Future<Output = ()>) -> io::Result<()> {
    let served = start(options, folder).await?;
    let mut until = pin!(until);
    tokio::select! {
        () = &mut until => {}
        () = served.life.ended() => {}
    }
    folder.clear(&served.running)
}

/// Brings the estate up and comes back; its servers run on in the background.
///
/// # Errors
/// If no port or no file can be had, or an incident is not known.
pub async fn start(options: &Options, folder: &Folder) -> io::Result<Served> {
    let mut world = if options.empty {
        World::empty(options.seed, clock::real())
    } else {
        World::new(options.seed, clock::real(), options.scale)
    };
    let authority = api::certificate::Authority::new().map_err(io::Error::other)?;
    let mut clusters = vec![];
    for region in &mut world.regions {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        region.eks.endpoint = format!("https://{}", listener.local_addr()?);
        region.eks.authority = authority.pem();
        let name =
            format!("{}.gr7.{}.eks.amazonaws.com", region.eks.oidc.rsplit('/').next().unwrap_or_default(), region.name);
        clusters.push((listener, authority.server(&name).map_err(io::Error::other)?));
    }
    for name in &options.incidents {
        incident::begin(&mut world, name).map_err(io::Error::other)?;
    }
    let clock = Clock::new(world.now, options.speed);
    let estate = Arc::new(Estate::new(world, clock, keys()?));
    for fault in &options.faults {
        estate.faults.add(fault.clone());
    }
    let life = Arc::new(Life::default());
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let providers = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let own = folder.clone();
    let stand = Stand::new(estate.clone(), folder.path(), move |estate| {
        // who cannot write it now could not when it began
        let _written = own.clusters(estate);
    })?;
    let running = folder.tell(&estate, options, port.local_addr()?.port(), providers.local_addr()?.port())?;
    tokio::spawn(terraform::serve(Arc::new(stand), life.clone(), providers));
    for (number, (listener, tls)) in clusters.into_iter().enumerate() {
        tokio::spawn(cluster(estate.clone(), life.clone(), number, listener, tls));
    }
    tokio::spawn(front(estate.clone(), life.clone(), port));
    let living = estate.clone();
    tokio::spawn(async move { living.live().await });
    Ok(Served { estate, life, running })
}

/// AWS, and the estate's own control.
async fn front(estate: Arc<Estate>, life: Arc<Life>, listener: TcpListener) {
    let handle = move |request: Request<Incoming>| {
        let (estate, life) = (estate.clone(), life.clone());
        async move {
            life.touch();
            if request.uri().path().starts_with(control::PREFIX) {
                control::handle(estate, life, request).await
            } else {
                aws::handle(estate, request).await
            }
        }
    };
    http::serve(listener, None, handle).await;
}

async fn cluster(estate: Arc<Estate>, life: Arc<Life>, number: usize, listener: TcpListener, tls: TlsAcceptor) {
    let cut = estate.cut_off(number);
    let server = Arc::new(api::Server::of(estate, number));
    let handle = move |request: Request<Incoming>| {
        let (server, life) = (server.clone(), life.clone());
        async move {
            life.touch();
            api::handle(server, request).await as io::Result<Answer>
        }
    };
    http::serve_and_cut(listener, Some(tls), cut, handle).await;
}

/// New at each start, and from the kernel: the one thing in the estate that no seed repeats.
fn keys() -> io::Result<Keys> {
    let mut bytes = [0_u8; 96];
    io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut bytes)?;
    let letters = |from: &[u8], alphabet: &[u8]| -> String {
        from.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
    };
    const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const ALL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    Ok(Keys {
        access: format!("ASIA{}", letters(&bytes[..16], UPPER)),
        secret: letters(&bytes[16..56], ALL),
        session: letters(&bytes[56..76], ALL),
        token: letters(&bytes[64..96], ALL),
    })
}

#[cfg(test)]
mod tests;
