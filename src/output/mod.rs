//! Everything that a user sees: text, a progress bar, JSON, tables and exports.

pub mod comparison;
pub mod export;
mod reporter;
pub mod run_json;
mod table;
pub mod terminal;
pub mod text;
pub mod time_unit;
pub mod timeline;

pub use reporter::{Format, Reporter, Verbosity};
