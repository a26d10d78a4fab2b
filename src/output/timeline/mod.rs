//! The picture of a run: a row per job, in which each flag is a block as long as it took.
//!
//! A sequential run is one long strip, 20 jobs are a block of 20 rows. The ink is nearly the same,
//! the shape changes. [`lanes`] has the geometry, [`text`] draws it for a terminal, [`svg`] for
//! files and pages, and [`words`] describes it in text.

pub mod lanes;
mod scale;
pub mod svg;
pub mod text;
pub mod words;

pub use scale::{Scale, css_percent, px};
