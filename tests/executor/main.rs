//! What the thread pool promises. Orders are forced with channels; no test counts on a sleep.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::panic::panic_any;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use flags::executor::{Executor, Future, JobError, PendingJobs, as_completed};

fn pool(workers: usize) -> Executor {
    Executor::new(NonZeroUsize::new(workers).unwrap()).unwrap()
}

/// What must come, or the test fails rather than hangs.
fn wait<T>(receiver: &Receiver<T>) -> T {
    let value = receiver.recv_timeout(Duration::from_secs(10));
    value.expect("what the test waits for never came")
}

/// Keeps a worker busy until the sender sends or is dropped; it is at it when this returns.
fn occupy(executor: &Executor) -> (Future<()>, Sender<()>) {
    let (started, start) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let future = executor.submit(move || {
        started.send(()).unwrap();
        let _ = released.recv();
    });
    wait(&start);
    (future, release)
}

/// A job that ends when it is told to, with the value that it is told.
fn told<T: Send + 'static>(executor: &Executor) -> (Future<T>, Sender<T>) {
    let (tell, told) = mpsc::channel();
    (executor.submit(move || wait(&told)), tell)
}

fn await_done<T>(future: &Future<T>) {
    let (sender, done) = mpsc::channel();
    future.add_done_callback(move |_| sender.send(()).unwrap());
    wait(&done);
}

fn panicked<T>(message: &str) -> Result<T, JobError> {
    Err(JobError::Panicked(message.to_owned()))
}

mod a_job {
    use super::*;

    #[test]
    fn gives_what_it_returns() {
        assert_eq!(pool(1).submit(|| 6 * 7).result(), Ok(42));
    }

    #[test]
    fn is_pending_then_running_then_done() {
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
    }

    #[test]
    fn starts_before_those_submitted_after_it() {
        let executor = pool(1);
        let (_first, release) = occupy(&executor);
        let (sender, receiver) = mpsc::channel();
        let results = executor.map(move |n| sender.send(n).unwrap(), 0..100);
        drop(release);
        assert_eq!(results.count(), 100);
        assert!(receiver.iter().eq(0..100));
    }

    #[test]
    fn runs_though_nobody_keeps_its_future() {
        let (sender, receiver) = mpsc::channel();
        let executor = pool(1);
        drop(executor.submit(move || sender.send("ran").unwrap()));
        assert_eq!(wait(&receiver), "ran");
    }

    #[test]
    fn may_submit_another() {
        let executor = Arc::new(pool(2));
        let shared = Arc::clone(&executor);
        let outer = executor.submit(move || shared.submit(|| "inner"));
        assert_eq!(outer.result().unwrap().result(), Ok("inner"));
    }
}

mod a_panic {
    use super::*;

    #[test]
    fn comes_back_with_its_message() {
        let executor = pool(2);
        let text = executor.submit(|| -> u8 { panic!("plain text") });
        assert_eq!(text.result(), panicked("plain text"));
        let string = executor.submit(|| -> u8 { panic_any("a string".to_owned()) });
        assert_eq!(string.result(), panicked("a string"));
    }

    #[test]
    fn without_a_text_is_still_told() {
        let result = pool(1).submit(|| panic_any(42)).result();
        assert_eq!(result, panicked("the panic payload is not text"));
        let error = result.unwrap_err().to_string();
        assert_eq!(error, "the job panicked: the panic payload is not text");
    }

