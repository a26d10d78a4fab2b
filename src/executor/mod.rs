//! A thread pool that hands out futures, after Python's `concurrent.futures`.
//!
//! [`Executor::submit`] queues a job and returns its [`Future`]. There are two ways to wait for
//! many jobs: [`Executor::map`] in the order of the input, [`as_completed()`] in the order of
//! completion. Both know how many results are left, so indicatif shows their progress as tqdm does
//! in Python:
//!
//! ```
//! use std::num::NonZeroUsize;
//! use flags::executor::{Executor, as_completed};
//! use indicatif::ProgressIterator;
//!
//! let executor = Executor::new(NonZeroUsize::new(4).unwrap())?;
//! let futures = (1..=20_u64).map(|n| executor.submit(move || n * n));
//! let sum: u64 = as_completed(futures).progress().map(|(_, f)| f.result().unwrap()).sum();
//! assert_eq!(sum, 2870);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A pool starts with one worker thread and grows up to its maximum while the queue is longer than
//! the number of idle workers. Up to six workers start as soon as they are needed. Further ones
//! start only when the queue has stalled, because workers that find nothing to do slow down the
//! others. While workers keep taking jobs, no more of them start: 4,000 jobs of 1 ms can leave most
//! of 100 workers unstarted.
//! The threads are named `executor-0`, `executor-1` and so on.
//!
//! A job or a callback that panics prints the same message as any other thread that panics, through
//! the panic hook: `thread 'executor-3' panicked at …`. It ends neither its worker nor other jobs.
//!
//! Names and meanings are Python's, with these differences:
//!
//! - [`Future::result`] consumes the future: a value has one owner. A callback gets whether the job
//!   succeeded, but not the value.
//! - A panic in a job is returned as a [`JobError`] instead of being raised again. There is no
//!   `exception()`, and one failed job does not end an iteration over many.
//! - The iterators own their futures. A [`CancelHandle`] cancels those that are left.
//! - A timeout is not an error: [`Future::result_timeout`] returns the future for another try.
//!   [`Executor::map`] and [`as_completed()`] have no timeout.
//! - A job is `'static`: it may outlive the caller's stack frame.
//! - There is no default for `max_workers`, and there is no `set_result`: only an executor
//!   completes futures.
//! - A shutdown always waits: [`Executor::shutdown_and_wait`], or dropping the executor, which is
//!   like the end of Python's `with` block. `cancel_futures` is [`Executor::cancel_pending`].

mod future;
mod iterators;
mod pool;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

pub use future::{Future, JobError};
pub use iterators::{AsCompleted, CancelHandle, Map, as_completed};

use future::cancel_all;
use pool::Pool;

/// Worker threads that run submitted jobs, first in, first out.
///
/// Dropping the executor waits until every submitted job has finished.
/// [`shutdown_and_wait`](Self::shutdown_and_wait) does the same, but says so where it is called. If
/// the last owner of a shared executor is one of its own jobs, neither waits, and the workers end
/// when the queue is empty.
///
/// A job that waits for another job of the same executor can deadlock, as in Python: it may occupy
/// the worker that the other one needs.
///
/// Its `Debug` output has the numbers of workers and of waiting jobs. The worker on standby for
/// further jobs does not count as idle.
#[derive(Debug)]
pub struct Executor {
    pool: Arc<Pool>,
}

impl Executor {
    /// An executor of at most `max_workers` threads.
    ///
    /// Choose as many as jobs may wait at once if they wait for the network or a disk, and
    /// [`available_parallelism`](std::thread::available_parallelism) if they compute.
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
        let future = Future::new(job);
        self.pool.push(future.job());
        future
    }

    /// Submits `f(item)` for every item at once, and returns an iterator over the results **in the
    /// order of the items**. Each step waits for one result, without a timeout.
    ///
    /// A panic takes the place of its result, and the iteration continues. Dropping the iterator
    /// cancels nothing; [`Map::cancel_handle`] does. (In Python, an exception ends the iteration
    /// and cancels the rest.)
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

    /// Cancels all jobs that have not started. Their callbacks run on this thread.
    pub fn cancel_pending(&self) {
        cancel_all(self.pool.take_pending());
    }

    /// Waits until every submitted job has finished and the workers have ended.
    pub fn shutdown_and_wait(self) {
        self.pool.close_and_join();
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.pool.close_and_join();
    }
}
