//! The flags that the build script embeds in the binary.
//!
//! The art is [Twemoji](https://github.com/jdecked/twemoji), CC-BY 4.0, drawn as GIFs.

use std::time::{Duration, SystemTime};

use axum::body::Bytes;

use super::served_flag::ServedFlag;
use crate::country::{ALL, CountryCode};

/// The GIFs, in the order of [`ALL`].
static GIFS: [&[u8]; ALL.len()] = include!(concat!(env!("OUT_DIR"), "/flags.rs"));

/// 1 January 1990 00:00:00 GMT in seconds since the Unix epoch. It is older than the flags of any
/// site, so that `--update` replaces a built-in flag with the site's.
const MODIFIED: Duration = Duration::from_secs(631_152_000);

/// The flag of one of the [194 codes](ALL); `None` for any other code.
pub(super) fn flag(code: CountryCode) -> Option<ServedFlag> {
    let position = ALL.binary_search(&code).ok()?;
    let modified = SystemTime::UNIX_EPOCH + MODIFIED;
    Some(ServedFlag::new(Bytes::from_static(GIFS[position]), modified))
}