    #[test]
    fn leaves_its_worker_alive() {
        let executor = pool(1);
        let before = executor.submit(|| thread::current().id()).result();
        executor.submit(|| panic!("ouch")).result().unwrap_err();
        assert_eq!(executor.submit(|| thread::current().id()).result(), before);
    }

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any(Fuse);
        }
    }

    struct Fuse;

    impl Drop for Fuse {
        fn drop(&mut self) {
            if !thread::panicking() {
                panic!("once more");
            }
        }
    }

    #[test]
    fn in_the_drop_of_a_payload_harms_nobody() {
        let executor = pool(1);
        let result = executor.submit(|| panic_any(Bomb)).result();
        assert_eq!(result, panicked("the panic payload is not text"));
        assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));
    }

    #[test]
    fn in_the_drop_of_an_unwanted_result_harms_nobody() {
        let executor = pool(1);
        let (_first, release) = occupy(&executor);
        drop(executor.submit(|| Bomb));
        drop(release);
        assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));
    }

    #[test]
    fn in_the_drop_of_a_cancelled_job_harms_nobody() {
        let executor = pool(1);
        let (_first, release) = occupy(&executor);
        let bomb = Bomb;
        let doomed = executor.submit(move || std::mem::forget(bomb));
        assert!(doomed.cancel());
        drop(release);
        assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));

        let (_first, release) = occupy(&executor);
        let bomb = Bomb;
        let doomed = executor.submit(move || std::mem::forget(bomb));
        let other = executor.submit(|| ());
        other.add_done_callback(move |_| drop(release));
        executor.shutdown(PendingJobs::Cancel);
        assert_eq!(doomed.result(), Err(JobError::Cancelled));
        assert_eq!(other.result(), Err(JobError::Cancelled));
    }
}

mod a_callback {
    use super::*;

    #[test]
    fn runs_on_the_worker_that_ends_the_job() {
        let executor = pool(2);
        let (tell, told) = mpsc::channel::<()>();
        let future = executor.submit(move || {
            let _ = told.recv();
            thread::current().id()
        });
        let (sender, receiver) = mpsc::channel();
        future.add_done_callback(move |_| sender.send(thread::current().id()).unwrap());
        drop(tell);
        assert_eq!(Ok(wait(&receiver)), future.result());
    }

    #[test]
    fn runs_here_and_now_if_the_job_is_done() {
        let executor = pool(1);
        let future = executor.submit(|| ());
        await_done(&future);
        let (sender, receiver) = mpsc::channel();
        future.add_done_callback(move |_| sender.send(thread::current().id()).unwrap());
        assert_eq!(receiver.try_recv(), Ok(thread::current().id()));
    }

    #[test]
    fn runs_once_and_in_the_order_in_which_it_was_added() {
        let executor = pool(1);
        let (future, tell) = told(&executor);
        let (sender, receiver) = mpsc::channel();
        for number in 0..5 {
            let sender = sender.clone();
            future.add_done_callback(move |_| sender.send(number).unwrap());
        }
        drop(sender);
        assert!(receiver.try_recv().is_err(), "nothing is called before the end");
        tell.send(()).unwrap();
        future.result().unwrap();
        drop(executor);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn is_given_its_future_and_may_ask_it_anything() {
        let executor = pool(1);
        let (future, tell) = told(&executor);
        let (sender, receiver) = mpsc::channel();
        future.add_done_callback(move |future| {
            let again = sender.clone();
            future.add_done_callback(move |_| again.send("within").unwrap());
            assert!(future.done() && !future.running());
            assert!(!future.cancelled() && !future.cancel());
            sender.send("after").unwrap();
        });
        tell.send(()).unwrap();
        assert_eq!([wait(&receiver), wait(&receiver)], ["within", "after"]);
    }

    #[test]
    fn that_panics_harms_nobody() {
        let executor = pool(1);
        let (future, tell) = told(&executor);
        let (sender, receiver) = mpsc::channel();
        future.add_done_callback(|_| panic!("a bad callback"));
        future.add_done_callback(move |_| sender.send("a good one").unwrap());
        tell.send(7).unwrap();
        assert_eq!(wait(&receiver), "a good one");
        future.add_done_callback(|_| panic!("a late bad callback"));
        assert_eq!(future.result(), Ok(7));
        assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));
    }

    #[test]
    fn is_also_called_for_a_panicked_job() {
        let executor = pool(1);
        let (future, tell) = told::<()>(&executor);
        let (sender, receiver) = mpsc::channel();
        future.add_done_callback(move |future| sender.send(future.cancelled()).unwrap());
        future.add_done_callback(|_| ());
        drop(tell);
        assert!(!wait(&receiver));
        assert!(matches!(future.result(), Err(JobError::Panicked(_))));
    }
}

mod cancelling {
    use super::*;

