//! The end of an executor: a drop or a shutdown, with jobs that have not started.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;

use flags::executor::{Executor, Future, JobError};

use crate::{MAX_WAIT, occupy, pool, wait};

/// Submits jobs that count.
fn submit_counting(executor: &Executor, jobs: usize) -> (Arc<AtomicUsize>, Vec<Future<usize>>) {
    let count = Arc::new(AtomicUsize::new(0));
    let submit = |_| {
        let count = Arc::clone(&count);
        executor.submit(move || count.fetch_add(1, SeqCst))
    };
    let futures = (0..jobs).map(submit).collect();
    (count, futures)
}

#[test]
fn a_drop_waits_for_all_submitted_jobs() {
    let executor = pool(3);
    let held: Vec<_> = (0..3).map(|_| occupy(&executor)).collect();
    let (count, _) = submit_counting(&executor, 1000);
    assert_eq!(count.load(SeqCst), 0);
    drop(held);
    drop(executor);
    assert_eq!(count.load(SeqCst), 1000);
}

#[test]
fn a_shutdown_waits_for_all_submitted_jobs() {
    let executor = pool(1);
    let (_first, release) = occupy(&executor);
    let (count, _futures) = submit_counting(&executor, 1000);
    drop(release);
    executor.shutdown_and_wait();
    assert_eq!(count.load(SeqCst), 1000);
}

#[test]
fn pending_jobs_can_be_cancelled_but_not_running_ones() {
    let executor = pool(1);
    let (first, release) = occupy(&executor);
    let (count, mut futures) = submit_counting(&executor, 100);
    let one = futures.swap_remove(50);
    let waiter = thread::spawn(move || one.result());
    // The last job to be cancelled releases the first one.
    executor.submit(|| ()).add_done_callback(move |_| drop(release));

    executor.cancel_pending();
    executor.shutdown_and_wait();
    assert_eq!(waiter.join().unwrap(), Err(JobError::Cancelled));
    assert_eq!(first.result(), Ok(()));
    assert!(futures.iter().all(Future::cancelled));
    assert_eq!(count.load(SeqCst), 0);
}

#[test]
fn a_drop_by_one_of_its_jobs_does_not_wait_and_loses_no_job() {
    let executor = Arc::new(pool(2));
    let (_first, release) = occupy(&executor);
    let (permit, permitted) = mpsc::channel();
    let owner = Arc::clone(&executor);
    let last = executor.submit(move || {
        wait::<()>(&permitted);
        drop(Arc::into_inner(owner).expect("this job is the last owner"));
    });
    let pending = executor.submit(|| "still run");
    drop(executor);
    permit.send(()).unwrap();
    // The other worker is busy, so waiting for it would never end.
    assert_eq!(last.result_timeout(MAX_WAIT).unwrap(), Ok(()));
    assert_eq!(pending.result(), Ok("still run"));
    drop(release);
}
