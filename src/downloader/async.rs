//! `async`: one future per flag. All of them wait for the network on a single thread.

use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::Context;
use futures_util::{StreamExt, stream};

use super::Downloader;
use crate::country::CountryCode;
use crate::executor::Executor;
use crate::flag::Download;

/// The maximum number of threads for the file access of the futures.
const FILE_THREADS: NonZeroUsize = NonZeroUsize::new(4).expect("it is not zero");

/// Polls at most `jobs` futures at a time, in a single task.
pub struct AsyncTasks {
    pub jobs: NonZeroUsize,
}

impl Downloader for AsyncTasks {
    fn download_many(&self, codes: &[CountryCode], download: Arc<Download>) -> anyhow::Result<()> {
        let runtime = download.runtime.clone();
        let (codes, jobs) = (stream::iter(codes.to_vec()), self.jobs.get());
        let files = Executor::new(FILE_THREADS).context("cannot start a thread")?;
        // A spawned task runs on the runtime's thread, like the connections.
        let all = runtime.spawn(async move {
            codes.for_each_concurrent(jobs, |code| download.download_one_async(code, &files)).await
        });
        Ok(runtime.block_on(all)?)
    }
}
