//! `threads`: a fixed pool of threads, as the book's `flags_threadpool.py` has it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::Downloader;
use crate::country::CountryCode;
use crate::download::Download;

/// `jobs` threads, each of which takes the next flag when it has done one.
pub struct Threads {
    pub jobs: usize,
}

impl Downloader for Threads {
    fn download_many(&self, codes: &[CountryCode], job: Arc<Download>) -> io::Result<()> {
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..self.jobs.min(codes.len()) {
                thread::Builder::new().spawn_scoped(scope, || {
                    while let Some(&code) = codes.get(next.fetch_add(1, Ordering::Relaxed)) {
                        job.download_one_blocking(code);
                    }
                })?;
            }
            Ok(())
        })
    }
}
