//! The future of a job: a handle to its eventual result.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, mem};

use parking_lot::{Condvar, Mutex, MutexGuard};
use thiserror::Error;

#[cfg(doc)]
use super::Executor;

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

/// A handle to the eventual result of a job. [`Executor::submit`] returns one.
///
/// Dropping it does not stop the job.
pub struct Future<T>(Arc<Shared<T>>);

struct Shared<T> {
    state: Mutex<State<T>>,
    done: Condvar,
}

struct State<T> {
    stage: Stage<T>,
    callbacks: Vec<Callback<T>>,
}

type Callback<T> = Box<dyn FnOnce(&Future<T>) + Send>;

enum Stage<T> {
    Pending,
    Running,
    Cancelled,
    /// `None` once `result` has taken the outcome, which may be before the callbacks have run.
    Finished(Option<Result<T, JobError>>),
}

impl<T> Future<T> {
    /// Whether the job has returned, panicked or been cancelled. Never blocks.
    pub fn done(&self) -> bool {
        self.lock().is_done()
    }

    /// Whether a worker is running the job.
    pub fn running(&self) -> bool {
        matches!(self.lock().stage, Stage::Running)
    }

    /// Whether the job was cancelled before it started.
    pub fn cancelled(&self) -> bool {
        matches!(self.lock().stage, Stage::Cancelled)
    }

    /// Cancels the job if it has not started. Its callbacks then run on this thread.
    ///
    /// Returns whether the job is cancelled: false if it is running or has finished.
    pub fn cancel(&self) -> bool {
        let state = self.lock();
        match state.stage {
            Stage::Pending => self.settle(state, Stage::Cancelled),
            Stage::Cancelled => {}
            Stage::Running | Stage::Finished(_) => return false,
        }
        true
    }

    /// Waits for the job to finish, and returns what it returned.
    ///
    /// # Errors
    ///
    /// [`JobError`] if it panicked or was cancelled.
    pub fn result(self) -> Result<T, JobError> {
        let mut state = self.lock();
        self.0.done.wait_while(&mut state, |state| !state.is_done());
        state.take_outcome()
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
        let mut state = self.lock();
        self.0.done.wait_while_for(&mut state, |state| !state.is_done(), timeout);
        if state.is_done() {
            return Ok(state.take_outcome());
        }
        drop(state);
        Err(self)
    }

    /// Calls `callback` with this future once, when the job has finished: on the worker's thread,
    /// on the thread that cancels the job, or immediately if it has finished already.
    ///
    /// Callbacks run in the order in which they were added. A panic in one does not stop the
    /// others.
    pub fn add_done_callback(&self, callback: impl FnOnce(&Self) + Send + 'static) {
        let mut state = self.lock();
        if state.is_done() {
            drop(state);
            catch_panic(|| callback(self));
        } else {
            state.callbacks.push(Box::new(callback));
        }
    }

    /// Two handles of the same future: one for the caller, one for the task.
    pub(super) fn pair() -> (Self, Self) {
        let state = State { stage: Stage::Pending, callbacks: Vec::new() };
        let shared = Arc::new(Shared { state: Mutex::new(state), done: Condvar::new() });
        (Self(Arc::clone(&shared)), Self(shared))
    }

    /// Runs `job` on this thread and stores its outcome, unless it has been cancelled.
    pub(super) fn run(&self, job: impl FnOnce() -> T) {
        if self.start() {
            let outcome = catch_unwind(AssertUnwindSafe(job)).map_err(JobError::from_panic);
            self.settle(self.lock(), Stage::Finished(Some(outcome)));
        }
    }

    /// Goes from pending to running. Returns false if the job has been cancelled.
    fn start(&self) -> bool {
        let mut state = self.lock();
        let pending = matches!(state.stage, Stage::Pending);
        if pending {
            state.stage = Stage::Running;
        }
        pending
    }

    /// Sets the final stage, wakes the waiting thread, and runs the callbacks without the lock.
    fn settle(&self, mut state: MutexGuard<'_, State<T>>, stage: Stage<T>) {
        state.stage = stage;
        let callbacks = mem::take(&mut state.callbacks);
        drop(state);
        // At most one thread waits: waiting consumes the caller's only handle.
        self.0.done.notify_one();
        for callback in callbacks {
            catch_panic(|| callback(self));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.state.lock()
    }
}

impl<T> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.lock().stage {
            Stage::Pending => "Future(pending)",
            Stage::Running => "Future(running)",
            Stage::Cancelled => "Future(cancelled)",
            Stage::Finished(_) => "Future(finished)",
        })
    }
}

impl<T> State<T> {
    fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Cancelled | Stage::Finished(_))
    }

    fn take_outcome(&mut self) -> Result<T, JobError> {
        match &mut self.stage {
            Stage::Finished(outcome) => outcome
                .take()
                .expect("an outcome is taken once, by a method that consumes the future"),
            _ => Err(JobError::Cancelled),
        }
    }
}

/// Runs a job or a callback. A panic in it is reported by the panic hook and does not unwind
/// further.
pub(super) fn catch_panic(f: impl FnOnce()) {
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
