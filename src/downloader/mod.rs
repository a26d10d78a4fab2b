//! The strategies: ways to run the same job for many codes, on one thread, on many, or as futures.
//!
//! `download_many` is the only function that differs between the strategies, as it is between the
//! book's `flags.py` and `flags_threadpool.py`. A strategy knows neither HTTP nor how
//! files are saved.

mod r#async;
mod rayon;
mod sequential;
mod threads;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::ValueEnum;
use serde::Serialize;

pub use self::r#async::AsyncTasks;
pub use self::rayon::RayonPool;
pub use self::sequential::Sequential;
pub use self::threads::ThreadPool;

use crate::country::CountryCode;
use crate::flag::Download;

/// A strategy: downloads many flags.
pub trait Downloader {
    /// Runs `download` once for each of `codes`, and returns when all have finished. `download`
    /// itself reports each outcome.
    ///
    /// # Errors
    /// The system refuses the threads that the strategy needs, or a download panicked. Some flags
    /// may have been downloaded.
    fn download_many(&self, codes: &[CountryCode], download: Arc<Download>) -> anyhow::Result<()>;
}

/// The strategies by name. CONTRIBUTING.md lists the steps to add one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One flag after another, in a loop
    Seq,
    /// A thread pool that hands out futures
    #[default]
    Threads,
    /// A parallel iterator in a rayon thread pool
    Rayon,
    /// Concurrent futures, all driven by a single thread
    Async,
}

impl Mode {
    /// The strategy of this name, with at most `jobs` concurrent requests.
    pub fn downloader(self, jobs: NonZeroUsize) -> Box<dyn Downloader> {
        match self {
            Mode::Seq => Box::new(Sequential),
            Mode::Threads => Box::new(ThreadPool { jobs }),
            Mode::Rayon => Box::new(RayonPool { jobs }),
            Mode::Async => Box::new(AsyncTasks { jobs }),
        }
    }

    /// The maximum number of concurrent requests if `jobs` are allowed: always 1 for `seq`.
    pub fn jobs(self, jobs: NonZeroUsize) -> NonZeroUsize {
        match self {
            Mode::Seq => NonZeroUsize::MIN,
            _ => jobs,
        }
    }

    /// The default number of jobs: one per flag, at most 32.
    pub fn default_jobs(flags: usize) -> NonZeroUsize {
        NonZeroUsize::new(flags.min(32)).unwrap_or(NonZeroUsize::MIN)
    }
}

/// The name on the command line.
impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("no mode is hidden from the command line");
        f.pad(value.get_name())
    }
}
