//! `async`: a task for each flag. All of them wait on one thread.

use std::io;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::Downloader;
use crate::country::CountryCode;
use crate::download::Download;
use crate::runtime::reserve_thread;

/// Tasks on the runtime, at most `jobs` of them at once.
pub struct Tokio {
    pub jobs: usize,
}

impl Downloader for Tokio {
    fn download_many(&self, codes: &[CountryCode], job: Arc<Download>) -> io::Result<()> {
        let runtime = job.runtime.clone();
        reserve_thread(&runtime)?;
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for &code in codes {
                if tasks.len() == self.jobs {
                    tasks.join_next().await;
                }
                let job = job.clone();
                tasks.spawn(async move { job.download_one(code).await });
            }
            while tasks.join_next().await.is_some() {}
        });
        Ok(())
    }
}
