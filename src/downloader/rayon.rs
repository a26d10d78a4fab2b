//! `rayon`: a parallel iterator. The pool decides who does what, by stealing work.

use std::io;
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadBuilder, ThreadPoolBuilder};

use super::Downloader;
use crate::country::CountryCode;
use crate::flag::Download;

/// A rayon pool of its own, of `jobs` threads.
///
/// rayon's global pool has a thread per core. That is right for work that computes and wrong for work that
/// waits: with two cores, two flags at once.
pub struct Rayon {
    pub jobs: usize,
}

impl Downloader for Rayon {
    fn download_many(&self, codes: &[CountryCode], job: Arc<Download>) -> io::Result<()> {
        // Scoped, so that it returns when the threads have ended.
        ThreadPoolBuilder::new()
            .num_threads(self.jobs.min(codes.len()))
            .build_scoped(ThreadBuilder::run, |pool| {
                pool.install(|| {
                    // Left alone, rayon may put two flags on one thread, where one waits while other threads idle.
                    codes.par_iter().with_max_len(1).for_each(|&code| job.download_one(code));
                })
            })
            .map_err(|error| io::Error::other(format!("{error}; try fewer with --jobs")))
    }
}
