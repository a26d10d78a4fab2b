//! `Executor::map`.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver, Sender};

use flags::executor::{JobError, as_completed};

use crate::{occupy, panicked, pool, wait};

#[test]
fn results_come_in_the_order_of_the_items() {
    // Each job waits for the one after it, so that they finish in reverse order.
    let (sender, receiver) = mpsc::channel();
    sender.send(()).unwrap();
    let mut next = receiver;
    let mut items = Vec::new();
    for number in (0..5).rev() {
        let (done, previous) = mpsc::channel();
        items.insert(0, (number, std::mem::replace(&mut next, previous), done));
    }
    let (finished, order) = mpsc::channel();
    let executor = pool(5);
    let results = executor.map(
        move |(number, next, done): (i32, Receiver<()>, Sender<()>)| {
            wait(&next);
            finished.send(number).unwrap();
            done.send(()).ok();
            number * number
        },
        items,
    );
    assert_eq!(results.size_hint(), (5, Some(5)));
    let results: Vec<_> = results.map(Result::unwrap).collect();
    assert_eq!(results, [0, 1, 4, 9, 16]);
    drop(executor);
    assert_eq!(order.try_iter().collect::<Vec<_>>(), [4, 3, 2, 1, 0]);
}

#[test]
fn all_items_are_submitted_before_a_result_is_requested() {
    let executor = pool(3);
    let (started, starts) = mpsc::channel();
    let results = executor.map(move |n| started.send(n).unwrap(), 0..9);
    let seen: HashSet<_> = (0..9).map(|_| wait(&starts)).collect();
    assert_eq!(seen.len(), 9);
    assert_eq!(results.count(), 9);
}

#[test]
fn a_panic_takes_the_place_of_its_result() {
    let executor = pool(2);
    let thirds = executor.map(|n| if n == 0 { panic!("by zero") } else { 12 / n }, [3, 0, 4]);
    let thirds: Vec<_> = thirds.collect();
    assert_eq!(thirds, [Ok(4), panicked("by zero"), Ok(3)]);
}

#[test]
fn after_a_failure_the_loop_can_cancel_the_rest() {
    let executor = pool(1);
    let (started, start) = mpsc::channel();
    let (finish, finished) = mpsc::channel();
    let jobs: [Box<dyn FnOnce() + Send>; 4] = [
        Box::new(|| panic!("bad luck")),
        Box::new(move || {
            started.send(()).unwrap();
            wait(&finished);
        }),
        Box::new(|| panic!("it was cancelled")),
        Box::new(|| panic!("it was cancelled")),
    ];
    let mut results = executor.map(|job| job(), jobs);
    let rest = results.cancel_handle();
    assert_eq!(results.len(), 4);
    assert_eq!(results.next(), Some(panicked("bad luck")));
    wait(&start);
    rest.cancel();
    finish.send(()).unwrap();
    assert_eq!(results.len(), 3);
    assert!(results.eq([Ok(()), Err(JobError::Cancelled), Err(JobError::Cancelled)]));
}

#[test]
fn jobs_can_be_cancelled_after_the_iterator_is_dropped() {
    let executor = pool(1);
    let (_first, release) = occupy(&executor);
    let results = executor.map(|_| panic!("it was cancelled"), 0..3);
    assert_eq!(format!("{results:?}").matches("Future(pending)").count(), 3);
    let (cancelled, receiver) = mpsc::channel();
    let pending = executor.submit(|| ());
    pending.add_done_callback(move |outcome| cancelled.send(outcome.is_err()).unwrap());
    let all = as_completed([pending]).cancel_handle();
    let rest = results.cancel_handle();
    drop(results);
    rest.clone().cancel();
    all.cancel();
    assert_eq!(receiver.try_recv(), Ok(true));
    drop(release);
    assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));
}

#[test]
fn jobs_run_even_if_the_iterator_is_dropped() {
    let sum = Arc::new(AtomicUsize::new(0));
    let executor = pool(1);
    let (_first, release) = occupy(&executor);
    let shared = Arc::clone(&sum);
    drop(executor.map(move |n| shared.fetch_add(n, SeqCst), [1, 2, 3]));
    drop(release);
    drop(executor);
    assert_eq!(sum.load(SeqCst), 6);
}
