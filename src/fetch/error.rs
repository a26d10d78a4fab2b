//! Why a flag could not be fetched, and what the errors of the HTTP library mean.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::{StatusCode, Url};

use super::lookup::LookupError;
use super::proxy::UnusableProxy;
use super::reuse::Reuse;
use crate::base_url::redacted;
use crate::gif::{Defect, MAX_BYTES};

/// The longest `Retry-After` that is waited for. A longer one ends the retries.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// The maximum length of a server's text within a message, in characters.
const MAX_EXCERPT: usize = 200;

/// Why a flag could not be fetched. `Display` is a message for the user, without the URL of the
/// flag.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("timed out after {}s", .0.as_secs_f64())]
    Timeout(Duration),
    /// No connection, or one that was lost before the head of the response.
    #[error("{0}")]
    Connect(String),
    /// The lookup of the host name failed.
    #[error("{0}")]
    Unresolved(String),
    /// A failure at the proxy.
    #[error("{message}")]
    Proxy { message: String, is_transient: bool },
    #[error(transparent)]
    UnusableProxy(#[from] UnusableProxy),
    /// The HTTP client could not be built for http.
    #[error("{0}")]
    Setup(String),
    /// TLS failed, or the HTTP client could not be built for https.
    #[error("{0}")]
    Tls(String),
    /// `retry_after` is the pause before a retry that the server asked for.
    #[error("the server answered {}", status_message(*status, *retry_after))]
    Status { status: StatusCode, retry_after: Option<Duration> },
    #[error("{0}")]
    Redirect(String),
    /// The failure of the request that a redirect led to.
    #[error("redirected to {target}: {error}")]
    Redirected { target: String, error: Box<FetchError> },
    /// `claimed` is the media type that the server claims, if it is not that of a GIF.
    #[error("{}", not_a_gif_message(*defect, claimed.as_deref()))]
    NotAGif { defect: Defect, claimed: Option<String> },
    /// The body ended early: the connection was closed or reset.
    #[error("truncated after {received} bytes: {reason}")]
    Truncated { received: usize, reason: String },
    #[error("larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    /// The response is not valid HTTP.
    #[error("invalid HTTP response: {0}")]
    Protocol(String),
    /// An invalid HTTP/2 response, to this request or to another one on the same connection.
    #[error("invalid HTTP response on a shared connection: {0}")]
    SharedProtocol(String),
}

impl FetchError {
    /// The `kind` in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            FetchError::Timeout(_) => "timeout",
            FetchError::Connect(_) | FetchError::Unresolved(_) | FetchError::Setup(_) => "connect",
            FetchError::Proxy { .. } | FetchError::UnusableProxy(_) => "proxy",
            FetchError::Tls(_) => "tls",
            FetchError::Status { .. } => "http_status",
            FetchError::Redirect(_) => "redirect",
            FetchError::Redirected { error, .. } => error.kind(),
            FetchError::NotAGif { .. } => "not_a_gif",
            FetchError::Truncated { .. } => "truncated",
            FetchError::TooLarge => "too_large",
            FetchError::Protocol(_) | FetchError::SharedProtocol(_) => "protocol",
        }
    }

    /// Whether a retry may succeed.
    pub fn is_transient(&self) -> bool {
        match self {
            FetchError::Proxy { is_transient, .. } => *is_transient,
            FetchError::Redirected { error, .. } => error.is_transient(),
            FetchError::Status { status, retry_after } => {
                is_transient_status(*status) && !is_too_long(*retry_after)
            }
            other => {
                use FetchError::{Connect, SharedProtocol, Timeout, Truncated};
                matches!(other, Connect(_) | SharedProtocol(_) | Timeout(_) | Truncated { .. })
            }
        }
    }

    /// The pause before a retry that the server asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            FetchError::Status { retry_after, .. } => *retry_after,
            FetchError::Redirected { error, .. } => error.retry_after(),
            _ => None,
        }
    }

    /// The failure of the request for `url`, to which another URL was redirected.
    pub(super) fn redirected(url: &Url, error: FetchError) -> FetchError {
        FetchError::Redirected { target: excerpt(&redacted(url)), error: Box::new(error) }
    }

    /// The meaning of an error before the head of the response. `limit` is the timeout.
    pub(super) fn before_response(
        error: &reqwest::Error,
        reuse: Reuse,
        limit: Duration,
    ) -> FetchError {
        if let Some(lookup) = find::<LookupError>(error) {
            return FetchError::Unresolved(lookup.to_string());
        }
        if let Some(tls) = find::<rustls::Error>(error) {
            return FetchError::Tls(tls_message(tls));
        }
        if error.is_connect() {
            return match error.is_timeout() {
                true => FetchError::Timeout(limit),
                false => FetchError::Connect(format!("could not connect: {}", root_cause(error))),
            };
        }
        if let Some(http2) = find::<h2::Error>(error)
            && http2.is_library()
        {
            let reason = root_cause(http2);
            // A violation in one stream may end the connection, and all requests on it fail.
            return match http2.is_go_away() && reuse == Reuse::Pooled {
                true => FetchError::SharedProtocol(reason),
                false => FetchError::Protocol(reason),
            };
        }
        match find::<hyper::Error>(error) {
            Some(http) if http.is_parse() || http.is_user() => {
                FetchError::Protocol(root_cause(http))
            }
            Some(_) => FetchError::Connect(format!(
                "connection lost before the response: {}",
                root_cause(error)
            )),
            None => FetchError::Protocol(root_cause(error)),
        }
    }

    /// The meaning of an error after `received` bytes of the body.
    pub(super) fn in_body(error: &reqwest::Error, received: usize) -> FetchError {
        let reason = root_cause(error);
        match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                FetchError::Protocol(reason)
            }
            _ => FetchError::Truncated { received, reason },
        }
    }
}

