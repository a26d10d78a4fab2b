//! `download_one`: `get_flag`, then `save_flag`, then a report of the outcome.

use std::panic;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::outcome::{Outcome, Status};
use super::save_flag::Destination;
use crate::base_url::redacted;
use crate::country::CountryCode;
use crate::executor::Executor;
use crate::fetch::{Answer, Fetched, Fetcher, Trace};
use crate::system::signals::Shutdown;

/// What to do about a complete flag that is already in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Fetch it again.
    Replace,
    /// Keep it and send no request.
    Skip,
    /// Fetch it only if the server has a newer one.
    Update,
}

/// The job that a strategy runs for each code.
///
/// Blocking strategies call [`download_one`](Self::download_one), async ones
/// [`download_one_async`](Self::download_one_async). Both do the same steps in the same order.
pub struct Download {
    pub(crate) fetcher: Fetcher,
    pub(crate) destination: Destination,
    pub(crate) existing: Existing,
    /// Drives the requests of every strategy.
    pub(crate) runtime: Handle,
    pub(crate) shutdown: Shutdown,
    /// Called once per outcome, on the thread that finished it.
    pub(crate) report: Box<dyn Fn(Outcome) + Send + Sync>,
}

impl Download {
    /// Downloads the flag of `code` and reports the outcome, blocking until it is done.
    /// Does nothing after a shutdown signal.
    pub fn download_one(self: &Arc<Self>, code: CountryCode) {
        let Some((start, if_newer_than)) = self.prepare(code) else { return };
        let download = self.clone();
        let request = async move { download.get_flag_or_stop(code, if_newer_than).await };
        // A spawned task runs on the runtime's thread, like its connection, so that this thread is
        // woken only once, at the end. The task is never cancelled, but it may panic.
        let fetched = self.runtime.block_on(self.runtime.spawn(request));
        let fetched = fetched.unwrap_or_else(|error| panic::resume_unwind(error.into_panic()));
        if let Some(fetched) = fetched {
            self.finish(code, start, fetched);
        }
    }

    /// The same as [`download_one`](Self::download_one), as a future for the runtime. File access
    /// runs on the threads of `files`: on the runtime's own, a run to a disk takes 1.19 times as
    /// long.
    pub async fn download_one_async(self: &Arc<Self>, code: CountryCode, files: &Executor) {
        let download = self.clone();
        let prepared = run_on(files, move || download.prepare(code)).await;
        let Some((start, if_newer_than)) = prepared else { return };
        let Some(fetched) = self.get_flag_or_stop(code, if_newer_than).await else { return };
        let download = self.clone();
        run_on(files, move || download.finish(code, start, fetched)).await;
    }

    /// Checks the folder before the request. Returns the time since the start of the run, and the
    /// time of a complete flag that is fetched only if the server has a newer one.
    ///
    /// `None` if there is to be no request: after a shutdown signal, or for a flag that is skipped,
    /// whose outcome is then reported.
    fn prepare(&self, code: CountryCode) -> Option<(Duration, Option<SystemTime>)> {
        if self.shutdown.signal().is_some() {
            return None;
        }
        let start = self.fetcher.started.elapsed();
        let if_newer_than = match self.existing {
            Existing::Replace => None,
            Existing::Skip | Existing::Update => self.destination.complete_flag(code),
        };
        if self.existing == Existing::Skip && if_newer_than.is_some() {
            self.report_outcome(code, start, Status::Skipped, Trace::default());
            return None;
        }
        Some((start, if_newer_than))
    }

    /// Requests the flag. Returns `None` if a shutdown signal comes first.
    async fn get_flag_or_stop(
        &self,
        code: CountryCode,
        if_newer_than: Option<SystemTime>,
    ) -> Option<Fetched> {
        tokio::select! {
            biased;
            _ = self.shutdown.requested() => None,
            fetched = self.fetcher.get_flag(code, if_newer_than) => Some(fetched),
        }
    }

    /// Saves what was fetched and reports the outcome. Does nothing after a shutdown signal: a
    /// second one may end the process before the file is whole.
    fn finish(&self, code: CountryCode, start: Duration, fetched: Fetched) {
        if self.shutdown.signal().is_some() {
            return;
        }
        let status = match fetched.answer {
            Ok(Answer::NotFound) => Status::NotFound,
            Ok(Answer::Unchanged) => Status::Unchanged,
            Ok(Answer::Flag { image, modified }) => {
                match self.destination.save_flag(code, &image, modified) {
                    Ok(()) => Status::Saved { bytes: image.len() },
                    Err(error) => Status::Failed(error),
                }
            }
            Err(error) => Status::Failed(error),
        };
        self.report_outcome(code, start, status, fetched.trace);
    }

    fn report_outcome(&self, code: CountryCode, start: Duration, status: Status, trace: Trace) {
        (self.report)(Outcome {
            code,
            url: redacted(&self.fetcher.url(code)),
            path: self.destination.path(code),
            status,
            start,
            trace,
            end: self.fetcher.started.elapsed(),
        });
    }
}

/// Runs `job` on a thread of `executor`, and returns its result.
///
/// tokio's blocking threads would do, but they panic if the system refuses the first of them.
async fn run_on<T: Send + 'static>(
    executor: &Executor,
    job: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (done, result) = oneshot::channel();
    // The receiver is gone only if the run has ended.
    drop(executor.submit(move || drop(done.send(job()))));
    result.await.expect("the job does not panic, and is never cancelled")
}
