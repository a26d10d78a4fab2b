//! Many threads at once. Each job runs or is cancelled, and each callback runs, exactly once.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use flags::executor::{Future, JobError, as_completed};

use crate::{occupy, pool};

/// Everything that was observed about one future.
#[derive(Default)]
struct Record {
    ran: AtomicUsize,
    cancelled: AtomicUsize,
    early_callback: AtomicUsize,
    late_callback: AtomicUsize,
}

fn counting(
    records: &Arc<Vec<Record>>,
    index: usize,
    field: fn(&Record) -> &AtomicUsize,
) -> impl FnOnce(Result<(), &JobError>) + Send + 'static {
    let records = Arc::clone(records);
    move |outcome| {
        let ran = records[index].ran.load(SeqCst);
        assert_eq!(outcome, if ran == 1 { Ok(()) } else { Err(&JobError::Cancelled) });
        field(&records[index]).fetch_add(1, SeqCst);
    }
}

#[test]
fn each_job_runs_or_is_cancelled_and_each_callback_is_called_once() {
    const JOBS: usize = 100;
    let executor = pool(3);
    for round in 0..100 {
        let records: Arc<Vec<Record>> = Arc::new((0..JOBS).map(|_| Record::default()).collect());
        let submit = |index: usize| {
            let ran = Arc::clone(&records);
            let future = executor.submit(move || ran[index].ran.fetch_add(1, SeqCst) + index);
            future.add_done_callback(counting(&records, index, |r| &r.early_callback));
            future
        };
        let futures: Vec<_> = (0..JOBS).map(submit).collect();

        let go = Barrier::new(4);
        let cancel = |index: usize| {
            if futures[index].cancel() {
                records[index].cancelled.store(1, SeqCst);
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                go.wait();
                (0..JOBS).rev().step_by(3).for_each(&cancel);
            });
            scope.spawn(|| {
                go.wait();
                // Each as soon as the one before it is done, so that it races with the workers.
                for index in 1..JOBS {
                    while !futures[index - 1].done() {
                        thread::yield_now();
                    }
                    cancel(index);
                }
            });
            scope.spawn(|| {
                go.wait();
                for (index, future) in futures.iter().enumerate() {
                    future.add_done_callback(counting(&records, index, |r| &r.late_callback));
                }
            });
            go.wait();
            for future in &futures {
                let (running, done) = (future.running(), future.done());
                assert!(!running || !future.cancelled(), "a running job is not cancelled: {done}");
            }
        });

        let results: Vec<_> = if round % 2 == 0 {
            let completed = as_completed(futures);
            let mut results: Vec<_> = completed.map(|(i, f)| (i, f.result())).collect();
            results.sort_by_key(|(index, _)| *index);
            results.into_iter().map(|(_, result)| result).collect()
        } else {
            futures.into_iter().map(Future::result).collect()
        };
        // Once every worker is running a further job, all callbacks have returned.
        let held: Vec<_> = (0..3).map(|_| occupy(&executor)).collect();
        drop(held);

        assert_eq!(results.len(), JOBS);
        for (index, (record, result)) in records.iter().zip(results).enumerate() {
            let ran = record.ran.load(SeqCst);
            assert_eq!(ran + record.cancelled.load(SeqCst), 1, "it ran or was cancelled");
            assert_eq!(result, if ran == 1 { Ok(index) } else { Err(JobError::Cancelled) });
            assert_eq!(record.early_callback.load(SeqCst), 1);
            assert_eq!(record.late_callback.load(SeqCst), 1);
        }
    }
}

#[test]
fn a_thread_that_waits_during_a_shutdown_gets_the_result_or_the_cancellation() {
    for round in 0..500 {
        let executor = pool(2);
        let ran = Arc::new(AtomicUsize::new(0));
        let submit = |index| {
            let ran = Arc::clone(&ran);
            executor.submit(move || {
                ran.fetch_add(1, SeqCst);
                index
            })
        };
        let mut futures: Vec<_> = (0..20).map(submit).collect();
        let others = futures.split_off(10);
        let wait_for = |futures: Vec<Future<usize>>| {
            thread::spawn(|| futures.into_iter().map(Future::result).collect::<Vec<_>>())
        };
        let waiters = [wait_for(futures), wait_for(others)];
        let cancels = round % 4 > 0;
        if cancels {
            executor.cancel_pending();
        }
        executor.shutdown_and_wait();
        let results: Vec<_> = waiters.into_iter().flat_map(|w| w.join().unwrap()).collect();

        let finished = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(finished, ran.load(SeqCst));
        for (index, result) in results.into_iter().enumerate() {
            assert!(result == Ok(index) || result == Err(JobError::Cancelled));
        }
        assert!(cancels || finished == 20);
    }
}

#[test]
fn many_threads_can_submit_to_one_executor() {
    let executor = pool(4);
    thread::scope(|scope| {
        for submitter in 0..8 {
            let executor = &executor;
            scope.spawn(move || {
                for job in 0..500 {
                    let future = executor.submit(move || submitter * 1000 + job);
                    let result = match future.result_timeout(Duration::from_micros(job)) {
                        Ok(result) => result,
                        Err(future) => future.result(),
                    };
                    assert_eq!(result, Ok(submitter * 1000 + job));
                }
            });
        }
    });
}
