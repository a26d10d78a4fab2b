//! One job and its future: the result, a panic, cancelling, a timeout.

use std::panic::panic_any;
use std::sync::mpsc::TryRecvError;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use flags::executor::JobError;

use crate::{await_done, occupy, panicked, pool, value_job, wait};

#[test]
fn a_result_is_what_the_job_returns() {
    assert_eq!(pool(1).submit(|| 6 * 7).result(), Ok(42));
}

#[test]
fn a_job_is_pending_then_running_then_done() {
    let executor = pool(1);
    let (first, release) = occupy(&executor);
    let second = executor.submit(|| ());
    assert!(first.running() && !first.done() && !first.cancelled());
    assert!(!second.running() && !second.done() && !second.cancelled());
    assert_eq!(format!("{first:?} {second:?}"), "Future(running) Future(pending)");

    release.send(()).unwrap();
    await_done(&second);
    assert!(first.done() && !first.running() && !first.cancelled());
    assert!(second.done() && !second.running() && !second.cancelled());
    assert_eq!(format!("{second:?}"), "Future(finished)");
}

#[test]
fn a_job_runs_even_if_its_future_is_dropped() {
    let (sender, receiver) = mpsc::channel();
    let executor = pool(1);
    drop(executor.submit(move || sender.send("ran").unwrap()));
    assert_eq!(wait(&receiver), "ran");
}

#[test]
fn a_job_can_submit_another() {
    let executor = Arc::new(pool(2));
    let shared = Arc::clone(&executor);
    let outer = executor.submit(move || shared.submit(|| "inner"));
    assert_eq!(outer.result().unwrap().result(), Ok("inner"));
}

#[test]
fn a_panic_is_an_error_with_its_message() {
    let executor = pool(1);
    let text = executor.submit(|| -> u8 { panic!("plain text") });
    assert_eq!(text.result(), panicked("plain text"));
    let string = executor.submit(|| -> u8 { panic_any("a string".to_owned()) });
    assert_eq!(string.result(), panicked("a string"));
    let number = executor.submit(|| -> u8 { panic_any(42) }).result();
    assert_eq!(number, panicked("the panic payload is not text"));
    let message = number.unwrap_err().to_string();
    assert_eq!(message, "the job panicked: the panic payload is not text");
}

#[test]
fn a_worker_survives_the_panic_of_a_job() {
    let executor = pool(1);
    let before = executor.submit(|| thread::current().id()).result();
    executor.submit(|| panic!("ouch")).result().unwrap_err();
    assert_eq!(executor.submit(|| thread::current().id()).result(), before);
}

/// Panics when dropped, with a payload that does so as well.
struct PanicOnDrop;

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        panic_any(PanickingPayload);
    }
}

struct PanickingPayload;

impl Drop for PanickingPayload {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic!("once more");
        }
    }
}

#[test]
fn a_worker_survives_the_panic_of_a_drop() {
    let executor = pool(1);
    let payload = executor.submit(|| panic_any(PanicOnDrop)).result();
    assert_eq!(payload, panicked("the panic payload is not text"));

    let (_first, release) = occupy(&executor);
    let unused_result = executor.submit(|| PanicOnDrop);
    drop(unused_result);
    let captured = PanicOnDrop;
    let cancelled = executor.submit(move || std::mem::forget(captured));
    assert!(cancelled.cancel());
    drop(release);
    assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));
}

#[test]
fn cancelling_survives_the_panic_of_a_drop() {
    let executor = pool(1);
    let (_first, release) = occupy(&executor);
    let captured = PanicOnDrop;
    let cancelled = executor.submit(move || std::mem::forget(captured));
    let other = executor.submit(|| ());
    other.add_done_callback(move |_| drop(release));
    executor.cancel_pending();
    executor.shutdown_and_wait();
    assert_eq!(cancelled.result(), Err(JobError::Cancelled));
    assert_eq!(other.result(), Err(JobError::Cancelled));
}

#[test]
fn a_job_that_is_cancelled_before_its_start_never_runs() {
    let executor = pool(1);
    let (_first, release) = occupy(&executor);
    let (sender, ran) = mpsc::channel();
    let future = executor.submit(move || sender.send(()).unwrap());
    let (sender, called) = mpsc::channel();
    future.add_done_callback(move |outcome| {
        sender.send((outcome.map_err(JobError::clone), thread::current().id())).unwrap();
    });

    assert!(future.cancel());
    assert_eq!(called.try_recv(), Ok((Err(JobError::Cancelled), thread::current().id())));
    assert!(future.cancel(), "it stays cancelled");
    assert!(called.try_recv().is_err(), "the callback is called once");
    assert!(future.cancelled() && future.done() && !future.running());
    assert_eq!(format!("{future:?}"), "Future(cancelled)");
    assert_eq!(future.result(), Err(JobError::Cancelled));

    drop(release);
    drop(executor);
    assert!(ran.try_recv().is_err());
}

#[test]
fn a_cancelled_job_drops_what_it_captured_at_once() {
    let executor = pool(1);
    let (_first, _release) = occupy(&executor);
    let (captured, receiver) = mpsc::channel();
    let future = executor.submit(move || captured.send(()).unwrap());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    future.cancel();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_running_job_cannot_be_cancelled() {
    let executor = pool(1);
    let (future, release) = occupy(&executor);
    assert!(!future.cancel());
    assert!(future.running() && !future.cancelled());
    release.send(()).unwrap();
    assert_eq!(future.result(), Ok(()));
}

#[test]
fn a_finished_job_cannot_be_cancelled() {
    let executor = pool(1);
    let future = executor.submit(|| 7);
    await_done(&future);
    assert!(!future.cancel());
    assert!(!future.cancelled());
    assert_eq!(future.result(), Ok(7));
}

#[test]
fn a_timeout_returns_the_future() {
    let executor = pool(1);
    let (future, sender) = value_job(&executor);
    let future = future.result_timeout(Duration::ZERO).unwrap_err();
    let before = Instant::now();
    let future = future.result_timeout(Duration::from_millis(5)).unwrap_err();
    assert!(before.elapsed() >= Duration::from_millis(5), "it waits for the whole timeout");
    sender.send(7).unwrap();
    assert_eq!(future.result(), Ok(7));
}

#[test]
fn a_job_that_is_done_has_its_result_within_any_timeout() {
    let executor = pool(1);
    let future = executor.submit(|| 7);
    await_done(&future);
    assert_eq!(future.result_timeout(Duration::ZERO).unwrap(), Ok(7));

    let (_first, _release) = occupy(&executor);
    let future = executor.submit(|| 7);
    future.cancel();
    let result = future.result_timeout(Duration::ZERO).unwrap();
    assert_eq!(result, Err(JobError::Cancelled));
}

#[test]
fn a_timeout_can_be_the_longest_duration() {
    let executor = pool(1);
    let (future, sender) = value_job(&executor);
    let waiter = thread::spawn(move || future.result_timeout(Duration::MAX).unwrap());
    sender.send(7).unwrap();
    assert_eq!(waiter.join().unwrap(), Ok(7));
}
