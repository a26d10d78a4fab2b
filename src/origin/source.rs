//! Where a server's flags come from: the binary itself, or a folder.

use std::fs;
use std::io;
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};

use crate::country::{ALL, CountryCode};
use crate::gif::{self, MAX_BYTES};

/// The built-in GIFs, in the order of [`ALL`], drawn by the build script from
/// [Twemoji](https://github.com/jdecked/twemoji), CC-BY 4.0.
static GIFS: &[&[u8]] = &include!(concat!(env!("OUT_DIR"), "/flags.rs"));

/// The date of the built-in flags: 1 January 1990 00:00:00 GMT in seconds since the Unix epoch. It
/// is older than the flags of any site, so that `--update` replaces them with the site's.
const BUILT_IN_DATE: Duration = Duration::from_secs(631_152_000);

/// The flags that a server serves.
#[derive(Clone, Debug)]
pub enum FlagSource {
    /// The flags in the binary, one for each of the [194 codes](ALL).
    BuiltIn,
    /// The files of a folder. The path is absolute and has no symbolic links:
    /// [`folder`](Self::folder) makes it.
    Folder(PathBuf),
}

/// One flag as it is served.
#[derive(Clone, Debug)]
pub(super) struct ServedFlag {
    pub(super) bytes: Bytes,
    /// From 1970 on.
    modified: SystemTime,
}

impl FlagSource {
    /// The files `CC.gif` or `cc/cc.gif` in the folder `path`, read anew for each request.
    ///
    /// # Errors
    /// The system's error if `path` cannot be listed or is not a folder.
    pub fn folder(path: &Path) -> io::Result<FlagSource> {
        let root = fs::canonicalize(path)?;
        fs::read_dir(&root)?;
        Ok(FlagSource::Folder(root))
    }

    /// The codes whose flags can be served now, in order, and a sentence for each file that cannot.
    ///
    /// A folder's files are all read, which may take some milliseconds.
    pub(super) fn list(&self) -> (Vec<CountryCode>, Vec<String>) {
        let (mut codes, mut rejected) = (Vec::new(), Vec::new());
        for code in CountryCode::every() {
            match self.get(code) {
                Ok(Some(_)) => codes.push(code),
                Ok(None) => {}
                Err((_, message)) => rejected.push(message),
            }
        }
        (codes, rejected)
    }

    /// The flag of `code`; `None` if the source has no flag of that code.
    ///
    /// A file is read on the thread of the caller: it is small, and a thread for it may be refused.
    pub(super) fn get(
        &self,
        code: CountryCode,
    ) -> Result<Option<ServedFlag>, (StatusCode, String)> {
        let root = match self {
            FlagSource::BuiltIn => {
                let gif = ALL.binary_search(&code).ok().map(|position| GIFS[position]);
                let modified = SystemTime::UNIX_EPOCH + BUILT_IN_DATE;
                return Ok(gif.map(|gif| ServedFlag { bytes: Bytes::from_static(gif), modified }));
            }
            FlagSource::Folder(root) => root,
        };
        for name in [format!("{code}.gif"), format!("{0}/{0}.gif", code.lower())] {
            let path = root.join(name);
            let (status, reason) = match read(root, &path) {
                Ok(None) => continue,
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    let limit = MAX_BYTES >> 20;
                    (StatusCode::NOT_FOUND, format!("is larger than {limit} MiB and is not served"))
                }
                Ok(Some(flag)) => match gif::check(&flag.bytes) {
                    Ok(()) => return Ok(Some(flag)),
                    Err(defect) => {
                        let reason = format!("is not a whole GIF and is not served: {defect}");
                        (StatusCode::NOT_FOUND, reason)
                    }
                },
                Err(error) => {
                    (StatusCode::INTERNAL_SERVER_ERROR, format!("cannot be read: {error}"))
                }
            };
            return Err((status, format!("{} {reason}", path.display())));
        }
        Ok(None)
    }
}

impl ServedFlag {
    /// The value of `Last-Modified` (RFC 9110 §8.8.2).
    pub(super) fn last_modified(&self) -> String {
        httpdate::fmt_http_date(self.modified)
    }

    /// Whether the client's copy is still valid by its `If-Modified-Since`, so that the response is
    /// 304. An invalid date is ignored (RFC 9110 §13.1.3).
    pub(super) fn is_unchanged(&self, request: &HeaderMap) -> bool {
        let since = request.get(header::IF_MODIFIED_SINCE).and_then(|date| date.to_str().ok());
        since
            .and_then(|date| httpdate::parse_http_date(date).ok())
            // HTTP dates have whole seconds.
            .is_some_and(|date| self.modified < date + Duration::from_secs(1))
    }
}

/// Reads the file `path`, at most one byte more than a flag may have; `None` if it is not a regular
/// file within `root`.
///
/// Nothing else can be reached: the file name is made from a code, and a symbolic link that leads
/// out of the folder is ignored.
fn read(root: &Path, path: &Path) -> io::Result<Option<ServedFlag>> {
    let found = fs::canonicalize(path).and_then(|path| Ok((fs::metadata(&path)?, path)));
    let (metadata, path) = match found {
        // Regular files only: opening a named pipe would block until something writes to it.
        Ok((metadata, path)) if path.starts_with(root) && metadata.is_file() => (metadata, path),
        Err(error) if !matches!(error.kind(), NotFound | NotADirectory) => return Err(error),
        _ => return Ok(None),
    };
    if metadata.len() > MAX_BYTES as u64 {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let bytes = fs::read(&path)?;
    // A date in the future must not be sent (RFC 9110 §8.8.2.1), and one before 1970 cannot be.
    let modified = metadata.modified()?.min(SystemTime::now()).max(SystemTime::UNIX_EPOCH);
    Ok(Some(ServedFlag { bytes: bytes.into(), modified }))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_copy_that_is_not_older_is_valid() {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000_000_900);
        let flag = ServedFlag { bytes: Bytes::new(), modified };
        assert_eq!(flag.last_modified(), "Sun, 09 Sep 2001 01:46:40 GMT");
        for (date, valid) in [
            ("Sun, 09 Sep 2001 01:46:40 GMT", true),
            ("Sunday, 09-Sep-01 01:46:40 GMT", true),
            ("Sun, 09 Sep 2001 01:46:39 GMT", false),
            ("Mon, 10 Sep 2001 01:46:40 GMT", true),
            ("yesterday", false),
            ("", false),
        ] {
            let date = HeaderValue::from_static(date);
            let request = HeaderMap::from_iter([(header::IF_MODIFIED_SINCE, date.clone())]);
            assert_eq!(flag.is_unchanged(&request), valid, "{date:?}");
        }
        assert!(!flag.is_unchanged(&HeaderMap::new()));
    }
}
