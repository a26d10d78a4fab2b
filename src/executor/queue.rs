//! The jobs that wait, and the workers that come for them.

use std::collections::VecDeque;
use std::mem;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::future::{Future, shielded};

/// What an executor shares with its workers. They hold no reference to the executor itself, so
/// that they do not keep it from being dropped.
#[derive(Default)]
pub(super) struct Queue {
    jobs: Mutex<Jobs>,
    changed: Condvar,
    served: Condvar,
}

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Box<dyn Job>>,
    /// How many wait no more, and how many of them are done.
    taken: usize,
    done: usize,
    /// How many workers are at no job: they wait for one, or will come as soon as their thread runs.
    free: usize,
    /// The last of those that somebody wants to see taken.
    watched: Option<Ticket>,
    closed: bool,
}

/// The place of a job among all that were ever pushed, from 1.
pub(super) type Ticket = usize;

impl Jobs {
    /// How many workers are missing for the jobs that wait, as far as the `last` of them.
    fn shortage(&self, last: Ticket) -> usize {
        last.saturating_sub(self.taken).saturating_sub(self.free)
    }
}

impl Queue {
    pub(super) fn push(&self, job: Box<dyn Job>) -> Ticket {
        let mut jobs = self.jobs.lock();
        jobs.waiting.push_back(job);
        self.changed.notify_one();
        jobs.taken + jobs.waiting.len()
    }

    pub(super) fn take_waiting(&self) -> VecDeque<Box<dyn Job>> {
        let mut jobs = self.jobs.lock();
        jobs.taken += jobs.waiting.len();
        mem::take(&mut jobs.waiting)
    }

    pub(super) fn close(&self) {
        self.jobs.lock().closed = true;
        self.changed.notify_all();
    }

    /// How many workers are missing for the jobs that wait, as far as the `last` of them.
    pub(super) fn shortage(&self, last: Ticket) -> usize {
        self.jobs.lock().shortage(last)
    }

    /// Waits for `patience`, or until no worker is missing, and returns how many jobs were done.
    /// Only one thread at a time may do so.
    pub(super) fn done_within(&self, patience: Duration, last: Ticket) -> usize {
        let mut jobs = self.jobs.lock();
        let before = jobs.done;
        jobs.watched = Some(last);
        self.served.wait_while_for(&mut jobs, |jobs| jobs.shortage(last) > 0, patience);
        jobs.watched = None;
        jobs.done - before
    }

    /// Counts a worker more, whose thread is about to start.
    pub(super) fn expect_worker(&self) {
        self.jobs.lock().free += 1;
    }

    /// Counts it no longer: its thread did not start.
    pub(super) fn forget_worker(&self) {
        self.jobs.lock().free -= 1;
    }

    /// What a worker does: one job after another, until the queue is closed and empty.
    pub(super) fn work(&self) {
        while let Some(job) = self.next() {
            shielded(|| job.run());
            let mut jobs = self.jobs.lock();
            jobs.done += 1;
            jobs.free += 1;
        }
    }

    fn next(&self) -> Option<Box<dyn Job>> {
        let mut jobs = self.jobs.lock();
        self.changed.wait_while(&mut jobs, |jobs| jobs.waiting.is_empty() && !jobs.closed);
        let job = jobs.waiting.pop_front()?;
        jobs.taken += 1;
        jobs.free -= 1;
        if jobs.watched.is_some_and(|last| jobs.shortage(last) == 0) {
            self.served.notify_one();
        }
        Some(job)
    }
}

/// A [`Task`] whose types are forgotten, so that a queue can hold it.
pub(super) trait Job: Send {
    fn run(self: Box<Self>);
    fn cancel(self: Box<Self>);
}

pub(super) struct Task<F, T> {
    future: Future<T>,
    job: F,
}

impl<F, T> Task<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    /// A job to queue, and the future of what it will return.
    pub(super) fn pair(job: F) -> (Future<T>, Box<dyn Job>) {
        let (future, same) = Future::pair();
        (future, Box::new(Task { future: same, job }))
    }
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
