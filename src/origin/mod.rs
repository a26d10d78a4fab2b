//! A small HTTP server for flags, with reproducible delays and faults. It runs as a command of its
//! own (`flags serve`) or inside another command (`--server local`, `delay` and `error`).
//!
//! `/flags/cc/cc.gif` is a flag and `/flags/` is a page that shows them all. The [`FlagSource`]
//! finds the flag of a request, the [`Weather`] decides its [`Impairment`], and [`RequestCounts`]
//! count it.
//!
//! ```
//! use flags::origin::{Origin, Settings};
//!
//! let origin = Origin::start(Settings::default())?;
//! assert!(origin.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(origin.stop().to_string(), "0 requests");
//! # Ok::<(), std::io::Error>(())
//! ```

mod body;
mod connection;
mod page;
mod request_log;
mod routes;
mod server;
mod source;
mod weather;

pub use request_log::{OnRequest, RequestCounts, RequestLog};
pub use server::{Origin, Settings};
pub use source::FlagSource;
pub(crate) use weather::parse_bandwidth;
pub use weather::{Delay, Fault, Impairment, Rate, Weather};
