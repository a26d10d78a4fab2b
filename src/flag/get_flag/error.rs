//! What can go wrong between asking for a flag and having it.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;

use crate::gif::Defect;
use crate::gif::MAX_BYTES;

/// Why a flag could not be fetched. `Display` is a sentence for a person, without the URL.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("timed out after {}s", .0.as_secs_f64())]
    Timeout(Duration),
    /// No connection, or one that was lost before the answer came.
    #[error("{0}")]
    Connect(String),
    #[error("{0}")]
    Tls(String),
    #[error("the server answered {status}")]
    Status { status: StatusCode, retry_after: Option<Duration> },
    #[error("{0}")]
    Redirect(String),
    #[error("not a whole GIF: {0}")]
    NotAGif(Defect),
    /// The body ended before its end: the connection was closed, or reset.
    #[error("truncated after {received} bytes: {reason}")]
    Truncated { received: usize, reason: String },
    #[error("larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    /// What came is not HTTP.
    #[error("the answer breaks the rules of HTTP: {0}")]
    Protocol(String),
}

impl FetchError {
    /// The kind's name in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            FetchError::Timeout(_) => "timeout",
            FetchError::Connect(_) => "connect",
            FetchError::Tls(_) => "tls",
            FetchError::Status { .. } => "http_status",
            FetchError::Redirect(_) => "redirect",
            FetchError::NotAGif(_) => "not_a_gif",
            FetchError::Truncated { .. } => "truncated",
            FetchError::TooLarge => "too_large",
            FetchError::Protocol(_) => "protocol",
        }
    }

    /// Whether it may pass by itself, so that another try makes sense.
    pub fn is_transient(&self) -> bool {
        match self {
            FetchError::Timeout(_) | FetchError::Connect(_) | FetchError::Truncated { .. } => true,
            FetchError::Status { status, .. } => {
                matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
            }
            _ => false,
        }
    }

    /// How long the server asked to be left alone, where that is to be heeded.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            FetchError::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What went wrong before the head of the answer was there.
    pub(super) fn before_answer(error: reqwest::Error) -> FetchError {
        if let Some(tls) = find::<rustls::Error>(&error) {
            return FetchError::Tls(tls_sentence(tls));
        }
        if error.is_connect() {
            return FetchError::Connect(format!("could not connect: {}", root_cause(&error)));
        }
        match find::<hyper::Error>(&error) {
            Some(http) if http.is_parse() || http.is_user() => {
                FetchError::Protocol(root_cause(http))
            }
            Some(_) => FetchError::Connect(format!(
                "connection lost before the answer: {}",
                root_cause(&error)
            )),
            None => FetchError::Protocol(root_cause(&error)),
        }
    }

    /// What went wrong when `received` bytes of the body were there.
    pub(super) fn in_body(error: reqwest::Error, received: usize) -> FetchError {
        let reason = root_cause(&error);
        match find::<io::Error>(&error).map(io::Error::kind) {
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                FetchError::Protocol(reason)
            }
            _ => FetchError::Truncated { received, reason },
        }
    }
}

fn tls_sentence(error: &rustls::Error) -> String {
    use rustls::CertificateError::{Expired, ExpiredContext, UnknownIssuer};
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    match error {
        InvalidCertificate(UnknownIssuer) => {
            "the server's certificate is from an unknown CA; if you trust that CA, name it with --cacert".into()
        }
        InvalidCertificate(Expired | ExpiredContext { .. }) => "the server's certificate has expired".into(),
        InvalidCertificate(other) => format!("the server's certificate is not valid: {other}"),
        InvalidMessage(_) => "the server does not speak TLS on this port".into(),
        other => format!("TLS failed: {other}"),
    }
}

/// The first error of type `E` among `error` and what caused it.
///
/// An `io::Error` that wraps another error names that one's cause as its own and so leaves the one
/// that it wraps out: it has to be asked for it.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped
        .and_then(|inner| find::<E>(inner))
        .or_else(|| error.source().and_then(|source| find::<E>(source)))
}

/// What the last error in the chain says: the first cause.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
