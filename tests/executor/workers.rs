//! The worker threads: how many there are, and the order in which they take jobs.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::{occupy, pool, wait};

#[test]
fn jobs_start_in_the_order_of_submission() {
    let executor = pool(1);
    let (_first, release) = occupy(&executor);
    let (sender, receiver) = mpsc::channel();
    let results = executor.map(move |n| sender.send(n).unwrap(), 0..100);
    drop(release);
    assert_eq!(results.count(), 100);
    assert!(receiver.iter().eq(0..100));
}

#[test]
fn as_many_slow_jobs_run_at_once_as_there_may_be_workers() {
    for workers in [1, 2, 4, 5, 20, 100] {
        let executor = pool(workers);
        let (started, starts) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let hold = move |n| {
            started.send(n).unwrap();
            let _ = released.lock().unwrap().recv();
        };
        let results = executor.map(hold, 0..workers);
        let running: HashSet<_> = (0..workers).map(|_| wait(&starts)).collect();
        assert_eq!(running.len(), workers);

        let one_too_many = executor.submit(|| ()).result_timeout(Duration::ZERO).unwrap_err();
        assert!(!one_too_many.running());
        drop(release);
        assert_eq!(results.count(), workers);
        assert_eq!(one_too_many.result(), Ok(()));
    }
}

#[test]
fn slow_jobs_that_are_submitted_one_by_one_all_run_at_once() {
    let executor = pool(20);
    // `occupy` returns when its job is running.
    let held: Vec<_> = (0..20).map(|_| occupy(&executor)).collect();
    assert!(held.iter().all(|(future, _)| future.running()));
}

#[test]
fn there_are_never_more_workers_than_the_maximum() {
    for workers in [1, 3, 4, 6] {
        let executor = pool(workers);
        let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let peak = Arc::clone(&most);
        let job = move |_| {
            peak.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
            thread::yield_now();
            now.fetch_sub(1, SeqCst);
            thread::current().id()
        };
        let threads: HashSet<_> = executor.map(job, 0..1000).map(Result::unwrap).collect();
        assert!(threads.len() <= workers, "{} threads of {workers}", threads.len());
        assert!(most.load(SeqCst) <= workers, "{most:?} jobs at once of {workers}");
    }
}

#[test]
fn quick_jobs_need_few_of_many_workers() {
    let job = |_| {
        thread::sleep(Duration::from_micros(50));
        thread::current().id()
    };
    // A busy machine can make the queue stall, which starts more workers, but not every time.
    let needs_few_threads = || {
        let threads: HashSet<_> = pool(100).map(job, 0..400).map(Result::unwrap).collect();
        threads.len() <= 8
    };
    assert!((0..50).any(|_| needs_few_threads()));
}

#[test]
fn jobs_that_come_one_at_a_time_need_one_worker() {
    let executor = pool(100);
    let mut threads = HashSet::new();
    for _ in 0..100 {
        threads.insert(executor.submit(|| thread::current().id()).result().unwrap());
        // The worker that ran the job waits for the next one, and another one stands by.
        while format!("{executor:?}") != "Executor { pool: 2 workers, 1 idle, 0 jobs waiting }" {
            assert!(!format!("{executor:?}").contains("3 workers"), "{executor:?}");
            thread::yield_now();
        }
    }
    assert_eq!(threads.len(), 1);
}

#[test]
fn workers_have_names() {
    let name = pool(1).submit(|| thread::current().name().map(str::to_owned)).result();
    assert_eq!(name.unwrap().as_deref(), Some("executor-0"));
}

#[test]
fn submit_does_not_wait_for_a_worker() {
    let executor = pool(2);
    let held = [occupy(&executor), occupy(&executor)];
    let futures: Vec<_> = (0..10_000_u64).map(|n| executor.submit(move || n)).collect();
    assert!(futures.iter().all(|future| !future.done() && !future.running()));
    drop(held);
    let sum: u64 = futures.into_iter().map(|future| future.result().unwrap()).sum();
    assert_eq!(sum, 49_995_000);
}

#[cfg(target_os = "linux")]
mod without_memory_for_threads {
    use std::env;
    use std::num::NonZeroUsize;
    use std::process::Command;

    use flags::executor::Executor;

    use super::*;

    #[test]
    fn submit_returns_and_all_jobs_run_if_the_system_refuses_further_workers() {
        let name = "submit_returns_and_all_jobs_run_if_the_system_refuses_further_workers";
        with_stacks_of(1 << 30, name, || {
            let executor = pool(1000);
            let (release, released) = mpsc::channel::<()>();
            let released = Mutex::new(released);
            let hold = move |_| {
                let _ = released.lock().unwrap().recv();
                thread::current().id()
            };
            let threads = executor.map(hold, 0..100);
            drop(release);
            let threads: Vec<_> = threads.map(Result::unwrap).collect();
            assert_eq!(threads.len(), 100);
            let different: HashSet<_> = threads.into_iter().collect();
            assert!(different.len() < 8, "{} stacks of 1 GiB", different.len());
        });
    }

    #[test]
    fn an_executor_whose_first_worker_is_refused_is_an_error() {
        let name = "an_executor_whose_first_worker_is_refused_is_an_error";
        with_stacks_of(1 << 40, name, || {
            assert!(Executor::new(NonZeroUsize::new(2).unwrap()).is_err());
        });
    }

    /// Runs `test` in a process of its own with 8 GB of addresses, in which each thread has a stack
    /// of `bytes`. `name` is that of the calling test.
    fn with_stacks_of(bytes: usize, name: &str, test: impl FnOnce()) {
        const INSIDE: &str = "EXECUTOR_TEST_WITHOUT_MEMORY";
        if env::var_os(INSIDE).is_some() {
            return test();
        }
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 8000000 && exec \"$@\"", "sh"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", &format!("workers::without_memory_for_threads::{name}")])
            .arg("--test-threads=1")
            .env("RUST_MIN_STACK", bytes.to_string())
            .env(INSIDE, "yes")
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && stdout.contains("1 passed"), "{output:?}");
    }
}
