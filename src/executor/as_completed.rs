//! Waiting for many futures in the order in which they complete.

use std::sync::mpsc;

use super::future::Future;

/// Returns an iterator over `futures` **in the order in which they finish**, each with its place in
/// the input, counted from 0. Each step waits for the next one.
///
/// Futures that are done already come first, in the order of the input. A job that panicked or was
/// cancelled counts as finished.
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
    let futures: Vec<_> = futures.into_iter().map(Some).collect();
    let (sender, finished) = mpsc::channel();
    for (index, future) in futures.iter().flatten().enumerate() {
        let sender = sender.clone();
        // Sending fails once the iterator has been dropped, which is fine.
        future.add_done_callback(move |_| {
            let _ = sender.send(index);
        });
    }
    AsCompleted { futures, finished }
}

/// The iterator that [`as_completed()`] returns.
pub struct AsCompleted<T> {
    futures: Vec<Option<Future<T>>>,
    finished: mpsc::Receiver<usize>,
}

impl<T> Iterator for AsCompleted<T> {
    type Item = (usize, Future<T>);

    fn next(&mut self) -> Option<Self::Item> {
        // Each callback holds a sender, so the channel closes after the last one has run.
        let index = self.finished.recv().ok()?;
        self.futures[index].take().map(|future| (index, future))
    }
}