/// Whether the same request may succeed later, after a response with `status`.
fn is_transient_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

fn is_too_long(retry_after: Option<Duration>) -> bool {
    retry_after.is_some_and(|pause| pause > MAX_RETRY_AFTER)
}

/// `503 Service Unavailable`, or the number alone if it has no standard reason phrase. If the pause
/// that the server asks for is the reason not to retry, that is part of the message.
fn status_message(status: StatusCode, retry_after: Option<Duration>) -> String {
    let mut message = status.as_str().to_owned();
    if let Some(reason) = status.canonical_reason() {
        message = format!("{message} {reason}");
    }
    match retry_after {
        Some(pause) if is_transient_status(status) && is_too_long(retry_after) => {
            // A date leaves a fraction of a second.
            let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
            let longest = MAX_RETRY_AFTER.as_secs();
            format!("{message}; the server asks for {seconds} s, the longest pause is {longest} s")
        }
        _ => message,
    }
}

fn not_a_gif_message(defect: Defect, claimed: Option<&str>) -> String {
    match claimed {
        Some(claimed) if defect == Defect::Signature => {
            format!("not a GIF; the server says {claimed}")
        }
        _ => format!("not a whole GIF: {defect}"),
    }
}

pub(super) fn tls_message(error: &rustls::Error) -> String {
    use rustls::CertificateError::{Expired, ExpiredContext, UnknownIssuer};
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    match error {
        InvalidCertificate(UnknownIssuer) => "the server's certificate is from an unknown CA; \
             if you trust that CA, name it with --cacert"
            .into(),
        InvalidCertificate(Expired | ExpiredContext { .. }) => {
            "the server's certificate has expired".into()
        }
        InvalidCertificate(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "the server's certificate is that of a CA; it needs one that the CA has issued".into()
        }
        InvalidCertificate(other) => {
            format!("the server's certificate is not valid: {}", excerpt(&other.to_string()))
        }
        InvalidMessage(_) => "the server does not speak TLS on this port".into(),
        other => format!("TLS failed: {other}"),
    }
}

/// The first error of type `E` in the chain of causes of `error`.
///
/// The `source` of an `io::Error` skips the error that it wraps, so `get_ref` is tried first.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped
        .and_then(|inner| find::<E>(inner))
        .or_else(|| error.source().and_then(|source| find::<E>(source)))
}

/// The message of the last error in the chain of causes, without a link to a library's
/// documentation.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let message = cause.to_string();
    excerpt(message.split(": https://").next().unwrap_or(&message))
}

/// The first [`MAX_EXCERPT`] characters of `text`, for a message.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_after_200_characters() {
        assert_eq!(excerpt(&"é".repeat(200)), "é".repeat(200));
        assert_eq!(excerpt(&"é".repeat(201)), "é".repeat(200) + "…");
    }

    #[test]
    fn a_status_without_a_standard_reason_phrase_is_shown_as_its_number() {
        let message = |code| {
            let status = StatusCode::from_u16(code).unwrap();
            FetchError::Status { status, retry_after: None }.to_string()
        };
        assert_eq!(message(503), "the server answered 503 Service Unavailable");
        assert_eq!(message(599), "the server answered 599");
    }

    #[test]
    fn a_status_is_retried_unless_the_server_asks_for_more_than_30_seconds() {
        let error = |code, seconds| {
            let (status, pause) = (StatusCode::from_u16(code), Duration::from_secs(seconds));
            FetchError::Status { status: status.unwrap(), retry_after: Some(pause) }
        };
        assert!(error(503, 30).is_transient());
        assert!(!error(503, 31).is_transient());
        assert_eq!(
            error(429, 60).to_string(),
            "the server answered 429 Too Many Requests; the server asks for 60 s, \
             the longest pause is 30 s"
        );
        let _ = error(503, u64::MAX).to_string();
        // This one is not retried anyway.
        assert_eq!(error(403, 60).to_string(), "the server answered 403 Forbidden");
    }

    #[test]
    fn a_page_instead_of_a_flag_is_named_by_the_type_that_the_server_claims() {
        let message = |defect, claimed: Option<&str>| {
            FetchError::NotAGif { defect, claimed: claimed.map(str::to_owned) }.to_string()
        };
        assert_eq!(
            message(Defect::Signature, Some("text/html")),
            "not a GIF; the server says text/html"
        );
        let unclaimed = "not a whole GIF: it does not start with a GIF signature";
        assert_eq!(message(Defect::Signature, None), unclaimed);
        let excess = "not a whole GIF: 6 bytes follow the GIF trailer";
        assert_eq!(message(Defect::Excess(6), Some("text/html")), excess);
    }

    #[test]
    fn a_message_has_no_link_to_documentation() {
        let error = io::Error::other("peer closed connection: https://docs.rs/rustls/manual");
        assert_eq!(root_cause(&error), "peer closed connection");
    }
}
