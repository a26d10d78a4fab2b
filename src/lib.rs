//! `flags` downloads the flags of the world and shows how much time concurrency saves.
//!
//! It is chapter 20 of *Fluent Python* (2nd edition), "Concurrent Executors", as a program. The
//! chapter's `flags.py` and `flags_threadpool.py` fetch the flags of the 20 most populous
//! countries, one after another and many at once. Their four functions keep their names here:
//!
//! | function | what it does | where |
//! |---|---|---|
//! | `get_flag` | fetches the image of one flag over HTTP | [`fetch`] |
//! | `save_flag` | saves it as a file, whole or not at all | [`flag::save_flag`] |
//! | `download_one` | does both for one country and reports the outcome | [`flag::Download`] |
//! | `download_many` | runs `download_one` for many countries | [`downloader`] |
//!
//! Only `download_many` has several implementations: one per strategy, in a file of one page. Start
//! with the trait [`Downloader`] and its sequential implementation. The chapter's other subject, a
//! thread pool that hands out futures, is [`executor`].
//!
//! # Modules, highest layer first
//!
//! A module imports only from modules further down this list.
//!
//! - [`commands`]: one file per command; arguments become a plan, which is run and reported.
//! - [`cli`]: the command-line arguments.
//! - [`output`]: everything a user sees: text, JSON, progress bars, tables, timelines and exports.
//! - [`compare`]: the interleaved benchmark: schedule, rounds, statistics, results.
//! - [`run`]: one download run, from a [`Plan`] to a [`Summary`].
//! - [`downloader`]: the trait [`Downloader`] and the strategies, which know neither HTTP nor
//!   files.
//! - [`flag`]: the job for one flag: get it, save it, report its outcome.
//! - [`fetch`]: `get_flag`, with all of HTTP.
//! - [`executor`]: a thread pool that hands out futures.
//! - [`endpoint`]: what `--server` accepts.
//! - [`origin`]: the embedded server, with injected delays and faults.
//! - [`system`]: what depends on the operating system: signals, the async runtime, CPU time.
//! - [`base_url`]: base URLs. [`country`]: country codes. [`gif`]: the check for whole GIFs.
//!
//! # How a flag is downloaded
//!
//! A [`Plan`] picks a strategy, which calls `download_one` for each code. `get_flag` is async and
//! the same for all strategies: a runtime with a single worker thread drives every request. The
//! strategies differ in the threads that they block meanwhile: `seq` and `async` block only the
//! calling thread, `threads` and `rayon` block one thread per request. The futures of `async` run
//! on the runtime itself. When a flag has arrived, `save_flag` writes it, and its
//! [`Outcome`](flag::Outcome) is reported under a lock. The outcomes become a [`Summary`], which
//! determines the exit status.
//!
//! ```
//! use flags::flag::Existing;
//! use flags::fetch::FetchOptions;
//! use flags::flag::save_flag::Destination;
//! use flags::origin::{Origin, Settings};
//! use flags::run::Order;
//! use flags::system::signals::Shutdown;
//! use flags::{Mode, Plan, country};
//!
//! let origin = Origin::start(Settings::default())?;
//! let folder = tempfile::tempdir()?;
//! let plan = Plan {
//!     mode: Mode::Threads,
//!     jobs: 5.try_into()?,
//!     codes: country::select(country::POP20, Some(5)),
//!     base: origin.base_url().parse()?,
//!     destination: Destination::open(folder.path())?,
//!     existing: Existing::Replace,
//!     order: Order::Completed,
//!     fetch: FetchOptions::default(),
//! };
//! let print = |outcome: &flags::flag::Outcome| println!("{}", outcome.code);
//! let summary = plan.run(&Shutdown::never(), print)?;
//! assert!(summary.is_complete());
//! assert!(folder.path().join("BR.gif").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod base_url;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod country;
pub mod downloader;
pub mod endpoint;
pub mod executor;
pub mod fetch;
pub mod flag;
pub mod gif;
mod numbers;
pub mod origin;
pub mod output;
pub mod run;
pub mod system;

pub use base_url::BaseUrl;
pub use country::CountryCode;
pub use downloader::{Downloader, Mode};
pub use run::{Plan, Summary};
