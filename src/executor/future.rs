//! The future of a job: a handle to its eventual result.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LockResult, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use std::{fmt, mem};

use thiserror::Error;

/// Why a job has no result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JobError {
    /// The job panicked with this message.
    #[error("the job panicked: {0}")]
    Panicked(String),
    /// The job was cancelled before it started.
    #[error("the job was cancelled")]
    Cancelled,
}

impl JobError {
    fn from_panic(payload: Box<dyn Any + Send>) -> Self {
        let string = payload.downcast_ref::<String>().map(String::as_str);
        let message = string
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("the panic payload is not text")
            .to_owned();
        drop_payload(payload);
        Self::Panicked(message)
    }
}

/// A handle to the eventual result of a job. [`Executor::submit`](super::Executor::submit) returns
/// one.
///
/// Dropping it does not stop the job.
pub struct Future<T>(Arc<Shared<T>>);

/// What the future and the queue share. To the queue it is a [`Job`].
struct Shared<T>(Mutex<State<T>>);

struct State<T> {
    stage: Stage<T>,
    /// The channel of the single waiter, and the index to send to it on completion.
    completion: Option<(mpsc::Sender<usize>, usize)>,
    callbacks: Vec<Callback>,
}

type Callback = Box<dyn FnOnce(Result<(), &JobError>) + Send>;

enum Stage<T> {
    Pending(Box<dyn FnOnce() -> T + Send>),
    Running,
    /// `None` once `result` has taken the outcome, which may be before the callbacks have run.
    Done(Option<Result<T, JobError>>),
}

/// A job of any type, so that one queue can hold them all.
pub(super) trait Job: Send + Sync {
    /// Runs the job on this thread and stores its outcome, unless it has been cancelled.
    fn run(&self);

    /// Cancels the job if it has not started. Returns whether it is cancelled.
    fn cancel(&self) -> bool;
}

impl<T> Future<T> {
    /// Whether the job has returned, panicked or been cancelled. Never blocks.
    pub fn done(&self) -> bool {
        self.0.lock().is_done()
    }

    /// Whether a worker is running the job.
    pub fn running(&self) -> bool {
        matches!(self.0.lock().stage, Stage::Running)
    }

    /// Whether the job was cancelled before it started.
    pub fn cancelled(&self) -> bool {
        self.0.lock().is_cancelled()
    }

    /// Waits for the job to finish, and returns what it returned.
    ///
    /// # Errors
    ///
    /// [`JobError`] if it panicked or was cancelled.
    pub fn result(mut self) -> Result<T, JobError> {
        loop {
            match self.result_timeout(Duration::MAX) {
                Ok(result) => return result,
                Err(future) => self = future,
            }
        }
    }

    /// Waits at most `timeout` for the job to finish, and returns its [`result`](Self::result).
    ///
    /// # Errors
    ///
    /// The future itself after the timeout. The job goes on and can be waited for again.
    ///
    /// ```
    /// # use std::{num::NonZeroUsize, sync::mpsc, time::Duration};
    /// # use flags::executor::Executor;
    /// # let executor = Executor::new(NonZeroUsize::MIN)?;
    /// # let (send, receive) = mpsc::channel();
    /// let future = executor.submit(move || receive.recv().unwrap());
    /// match future.result_timeout(Duration::from_millis(1)) {
    ///     Ok(_) => unreachable!("nothing was sent"),
    ///     Err(future) => {
    ///         send.send("hello").unwrap();
    ///         assert_eq!(future.result(), Ok("hello"));
    ///     }
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn result_timeout(self, timeout: Duration) -> Result<Result<T, JobError>, Self> {
        if !self.done() {
            let (sender, done) = mpsc::channel();
            self.send_when_done(0, sender);
            // An error is a timeout: the job keeps the sender until it is done.
            let _ = done.recv_timeout(timeout);
        }
        let outcome = self.0.lock().take_outcome();
        outcome.ok_or(self)
    }

    /// Calls `callback` once, when the job has finished, with whether it succeeded.
    ///
    /// It runs on the worker's thread, on the thread that cancels the job, or immediately on this
    /// one if the job has finished already. Callbacks run in the order in which they were added,
    /// when [`done`](Self::done) is already true. Until they return, their worker takes no other
    /// job.
    ///
    /// A callback does not get the value, which has one owner: [`result`](Self::result) may have
    /// taken it already. If the callback needs it, send it from the job, for example through a
    /// channel.
    ///
    /// A panic in a callback is caught and does not stop the others. The panic hook prints it.
    ///
    /// ```
    /// # use std::{num::NonZeroUsize, sync::mpsc};
    /// # use flags::executor::{Executor, JobError};
    /// # let executor = Executor::new(NonZeroUsize::MIN)?;
    /// # let (send, receive) = mpsc::channel();
    /// let future = executor.submit(|| -> u8 { panic!("no luck") });
    /// future.add_done_callback(move |outcome| match outcome {
    ///     Ok(()) => println!("it worked"),
    ///     Err(error) => send.send(error.to_string()).unwrap(),
    /// });
    /// assert_eq!(receive.recv().unwrap(), "the job panicked: no luck");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn add_done_callback(&self, callback: impl FnOnce(Result<(), &JobError>) + Send + 'static) {
        let mut state = self.0.lock();
        if let Stage::Done(Some(outcome)) = &state.stage {
            let success = without_value(outcome);
            drop(state);
            catch_panic(|| callback(success.as_ref().copied()));
        } else {
            state.callbacks.push(Box::new(callback));
        }
    }

    /// Sends `index` on completion, before anything else can see that the job is done. One sender
    /// suffices, because only the owner of the future waits: in `result` or in `as_completed`.
    pub(super) fn send_when_done(&self, index: usize, sender: mpsc::Sender<usize>) {
        let mut state = self.0.lock();
        state.completion = Some((sender, index));
        if state.is_done() {
            state.send_completion();
        }
    }
}

