//! `download_one`: `get_flag`, then `save_flag`, and what came of it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::{JoinSet, block_in_place};

use crate::base_url::shown;
use crate::country::CountryCode;
use crate::fetch::{Answer, FetchError, Fetcher};
use crate::save::Destination;
use crate::stop::Stop;

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
    pub(crate) destination: Destination,
    pub(crate) existing: Existing,
    pub(crate) runtime: Handle,
    pub(crate) stop: Stop,
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
    pub async fn download_one(&self, code: CountryCode) {
        if self.stop.signal().is_some() {
            return;
        }
        let start = self.started.elapsed();
        let mut outcome = Outcome {
            code,
            url: shown(&self.fetcher.url(code)),
            result: Err(Failure::NotFound),
            attempts: 0,
            http_version: None,
            start,
            end: start,
        };
        tokio::select! {
            biased;
            _ = self.stop.requested() => return,
            result = self.get_and_save(code, &mut outcome) => outcome.result = result,
        }
        outcome.end = self.started.elapsed();
        // Nobody listens any more only where the run itself is being given up.
        let _ = self.outcomes.send(outcome);
    }

    /// The same for a thread that can wait.
    pub fn download_one_blocking(&self, code: CountryCode) {
        self.runtime.block_on(self.download_one(code));
    }

    /// Files are looked at and written where that holds up no other task: on a thread that is this flag's
    /// own already, or on one that the async tasks are moved away from.
    async fn get_and_save(
        &self,
        code: CountryCode,
        outcome: &mut Outcome,
    ) -> Result<Done, Failure> {
        let there = match self.existing {
            Existing::Replace => None,
            Existing::Skip | Existing::Update => {
                block_in_place(|| self.destination.whole_flag(code))
            }
        };
        if self.existing == Existing::Skip && there.is_some() {
            return Ok(Done::Skipped { path: self.destination.path(code) });
        }
        let fetcher = self.fetcher.clone();
        // As a task, the request takes turns with its connection on one thread, and a thread that waits for
        // the flag is woken once, at the end. Dropped, the set aborts it.
        let mut request = JoinSet::new();
        request.spawn(async move { fetcher.get_flag(code, there).await });
        let Some(Ok(fetched)) = request.join_next().await else {
            return Err(Failure::Lost);
        };
        outcome.attempts = fetched.attempts;
        outcome.http_version = fetched.http_version;
        match fetched.answer? {
            Answer::NotFound => Err(Failure::NotFound),
            Answer::Unchanged => Ok(Done::Unchanged { path: self.destination.path(code) }),
            Answer::Flag { image, modified } => {
                let modified = modified.filter(|_| self.existing == Existing::Update);
                let path = block_in_place(|| self.destination.save_flag(code, &image, modified))?;
                Ok(Done::Saved { path, bytes: image.len() })
            }
        }
    }
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
