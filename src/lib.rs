//! `flags` downloads the flags of the world, and shows what concurrency buys.
//!
//! It is chapter 20 of *Fluent Python* (2nd edition), "Concurrent Executors", as a program: the chapter's
//! `flags.py` and `flags_threadpool.py` fetch the flags of the 20 most populous countries, one after another
//! and many at once. Who knows them finds their four verbs here:
//!
//! | verb | what it does | where |
//! |---|---|---|
//! | `get_flag` | fetches the image of one flag | [`flag::get_flag`] |
//! | `save_flag` | puts it in its place, whole or not at all | [`flag::save_flag`] |
//! | `download_one` | joins the two, and tells what came of it | [`flag`] |
//! | `download_many` | spreads that over many flags | [`downloader`] |
//!
//! The last is the only one that there is more than one of: see the trait [`Downloader`], and a strategy or
//! two, each of which is a page. The pool of threads and the futures behind one of them are in [`executor`].
//!
//! # The house, top floor first
//!
//! A room knows only those below it.
//!
//! - [`commands`] turn what was typed into a plan, carry it out, and report it.
//! - [`cli`] is what a person can type, and nothing else.
//! - [`output`] is what a person or a script sees: text, a progress bar, a table, JSON.
//! - [`compare`] times the strategies against each other: whose turn it is, statistics, exports.
//! - [`run`] is one run, from before the client is built to the last file in its place.
//! - [`downloader`] has the strategies, which know neither HTTP nor files; [`run::order`], in which order what they
//!   do is reported.
//! - [`executor`] is a pool of threads that hands out futures.
//! - [`flag`] is `download_one`, and its [`Outcome`](flag::Outcome).
//! - [`flag::get_flag`] is all the HTTP there is; [`flag::save_flag`] all the writing of files; [`gif`] knows a whole GIF.
//! - [`origin`] is a server of flags, for where there is no network, or none that fails on demand.
//! - [`country`] knows which flags there are; [`base_url`] and [`endpoint`], where; [`shutdown`], when to stop; [`runtime`], what waits meanwhile.
//!
//! # A flag's way
//!
//! `download_one` is called wherever the strategy wants. The request itself is the same async code in all of
//! them, so that what differs is how they wait, and nothing else: over plain http a thread that waits sees to
//! its connection itself, and tasks, or those who share a connection over https, leave that to the one thread
//! of the async runtime. The flag is saved on the thread that waited for it, or, where no thread did, on
//! one of a few that do nothing else. What came of it goes down a channel to the main thread, which
//! reports it.
//!
//! ```
//! use flags::flag::Existing;
//! use flags::flag::get_flag::FetchOptions;
//! use flags::run::order::Order;
//! use flags::origin::{Origin, Settings};
//! use flags::flag::save_flag::Destination;
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
//! let runtime = tokio::runtime::Runtime::new()?;
//! let summary = plan.run(runtime.handle(), &Shutdown::never(), |outcome| println!("{}", outcome.code))?;
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

pub use base_url::BaseUrl;
pub use country::CountryCode;
pub use downloader::{Downloader, Mode};
pub use run::{Plan, Summary};
