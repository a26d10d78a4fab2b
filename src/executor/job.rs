//! A job in the queue, and the future that it will complete.

use super::future::Future;

/// A [`Task`] of any type, so that one queue can hold them all.
pub(super) trait Job: Send {
    fn run(self: Box<Self>);
    fn cancel(self: Box<Self>);
}

/// A closure and the future of its result.
pub(super) struct Task<F, T> {
    future: Future<T>,
    closure: F,
}

impl<F, T> Task<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    /// A job to queue, and the future of what `closure` will return.
    pub(super) fn with_future(closure: F) -> (Future<T>, Box<dyn Job>) {
        let (future, same) = Future::pair();
        (future, Box::new(Task { future: same, closure }))
    }
}

impl<F, T> Job for Task<F, T>
where
    F: FnOnce() -> T + Send,
    T: Send,
{
    fn run(self: Box<Self>) {
        self.future.run(self.closure);
    }

    fn cancel(self: Box<Self>) {
        self.future.cancel();
    }
}
