//! Timelines: a row per flag that shows when it waited, was received and was saved.
//!
//! In a sequential run, the bars form a staircase; in a concurrent one, they start together.
//! [`chart_text`] draws for a terminal, [`chart_svg`] for files and pages. Both take the positions
//! from [`phases`].

pub mod alt_text;
pub mod chart_svg;
pub mod chart_text;
mod document;
pub mod phases;
mod scale;
mod terminal;
mod timeline_run;

pub use document::{compact_pitch, document};
pub use scale::{Scale, Tick, TimeAxis};
pub use terminal::{Charset, show};
pub use timeline_run::{TimelineRun, common_axis};
