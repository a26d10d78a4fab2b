//! Why a flag failed, and what the errors of the HTTP library mean.

use std::io;
use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde::Serialize;

use super::causes::{excerpt, find, root_cause};
use super::lookup::LookupError;
use super::reuse::Reuse;
use crate::base_url::redacted;

/// The longest `Retry-After` that is waited for. A longer one ends the retries.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// What kind of failure kept a flag from being downloaded. It serializes as the `kind` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Timeout,
    /// No address, no connection, or one that was lost before the head of the response.
    Connect,
    Tls,
    HttpStatus(#[serde(skip)] StatusCode),
    Redirect,
    NotAGif,
    /// The body ended early: the connection was closed or reset.
    Truncated,
    TooLarge,
    /// The response is not valid HTTP.
    Protocol,
    /// A failure at the proxy, or a proxy that can't be used.
    Proxy,
    /// The flag could not be saved.
    Io,
}

/// Why a flag could not be requested, fetched or saved. `Display` is a message for the user,
/// without the URL of the flag.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FlagError {
    pub kind: Kind,
    message: String,
    /// Whether a retry may succeed.
    pub(super) is_transient: bool,
    /// The pause before a retry that the server asked for.
    pub(super) retry_after: Option<Duration>,
}

impl FlagError {
    /// A failure that is not retried.
    pub fn permanent(kind: Kind, message: impl Into<String>) -> FlagError {
        FlagError { kind, message: message.into(), is_transient: false, retry_after: None }
    }

    /// A failure after which a retry may succeed.
    pub fn transient(kind: Kind, message: impl Into<String>) -> FlagError {
        FlagError { is_transient: true, ..FlagError::permanent(kind, message) }
    }

    pub(super) fn timeout(limit: Duration) -> FlagError {
        let message = format!("timed out after {}s", limit.as_secs_f64());
        FlagError::transient(Kind::Timeout, message)
    }

    /// The body ended after `received` bytes.
    pub(super) fn truncated(received: usize, reason: &str) -> FlagError {
        let message = format!("truncated after {received} bytes: {reason}");
        FlagError::transient(Kind::Truncated, message)
    }

    fn protocol(reason: &str) -> FlagError {
        FlagError::permanent(Kind::Protocol, format!("invalid HTTP response: {reason}"))
    }

    /// The response had this status. If `retry_after` is too long to wait for, the message says so.
    pub(super) fn status(status: StatusCode, retry_after: Option<Duration>) -> FlagError {
        let mut message = format!("the server answered {}", status.as_str());
        if let Some(reason) = status.canonical_reason() {
            message = format!("{message} {reason}");
        }
        let mut is_transient = matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504);
        if let Some(pause) = retry_after.filter(|pause| is_transient && *pause > MAX_RETRY_AFTER) {
            is_transient = false;
            // A date leaves a fraction of a second.
            let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
            let longest = MAX_RETRY_AFTER.as_secs();
            message +=
                &format!("; the server asks for {seconds} s, the longest pause is {longest} s");
        }
        FlagError { kind: Kind::HttpStatus(status), message, is_transient, retry_after }
    }

    /// Adds to the message that the request was redirected to `url`.
    pub(super) fn redirected(self, url: &Url) -> FlagError {
        let message = format!("redirected to {}: {}", excerpt(&redacted(url)), self.message);
        FlagError { message, ..self }
    }

    /// Classifies an error that occurred before the head of the response. `limit` is the timeout.
    pub(super) fn before_response(
        error: &reqwest::Error,
        reuse: Reuse,
        limit: Duration,
    ) -> FlagError {
        let reason = root_cause(error);
        if let Some(lookup) = find::<LookupError>(error) {
            return FlagError::permanent(Kind::Connect, lookup.to_string());
        }
        if let Some(tls) = find::<rustls::Error>(error) {
            return FlagError::permanent(Kind::Tls, tls_message(tls));
        }
        if error.is_connect() && error.is_timeout() {
            return FlagError::timeout(limit);
        }
        if error.is_connect() {
            return FlagError::transient(Kind::Connect, format!("could not connect: {reason}"));
        }
        if let Some(http2) = find::<h2::Error>(error)
            && http2.is_library()
        {
            let reason = root_cause(http2);
            // A violation in one stream may end the connection, and all requests on it fail.
            return match http2.is_go_away() && reuse == Reuse::Pooled {
                true => FlagError::transient(
                    Kind::Protocol,
                    format!("invalid HTTP response on a shared connection: {reason}"),
                ),
                false => FlagError::protocol(&reason),
            };
        }
        match find::<hyper::Error>(error) {
            Some(http) if !http.is_parse() && !http.is_user() => FlagError::transient(
                Kind::Connect,
                format!("connection lost before the response: {reason}"),
            ),
            _ => FlagError::protocol(&reason),
        }
    }

    /// Classifies an error that occurred after `received` bytes of the body.
    pub(super) fn in_body(error: &reqwest::Error, received: usize) -> FlagError {
        let reason = root_cause(error);
        match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                FlagError::protocol(&reason)
            }
            _ => FlagError::truncated(received, &reason),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, retry_after: u64) -> FlagError {
        let status = StatusCode::from_u16(code).unwrap();
        FlagError::status(status, Some(Duration::from_secs(retry_after)))
    }

    #[test]
    fn a_status_without_a_standard_reason_phrase_is_shown_as_its_number() {
        assert_eq!(status(503, 0).to_string(), "the server answered 503 Service Unavailable");
        assert_eq!(status(599, 0).to_string(), "the server answered 599");
    }

    #[test]
    fn a_status_is_retried_unless_the_server_asks_for_more_than_30_seconds() {
        assert!(status(503, 30).is_transient);
        assert!(!status(503, 31).is_transient);
        assert_eq!(
            status(429, 60).to_string(),
            "the server answered 429 Too Many Requests; the server asks for 60 s, \
             the longest pause is 30 s"
        );
        assert!(!status(503, u64::MAX).is_transient);
        // This one is not retried anyway.
        assert_eq!(status(403, 60).to_string(), "the server answered 403 Forbidden");
    }

    #[test]
    fn a_kind_is_its_name_in_json() {
        for (kind, name) in [
            (Kind::HttpStatus(StatusCode::NOT_FOUND), "http_status"),
            (Kind::NotAGif, "not_a_gif"),
            (Kind::TooLarge, "too_large"),
            (Kind::Io, "io"),
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
        }
    }
}
