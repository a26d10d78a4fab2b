//! A channel whose receiver is not woken for each message: where many come, it takes them some at a time.
//!
//! Small flags from nearby are done every 50 µs. To wake a thread for each, and have it report that one, took
//! more than a tenth of a run; what comes within the same millisecond nobody sees apart.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvError, TryRecvError};
use std::thread::{self, Thread};
use std::time::Duration;

/// How long the receiver sleeps when it finds nothing, whatever comes meanwhile.
const BREATH: Duration = Duration::from_millis(1);

/// A channel for `total` messages, which are received on the thread that calls this.
pub(crate) fn channel<T>(total: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel();
    let sender =
        Sender { inner: sender, left: AtomicUsize::new(total), receiver: thread::current() };
    (sender, Receiver { inner: receiver, left: total })
}

pub(crate) struct Sender<T> {
    inner: mpsc::Sender<T>,
    left: AtomicUsize,
    receiver: Thread,
}

impl<T> Sender<T> {
    /// Sends `message`. Only the last one is sure to wake the receiver at once.
    pub(crate) fn send(&self, message: T) {
        // Nobody receives any more only where the run itself is being given up.
        let _ = self.inner.send(message);
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.receiver.unpark();
        }
    }
}

/// Waits for the messages, in the order in which they were sent. It ends with the last of the total, or when
/// there is no sender any more.
pub(crate) struct Receiver<T> {
    inner: mpsc::Receiver<T>,
    left: usize,
}

impl<T> Iterator for Receiver<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.left == 0 {
            return None;
        }
        let message = self.inner.try_recv().or_else(|error| match error {
            TryRecvError::Empty => {
                thread::park_timeout(BREATH);
                self.inner.recv()
            }
            TryRecvError::Disconnected => Err(RecvError),
        });
        self.left = message.as_ref().map_or(0, |_| self.left - 1);
        message.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_come_in_the_order_in_which_they_were_sent() {
        let (sender, receiver) = channel(1000);
        thread::spawn(move || (0..1000).for_each(|n| sender.send(n)));
        assert!(receiver.eq(0..1000));
    }

    #[test]
    fn the_last_ends_it_though_the_sender_stays() {
        let (sender, mut receiver) = channel(2);
        sender.send('a');
        sender.send('b');
        assert_eq!(receiver.by_ref().collect::<String>(), "ab");
        assert_eq!(receiver.next(), None);
        drop(sender);
    }

    #[test]
    fn the_end_of_the_sender_ends_it_before_the_last_and_for_good() {
        let (sender, mut receiver) = channel(3);
        thread::spawn(move || sender.send('a'));
        assert_eq!(receiver.by_ref().collect::<String>(), "a");
        assert_eq!((receiver.left, receiver.next()), (0, None));
    }

    #[test]
    fn of_none_there_is_no_waiting() {
        let (_sender, mut receiver) = channel::<()>(0);
        assert_eq!(receiver.next(), None);
    }
}
