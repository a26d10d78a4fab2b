//! Where a server's flags come from: the binary itself, or a folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use tokio::task::spawn_blocking;

use crate::country::{ALL, CountryCode};
use crate::gif::{self, Defect, MAX_BYTES};

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
    Folder(Arc<Path>),
}

/// A file in a served folder that is not served as a flag.
#[derive(Debug, thiserror::Error)]
#[error("{} {reason}", path.display())]
pub struct RejectedFile {
    /// The path of the file.
    pub path: PathBuf,
    /// Why it is not served.
    pub reason: Rejection,
}

/// Why a file in a served folder is not served as a flag.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// The system refused to read it.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is larger than [`MAX_BYTES`].
    #[error("is larger than {} MiB and is not served", MAX_BYTES >> 20)]
    TooLarge,
    /// The content is not a whole GIF. Holds the first defect found.
    #[error("is not a whole GIF and is not served: {0}")]
    NotAGif(#[from] Defect),
}

/// One flag as it is served.
#[derive(Clone, Debug)]
pub(super) struct ServedFlag {
    pub(super) bytes: Bytes,
    /// In whole seconds, the resolution of HTTP dates.
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
        Ok(FlagSource::Folder(root.into()))
    }

    /// The codes whose flags can be served now, in order, and the files that cannot.
    ///
    /// A folder's files are all read, which may take some milliseconds.
    pub(super) async fn list(&self) -> (Vec<CountryCode>, Vec<RejectedFile>) {
        let root = match self {
            FlagSource::BuiltIn => return (ALL.to_vec(), Vec::new()),
            FlagSource::Folder(root) => root.clone(),
        };
        blocking(move || {
            let (mut codes, mut rejected) = (Vec::new(), Vec::new());
            for code in CountryCode::every() {
                match read(&root, code) {
                    Ok(Some(_)) => codes.push(code),
                    Ok(None) => {}
                    Err(file) => rejected.push(file),
                }
            }
            (codes, rejected)
        })
        .await
    }

    /// The flag of `code`; `None` if the source has no flag of that code.
    pub(super) async fn get(&self, code: CountryCode) -> Result<Option<ServedFlag>, RejectedFile> {
        match self {
            FlagSource::BuiltIn => {
                let gif = ALL.binary_search(&code).ok().map(|position| GIFS[position]);
                let date = SystemTime::UNIX_EPOCH + BUILT_IN_DATE;
                Ok(gif.map(|gif| ServedFlag::new(Bytes::from_static(gif), date)))
            }
            FlagSource::Folder(root) => {
                let root = root.clone();
                blocking(move || read(&root, code)).await
            }
        }
    }
}

impl ServedFlag {
    fn new(bytes: Bytes, modified: SystemTime) -> ServedFlag {
        let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        ServedFlag { bytes, modified: SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) }
    }

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
            .is_some_and(|date| self.modified <= date)
    }
}

async fn blocking<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    spawn_blocking(read).await.expect("reading files does not panic, and is never cancelled")
}

/// The flag of `code` in the folder `root`.
fn read(root: &Path, code: CountryCode) -> Result<Option<ServedFlag>, RejectedFile> {
    let lower = code.lower();
    let places = [root.join(format!("{code}.gif")), root.join(&lower).join(format!("{lower}.gif"))];
    for path in places {
        match read_file(root, &path) {
            Ok(None) => {}
            Ok(flag) => return Ok(flag),
            Err(reason) => return Err(RejectedFile { path, reason }),
        }
    }
    Ok(None)
}

/// The flag in the file `path`; `None` if it is not a regular file within `root`.
///
/// Nothing else can be reached: the file name is made from a code, and a symbolic link that leads
/// out of the folder is ignored.
fn read_file(root: &Path, path: &Path) -> Result<Option<ServedFlag>, Rejection> {
    let found = fs::canonicalize(path).and_then(|path| Ok((fs::metadata(&path)?, path)));
    let (metadata, path) = match found {
        // Regular files only: opening a named pipe would block until something writes to it.
        Ok((metadata, path)) if path.starts_with(root) && metadata.is_file() => (metadata, path),
        Ok(_) => return Ok(None),
        Err(error) if is_absence(error.kind()) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if metadata.len() > MAX_BYTES as u64 {
        return Err(Rejection::TooLarge);
    }
    let mut bytes = Vec::new();
    // A file that has grown since is cut here, and a part of a GIF is not a whole GIF.
    File::open(&path)?.take(MAX_BYTES as u64).read_to_end(&mut bytes)?;
    gif::check(&bytes)?;
    // A date in the future must not be sent (RFC 9110 §8.8.2.1).
    Ok(Some(ServedFlag::new(bytes.into(), metadata.modified()?.min(SystemTime::now()))))
}

fn is_absence(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_copy_that_is_not_older_is_valid() {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000_000_900);
        let flag = ServedFlag::new(Bytes::new(), modified);
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
