//! `seq`: one flag after another, as the book's `flags.py` does it. What the others are measured against.

use std::io;
use std::sync::Arc;

use super::Downloader;
use crate::country::CountryCode;
use crate::flag::Download;

/// A plain loop. While it waits for one flag, nothing else happens.
pub struct Sequential;

impl Downloader for Sequential {
    fn download_many(&self, codes: &[CountryCode], job: Arc<Download>) -> io::Result<()> {
        for &code in codes {
            job.download_one(code);
        }
        Ok(())
    }
}
