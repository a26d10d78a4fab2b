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
    pub jobs: NonZeroUsize,
}

impl Downloader for ThreadPool {
    fn download_many(&self, codes: &[CountryCode], download: Arc<Download>) -> anyhow::Result<()> {
        let workers =
            NonZeroUsize::new(codes.len()).map_or(self.jobs, |flags| self.jobs.min(flags));
        let executor = Executor::new(workers).context("cannot start a thread")?;
        let results = executor.map(move |code| download.download_one(code), codes.to_vec());
        // Waits for the workers, like the end of the book's `with` block. To read the results
        // before that would wake this thread once per flag.
        executor.shutdown_and_wait();
        Ok(results.collect::<Result<(), _>>()?)
    }
}
