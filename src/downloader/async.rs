//! `async`: a task for each flag. All of them wait on one thread, and few others write the files.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::Downloader;
use crate::country::CountryCode;
use crate::executor::Executor;
use crate::flag::{Download, Work};

/// How many threads files are written on: few, as each that has to be woken costs more than most files do,
/// and no more than an executor starts without a look at its jobs, as submitting may not wait here.
const AT_DISK: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// Tasks on the runtime, at most `jobs` of them at once.
pub struct Tokio {
    pub jobs: usize,
}

impl Downloader for Tokio {
    fn download_many(&self, codes: &[CountryCode], job: Arc<Download>) -> io::Result<()> {
        let runtime = job.runtime.clone();
        let disk = Arc::new(Executor::new(AT_DISK)?);
        let on_disk = move |work: Work| drop(disk.submit(work));
        let (codes, jobs) = (codes.to_vec(), self.jobs);
        // A task itself, so that one that ends and the next that begins need no other thread.
        let all = runtime.spawn(async move {
            let mut tasks = JoinSet::new();
            for code in codes {
                if tasks.len() == jobs {
                    tasks.join_next().await;
                }
                tasks.spawn(job.clone().download_one_async(code, on_disk.clone()));
            }
            while tasks.join_next().await.is_some() {}
        });
        runtime.block_on(all).map_err(io::Error::other)
    }
}
