//! `flags` downloads the flags of the world, and shows what concurrency buys.

pub mod country;

pub use country::CountryCode;
