//! `threads`: a fixed pool of threads, as the book's `flags_threadpool.py` has it.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::Downloader;
use crate::country::CountryCode;
use crate::download::Download;
use crate::executor::Executor;

/// An executor with `jobs` threads, each of which takes the next flag when it has done one.
pub struct Threads {
    pub jobs: usize,
}

impl Downloader for Threads {
    fn download_many(&self, codes: &[CountryCode], job: Arc<Download>) -> io::Result<()> {
        let Some(workers) = NonZeroUsize::new(self.jobs.min(codes.len())) else {
            return Ok(());
        };
        let executor = Executor::new(workers)?;
        for &code in codes {
            let job = job.clone();
            executor.submit(move || job.download_one_blocking(code));
        }
        // Dropped here, the executor waits for all that was submitted.
        Ok(())
    }
}