    #[test]
    fn before_the_start_succeeds_and_the_job_never_runs() {
        let executor = pool(1);
        let (_first, release) = occupy(&executor);
        let (sender, ran) = mpsc::channel();
        let future = executor.submit(move || sender.send(()).unwrap());
        let (sender, called) = mpsc::channel();
        future.add_done_callback(move |future| {
            sender.send((future.cancelled(), thread::current().id())).unwrap();
        });

        assert!(future.cancel());
        assert_eq!(called.try_recv(), Ok((true, thread::current().id())));
        assert!(future.cancel(), "it is cancelled, and stays so");
        assert!(called.try_recv().is_err(), "called once");
        assert!(future.cancelled() && future.done() && !future.running());
        assert_eq!(future.result(), Err(JobError::Cancelled));

        drop(release);
        drop(executor);
        assert!(ran.try_recv().is_err());
    }

    #[test]
    fn while_it_runs_fails_and_the_job_goes_on() {
        let executor = pool(1);
        let (future, release) = occupy(&executor);
        assert!(!future.cancel());
        assert!(future.running() && !future.cancelled());
        release.send(()).unwrap();
        assert_eq!(future.result(), Ok(()));
    }

    #[test]
    fn after_the_end_fails_and_the_result_stays() {
        let executor = pool(1);
        let future = executor.submit(|| 7);
        await_done(&future);
        assert!(!future.cancel());
        assert!(!future.cancelled());
        assert_eq!(future.result(), Ok(7));
    }
}

mod a_timeout {
    use super::*;

    #[test]
    fn gives_the_future_back_when_the_time_is_over() {
        let executor = pool(1);
        let (future, tell) = told(&executor);
        let future = future.result_timeout(Duration::ZERO).unwrap_err();
        let before = Instant::now();
        let future = future.result_timeout(Duration::from_millis(5)).unwrap_err();
        assert!(before.elapsed() >= Duration::from_millis(5));
        tell.send(7).unwrap();
        assert_eq!(future.result(), Ok(7));
    }

    #[test]
    fn is_not_used_up_by_a_job_that_is_done() {
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
    fn may_be_as_long_as_a_duration_can_be() {
        let executor = pool(1);
        let (future, tell) = told(&executor);
        let waiter = thread::spawn(move || future.result_timeout(Duration::MAX).unwrap());
        tell.send(7).unwrap();
        assert_eq!(waiter.join().unwrap(), Ok(7));
    }
}

mod the_end_of_an_executor {
    use super::*;

    fn count_in(executor: &Executor, jobs: usize) -> (Arc<AtomicUsize>, Vec<Future<usize>>) {
        let count = Arc::new(AtomicUsize::new(0));
        let submit = |_| {
            let count = Arc::clone(&count);
            executor.submit(move || count.fetch_add(1, SeqCst))
        };
        let futures = (0..jobs).map(submit).collect();
        (count, futures)
    }

    #[test]
    fn by_dropping_it_waits_for_all_that_was_submitted() {
        let executor = pool(3);
        let held: Vec<_> = (0..3).map(|_| occupy(&executor)).collect();
        let (count, _) = count_in(&executor, 1000);
        assert_eq!(count.load(SeqCst), 0);
        drop(held);
        drop(executor);
        assert_eq!(count.load(SeqCst), 1000);
    }

    #[test]
    fn by_shutdown_can_finish_what_is_pending() {
        let executor = pool(1);
        let (_first, release) = occupy(&executor);
        let (count, _futures) = count_in(&executor, 1000);
        drop(release);
        executor.shutdown(PendingJobs::Finish);
        assert_eq!(count.load(SeqCst), 1000);
    }

    #[test]
    fn by_shutdown_can_cancel_what_is_pending_but_not_what_runs() {
        let executor = pool(1);
        let (first, release) = occupy(&executor);
        let (count, mut futures) = count_in(&executor, 100);
        // Somebody waits for one of them already; the last to be cancelled lets the first job go.
        let one = futures.swap_remove(50);
        let waiter = thread::spawn(move || one.result());
        executor.submit(|| ()).add_done_callback(move |_| drop(release));

        executor.shutdown(PendingJobs::Cancel);
        assert_eq!(waiter.join().unwrap(), Err(JobError::Cancelled));
        assert_eq!(first.result(), Ok(()));
        assert!(futures.iter().all(Future::cancelled));
        assert_eq!(count.load(SeqCst), 0);
    }

