//! Serves an estate until its standard input ends, for clients that we did not write: `estate FOLDER [SEED [NODES [PODS]]]`.
//! `estate --operations` prints what the AWS port serves.
#![allow(clippy::print_stdout, reason = "what it says is for the shell")]
use std::{env, io::Read, path::PathBuf};

use quarterdeck_demo::{
    aws,
    serve::{Folder, Options, start},
};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "--operations") {
        for service in aws::SERVICES {
            service.operations.iter().for_each(|operation| println!("{} {}", service.name, operation.name()));
        }
        return Ok(());
    }
    let number = |at: usize| args.get(at).and_then(|text| text.parse().ok());
    let mut options = Options::default();
    options.seed = number(1).unwrap_or(options.seed);
    options.scale.nodes = number(2).and_then(|n| usize::try_from(n).ok()).unwrap_or(options.scale.nodes);
    options.scale.pods = number(3).and_then(|n| usize::try_from(n).ok()).unwrap_or(options.scale.pods);
    let folder = PathBuf::from(args.first().map_or("estate", String::as_str));
    let served = start(&options, &Folder::open(&folder)?).await?;
    for (name, value) in &served.running.variables {
        println!("export {name}='{value}'");
    }
    // the one thread that waits is not among those that serve
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut vec![])).await??;
    Ok(())
}
