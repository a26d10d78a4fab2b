//! One flag: `download_one` = `get_flag`, then `save_flag`.

mod download_one;
pub mod get_flag;
pub mod save_flag;

pub use download_one::{Done, Download, Existing, Failure, Outcome, Work};
