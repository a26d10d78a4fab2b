//! Lanes: over plain http, a thread that waits for a flag sees to the connection itself.
//!
//! Where one thread sees to those of all, it has to be woken for a request, and then to wake the one that waits for
//! the answer. From a server nearby that takes as long as the answer. Over https it is worth it: there, one connection
//! can serve all requests (RFC 9113 §5), and each one more takes a handshake.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::yield_now;

use super::Fetcher;

/// How many lanes there are at most. More threads than that are at work only where a server takes its time, and they
/// can as well be woken.
const MOST: usize = 8;

/// The ways to fetch a flag for threads that wait for it.
pub(crate) struct Lanes {
    fetcher: Arc<Fetcher>,
    runtime: Handle,
    lanes: Mutex<Supply>,
}

struct Supply {
    idle: Vec<Lane>,
    /// How many may still be made.
    left: usize,
}

/// A runtime that has no thread: who waits for something on it sees to all that goes on there.
struct Lane {
    runtime: Runtime,
    fetcher: Arc<Fetcher>,
}

impl Lanes {
    /// Where there is no lane, it is `fetcher` that fetches, on `runtime`, which has a thread.
    pub(crate) fn new(fetcher: Arc<Fetcher>, runtime: Handle) -> Lanes {
        let left = if fetcher.base.is_https() { 0 } else { affordable().min(MOST) };
        Lanes { fetcher, runtime, lanes: Mutex::new(Supply { idle: Vec::new(), left }) }
    }

    /// Waits until the fetcher that it is given to has done `work`.
    ///
    /// # Errors
    /// It panicked.
    pub(crate) fn block_on<F>(
        &self,
        work: impl FnOnce(Arc<Fetcher>) -> F,
    ) -> thread::Result<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let Some(lane) = self.take() else {
            // A task takes turns with its connection on one thread; the one that waits is woken once, at the end.
            let done = self.runtime.block_on(self.runtime.spawn(work(self.fetcher.clone())));
            return done.map_err(|panicked| Box::new(panicked) as _);
        };
        let work = work(lane.fetcher.clone());
        let done = panic::catch_unwind(AssertUnwindSafe(|| {
            lane.runtime.block_on(async {
                // Hears first what happened while nobody saw to the connection: on one that was closed, the request is
                // not made, but on another.
                yield_now().await;
                work.await
            })
        }))?;
        self.lanes.lock().idle.push(lane);
        Ok(done)
    }

    fn take(&self) -> Option<Lane> {
        let mut lanes = self.lanes.lock();
        if let Some(lane) = lanes.idle.pop() {
            return Some(lane);
        }
        lanes.left = lanes.left.checked_sub(1)?;
        drop(lanes);
        self.make()
    }

    /// None where the system has no descriptors left.
    fn make(&self) -> Option<Lane> {
        // One connection has little news at a time: room for that of 1024 would only make the heap grow.
        let runtime =
            Builder::new_current_thread().max_io_events_per_tick(8).enable_all().build().ok()?;
        let fetcher = Arc::new(self.fetcher.beside(self.runtime.clone()).ok()?);
        Some(Lane { runtime, fetcher })
    }
}

/// How many lanes the process can afford, each of which takes five descriptors with its connection: such that nine of
/// ten are left.
fn affordable() -> usize {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit};
        let (most, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or_default();
        usize::try_from(most / 50).unwrap_or(usize::MAX)
    }
    #[cfg(not(unix))]
    usize::MAX
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::super::{Answer, FetchOptions, Fetched, Proxies};
    use super::*;

    /// Lanes to a server that has `serve` see to each connection.
    fn lanes_to(serve: impl Fn(TcpStream) + Send + 'static) -> (Runtime, Lanes) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        thread::spawn(move || listener.incoming().flatten().for_each(serve));
        let runtime = crate::runtime::start().unwrap();
        let options =
            FetchOptions { retries: 0, proxies: Proxies::None, ..FetchOptions::default() };
        let fetcher = Fetcher::new(base, options, runtime.handle().clone()).unwrap();
        let lanes = Lanes::new(Arc::new(fetcher), runtime.handle().clone());
        (runtime, lanes)
    }

    /// Answers the next request, if there is one.
    fn answer(reader: &mut BufReader<TcpStream>) -> bool {
        let lines = reader.by_ref().lines().map_while(Result::ok);
        let asked = lines.take_while(|line| !line.is_empty()).count() > 0;
        asked && reader.get_mut().write_all(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n").is_ok()
    }

    fn get_flag(lanes: &Lanes) -> Fetched {
        let get_flag = |fetcher: Arc<Fetcher>| async move {
            fetcher.get_flag("BR".parse().unwrap(), None).await
        };
        lanes.block_on(get_flag).unwrap()
    }

    #[test]
    fn one_thread_needs_one_connection() {
        let (opened, connections) = mpsc::channel();
        let (_runtime, lanes) = lanes_to(move |stream| {
            opened.send(()).unwrap();
            thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                while answer(&mut reader) {}
            });
        });
        for _ in 0..5 {
            assert!(matches!(get_flag(&lanes).answer, Ok(Answer::NotFound)));
        }
        assert_eq!(connections.try_iter().count(), 1);
    }

    #[test]
    fn a_connection_that_was_closed_while_nobody_saw_to_it_is_not_asked() {
        let (close, closing) = mpsc::channel();
        let (closed, news) = mpsc::channel();
        let (_runtime, lanes) = lanes_to(move |stream| {
            let mut reader = BufReader::new(stream);
            assert!(answer(&mut reader));
            closing.recv().unwrap();
            drop(reader);
            closed.send(()).unwrap();
        });
        for _ in 0..5 {
            assert!(matches!(get_flag(&lanes).answer, Ok(Answer::NotFound)));
            close.send(()).unwrap();
            news.recv().unwrap();
            // Until the system has told it to the other side.
            thread::sleep(Duration::from_millis(50));
        }
    }

    #[test]
    fn a_panic_costs_a_lane_at_most() {
        let (_runtime, lanes) = lanes_to(|stream| assert!(answer(&mut BufReader::new(stream))));
        for _ in 0..2 * MOST {
            assert!(lanes.block_on(|_| async { panic!("on purpose") }).is_err());
        }
        assert!(matches!(get_flag(&lanes).answer, Ok(Answer::NotFound)));
    }
}
