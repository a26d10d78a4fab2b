//! A thread pool that hands out futures, after Python's `concurrent.futures`.
//!
//! An [`Executor`] has a fixed number of worker threads. [`Executor::submit`] queues a job and
//! returns its [`Future`] at once; [`Executor::map`] and [`as_completed`] are the two ways of
//! waiting for many: in the order of the input, or in the order in which they finish.
//!
//! Names and meanings are Python's. Rust differs in these:
//!
//! - [`Future::result`] takes the future: a value has one owner, so it can be had once.
//! - What a job panicked with comes back as a [`JobError`], not as an exception raised anew, so
//!   there is no `exception()`, and one bad job does not end an iteration over many.
//! - A timeout is no error: [`Future::result_timeout`] gives the future back, to be asked again.
//! - A job is `'static`: it may outlive the caller's frame, so it owns all that it uses.
//! - There is no `set_result`: only an executor makes futures, and gives them their results.
//! - Dropping the executor is the end of Python's `with` block: it waits for what was submitted.

mod future;

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::{io, mem, vec};

pub use future::{AsCompleted, Future, JobError, as_completed};
use future::{UNPOISONED, shielded};

/// A fixed number of threads that run what is submitted, first come, first served.
///
/// Dropping it waits until every submitted job is done, as does [`shutdown`](Self::shutdown),
/// which may cancel those that have not started. The one exception is an executor that jobs share
/// (in an `Arc`) and whose last owner is one of them: a worker cannot wait for itself, so that
/// drop waits for nobody, and the workers end by themselves when the queue is empty.
///
/// A job that waits for another job of the same executor can wait forever, as in Python: the
/// worker that it holds may be the one that the other needs.
pub struct Executor {
    queue: Arc<Queue>,
    workers: Vec<JoinHandle<()>>,
}

/// What becomes of jobs that have not started when the executor is shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    /// They run to their end.
    Finish,
    /// They are cancelled: their futures give [`JobError::Cancelled`].
    Cancel,
}

impl Executor {
    /// Starts `workers` threads, which wait for jobs.
    ///
    /// # Errors
    ///
    /// When the system refuses a thread. Those that were started have ended by then.
    pub fn new(workers: NonZeroUsize) -> io::Result<Self> {
        let mut executor = Self { queue: Arc::default(), workers: Vec::new() };
        for number in 0..workers.get() {
            let queue = Arc::clone(&executor.queue);
            let worker = thread::Builder::new()
                .name(format!("executor-{number}"))
                .spawn(move || queue.work())?;
            executor.workers.push(worker);
        }
        Ok(executor)
    }

    /// Queues `job`, and returns the [`Future`] of what it will return.
    ///
    /// The job runs whether or not anybody keeps the future. A panic in it ends neither its
    /// worker nor any other job.
    pub fn submit<F, T>(&self, job: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (future, same) = Future::pair();
        self.queue.push(Box::new(Task { future: same, job }));
        future
    }

    /// Submits `f(item)` for every item at once, and returns an iterator over the results **in
    /// the order of the items**, each waited for when it is asked for.
    ///
    /// A panic takes the place of its result, and the iteration goes on. (Python's ends there and
    /// cancels the rest; here, dropping the iterator early cancels nothing.)
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

    /// Ends the executor: deals with jobs that have not started as `pending` says, and waits for
    /// the rest. Callbacks of jobs cancelled here run on this thread.
    pub fn shutdown(self, pending: Pending) {
        if pending == Pending::Cancel {
            for job in self.queue.take_waiting() {
                shielded(|| job.cancel());
            }
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.queue.close();
        let here = thread::current().id();
        if self.workers.iter().any(|worker| worker.thread().id() == here) {
            return;
        }
        for worker in self.workers.drain(..) {
            // No worker panics: all that it runs is shielded.
            let _ = worker.join();
        }
    }
}

/// What an executor shares with its workers. They hold no reference to the executor itself, so
/// that they do not keep it from being dropped.
#[derive(Default)]
struct Queue {
    jobs: Mutex<Jobs>,
    changed: Condvar,
}

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Box<dyn Job>>,
    closed: bool,
}

impl Queue {
    fn push(&self, job: Box<dyn Job>) {
        self.lock().waiting.push_back(job);
        self.changed.notify_one();
    }

    fn take_waiting(&self) -> VecDeque<Box<dyn Job>> {
        mem::take(&mut self.lock().waiting)
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// What a worker does: one job after another, until the queue is closed and empty.
    fn work(&self) {
        while let Some(job) = self.next() {
            shielded(|| job.run());
        }
    }

    fn next(&self) -> Option<Box<dyn Job>> {
        let idle = |jobs: &mut Jobs| jobs.waiting.is_empty() && !jobs.closed;
        let jobs = self.changed.wait_while(self.lock(), idle);
        jobs.expect(UNPOISONED).waiting.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().expect(UNPOISONED)
    }
}

/// A [`Task`] whose types are forgotten, so that a queue can hold it.
trait Job: Send {
    fn run(self: Box<Self>);
    fn cancel(self: Box<Self>);
}

struct Task<F, T> {
    future: Future<T>,
    job: F,
}

impl<F, T> Job for Task<F, T>
where
    F: FnOnce() -> T + Send,
    T: Send,
{
    fn run(self: Box<Self>) {
        self.future.run(self.job);
    }

    fn cancel(self: Box<Self>) {
        self.future.cancel();
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
