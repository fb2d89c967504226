//! Files that others left behind, and what is piped in; packed by gzip or not. Chunks are built here, off the path of keys.
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    sync::Arc,
    time::SystemTime,
};

use flate2::read::MultiGzDecoder;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::desk::Desk;
use crate::{
    clients::now_ms,
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
        // where it stands beside its name, and no second time
        Err(error) => {
            let error = Error::new(Trouble::Other, format!("read {path}"), error.to_string());
            desk.tell(News::Told(Told::Standing(target, Standing::Lost(error)))).await;
        }
    }
    Ok(())
}

fn take(desk: &Desk, path: &str, source: SourceNo) -> io::Result<()> {
    let (file, written) = opened(path)?;
    // what is piped in may come drop by drop: it is shown whenever nothing more is there yet
    let drips = !file.metadata()?.is_file();
    let pipe = file.try_clone()?;
    let mut plain = BufReader::with_capacity(PIECE, file);
    let packed = plain.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let mut input: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(plain)) } else { Box::new(plain) };
    let mut builder = Builder::dated(written);
    let mut piece = vec![0; PIECE];
    let mut rest: Vec<u8> = vec![];
    loop {
        let count = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let mut chunks = vec![];
        if drips {
            // whole lines only: a chunk that is shown ends no line early
            let end = memchr::memrchr(b'\n', &piece[..count]).map_or(0, |end| end + 1);
            if end > 0 {
                rest.extend_from_slice(&piece[..end]);
                chunks = builder.take_lines(source, &rest);
                rest.clear();
                if !has_more(&pipe) {
                    chunks.extend(builder.finish());
                }
            }
            rest.extend_from_slice(&piece[end..count]);
        } else {
            chunks = builder.take_lines(source, &piece[..count]);
        }
        if !tell(desk, chunks) {
            return Ok(());
        }
    }
    let mut chunks = builder.take_lines(source, &rest);
    chunks.extend(builder.finish());
    tell(desk, chunks);
    Ok(())
}

/// The file, and when it was written last: that tells the year where its lines do not.
fn opened(path: &str) -> io::Result<(File, i64)> {
    if path == "-" {
        return Ok((rustix::stdio::stdin().try_clone_to_owned()?.into(), now_ms()));
    }
    let file = File::open(path)?;
    let since = file.metadata()?.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok((file, i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

/// Whether something can be read without waiting for it.
fn has_more(pipe: &File) -> bool {
    let mut ready = [PollFd::new(pipe, PollFlags::IN)];
    // at its end too something can be read: that it is the end
    poll(&mut ready, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
}

/// Whether anybody still listens.
fn tell(desk: &Desk, chunks: Vec<Chunk>) -> bool {
    chunks.into_iter().all(|chunk| desk.tell_now(News::Chunk(Arc::new(chunk))))
}
