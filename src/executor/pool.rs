//! The queue of jobs, and the worker threads that run them.
//!
//! The newest worker is the standby: it takes its first job only when the queue is longer than the
//! number of idle workers. It then starts the next standby, and works like all others. From
//! [`EAGER_WORKERS`] on, the standby also waits until no job has been taken for [`STALL`], and then
//! doubles the number of workers, up to the maximum.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io, mem};

use super::future::{Job, catch_panic, unpoisoned};

/// The number of workers that take their first job without waiting for a stall.
const EAGER_WORKERS: usize = 6;

/// The time without a job being taken after which more workers start. 20 long jobs are all running
/// after three such stalls.
const STALL: Duration = Duration::from_micros(500);

/// What an executor shares with its workers.
#[derive(Default)]
pub(super) struct Pool {
    queue: Mutex<Queue>,
    /// Wakes an idle worker.
    job_available: Condvar,
    /// Wakes the standby.
    worker_needed: Condvar,
    workers: Mutex<Vec<JoinHandle<()>>>,
    max_workers: usize,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Arc<dyn Job>>,
    /// The number of jobs that workers have taken so far.
    taken: usize,
    /// The number of workers that wait for a job, without the standby. A worker that has been woken
    /// counts until it takes the job.
    idle: usize,
    closed: bool,
}

impl Queue {
    fn take(&mut self) -> Option<Arc<dyn Job>> {
        let job = self.jobs.pop_front()?;
        self.taken += 1;
        Some(job)
    }

    fn needs_worker(&self) -> bool {
        self.jobs.len() > self.idle
    }
}

impl Pool {
    /// Starts the first worker.
    ///
    /// # Errors
    /// The system refuses the thread.
    pub(super) fn start(max_workers: usize) -> io::Result<Arc<Pool>> {
        let pool = Arc::new(Pool { max_workers, ..Pool::default() });
        pool.start_worker(0, true)?;
        Ok(pool)
    }

    pub(super) fn push(&self, job: Arc<dyn Job>) {
        let mut queue = unpoisoned(self.queue.lock());
        queue.jobs.push_back(job);
        let (waiting, idle) = (queue.jobs.len(), queue.idle);
        drop(queue);
        // The first `idle` jobs wake one idle worker each, and the next one wakes the standby.
        // Later jobs find every worker awake.
        if waiting <= idle {
            self.job_available.notify_one();
        } else if waiting == idle + 1 {
            self.worker_needed.notify_one();
        }
    }

    /// Takes all jobs that have not started.
    pub(super) fn take_pending(&self) -> VecDeque<Arc<dyn Job>> {
        mem::take(&mut unpoisoned(self.queue.lock()).jobs)
    }

    /// Lets the workers end when the queue is empty, and waits for them. A worker that calls this
    /// does not wait, because it cannot wait for itself.
    pub(super) fn close_and_join(&self) {
        unpoisoned(self.queue.lock()).closed = true;
        self.job_available.notify_all();
        self.worker_needed.notify_all();
        let here = thread::current().id();
        if unpoisoned(self.workers.lock()).iter().any(|worker| worker.thread().id() == here) {
            return;
        }
        loop {
            // A worker that is joined here may have started another one before it ended.
            let Some(worker) = unpoisoned(self.workers.lock()).pop() else { return };
            let joined = worker.join();
            debug_assert!(joined.is_ok(), "every job runs in `catch_panic`");
        }
    }

    fn start_worker(self: &Arc<Self>, number: usize, is_standby: bool) -> io::Result<()> {
        let pool = self.clone();
        // Held until the handle is stored, so that `close_and_join` knows each running worker.
        let mut workers = unpoisoned(self.workers.lock());
        let worker = thread::Builder::new()
            .name(format!("executor-{number}"))
            .spawn(move || pool.work(number, is_standby))?;
        workers.push(worker);
        Ok(())
    }

    /// Runs one job after another until the queue is closed and empty.
    fn work(self: &Arc<Self>, number: usize, is_standby: bool) {
        if is_standby {
            let Some(job) = self.stand_by(number) else { return };
            self.start_more(number + 1, if number < EAGER_WORKERS { 1 } else { number });
            catch_panic(move || job.run());
        }
        while let Some(job) = self.next_job() {
            catch_panic(move || job.run());
        }
    }

    /// Starts up to `more` workers, numbered from `first`, as far as the maximum allows. The last
    /// one is the standby. If the system refuses a thread, the running workers do all the jobs.
    fn start_more(self: &Arc<Self>, first: usize, more: usize) {
        let end = self.max_workers.min(first + more);
        for number in first..end {
            if self.start_worker(number, number + 1 == end).is_err() {
                return;
            }
        }
    }

    /// Waits until worker `number` is needed, and takes a job. `None` once the queue is closed and
    /// the idle workers suffice for what is left.
    fn stand_by(&self, number: usize) -> Option<Arc<dyn Job>> {
        let mut queue = unpoisoned(self.queue.lock());
        loop {
            let unneeded = |queue: &mut Queue| !queue.needs_worker() && !queue.closed;
            queue = unpoisoned(self.worker_needed.wait_while(queue, unneeded));
            if !queue.needs_worker() {
                return None;
            }
            if number < EAGER_WORKERS {
                return queue.take();
            }
            let taken = queue.taken;
            let stalled = |queue: &mut Queue| queue.taken == taken && queue.needs_worker();
            (queue, _) = unpoisoned(self.worker_needed.wait_timeout_while(queue, STALL, stalled));
            if stalled(&mut queue) {
                return queue.take();
            }
        }
    }

    /// Waits for a job. `None` once the queue is closed and empty.
    fn next_job(&self) -> Option<Arc<dyn Job>> {
        let mut queue = unpoisoned(self.queue.lock());
        queue.idle += 1;
        let idle = |queue: &mut Queue| queue.jobs.is_empty() && !queue.closed;
        queue = unpoisoned(self.job_available.wait_while(queue, idle));
        queue.idle -= 1;
        queue.take()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let workers = unpoisoned(self.workers.lock()).len();
        let queue = unpoisoned(self.queue.lock());
        write!(f, "{workers} workers, {} idle, {} jobs waiting", queue.idle, queue.jobs.len())
    }
}
