//! `add_done_callback`.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use flags::executor::{Future, JobError};

use crate::{await_done, panicked, pool, value_job, wait};

#[test]
fn a_callback_runs_on_the_worker_that_finishes_the_job() {
    let executor = pool(2);
    let (release, released) = mpsc::channel::<()>();
    let future = executor.submit(move || {
        let _ = released.recv();
        thread::current().id()
    });
    let (sender, receiver) = mpsc::channel();
    future.add_done_callback(move |_| sender.send(thread::current().id()).unwrap());
    drop(release);
    assert_eq!(Ok(wait(&receiver)), future.result());
}

#[test]
fn a_callback_runs_immediately_if_the_job_is_done() {
    let executor = pool(1);
    let future = executor.submit(|| ());
    await_done(&future);
    let (sender, receiver) = mpsc::channel();
    future.add_done_callback(move |_| sender.send(thread::current().id()).unwrap());
    assert_eq!(receiver.try_recv(), Ok(thread::current().id()));
}

#[test]
fn callbacks_run_once_in_the_order_in_which_they_were_added() {
    let executor = pool(1);
    let (future, value) = value_job(&executor);
    let (sender, receiver) = mpsc::channel();
    for number in 0..5 {
        let sender = sender.clone();
        future.add_done_callback(move |_| sender.send(number).unwrap());
    }
    drop(sender);
    assert!(receiver.try_recv().is_err(), "no callback runs before the job is done");
    value.send(()).unwrap();
    future.result().unwrap();
    drop(executor);
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

/// Adds a callback, and returns what it will get.
fn outcome_of<T>(future: &Future<T>) -> Receiver<Result<(), JobError>> {
    let (sender, receiver) = mpsc::channel();
    future.add_done_callback(move |outcome| {
        sender.send(outcome.map_err(JobError::clone)).unwrap();
    });
    receiver
}

#[test]
fn a_callback_gets_whether_the_job_succeeded() {
    let executor = pool(1);
    let (good, value) = value_job(&executor);
    let bad = executor.submit(|| panic!("bad luck"));
    let cancelled = executor.submit(|| ());
    let outcomes = [outcome_of(&good), outcome_of(&bad), outcome_of(&cancelled)];
    assert!(cancelled.cancel());
    value.send(7).unwrap();
    let expected = [Ok(()), panicked("bad luck"), Err(JobError::Cancelled)];
    assert_eq!(outcomes.map(|outcome| wait(&outcome)), expected);

    let outcomes = [outcome_of(&good), outcome_of(&bad), outcome_of(&cancelled)];
    assert_eq!(outcomes.map(|outcome| outcome.try_recv().unwrap()), expected);
    assert_eq!(good.result(), Ok(7));
}

#[test]
fn a_callback_gets_the_outcome_even_if_the_result_has_been_taken() {
    for fails in [false, true] {
        let executor = pool(1);
        let (future, value) = value_job(&executor);
        let (taken, result_taken) = mpsc::channel();
        future.add_done_callback(move |_| wait(&result_taken));
        let outcome = outcome_of(&future);
        if fails {
            drop(value)
        } else {
            value.send(7).unwrap()
        }
        let result = future.result();
        taken.send(()).unwrap();
        assert_eq!(wait(&outcome), result.map(|_| ()));
    }
}

#[test]
fn a_callback_can_submit_another_job() {
    let executor = Arc::new(pool(1));
    let (future, value) = value_job(&executor);
    let (sender, receiver) = mpsc::channel();
    let shared = Arc::clone(&executor);
    future.add_done_callback(move |_| {
        shared.submit(move || sender.send("from the other job").unwrap());
    });
    value.send(()).unwrap();
    assert_eq!(wait(&receiver), "from the other job");
}

#[test]
fn a_panic_in_a_callback_affects_nothing_else() {
    let executor = pool(1);
    let (future, value) = value_job(&executor);
    let (sender, receiver) = mpsc::channel();
    future.add_done_callback(|_| panic!("a bad callback"));
    future.add_done_callback(move |_| sender.send("a good one").unwrap());
    value.send(7).unwrap();
    assert_eq!(wait(&receiver), "a good one");
    future.add_done_callback(|_| panic!("a late bad callback"));
    assert_eq!(future.result(), Ok(7));
    assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));
}
