//! `threads`: a thread pool, as in the book's `flags_threadpool.py`.

use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::Context;

use super::Downloader;
use crate::country::CountryCode;
use crate::executor::Executor;
use crate::flag::Download;

/// An [`Executor`] of at most `jobs` threads. Each takes the next flag when it has finished one.
pub struct ThreadPool {
    pub jobs: usize,
}

impl Downloader for ThreadPool {
    fn download_many(&self, codes: &[CountryCode], download: Arc<Download>) -> anyhow::Result<()> {
        let Some(workers) = NonZeroUsize::new(self.jobs.min(codes.len())) else {
            return Ok(());
        };
        let executor = Executor::new(workers).context("cannot start a thread")?;
        // `map` submits all codes at once. Iterating waits for each future in turn.
        let results = executor.map(move |code| download.download_one(code), codes.to_vec());
        Ok(results.collect::<Result<(), _>>()?)
    }
}
