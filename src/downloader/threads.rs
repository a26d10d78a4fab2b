//! `threads`: a pool of threads, as the book's `flags_threadpool.py` has it.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::Downloader;
use crate::country::CountryCode;
use crate::executor::Executor;
use crate::flag::Download;

/// An executor of at most `jobs` threads, each of which takes the next flag when it has done one.
pub struct Threads {
    pub jobs: usize,
}

impl Downloader for Threads {
    fn download_many(&self, codes: &[CountryCode], job: Arc<Download>) -> io::Result<()> {
        let Some(workers) = NonZeroUsize::new(self.jobs.min(codes.len())) else {
            return Ok(());
        };
        let executor = Executor::new(workers)?;
        executor.map(move |code| job.download_one(code), codes.to_vec());
        // Dropped here, the executor waits for all that was submitted.
        Ok(())
    }
}
