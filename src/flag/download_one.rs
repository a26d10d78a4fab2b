//! `download_one`: `get_flag`, then `save_flag`, and what came of it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::base_url::redacted;
use crate::country::CountryCode;
use crate::flag::get_flag::{Answer, FetchError, Fetched, Fetcher, Lanes};
use crate::flag::save_flag::Destination;
use crate::run::channel::Sender;
use crate::shutdown::Shutdown;

/// What to do about a flag that is there already, and whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Fetch it again.
    #[default]
    Replace,
    /// Leave it, and ask nobody.
    Skip,
    /// Fetch it if the server has a newer one, and give the file the server's time.
    Update,
}

/// The job that a strategy spreads: it knows how to download one flag, and whom to tell.
pub struct Download {
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) lanes: Lanes,
    pub(crate) destination: Destination,
    pub(crate) existing: Existing,
    pub(crate) runtime: Handle,
    pub(crate) stop: Shutdown,
    pub(crate) started: Instant,
    pub(crate) outcomes: Sender<Outcome>,
}

/// What came of one flag.
#[derive(Debug)]
pub struct Outcome {
    pub code: CountryCode,
    /// Where it was asked for; a password in it is not shown.
    pub url: String,
    pub result: Result<Done, Failure>,
    /// How often it was asked for.
    pub attempts: u32,
    /// Of the last answer, where there was one: `HTTP/1.1`, `HTTP/2`.
    pub http_version: Option<&'static str>,
    /// When work on it began and ended, from the start of the run.
    pub start: Duration,
    pub end: Duration,
}

/// How a flag came to be in its place.
#[derive(Debug, PartialEq, Eq)]
pub enum Done {
    /// Fetched, and saved at `path`.
    Saved { path: PathBuf, bytes: usize },
    /// It was there already.
    Skipped { path: PathBuf },
    /// It was there already, and the server has no newer one.
    Unchanged { path: PathBuf },
}

/// Why a flag is not in its place. `Display` is a sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("not found")]
    NotFound,
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("could not be saved: {0}")]
    Save(#[from] io::Error),
    /// The request came to no end: it panicked.
    #[error("the request was given up")]
    Lost,
}

impl Download {
    /// Downloads the flag of `code` and tells what came of it; once a signal has come, does neither.
    pub fn download_one(&self, code: CountryCode) {
        let Some(outcome) = self.begin(code) else { return };
        match self.look(code) {
            Ask::Nothing => self.skip(outcome),
            Ask::Newer(since) => {
                let fetched = self.lanes.block_on(|fetcher| self.get_flag(fetcher, code, since));
                self.finish(outcome, fetched);
            }
        }
    }

    /// The same as a task. What looks at files or writes them is handed to `elsewhere`, which has it done on a
    /// thread that may wait for them; the one that all tasks share may not.
    pub async fn download_one_async<E>(self: Arc<Self>, code: CountryCode, elsewhere: E)
    where
        E: Fn(Work) + Send + Sync,
    {
        let Some(outcome) = self.begin(code) else { return };
        let job = self.clone();
        let ask = match self.existing {
            Existing::Replace => Some(Ask::Newer(None)),
            Existing::Skip | Existing::Update => done(&elsewhere, move || job.look(code)).await,
        };
        match ask {
            Some(Ask::Nothing) => self.skip(outcome),
            Some(Ask::Newer(since)) => {
                let get_flag = self.get_flag(self.fetcher.clone(), code, since);
                let fetched =
                    self.runtime.spawn(get_flag).await.map_err(|lost| Box::new(lost) as _);
                done(&elsewhere, move || self.finish(outcome, fetched)).await;
            }
            None => {}
        }
    }

    fn begin(&self, code: CountryCode) -> Option<Outcome> {
        if self.stop.signal().is_some() {
            return None;
        }
        let start = self.started.elapsed();
        Some(Outcome {
            code,
            url: redacted(&self.fetcher.url(code)),
            result: Err(Failure::Lost),
            attempts: 0,
            http_version: None,
            start,
            end: start,
        })
    }

    fn look(&self, code: CountryCode) -> Ask {
        let there = || self.destination.whole_flag(code);
        match self.existing {
            Existing::Replace => Ask::Newer(None),
            Existing::Skip if there().is_some() => Ask::Nothing,
            Existing::Skip => Ask::Newer(None),
            Existing::Update => Ask::Newer(there()),
        }
    }

    /// What `fetcher` says of the flag of `code`; a signal ends it with nothing.
    fn get_flag(
        &self,
        fetcher: Arc<Fetcher>,
        code: CountryCode,
        since: Option<SystemTime>,
    ) -> impl Future<Output = Option<Fetched>> + Send + use<> {
        let stop = self.stop.clone();
        async move {
            tokio::select! {
                biased;
                _ = stop.requested() => None,
                fetched = fetcher.get_flag(code, since) => Some(fetched),
            }
        }
    }

    fn skip(&self, outcome: Outcome) {
        let path = self.destination.path(outcome.code);
        self.tell(Outcome { result: Ok(Done::Skipped { path }), ..outcome });
    }

    fn finish(&self, mut outcome: Outcome, fetched: thread::Result<Option<Fetched>>) {
        match fetched {
            Ok(None) => return,
            Ok(Some(fetched)) => {
                outcome.attempts = fetched.attempts;
                outcome.http_version = fetched.http_version;
                outcome.result = self.save_flag(outcome.code, fetched.answer);
            }
            Err(_) => outcome.result = Err(Failure::Lost),
        }
        self.tell(outcome);
    }

    fn save_flag(
        &self,
        code: CountryCode,
        answer: Result<Answer, FetchError>,
    ) -> Result<Done, Failure> {
        match answer? {
            Answer::NotFound => Err(Failure::NotFound),
            Answer::Unchanged => Ok(Done::Unchanged { path: self.destination.path(code) }),
            Answer::Flag { image, modified } => {
                let modified = modified.filter(|_| self.existing == Existing::Update);
                let path = self.destination.save_flag(code, &image, modified)?;
                Ok(Done::Saved { path, bytes: image.len() })
            }
        }
    }

    fn tell(&self, mut outcome: Outcome) {
        outcome.end = self.started.elapsed();
        self.outcomes.send(outcome);
    }
}

/// What is to be asked for, after a look at the folder.
enum Ask {
    Nothing,
    /// The flag, if it is newer than that, where there is a that.
    Newer(Option<SystemTime>),
}

/// What a thread is to do.
pub type Work = Box<dyn FnOnce() + Send>;

/// Has `work` done `elsewhere`, and returns what it returned; nothing if it panicked.
async fn done<T: Send + 'static>(
    elsewhere: &impl Fn(Work),
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    elsewhere(Box::new(move || drop(sender.send(work()))));
    receiver.await.ok()
}

impl Outcome {
    /// How long it took.
    pub fn duration(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

impl Failure {
    /// The kind's name in JSON; a flag that is not found is no error there, and has none.
    pub fn kind(&self) -> Option<&'static str> {
        match self {
            Failure::NotFound => None,
            Failure::Fetch(error) => Some(error.kind()),
            Failure::Save(_) | Failure::Lost => Some("io"),
        }
    }
}
