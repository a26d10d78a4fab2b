//! `flags` downloads the flags of the world and shows what concurrency buys.
//!
//! It is chapter 20 of *Fluent Python* (2nd edition), "Concurrent Executors", as a program. The
//! chapter's `flags.py` and `flags_threadpool.py` fetch the flags of the 20 most populous countries,
//! one after another and many at once. Their four functions are here under their own names:
//!
//! | function | what it does | where |
//! |---|---|---|
//! | `get_flag` | fetches the image of one flag over HTTP | [`flag::get_flag`] |
//! | `save_flag` | saves it as a file, whole or not at all | [`flag::save_flag`] |
//! | `download_one` | does both for one country and reports the outcome | [`flag`] |
//! | `download_many` | runs `download_one` for many countries | [`downloader`] |
//!
//! Only `download_many` exists more than once. Each strategy implements it in a file of one page:
//! start with the trait [`Downloader`] and its sequential implementation. The thread pool with
//! futures, the chapter's other subject, is [`executor`].
//!
//! # Modules, top floor first
//!
//! A module imports only from those below it.
//!
//! - [`commands`]: one file per command; arguments become a plan, which is run and reported.
//! - [`cli`]: the command-line arguments.
//! - [`output`]: everything a user sees: text, JSON, progress bars, tables, timelines and exports.
//! - [`compare`]: the interleaved benchmark: schedule, rounds, statistics, results.
//! - [`run`]: one download run, from a [`Plan`] to a [`Summary`].
//! - [`downloader`]: the trait [`Downloader`] and the strategies, which know neither HTTP nor files.
//! - [`flag`]: one flag, the work that a strategy repeats: get it, save it, report it.
//! - [`executor`]: a thread pool that hands out futures.
//! - [`origin`]: the embedded server, with delays and faults to order.
//! - [`endpoint`] and [`base_url`]: what `--server` accepts. [`country`]: codes and names.
//!   [`gif`]: the check for whole GIFs. [`shutdown`]: signals. [`runtime`]: the async runtime.
//!
//! # How a flag travels
//!
//! A [`Plan`] picks a strategy, which calls `download_one` for each code. `get_flag` is async and the
//! same for all strategies: a runtime with a single worker thread drives every request. What
//! differs is who waits: `seq` blocks one thread, `threads` and `rayon` block one thread per request,
//! and `async` blocks none, because its tasks run on the runtime itself. The thread that finished a
//! flag saves it and reports its [`Outcome`](flag::Outcome) under a lock. The outcomes become a
//! [`Summary`], and that becomes the exit status.
//!
//! ```
//! use flags::flag::Existing;
//! use flags::flag::get_flag::FetchOptions;
//! use flags::flag::save_flag::Destination;
//! use flags::origin::{Origin, Settings};
//! use flags::run::Order;
//! use flags::shutdown::Shutdown;
//! use flags::{Mode, Plan, country};
//!
//! let origin = Origin::start(Settings::default())?;
//! let folder = tempfile::tempdir()?;
//! let plan = Plan {
//!     mode: Mode::Threads,
//!     jobs: 5,
//!     codes: country::select(country::POP20, Some(5)),
//!     base: origin.base_url().parse()?,
//!     destination: Destination::open(folder.path())?,
//!     existing: Existing::Replace,
//!     order: Order::Completed,
//!     fetch: FetchOptions::default(),
//! };
//! let runtime = flags::runtime::start()?;
//! let print = |outcome: &flags::flag::Outcome| println!("{}", outcome.code);
//! let summary = plan.run(runtime.handle(), &Shutdown::never(), print)?;
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
pub mod flag;
pub mod gif;
pub mod origin;
pub mod output;
pub mod run;
pub mod runtime;
pub mod shutdown;
#[cfg(unix)]
pub mod suspend;

pub use base_url::BaseUrl;
pub use country::CountryCode;
pub use downloader::{Downloader, Mode};
pub use run::{Plan, Summary};
