//! `as_completed`.

use flags::executor::{Future, JobError, PendingJobs, as_completed};

use crate::{await_done, occupy, panicked, pool, value_job};

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
fn a_job_that_a_shutdown_cancels_counts_as_finished() {
    let executor = pool(1);
    let (first, release) = occupy(&executor);
    let pending = executor.submit(|| ());
    let completed = as_completed([first, pending]);
    executor.submit(|| ()).add_done_callback(move |_| drop(release));
    executor.shutdown(PendingJobs::Cancel);
    let order: Vec<_> = completed.map(|(index, future)| (index, future.cancelled())).collect();
    assert_eq!(order, [(1, true), (0, false)]);
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
