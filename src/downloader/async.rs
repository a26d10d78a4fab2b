//! `async`: one task per flag. All of them wait on a single thread.

use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::Context;
use tokio::task::JoinSet;

use super::Downloader;
use crate::country::CountryCode;
use crate::executor::Executor;
use crate::flag::Download;

/// The maximum number of threads for the file access of the tasks.
const FILE_THREADS: NonZeroUsize = NonZeroUsize::new(4).expect("it is not zero");

/// Concurrent tasks on the runtime, at most `jobs`.
pub struct AsyncTasks {
    pub jobs: NonZeroUsize,
}

impl Downloader for AsyncTasks {
    fn download_many(&self, codes: &[CountryCode], download: Arc<Download>) -> anyhow::Result<()> {
        let runtime = download.runtime.clone();
        let (codes, jobs) = (codes.to_vec(), self.jobs.get());
        let files = Arc::new(Executor::new(FILE_THREADS).context("cannot start a thread")?);
        // This loop runs as a task, too, so that starting the next flag wakes no other thread.
        let all = runtime.spawn(async move {
            let mut tasks = JoinSet::new();
            let mut result = Ok(());
            for code in codes {
                if tasks.len() == jobs
                    && let Some(ended) = tasks.join_next().await
                {
                    result = result.and(ended);
                }
                tasks.spawn(download.clone().download_one_async(code, files.clone()));
            }
            // Waits for all tasks, even if one of them has panicked.
            while let Some(ended) = tasks.join_next().await {
                result = result.and(ended);
            }
            result
        });
        Ok(runtime.block_on(all)??)
    }
}