impl<T: Send + 'static> Future<T> {
    /// Cancels the job if it has not started. Its callbacks then run on this thread, and what its
    /// closure captured is dropped here.
    ///
    /// Returns whether the job is cancelled: false if it is running or has finished.
    pub fn cancel(&self) -> bool {
        self.0.cancel()
    }

    /// A future whose job has not started.
    pub(super) fn new(job: impl FnOnce() -> T + Send + 'static) -> Self {
        let stage = Stage::Pending(Box::new(job));
        let state = State { stage, completion: None, callbacks: Vec::new() };
        Self(Arc::new(Shared(Mutex::new(state))))
    }

    /// The job, to queue or to cancel it.
    pub(super) fn job(&self) -> Arc<dyn Job> {
        self.0.clone()
    }
}

impl<T> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        f.write_str(match state.stage {
            Stage::Pending(_) => "Future(pending)",
            Stage::Running => "Future(running)",
            Stage::Done(_) if state.is_cancelled() => "Future(cancelled)",
            Stage::Done(_) => "Future(finished)",
        })
    }
}

impl<T: Send> Job for Shared<T> {
    fn run(&self) {
        let mut state = self.lock();
        let job = match mem::replace(&mut state.stage, Stage::Running) {
            Stage::Pending(job) => job,
            cancelled => {
                state.stage = cancelled;
                return;
            }
        };
        drop(state);
        let outcome = catch_unwind(AssertUnwindSafe(job)).map_err(JobError::from_panic);
        self.finish(self.lock(), outcome);
    }

    fn cancel(&self) -> bool {
        let state = self.lock();
        if matches!(state.stage, Stage::Pending(_)) {
            self.finish(state, Err(JobError::Cancelled));
            return true;
        }
        state.is_cancelled()
    }
}

impl<T> Shared<T> {
    /// Stores the outcome, wakes the thread that waits for it, and runs the callbacks without the
    /// lock.
    fn finish(&self, mut state: MutexGuard<'_, State<T>>, outcome: Result<T, JobError>) {
        let success = without_value(&outcome);
        let before = mem::replace(&mut state.stage, Stage::Done(Some(outcome)));
        state.send_completion();
        let callbacks = mem::take(&mut state.callbacks);
        drop(state);
        for callback in callbacks {
            catch_panic(|| callback(success.as_ref().copied()));
        }
        // The closure of a cancelled job.
        catch_panic(|| drop(before));
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        unpoisoned(self.0.lock())
    }
}

impl<T> State<T> {
    fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    fn is_cancelled(&self) -> bool {
        matches!(self.stage, Stage::Done(Some(Err(JobError::Cancelled))))
    }

    fn take_outcome(&mut self) -> Option<Result<T, JobError>> {
        match &mut self.stage {
            Stage::Done(outcome) => outcome.take(),
            Stage::Pending(_) | Stage::Running => None,
        }
    }

    fn send_completion(&mut self) {
        if let Some((sender, index)) = self.completion.take() {
            // This fails after a timeout or once the iterator has been dropped, which is fine.
            let _ = sender.send(index);
        }
    }
}

/// The outcome without its value, for callbacks.
fn without_value<T>(outcome: &Result<T, JobError>) -> Result<(), JobError> {
    outcome.as_ref().map(|_| ()).map_err(JobError::clone)
}

/// Cancels those of `jobs` that have not started.
pub(super) fn cancel_all(jobs: impl IntoIterator<Item = Arc<dyn Job>>) {
    for job in jobs {
        catch_panic(move || job.cancel());
    }
}

/// Locks or waits even if the lock is poisoned. It never is, because jobs, callbacks and
/// destructors run without a lock.
pub(super) fn unpoisoned<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

/// Runs a job or a callback. A panic in it is reported by the panic hook and does not unwind
/// further.
pub(super) fn catch_panic<R>(f: impl FnOnce() -> R) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        drop_payload(payload);
    }
}

/// Drops a panic payload. If its `drop` panics, the new payload is leaked, because its `drop` could
/// panic as well.
fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(again);
    }
}
