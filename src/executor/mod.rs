//! A thread pool that hands out futures, after Python's `concurrent.futures`.
//!
//! An [`Executor`] has worker threads, up to a number that is asked for. [`Executor::submit`]
//! queues a job and returns its [`Future`]; [`Executor::map`] and [`as_completed`] are the two ways
//! of waiting for many: in the order of the input, or in the order in which they finish.
//!
//! Names and meanings are Python's. Rust differs in these:
//!
//! - [`Future::result`] takes the future: a value has one owner, so it can be had once.
//! - What a job panicked with comes back as a [`JobError`], not as an exception raised anew, so
//!   there is no `exception()`, and one bad job does not end an iteration over many.
//! - A timeout is no error: [`Future::result_timeout`] gives the future back, to be asked again.
//! - A job is `'static`: it may outlive the caller's frame, so it owns all that it uses.
//! - Python starts a thread whenever none is idle. So does this for the first four; it starts more
//!   where jobs wait and none is done for 0.25 ms, or 0.5 ms after the first were started, or up to
//!   2 ms where many were done just before: jobs that are done sooner than that need no more.
//!   Submitting waits to see it.
//! - There is no `set_result`: only an executor makes futures, and gives them their results.
//! - Dropping the executor is the end of Python's `with` block: it waits for what was submitted.

mod future;
mod queue;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{hint, io, vec};

use parking_lot::Mutex;

use future::shielded;
pub use future::{AsCompleted, Future, JobError, as_completed};
use queue::{Queue, Task, Ticket};

/// How many workers are started without a look at what the jobs are like.
const FIRST: usize = 4;

/// How long jobs wait, with none done, before more workers are started. Four that are done sooner get
/// through so many that further ones, on a busy machine, would only be in their way. When the first were started
/// just now, it is twice that.
const PATIENCE: Duration = Duration::from_micros(250);

/// While jobs are done at the rate of [`FIRST`] in that time, looks at them are rarer, as far as this.
const MOST_PATIENCE: Duration = Duration::from_millis(2);

/// How many bytes have to be left where a worker is started beside others and memory is limited: glibc alone
/// sets 64 MiB aside for what a thread allocates. They are asked for and given back, which takes up no memory, but
/// time.
const ROOM: usize = 128 << 20;

/// Threads that run what is submitted, first come, first served.
///
/// There is one of them at first, four as soon as there are jobs for so many, and more, up to the number
/// asked for, while jobs wait and none is done. Of jobs that take long, 20 are at work after some
/// milliseconds.
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
    most: usize,
    workers: Mutex<Vec<JoinHandle<()>>>,
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
    /// An executor of at most `workers` threads.
    ///
    /// # Errors
    ///
    /// When the system refuses even one. Where it refuses further ones, those that there are do all
    /// the work.
    pub fn new(workers: NonZeroUsize) -> io::Result<Self> {
        let executor =
            Self { queue: Arc::default(), most: workers.get(), workers: Mutex::default() };
        executor.start(1, &mut executor.workers.lock())?;
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
        let (future, task) = Task::pair(job);
        self.grow_for(self.queue.push(task));
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
        let mut last = 0;
        let submit = |item| {
            let f = Arc::clone(&f);
            let (future, task) = Task::pair(move || f(item));
            last = self.queue.push(task);
            future
        };
        let futures: Vec<_> = items.into_iter().map(submit).collect();
        // Once for all: jobs that are done at once need no look at each.
        self.grow_for(last);
        Map(futures.into_iter())
    }

    /// Starts workers for the jobs that wait, as far as the `last` of them: the first few at once, then,
    /// each time that none is done, twice as many.
    fn grow_for(&self, last: Ticket) {
        if self.queue.shortage(last) == 0 {
            return;
        }
        let mut workers = self.workers.lock();
        let first = FIRST.saturating_sub(workers.len()).min(self.queue.shortage(last));
        let mut started = self.start(first, &mut workers);
        // Those that were started just now take a while to be at their jobs.
        let (mut more, mut patience) = (1, if first > 0 { 2 * PATIENCE } else { PATIENCE });
        while started.is_ok()
            && let short @ 1.. = self.queue.shortage(last)
            && workers.len() < self.most
        {
            (more, patience) = match self.queue.done_within(patience, last) {
                0 => {
                    started = self.start(more.min(short), &mut workers);
                    (2 * more, PATIENCE)
                }
                done if PATIENCE * (done / FIRST) as u32 >= patience => {
                    (1, MOST_PATIENCE.min(2 * patience))
                }
                _ => (1, PATIENCE),
            };
        }
    }

    fn start(&self, more: usize, workers: &mut Vec<JoinHandle<()>>) -> io::Result<()> {
        for number in (workers.len()..self.most).take(more) {
            if number > 0 && memory_is_limited() {
                leave_room()?;
            }
            self.queue.expect_worker();
            let queue = Arc::clone(&self.queue);
            let worker = thread::Builder::new()
                .name(format!("executor-{number}"))
                .spawn(move || queue.work())
                .inspect_err(|_| self.queue.forget_worker())?;
            workers.push(worker);
        }
        Ok(())
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
        let workers = self.workers.get_mut();
        if workers.iter().any(|worker| worker.thread().id() == here) {
            return;
        }
        for worker in workers.drain(..) {
            // No worker panics: all that it runs is shielded.
            let _ = worker.join();
        }
    }
}

/// Whether the process may have only so much memory, or so many addresses, as after `ulimit -d` or `ulimit -v`.
fn memory_is_limited() -> bool {
    #[cfg(all(any(target_os = "linux", target_os = "macos"), target_pointer_width = "64"))]
    {
        use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
        let limits = [Resource::RLIMIT_AS, Resource::RLIMIT_DATA].map(getrlimit);
        limits.iter().any(|limit| !matches!(limit, Ok((RLIM_INFINITY, _))))
    }
    #[cfg(not(all(any(target_os = "linux", target_os = "macos"), target_pointer_width = "64")))]
    true
}

/// A job that gets no memory ends the whole process, and one worker less does no harm: so a stack is not all
/// that there has to be room for.
fn leave_room() -> io::Result<()> {
    let mut room = Vec::<u8>::new();
    room.try_reserve_exact(ROOM).map_err(|_| io::ErrorKind::OutOfMemory)?;
    hint::black_box(room);
    Ok(())
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
