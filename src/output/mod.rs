//! Everything that a user sees: text, a progress bar, JSON, tables and exports.

mod closed_pipe;
pub mod comparison;
pub mod escape;
pub mod export;
mod progress;
mod reporter;
pub mod rounds_bar;
pub mod run_json;
pub mod stderr;
mod table;
pub mod text;
pub mod time_unit;
pub mod timeline;

pub use closed_pipe::ignore_closed_pipe;
pub use reporter::{Format, Reporter, Verbosity};
