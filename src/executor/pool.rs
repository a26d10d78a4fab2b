//! The queue of jobs, and the worker threads that run them.
//!
//! Up to [`EAGER_WORKERS`] workers take jobs as soon as there are any. After that, whenever jobs
//! wait and none has been taken for [`STALL`], the number of workers that take jobs doubles, up to
//! the maximum.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

use parking_lot::{Condvar, Mutex};

use super::future::catch_panic;
use super::job::Job;

/// The number of workers that take their first job without waiting for a stall.
const EAGER_WORKERS: usize = 6;

/// The time without a job being taken after which more workers start. 20 long jobs are all running
/// after three such stalls.
const STALL: Duration = Duration::from_micros(500);

/// What an executor shares with its workers.
pub(super) struct Pool {
    queue: Mutex<Queue>,
    /// Wakes a worker that is waiting for a job.
    job_available: Condvar,
    /// Wakes the newest worker, which watches for a stall.
    queue_not_empty: Condvar,
    workers: Mutex<Vec<JoinHandle<()>>>,
    max_workers: usize,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Box<dyn Job>>,
    /// The number of jobs that workers have taken so far.
    taken: usize,
    closed: bool,
}

impl Queue {
    fn take(&mut self) -> Option<Box<dyn Job>> {
        let job = self.jobs.pop_front()?;
        self.taken += 1;
        Some(job)
    }

    fn is_idle(&self) -> bool {
        self.jobs.is_empty() && !self.closed
    }
}

impl Pool {
    /// Starts the first worker.
    ///
    /// # Errors
    /// The system refuses the thread.
    pub(super) fn start(max_workers: usize) -> io::Result<Arc<Pool>> {
        let pool = Arc::new(Pool {
            queue: Mutex::default(),
            job_available: Condvar::new(),
            queue_not_empty: Condvar::new(),
            workers: Mutex::default(),
            max_workers,
        });
        pool.start_worker(0, true)?;
        Ok(pool)
    }

    pub(super) fn push(&self, job: Box<dyn Job>) {
        self.queue.lock().jobs.push_back(job);
        self.job_available.notify_one();
        self.queue_not_empty.notify_one();
    }

    /// Takes all jobs that have not started.
    pub(super) fn take_pending(&self) -> VecDeque<Box<dyn Job>> {
        mem::take(&mut self.queue.lock().jobs)
    }

    /// Lets the workers end when the queue is empty, and waits for them. A worker that calls this
    /// does not wait, because it cannot wait for itself.
    pub(super) fn close(&self) {
        self.queue.lock().closed = true;
        self.job_available.notify_all();
        self.queue_not_empty.notify_all();
        let here = thread::current().id();
        if self.workers.lock().iter().any(|worker| worker.thread().id() == here) {
            return;
        }
        loop {
            // A worker that is joined here may have started another one before it ended.
            let Some(worker) = self.workers.lock().pop() else { return };
            let joined = worker.join();
            debug_assert!(joined.is_ok(), "every job runs in `catch_panic`");
        }
    }

    fn start_worker(self: &Arc<Self>, number: usize, is_newest: bool) -> io::Result<()> {
        let pool = self.clone();
        // Held until the handle is stored, so that `close` knows each worker that is running.
        let mut workers = self.workers.lock();
        let worker = thread::Builder::new()
            .name(format!("executor-{number}"))
            .spawn(move || pool.work(number, is_newest))?;
        workers.push(worker);
        Ok(())
    }

    /// Runs one job after another until the queue is closed and empty. The newest worker decides
    /// when more workers are needed.
    fn work(self: &Arc<Self>, number: usize, is_newest: bool) {
        if is_newest {
            let (job, more) = match number < EAGER_WORKERS {
                true => (self.next_job(), 1),
                false => (self.next_job_after_stall(), number),
            };
            let Some(job) = job else { return };
            self.start_more(number + 1, more);
            catch_panic(|| job.run());
        }
        while let Some(job) = self.next_job() {
            catch_panic(|| job.run());
        }
    }

    /// Starts up to `more` workers, numbered from `first`, as far as the maximum allows. If the
    /// system refuses a thread, the workers that are running do all the jobs.
    fn start_more(self: &Arc<Self>, first: usize, more: usize) {
        let end = self.max_workers.min(first + more);
        for number in first..end {
            if self.start_worker(number, number + 1 == end).is_err() {
                return;
            }
        }
    }

    /// Waits for a job. `None` once the queue is closed and empty.
    fn next_job(&self) -> Option<Box<dyn Job>> {
        let mut queue = self.queue.lock();
        self.job_available.wait_while(&mut queue, |queue| queue.is_idle());
        queue.take()
    }

    /// Waits until the queue has stalled for [`STALL`] with jobs in it, and takes one. `None` once
    /// the queue is closed and empty.
    fn next_job_after_stall(&self) -> Option<Box<dyn Job>> {
        let mut queue = self.queue.lock();
        loop {
            self.queue_not_empty.wait_while(&mut queue, |queue| queue.is_idle());
            let taken = queue.taken;
            self.queue_not_empty.wait_while_for(
                &mut queue,
                |queue| queue.taken == taken && !queue.jobs.is_empty(),
                STALL,
            );
            if queue.taken == taken {
                return queue.take();
            }
        }
    }
}
