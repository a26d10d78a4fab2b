//! `flags` downloads the flags of the world, and shows what concurrency buys.

pub mod base_url;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod country;
pub mod download;
pub mod downloader;
pub mod executor;
pub mod fetch;
pub mod gif;
pub mod order;
pub mod origin;
pub mod report;
pub mod run;
pub mod save;
pub mod server;
pub mod stop;

pub use base_url::BaseUrl;
pub use country::CountryCode;
pub use downloader::{Downloader, Mode};
pub use run::{Plan, Summary};
