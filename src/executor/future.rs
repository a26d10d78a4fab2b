//! What a job hands back: its result, once there is one.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use std::{fmt, mem};

use parking_lot::{Condvar, Mutex, MutexGuard};
use thiserror::Error;

#[cfg(doc)]
use super::Executor;

/// Why a job has no result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JobError {
    /// It panicked, with this message.
    #[error("the job panicked: {0}")]
    Panicked(String),
    /// It was cancelled before it started.
    #[error("the job was cancelled")]
    Cancelled,
}

impl JobError {
    fn from_panic(payload: Box<dyn Any + Send>) -> Self {
        let string = payload.downcast_ref::<String>().map(String::as_str);
        let message = string
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("its message is not text")
            .to_owned();
        discard(payload);
        Self::Panicked(message)
    }
}

/// The result that a job will have. Only [`Executor::submit`] and [`Executor::map`] make
/// one.
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
    /// Empty once `result` has taken the outcome; callbacks may still look at the stage then.
    Finished(Option<Result<T, JobError>>),
}

impl<T> Future<T> {
    /// Whether the job has ended: returned, panicked or been cancelled. Never waits.
    pub fn done(&self) -> bool {
        self.lock().is_done()
    }

    /// Whether a worker is at the job right now.
    pub fn running(&self) -> bool {
        matches!(self.lock().stage, Stage::Running)
    }

    /// Whether the job was cancelled before it started.
    pub fn cancelled(&self) -> bool {
        matches!(self.lock().stage, Stage::Cancelled)
    }

    /// Cancels the job if it has not started; its callbacks then run on this thread.
    ///
    /// Returns whether the job is cancelled: true also if it was already, false if it is running
    /// or has ended.
    pub fn cancel(&self) -> bool {
        let state = self.lock();
        match state.stage {
            Stage::Pending => self.settle(state, Stage::Cancelled),
            Stage::Cancelled => {}
            Stage::Running | Stage::Finished(_) => return false,
        }
        true
    }

    /// Waits for the job to end, and returns what it returned.
    ///
    /// # Errors
    ///
    /// [`JobError`] if it panicked or was cancelled.
    pub fn result(self) -> Result<T, JobError> {
        let mut state = self.lock();
        self.0.done.wait_while(&mut state, |state| !state.is_done());
        state.take_outcome()
    }

    /// Waits for the job to end, for `timeout` at most, and returns its [`result`](Self::result).
    ///
    /// # Errors
    ///
    /// The future itself if the time is over: the job goes on, and can be waited for again.
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

    /// Has `callback` called with this future, exactly once, when the job has ended: on the
    /// worker's thread, on the thread that cancels it, or here and now if it has ended already.
    ///
    /// Callbacks run in the order in which they were added. One that panics stops nobody else.
    pub fn add_done_callback(&self, callback: impl FnOnce(&Self) + Send + 'static) {
        let mut state = self.lock();
        if state.is_done() {
            drop(state);
            shielded(|| callback(self));
        } else {
            state.callbacks.push(Box::new(callback));
        }
    }

    /// Two handles on the same future: the caller's, and the one that its task keeps.
    pub(super) fn pair() -> (Self, Self) {
        let state = State { stage: Stage::Pending, callbacks: Vec::new() };
        let shared = Arc::new(Shared { state: Mutex::new(state), done: Condvar::new() });
        (Self(Arc::clone(&shared)), Self(shared))
    }

    /// Runs `job` on this thread and keeps what comes of it, unless it was cancelled before.
    pub(super) fn run(&self, job: impl FnOnce() -> T) {
        if self.start() {
            let outcome = catch_unwind(AssertUnwindSafe(job)).map_err(JobError::from_panic);
            self.settle(self.lock(), Stage::Finished(Some(outcome)));
        }
    }

    /// From pending to running; false if the job was cancelled.
    fn start(&self) -> bool {
        let mut state = self.lock();
        let pending = matches!(state.stage, Stage::Pending);
        if pending {
            state.stage = Stage::Running;
        }
        pending
    }

    /// Sets the last stage, wakes who waits, and runs the callbacks with the lock released.
    fn settle(&self, mut state: MutexGuard<'_, State<T>>, stage: Stage<T>) {
        state.stage = stage;
        let callbacks = mem::take(&mut state.callbacks);
        drop(state);
        // There is one caller's handle, and waiting consumes it: nobody else can be waiting.
        self.0.done.notify_one();
        for callback in callbacks {
            shielded(|| callback(self));
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
            Stage::Finished(outcome) => {
                outcome.take().expect("taking it consumes the one handle that can")
            }
            _ => Err(JobError::Cancelled),
        }
    }
}

/// Returns an iterator over `futures` **in the order in which they finish**, each with its place in
/// the input, counted from 0. It waits for the next one when it is asked for it.
///
/// Those that are done already come first, in the order of the input. A job that panicked or was
/// cancelled is done, and has its turn.
///
/// ```
/// use std::{num::NonZeroUsize, thread, time::Duration};
/// use flags::executor::{Executor, as_completed};
/// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// # static SEEN: AtomicU64 = AtomicU64::new(0);
///
/// fn slow_square(n: u64) -> u64 {
///     thread::sleep(Duration::from_millis(10 * n));
/// #   // On a busy machine a sleep may last so long that a longer one overtakes it. Not here.
/// #   for _ in 0..1000 * n {
/// #       if SEEN.load(Relaxed) >= n - 1 { break }
/// #       thread::sleep(Duration::from_millis(1));
/// #   }
///     n * n
/// }
///
/// let executor = Executor::new(NonZeroUsize::new(10).unwrap())?;
/// let futures = (1..=10).rev().map(|n| executor.submit(move || slow_square(n)));
/// let squares: Vec<u64> = as_completed(futures)
/// #   .inspect(|_| { SEEN.fetch_add(1, Relaxed); })
///     .map(|(_, future)| future.result().unwrap())
///     .collect();
///
/// assert_eq!(squares, [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn as_completed<T>(futures: impl IntoIterator<Item = Future<T>>) -> AsCompleted<T> {
    let futures: Vec<_> = futures.into_iter().map(Some).collect();
    let (sender, finished) = mpsc::channel();
    for (index, future) in futures.iter().flatten().enumerate() {
        let sender = sender.clone();
        // Nobody receives once the iterator is dropped, and nobody needs to.
        future.add_done_callback(move |_| {
            let _ = sender.send(index);
        });
    }
    AsCompleted { futures, finished }
}

/// The iterator that [`as_completed`] returns.
pub struct AsCompleted<T> {
    futures: Vec<Option<Future<T>>>,
    finished: mpsc::Receiver<usize>,
}

impl<T> Iterator for AsCompleted<T> {
    type Item = (usize, Future<T>);

    fn next(&mut self) -> Option<Self::Item> {
        // Every callback holds a sender: the channel closes when the last one has been called.
        let index = self.finished.recv().ok()?;
        self.futures[index].take().map(|future| (index, future))
    }
}

/// Runs code that is not ours; a panic in it is reported by the panic hook, and ends here.
pub(super) fn shielded(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        discard(payload);
    }
}

/// Drops what was panicked with. If that panics too, the new payload is leaked: it may do so again.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(again);
    }
}
