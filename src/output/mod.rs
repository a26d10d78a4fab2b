//! Everything that a user sees: text, a progress bar, JSON, tables and exports.

mod columns;
pub mod comparison;
pub mod export;
mod reporter;
pub mod run_json;
mod table;
pub mod terminal;
pub mod text;
pub mod timeline;
mod verdicts;

pub use reporter::{Format, Reporter};