    #[test]
    fn by_one_of_its_own_jobs_waits_for_nobody_and_drops_no_job() {
        let executor = Arc::new(pool(2));
        let (_first, release) = occupy(&executor);
        let (let_go, may_drop) = mpsc::channel();
        let owner = Arc::clone(&executor);
        let last = executor.submit(move || {
            wait::<()>(&may_drop);
            drop(Arc::into_inner(owner).expect("this job is the last owner"));
        });
        let pending = executor.submit(|| "still run");
        drop(executor);
        let_go.send(()).unwrap();
        // The other worker is busy all the while: had the job waited for it, it would never end.
        assert_eq!(last.result_timeout(Duration::from_secs(10)).unwrap(), Ok(()));
        assert_eq!(pending.result(), Ok("still run"));
        drop(release);
    }
}

mod as_completed_gives {
    use super::*;

    #[test]
    fn futures_as_they_finish() {
        let executor = pool(4);
        let (futures, mut tell): (Vec<_>, Vec<_>) = (0..4).map(|_| told(&executor)).unzip();
        let mut completed = as_completed(futures);
        for index in [2, 0, 3, 1] {
            tell[index].send(index * 10).unwrap();
            let (which, future) = completed.next().unwrap();
            assert!(future.done());
            assert_eq!((which, future.result()), (index, Ok(index * 10)));
        }
        tell.clear();
        assert!(completed.next().is_none());
        assert!(completed.next().is_none());
    }

    #[test]
    fn first_those_that_are_done_already() {
        let executor = pool(2);
        let (late, tell) = told(&executor);
        let done: Vec<_> = (1..=3).map(|n| executor.submit(move || n)).collect();
        done.iter().for_each(await_done);
        let futures: Vec<_> = [late].into_iter().chain(done).collect();
        let mut completed = as_completed(futures);
        for expected in 1..=3 {
            let (index, future) = completed.next().unwrap();
            assert_eq!((index, future.result()), (expected, Ok(expected)));
        }
        tell.send(0).unwrap();
        let (index, future) = completed.next().unwrap();
        assert_eq!((index, future.result()), (0, Ok(0)));
    }

    #[test]
    fn cancelled_and_panicked_ones_in_their_turn() {
        let executor = pool(1);
        let (first, release) = occupy(&executor);
        let doomed = executor.submit(|| ());
        let bad = executor.submit(|| panic!("bad luck"));
        assert!(doomed.cancel());
        let mut completed = as_completed([first, bad, doomed]).map(|(i, f)| (i, f.result()));
        assert_eq!(completed.next(), Some((2, Err(JobError::Cancelled))));
        release.send(()).unwrap();
        assert_eq!(completed.next(), Some((0, Ok(()))));
        assert_eq!(completed.next(), Some((1, panicked("bad luck"))));
        assert_eq!(completed.next(), None);
    }

    #[test]
    fn one_that_is_cancelled_while_it_waits() {
        let executor = pool(1);
        let (first, release) = occupy(&executor);
        let doomed = executor.submit(|| ());
        let completed = as_completed([first, doomed]);
        executor.submit(|| ()).add_done_callback(move |_| drop(release));
        executor.shutdown(PendingJobs::Cancel);
        let order: Vec<_> = completed.map(|(index, f)| (index, f.cancelled())).collect();
        assert_eq!(order, [(1, true), (0, false)]);
    }

    #[test]
    fn nothing_for_nothing() {
        assert!(as_completed(Vec::<Future<()>>::new()).next().is_none());
    }

    #[test]
    fn no_trouble_when_it_is_dropped_early() {
        let executor = pool(1);
        let (first, release) = occupy(&executor);
        drop(as_completed([first]));
        drop(release);
        assert_eq!(executor.submit(|| "alive").result(), Ok("alive"));
    }
}

mod map {
    use super::*;

