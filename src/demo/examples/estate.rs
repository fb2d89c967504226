//! Serves the whole estate without the console around it, for clients that are tried against it alone.
//!
//! `cargo run -p quarterdeck-demo --example estate -- FOLDER [empty]` prints the variables that point a client at it, and serves until it is
//! ended.
use std::{env, io, path::Path};

use quarterdeck_demo::serve::{self, Folder, Options};

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let path = args.next().ok_or_else(|| io::Error::other("which folder shall the estate have?"))?;
    let options = Options { empty: args.next().as_deref() == Some("empty"), ..Options::default() };
    let folder = Folder::open(Path::new(&path))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let served = serve::start(&options, &folder).await?;
        let mut out = io::stdout().lock();
        for (name, value) in &served.running.variables {
            io::Write::write_all(&mut out, format!("{name}={value}\n").as_bytes())?;
        }
        drop(out);
        std::future::pending::<()>().await;
        Ok(())
    })
}
