//! Files that others left behind, and what is piped in; packed by gzip or not. Chunks are built here, off the path of keys.
use std::{
    fs::File,
    io::{self, BufReader, Read},
    sync::Arc,
};

use flate2::read::MultiGzDecoder;

use super::desk::Desk;
use crate::{
    error::{Error, Result, Trouble},
    log::{
        News, Source, SourceNo, Target,
        follow::{Standing, Told},
        store::{Builder, Chunk},
    },
};

/// What is read at a time.
const PIECE: usize = 1 << 20;

pub async fn read(desk: &Arc<Desk>, path: &Arc<str>) -> Result<()> {
    let target = desk.target(Target::File { path: path.clone() }).await;
    let source = desk.source(Source { target, part: "".into() }).await;
    let (own, name) = (desk.clone(), path.clone());
    let reads = tokio::task::spawn_blocking(move || take(&own, &name, source));
    let read = reads.await.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()));
    match read {
        Ok(()) => desk.tell(News::Told(Told::Standing(target, Standing::Ended))).await,
        Err(error) => {
            let error = Error::new(Trouble::Other, format!("read {path}"), error.to_string());
            desk.tell(News::Told(Told::Standing(target, Standing::Lost(error.clone())))).await;
            return Err(error);
        }
    }
    Ok(())
}

fn take(desk: &Desk, path: &str, source: SourceNo) -> io::Result<()> {
    let plain: Box<dyn Read> = if path == "-" { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut plain = BufReader::with_capacity(PIECE, plain);
    let packed = io::BufRead::fill_buf(&mut plain)?.starts_with(&[0x1f, 0x8b]);
    let mut input: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(plain)) } else { Box::new(plain) };
    let mut builder = Builder::new();
    let mut piece = vec![0; PIECE];
    loop {
        let count = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let chunks = builder.take_lines(source, &piece[..count]);
        if !tell(desk, chunks) {
            return Ok(());
        }
    }
    tell(desk, builder.finish().into_iter().collect());
    Ok(())
}

/// Whether anybody still listens.
fn tell(desk: &Desk, chunks: Vec<Chunk>) -> bool {
    chunks.into_iter().all(|chunk| desk.tell_now(News::Chunk(Arc::new(chunk))))
}
