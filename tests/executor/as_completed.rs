//! `as_completed`.

use std::sync::mpsc;

use flags::executor::{Future, JobError, as_completed};

use crate::{await_done, occupy, panicked, pool, value_job, wait};

#[test]
fn futures_come_in_the_order_in_which_they_finish() {
    let executor = pool(4);
    let (futures, values): (Vec<_>, Vec<_>) = (0..4).map(|_| value_job(&executor)).unzip();
    let mut completed = as_completed(futures);
    for index in [2, 0, 3, 1] {
        values[index].send(index * 10).unwrap();
        let (place, future) = completed.next().unwrap();
        assert!(future.done());
        assert_eq!((place, future.result()), (index, Ok(index * 10)));
    }
    assert!(completed.next().is_none());
    assert!(completed.next().is_none());
}

#[test]
fn futures_that_are_done_already_come_first_in_the_order_of_the_input() {
    let executor = pool(2);
    let (late, value) = value_job(&executor);
    let done: Vec<_> = (1..=3).map(|n| executor.submit(move || n)).collect();
    done.iter().for_each(await_done);
    let futures: Vec<_> = [late].into_iter().chain(done).collect();
    let mut completed = as_completed(futures).map(|(index, future)| (index, future.result()));
    for expected in 1..=3 {
        assert_eq!(completed.next(), Some((expected, Ok(expected))));
    }
    value.send(0).unwrap();
    assert_eq!(completed.next(), Some((0, Ok(0))));
}

#[test]
fn cancelled_and_panicked_jobs_count_as_finished() {
    let executor = pool(1);
    let (first, release) = occupy(&executor);
    let cancelled = executor.submit(|| ());
    let bad = executor.submit(|| panic!("bad luck"));
    assert!(cancelled.cancel());
    let mut completed = as_completed([first, bad, cancelled]).map(|(i, f)| (i, f.result()));
    assert_eq!(completed.next(), Some((2, Err(JobError::Cancelled))));
    release.send(()).unwrap();
    assert_eq!(completed.next(), Some((0, Ok(()))));
    assert_eq!(completed.next(), Some((1, panicked("bad luck"))));
    assert_eq!(completed.next(), None);
}

#[test]
fn a_job_that_the_executor_cancels_counts_as_finished() {
    let executor = pool(1);
    let (first, release) = occupy(&executor);
    let pending = executor.submit(|| ());
    let completed = as_completed([first, pending]);
    executor.submit(|| ()).add_done_callback(move |_| drop(release));
    executor.cancel_pending();
    let order: Vec<_> = completed.map(|(index, future)| (index, future.cancelled())).collect();
    assert_eq!(order, [(1, true), (0, false)]);
}

#[test]
fn a_future_comes_in_order_while_its_callback_waits_for_the_loop() {
    let executor = pool(2);
    let ((first, one), (second, two)) = (value_job(&executor), value_job(&executor));
    let (called, callback_runs) = mpsc::channel();
    let (end, loop_ended) = mpsc::channel::<()>();
    first.add_done_callback(move |_| {
        called.send(()).unwrap();
        let _ = loop_ended.recv();
    });
    let completed = as_completed([first, second]);
    one.send(()).unwrap();
    wait(&callback_runs);
    two.send(()).unwrap();
    for (expected, (index, _)) in completed.enumerate() {
        assert_eq!(index, expected);
    }
    drop(end);
}

#[test]
fn after_a_failure_the_loop_can_cancel_the_rest() {
    let executor = pool(1);
    let (bad, fail) = value_job::<()>(&executor);
    let (started, start) = mpsc::channel();
    let (finish, finished) = mpsc::channel();
    let slow = executor.submit(move || {
        started.send(()).unwrap();
        wait(&finished);
    });
    let rest = (0..3).map(|_| executor.submit(|| panic!("it was cancelled")));
    let mut completed = as_completed([bad, slow].into_iter().chain(rest));
    let rest = completed.cancel_handle();
    drop(fail);

    let mut order = Vec::new();
    while let Some((index, future)) = completed.next() {
        match future.result() {
            Ok(()) => assert_eq!(index, 1),
            Err(JobError::Panicked(_)) => {
                assert_eq!(index, 0);
                wait(&start);
                rest.cancel();
            }
            Err(JobError::Cancelled) if index == 4 => finish.send(()).unwrap(),
            Err(JobError::Cancelled) => {}
        }
        order.push((index, completed.len()));
    }
    assert_eq!(order, [(0, 4), (2, 3), (3, 2), (4, 1), (1, 0)]);
}

#[test]
fn it_prints_the_futures_that_are_left() {
    let executor = pool(1);
    let (first, release) = occupy(&executor);
    let mut completed = as_completed([first, executor.submit(|| ())]);
    let text = format!("{completed:?}");
    assert!(text.contains("0: Future(running), 1: Future(pending)"), "{text}");
    release.send(()).unwrap();
    completed.next();
    assert!(!format!("{completed:?}").contains("running"));
}

#[test]
fn without_futures_the_iteration_is_empty() {
    assert!(as_completed(Vec::<Future<()>>::new()).next().is_none());
}

#[test]
fn the_iterator_can_be_dropped_early() {
    let executor = pool(1);
    let (first, release) = occupy(&executor);
    drop(as_completed([first]));
    drop(release);
    assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));
}
