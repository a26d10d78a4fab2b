//! `rayon`: a parallel iterator. The pool distributes the flags by work stealing.

use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::anyhow;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadBuilder, ThreadPoolBuilder};

use super::Downloader;
use crate::country::CountryCode;
use crate::flag::Download;

/// A rayon pool of `jobs` threads.
///
/// rayon's global pool has one thread per core. That suits CPU-bound work. For work that waits on
/// the network it is too few: two cores would mean two flags at once.
pub struct RayonPool {
    pub jobs: NonZeroUsize,
}

impl Downloader for RayonPool {
    fn download_many(&self, codes: &[CountryCode], download: Arc<Download>) -> anyhow::Result<()> {
        // A scoped pool has joined its threads when it returns.
        ThreadPoolBuilder::new()
            .num_threads(self.jobs.get().min(codes.len()))
            .build_scoped(ThreadBuilder::run, |pool| {
                pool.install(|| {
                    // Without `with_max_len`, rayon may queue two flags on one thread while others
                    // idle.
                    codes.par_iter().with_max_len(1).for_each(|&code| download.download_one(code));
                })
            })
            .map_err(|error| anyhow!("cannot start the threads: {error}; try fewer with --jobs"))
    }
}