    #[test]
    fn gives_results_in_the_order_of_the_items() {
        // Each job waits for the one after it, so that they end last to first.
        let (sender, receiver) = mpsc::channel();
        sender.send(()).unwrap();
        let mut next = receiver;
        let mut items = Vec::new();
        for number in (0..5).rev() {
            let (done, previous) = mpsc::channel();
            items.insert(0, (number, std::mem::replace(&mut next, previous), done));
        }
        let (ended, order) = mpsc::channel();
        let executor = pool(5);
        let results = executor.map(
            move |(number, next, done): (i32, Receiver<()>, Sender<()>)| {
                wait(&next);
                ended.send(number).unwrap();
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
    fn submits_all_before_any_result_is_asked_for() {
        let executor = pool(3);
        let (started, starts) = mpsc::channel();
        let results = executor.map(move |n| started.send(n).unwrap(), 0..9);
        let seen: HashSet<_> = (0..9).map(|_| wait(&starts)).collect();
        assert_eq!(seen.len(), 9);
        assert_eq!(results.count(), 9);
    }

    #[test]
    fn keeps_a_panic_in_its_place() {
        let executor = pool(2);
        let thirds = executor.map(|n| if n == 0 { panic!("by zero") } else { 12 / n }, [3, 0, 4]);
        let thirds: Vec<_> = thirds.collect();
        assert_eq!(thirds, [Ok(4), panicked("by zero"), Ok(3)]);
    }

    #[test]
    fn runs_what_nobody_asks_for() {
        let count = Arc::new(AtomicUsize::new(0));
        let executor = pool(1);
        let (_first, release) = occupy(&executor);
        let counted = Arc::clone(&count);
        drop(executor.map(move |n| counted.fetch_add(n, SeqCst), [1, 2, 3]));
        drop(release);
        drop(executor);
        assert_eq!(count.load(SeqCst), 6);
    }
}

mod the_workers {
    use super::*;

    #[test]
    fn are_all_at_work_at_once_when_there_is_enough() {
        let executor = pool(20);
        let held: Vec<_> = (0..20).map(|_| occupy(&executor)).collect();
        let one_too_many = executor.submit(|| ());
        assert!(held.iter().all(|(future, _)| future.running()));
        let one_too_many = one_too_many.result_timeout(Duration::ZERO).unwrap_err();
        drop(held);
        assert_eq!(one_too_many.result(), Ok(()));
    }

    #[test]
    fn are_never_more_than_asked_for() {
        let executor = pool(4);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let peak = Arc::clone(&most);
        let threads: HashSet<_> = executor
            .map(
                move |_| {
                    peak.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                    thread::yield_now();
                    now.fetch_sub(1, SeqCst);
                    thread::current().id()
                },
                0..1000,
            )
            .map(Result::unwrap)
            .collect();
        assert!(threads.len() < 50, "{} threads", threads.len());
        assert!(most.load(SeqCst) <= 4, "{most:?} jobs at once");
    }

    #[test]
    fn bear_names() {
        let name = pool(1).submit(|| thread::current().name().map(str::to_owned)).result();
        assert_eq!(name.unwrap().as_deref(), Some("executor-0"));
    }

    #[test]
    fn get_through_ten_thousand_tiny_jobs() {
        let executor = pool(8);
        let sum: u64 = executor.map(|n: u64| n, 0..10_000).map(Result::unwrap).sum();
        assert_eq!(sum, 49_995_000);
    }

    #[test]
    fn are_started_until_all_that_map_submitted_is_at_work() {
        let executor = pool(20);
        let (started, starts) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let results = executor.map(
            move |n| {
                started.send(n).unwrap();
                let _ = released.lock().unwrap().recv();
            },
            0..20,
        );
        let at_work: HashSet<_> = (0..20).map(|_| wait(&starts)).collect();
        assert_eq!(at_work.len(), 20);
        drop(release);
        assert_eq!(results.count(), 20);
    }

    #[test]
    fn are_few_where_few_are_enough() {
        let executor = pool(100);
        let thread = |_| executor.submit(|| thread::current().id()).result().unwrap();
        let threads: HashSet<_> = (0..1000).map(thread).collect();
        assert!(threads.len() < 50, "{} threads", threads.len());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn that_the_system_refuses_are_done_without() {
        const STACK: usize = 1 << 30;
        with_room_for_8_gb("that_the_system_refuses_are_done_without", STACK, || {
            let executor = pool(1000);
            let (release, released) = mpsc::channel::<()>();
            let released = Mutex::new(released);
            let held = move |_| {
                let _ = released.lock().unwrap().recv();
                thread::current().id()
            };
            let threads = executor.map(held, 0..100);
            drop(release);
            let threads: Vec<_> = threads.map(Result::unwrap).collect();
            assert_eq!(threads.len(), 100);
            let different: HashSet<_> = threads.into_iter().collect();
            assert!(different.len() < 8, "{} stacks of 1 GiB", different.len());
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn are_an_error_when_the_system_refuses_them_all() {
        const STACK: usize = 1 << 40;
        with_room_for_8_gb("are_an_error_when_the_system_refuses_them_all", STACK, || {
            assert!(Executor::new(NonZeroUsize::new(2).unwrap()).is_err());
        });
    }

    /// Runs `test` in a process of its own, whose threads have stacks of so many bytes, in 8 GB of addresses.
    #[cfg(target_os = "linux")]
    fn with_room_for_8_gb(name: &str, stack: usize, test: impl FnOnce()) {
        const INSIDE: &str = "EXECUTOR_TEST_WITHOUT_ROOM";
        if std::env::var_os(INSIDE).is_some() {
            return test();
        }
        let output = std::process::Command::new("sh")
            .args(["-c", "ulimit -v 8000000 && exec \"$@\"", "sh"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", &format!("the_workers::{name}"), "--test-threads=1"])
            .env("RUST_MIN_STACK", stack.to_string())
            .env(INSIDE, "yes")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{output:?}");
    }
}

mod under_stress {
    use super::*;

    /// What happened to one future, as seen from all sides.
    #[derive(Default)]
    struct Record {
        ran: AtomicUsize,
        cancelled: AtomicUsize,
        early_callback: AtomicUsize,
        late_callback: AtomicUsize,
    }

    fn counting<T>(
        records: &Arc<Vec<Record>>,
        index: usize,
        field: fn(&Record) -> &AtomicUsize,
    ) -> impl FnOnce(&Future<T>) + Send + 'static {
        let records = Arc::clone(records);
        move |future| {
            assert!(future.done());
            field(&records[index]).fetch_add(1, SeqCst);
        }
    }

    #[test]
    fn a_job_runs_or_is_cancelled_and_every_callback_is_called_once() {
        const JOBS: usize = 100;
        let executor = pool(3);
        for round in 0..100 {
            let records: Arc<Vec<Record>> =
                Arc::new((0..JOBS).map(|_| Record::default()).collect());
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
                    // Neck and neck with the workers: each as soon as the one before it is done.
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
                    assert!(!running || !future.cancelled(), "what ran is not cancelled: {done}");
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
            // Once every worker is at a further job, the callbacks of those before it are over.
            let held: Vec<_> = (0..3).map(|_| occupy(&executor)).collect();
            drop(held);

            assert_eq!(results.len(), JOBS);
            for (index, (record, result)) in records.iter().zip(results).enumerate() {
                let ran = record.ran.load(SeqCst);
                assert_eq!(ran + record.cancelled.load(SeqCst), 1, "ran or was cancelled");
                assert_eq!(result, if ran == 1 { Ok(index) } else { Err(JobError::Cancelled) });
                assert_eq!(record.early_callback.load(SeqCst), 1);
                assert_eq!(record.late_callback.load(SeqCst), 1);
            }
        }
    }

    #[test]
    fn whoever_waits_during_a_shutdown_learns_what_became_of_the_job() {
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
            let pending = if round % 4 == 0 { PendingJobs::Finish } else { PendingJobs::Cancel };
            executor.shutdown(pending);
            let results: Vec<_> = waiters.into_iter().flat_map(|w| w.join().unwrap()).collect();

            let finished = results.iter().filter(|result| result.is_ok()).count();
            assert_eq!(finished, ran.load(SeqCst));
            for (index, result) in results.into_iter().enumerate() {
                assert!(result == Ok(index) || result == Err(JobError::Cancelled));
            }
            assert!(pending == PendingJobs::Cancel || finished == 20);
        }
    }

    #[test]
    fn many_threads_may_submit_to_one_executor() {
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
}
