//! A thread pool that hands out futures, after Python's `concurrent.futures`.
//!
//! [`Executor::submit`] queues a job and returns its [`Future`]. There are two ways to wait for
//! many jobs: [`Executor::map`] in the order of the input, [`as_completed()`] in the order of
//! completion.
//!
//! A pool starts with one worker thread and grows up to its maximum while jobs wait. Up to six
//! workers take jobs as soon as there are any; further ones join only when the queue has stalled,
//! because workers that find nothing to do slow down the others.
//!
//! Names and meanings are Python's, with these differences:
//!
//! - [`Future::result`] consumes the future: a value has one owner.
//! - A panic in a job is returned as a [`JobError`] instead of being raised again. There is no
//!   `exception()`, and one failed job does not end an iteration over many.
//! - A timeout is not an error: [`Future::result_timeout`] returns the future for another try.
//! - A job is `'static`: it may outlive the caller's stack frame.
//! - There is no `set_result`: only an executor completes futures.
//! - Dropping the executor is like the end of Python's `with` block: it waits for all submitted
//!   jobs.

mod as_completed;
mod future;
mod job;
mod pool;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::{io, vec};

pub use as_completed::{AsCompleted, as_completed};
pub use future::{Future, JobError};

use future::catch_panic;
use job::Task;
use pool::Pool;

/// Worker threads that run submitted jobs, first in, first out.
///
/// Dropping the executor waits until every submitted job has finished. [`shutdown`](Self::shutdown)
/// does the same and can cancel jobs that have not started. If the last owner of a shared executor
/// is one of its own jobs, the drop does not wait, and the workers end when the queue is empty.
///
/// A job that waits for another job of the same executor can deadlock, as in Python: it may occupy
/// the worker that the other one needs.
pub struct Executor {
    pool: Arc<Pool>,
}

/// What a shutdown does with jobs that have not started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingJobs {
    /// Run them.
    Finish,
    /// Cancel them: their futures give [`JobError::Cancelled`].
    Cancel,
}

impl Executor {
    /// An executor of at most `max_workers` threads.
    ///
    /// # Errors
    /// The system refuses the first thread. If it refuses a later one, those that are running do
    /// all the jobs.
    pub fn new(max_workers: NonZeroUsize) -> io::Result<Self> {
        Ok(Self { pool: Pool::start(max_workers.get())? })
    }

    /// Queues `job` and returns the [`Future`] of its result. Never blocks.
    ///
    /// The job runs even if the future is dropped. A panic in it ends neither its worker nor any
    /// other job.
    pub fn submit<F, T>(&self, job: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (future, task) = Task::with_future(job);
        self.pool.push(task);
        future
    }

    /// Submits `f(item)` for every item at once, and returns an iterator over the results **in the
    /// order of the items**. Each step waits for one result.
    ///
    /// A panic takes the place of its result, and the iteration continues. Dropping the iterator
    /// cancels nothing. (In Python, an exception ends the iteration and cancels the rest.)
    ///
    /// ```
    /// use std::{num::NonZeroUsize, thread, time::Duration};
    /// use flags::executor::Executor;
    ///
    /// fn slow_square(n: u64) -> u64 {
    ///     thread::sleep(Duration::from_millis(10 * n));
    ///     n * n
    /// }
    ///
    /// let executor = Executor::new(NonZeroUsize::new(10).unwrap())?;
    /// let squares: Vec<u64> = executor
    ///     .map(slow_square, (1..=10).rev())
    ///     .map(|result| result.unwrap())
    ///     .collect();
    ///
    /// assert_eq!(squares, [100, 81, 64, 49, 36, 25, 16, 9, 4, 1]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn map<F, I, T>(&self, f: F, items: I) -> Map<T>
    where
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        I: IntoIterator<Item: Send + 'static>,
        T: Send + 'static,
    {
        let f = Arc::new(f);
        let submit = |item| {
            let f = Arc::clone(&f);
            self.submit(move || f(item))
        };
        let futures: Vec<_> = items.into_iter().map(submit).collect();
        Map(futures.into_iter())
    }

    /// Shuts the executor down and waits for its workers. Callbacks of jobs that are cancelled here
    /// run on this thread.
    pub fn shutdown(self, pending: PendingJobs) {
        if pending == PendingJobs::Cancel {
            for job in self.pool.take_pending() {
                catch_panic(|| job.cancel());
            }
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.pool.close();
    }
}

/// The iterator that [`Executor::map`] returns.
pub struct Map<T>(vec::IntoIter<Future<T>>);

impl<T> Iterator for Map<T> {
    type Item = Result<T, JobError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Future::result)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
