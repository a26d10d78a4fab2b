//! The behaviour of the thread pool and its futures. Channels force the order of events; no test
//! relies on a sleep.

mod as_completed;
mod callbacks;
mod futures;
mod map;
mod shutdown;
mod stress;
mod workers;

use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use flags::executor::{Executor, Future, JobError};

const MAX_WAIT: Duration = Duration::from_secs(20);

fn pool(workers: usize) -> Executor {
    Executor::new(NonZeroUsize::new(workers).unwrap()).unwrap()
}

/// Receives a value. The test fails instead of hanging if none comes.
fn wait<T>(receiver: &Receiver<T>) -> T {
    receiver.recv_timeout(MAX_WAIT).expect("the value comes in time")
}

/// Submits a job that keeps a worker busy until the sender sends or is dropped. It is running when
/// this returns.
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

/// Submits a job that returns the value that is sent to it. It panics if the sender is dropped.
fn value_job<T: Send + 'static>(executor: &Executor) -> (Future<T>, Sender<T>) {
    let (sender, receiver) = mpsc::channel();
    (executor.submit(move || wait(&receiver)), sender)
}

fn await_done<T>(future: &Future<T>) {
    let (sender, done) = mpsc::channel();
    future.add_done_callback(move |_| sender.send(()).unwrap());
    wait(&done);
}

fn panicked<T>(message: &str) -> Result<T, JobError> {
    Err(JobError::Panicked(message.to_owned()))
}
