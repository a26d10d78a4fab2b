//! The strategies: how the same job, done for many codes, is spread over threads or tasks.
//!
//! This is the seam of the whole program, and of the book's chapter: `download_many` is the one thing that
//! changes between `flags.py` and `flags_threadpool.py`. A strategy knows neither HTTP nor files.

mod r#async;
mod rayon;
mod sequential;
mod threads;

use std::fmt;
use std::io;
use std::sync::Arc;

use clap::ValueEnum;
use serde::Serialize;

pub use self::r#async::Tokio;
pub use self::rayon::Rayon;
pub use self::sequential::Sequential;
pub use self::threads::Threads;

use crate::country::CountryCode;
use crate::flag::Download;

/// Downloads many flags, one way or another.
pub trait Downloader: Send {
    /// Does `job` for each of `codes`, and returns when all are done. Each tells its outcome by itself.
    ///
    /// # Errors
    /// The system won't give the threads that the strategy needs. Some flags may have been done.
    fn download_many(&self, codes: &[CountryCode], job: Arc<Download>) -> io::Result<()>;
}

/// The strategies by name. A further one is a file beside the others and a line here and below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One flag after another, as a plain loop does
    Seq,
    /// A pool of threads that hands out futures
    #[default]
    Threads,
    /// A parallel iterator, in a rayon pool of its own
    Rayon,
    /// Tasks that share one thread while they wait
    Async,
}

impl Mode {
    /// The strategy, with at most `jobs` requests at once.
    pub fn downloader(self, jobs: usize) -> Box<dyn Downloader> {
        match self {
            Mode::Seq => Box::new(Sequential),
            Mode::Threads => Box::new(Threads { jobs }),
            Mode::Rayon => Box::new(Rayon { jobs }),
            Mode::Async => Box::new(Tokio { jobs }),
        }
    }

    /// The most requests at once where `asked` are asked for: one after another is one at a time.
    pub fn jobs(self, asked: usize) -> usize {
        match self {
            Mode::Seq => 1,
            _ => asked,
        }
    }

    /// The most requests at once for `flags` flags where nobody said: as many as there are, at most 32.
    pub fn default_jobs(flags: usize) -> usize {
        flags.clamp(1, 32)
    }
}

/// The name, as it is typed.
impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = self.to_possible_value().expect("no mode is hidden from the command line");
        f.pad(typed.get_name())
    }
}
