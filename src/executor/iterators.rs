//! Waiting for many jobs: in the order of the input, or in the order in which they finish.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak, mpsc};
use std::vec;

use super::future::{Future, Job, JobError, cancel_all};

/// The iterator that [`Executor::map`](super::Executor::map) returns. Its length is the number of
/// results that are left.
#[derive(Debug)]
pub struct Map<T>(pub(super) vec::IntoIter<Future<T>>);

impl<T: Send + 'static> Map<T> {
    /// A handle that cancels the jobs whose results are left. Their results are then
    /// [`JobError::Cancelled`].
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle::new(self.0.as_slice())
    }
}

impl<T> Iterator for Map<T> {
    type Item = Result<T, JobError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Future::result)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> ExactSizeIterator for Map<T> {}

/// Returns an iterator over `futures` **in the order in which they finish**, each with its place in
/// the input, counted from 0. Each step waits for the next one, without a timeout.
///
/// Futures that are done already come first, in the order of the input. A job that panicked or was
/// cancelled counts as finished. A future comes as soon as it is [`done`](Future::done), while its
/// callbacks may still be running.
///
/// ```
/// use std::{num::NonZeroUsize, thread, time::Duration};
/// use flags::executor::{Executor, as_completed};
/// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// # static SEEN: AtomicU64 = AtomicU64::new(0);
///
/// fn slow_square(n: u64) -> u64 {
///     thread::sleep(Duration::from_millis(10 * n));
/// #   // On a busy machine a longer sleep may end first. This loop restores the order.
/// #   for _ in 0..1000 * n {
/// #       if SEEN.load(Relaxed) >= n - 1 { break }
/// #       thread::sleep(Duration::from_millis(1));
/// #   }
///     n * n
/// }
///
/// let executor = Executor::new(NonZeroUsize::new(10).unwrap())?;
/// let futures = (1..=10).rev().map(|n| executor.submit(move || slow_square(n)));
/// let squares: Vec<u64> = as_completed(futures)
/// #   .inspect(|_| { SEEN.fetch_add(1, Relaxed); })
///     .map(|(_, future)| future.result().unwrap())
///     .collect();
///
/// assert_eq!(squares, [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn as_completed<T>(futures: impl IntoIterator<Item = Future<T>>) -> AsCompleted<T> {
    let futures: BTreeMap<_, _> = futures.into_iter().enumerate().collect();
    let (sender, done) = mpsc::channel();
    for (index, future) in &futures {
        future.send_when_done(*index, sender.clone());
    }
    AsCompleted { futures, done }
}

/// The iterator that [`as_completed()`] returns. Its length is the number of futures that are left.
#[derive(Debug)]
pub struct AsCompleted<T> {
    /// Those that are left, by their place in the input.
    futures: BTreeMap<usize, Future<T>>,
    done: mpsc::Receiver<usize>,
}

impl<T: Send + 'static> AsCompleted<T> {
    /// A handle that cancels the jobs of the futures that are left. The iterator returns those that
    /// are cancelled without waiting for the others.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle::new(self.futures.values())
    }
}

impl<T> Iterator for AsCompleted<T> {
    type Item = (usize, Future<T>);

    fn next(&mut self) -> Option<Self::Item> {
        // Each job that is not done holds a sender, so the channel closes after the last one.
        let index = self.done.recv().ok()?;
        self.futures.remove_entry(&index)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.futures.len(), Some(self.futures.len()))
    }
}

impl<T> ExactSizeIterator for AsCompleted<T> {}

/// Cancels the jobs of a [`Map`] or an [`AsCompleted`] that have not started, also from inside the
/// loop over them. The loop still gets them all: the cancelled ones as [`JobError::Cancelled`].
///
/// ```
/// # use std::num::NonZeroUsize;
/// # use flags::executor::{Executor, JobError};
/// # let executor = Executor::new(NonZeroUsize::MIN)?;
/// let results = executor.map(|n: u32| 12 / n, [3, 0, 4, 6]);
/// let rest = results.cancel_handle();
/// let mut steps = 0;
/// for result in results {
///     match result {
///         Ok(quotient) => println!("{quotient}"),
///         Err(JobError::Cancelled) => println!("cancelled"),
///         Err(JobError::Panicked(message)) => {
///             println!("{message}, so the rest is cancelled");
///             rest.cancel();
///         }
///     }
///     steps += 1;
/// }
/// assert_eq!(steps, 4);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CancelHandle(Arc<[Weak<dyn Job>]>);

impl CancelHandle {
    fn new<'a, T: Send + 'static>(futures: impl IntoIterator<Item = &'a Future<T>>) -> Self {
        Self(futures.into_iter().map(|future| Arc::downgrade(&future.job())).collect())
    }

    /// Cancels all jobs that have not started, in the order of the input. Their callbacks run on
    /// this thread. Jobs that workers start meanwhile run to their end.
    pub fn cancel(&self) {
        cancel_all(self.0.iter().filter_map(Weak::upgrade));
    }
}
