//! One flag: what a strategy does for each code.
//!
//! `download_one` is [`get_flag`](crate::fetch) (HTTP), then `save_flag` (files). It reports one
//! [`Outcome`].

mod download_one;
mod outcome;
pub mod save_flag;

pub use download_one::{Download, Existing};
pub use outcome::{Outcome, Status};
