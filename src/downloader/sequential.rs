//! `seq`: one flag after another, as in the book's `flags.py`. The baseline for the other modes.

use std::sync::Arc;

use super::Downloader;
use crate::country::CountryCode;
use crate::flag::Download;

/// A plain loop. While it waits for one flag, nothing else happens.
pub struct Sequential;

impl Downloader for Sequential {
    fn download_many(&self, codes: &[CountryCode], download: Arc<Download>) -> anyhow::Result<()> {
        for &code in codes {
            download.download_one(code);
        }
        Ok(())
    }
}
