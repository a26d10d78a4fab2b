//! Turns what was typed into a plan, and runs it.

pub mod serve;
