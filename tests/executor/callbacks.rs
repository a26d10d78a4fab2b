//! `add_done_callback`.

use std::sync::mpsc;
use std::thread;

use flags::executor::JobError;

use crate::{await_done, pool, value_job, wait};

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

#[test]
fn a_callback_can_use_its_future() {
    let executor = pool(1);
    let (future, value) = value_job(&executor);
    let (sender, receiver) = mpsc::channel();
    future.add_done_callback(move |future| {
        let inner = sender.clone();
        future.add_done_callback(move |_| inner.send("inner").unwrap());
        assert!(future.done() && !future.running());
        assert!(!future.cancelled() && !future.cancel());
        sender.send("outer").unwrap();
    });
    value.send(()).unwrap();
    assert_eq!([wait(&receiver), wait(&receiver)], ["inner", "outer"]);
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

#[test]
fn a_callback_runs_after_a_panic_as_well() {
    let executor = pool(1);
    let (future, value) = value_job::<()>(&executor);
    let (sender, receiver) = mpsc::channel();
    future.add_done_callback(move |future| sender.send(future.cancelled()).unwrap());
    drop(value);
    assert!(!wait(&receiver));
    assert!(matches!(future.result(), Err(JobError::Panicked(_))));
}
