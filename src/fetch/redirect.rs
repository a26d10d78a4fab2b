//! Where a redirect leads to. An attempt follows it, up to [`MAX_REDIRECTS`] times.

use reqwest::header::LOCATION;
use reqwest::{Response, Url};

use super::causes::excerpt;
use super::error::{FlagError, Kind};
use crate::base_url::{BaseUrl, check_login, redacted_text};

/// The maximum number of redirects that one attempt follows.
pub(super) const MAX_REDIRECTS: usize = 10;

/// The URL that the `response` to a request for `url` redirects to (RFC 9110 §15.4).
/// `None` if it is not a redirect. The credentials of `base` go to its own origin only.
///
/// # Errors
/// The redirect has no usable `Location`, leads to something other than http or https, or
/// leads from https to http.
pub(super) fn target(
    response: &Response,
    url: &Url,
    base: &BaseUrl,
) -> Result<Option<Url>, FlagError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION) else {
        let message = "a redirect without a valid Location";
        return Err(FlagError::permanent(Kind::Redirect, message));
    };
    resolve(location.as_bytes(), url).map(|target| Some(base.with_credentials(target)))
}

fn resolve(location: &[u8], url: &Url) -> Result<Url, FlagError> {
    // Bytes that are not ASCII are percent-encoded one by one, as browsers and curl do.
    let encode = |&byte: &u8| match byte.is_ascii() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let encoded: String = location.iter().map(encode).collect();
    let refused = |reason: &str| {
        let shown = redacted_text(&String::from_utf8_lossy(location));
        let message = format!("a redirect to {}, {reason}", excerpt(&shown));
        Err(FlagError::permanent(Kind::Redirect, message))
    };
    let Ok(target) = url.join(&encoded) else {
        return refused("which is not a URL");
    };
    if let Err(error) = check_login(&encoded, &target) {
        return refused(&format!("but {error}"));
    }
    match (url.scheme(), target.scheme()) {
        ("https", "http") => refused("which is not https"),
        (_, "http" | "https") => Ok(target),
        _ => refused("which is neither http nor https"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(location: &[u8]) -> Result<String, String> {
        let target = resolve(location, &"https://h/a/b".parse().unwrap());
        target.map(String::from).map_err(|error| error.to_string())
    }

    #[test]
    fn bytes_that_are_not_ascii_are_percent_encoded_one_by_one() {
        for (location, target) in [
            (&b"/caf\xe9"[..], "https://h/caf%E9"),
            (b"/caf\xc3\xa9", "https://h/caf%C3%A9"),
            (b"c%20d e\xff", "https://h/a/c%20d%20e%FF"),
            (b"//other/x", "https://other/x"),
            (b"?q", "https://h/a/b?q"),
            (b"", "https://h/a/b"),
        ] {
            assert_eq!(resolved(location).unwrap(), target);
        }
    }

    #[test]
    fn a_refused_redirect_shows_200_characters_of_its_target() {
        let long = format!("http://ann:secret@h/{}", "x".repeat(60_000));
        let message = resolved(long.as_bytes()).unwrap_err();
        assert!(message.starts_with("a redirect to http://***@h/xxx"), "{message}");
        assert!(message.ends_with("xxx…, which is not https"), "{message}");
        let around = "a redirect to , which is not https".len();
        assert_eq!(message.chars().count(), around + 201);
    }

    #[test]
    fn a_refused_redirect_shows_no_secret() {
        for location in [
            "http://h/x.gif?X-Amz-Signature=secret",
            "gopher://ann:secret@h/x?secret#secret",
            "mailto:ann:secret@h?secret",
            "http://ann:secret@a b/x?secret",
            "https://h:99999/x?secret",
            "https://ann:secret%E9@h/",
            "https://DOM\\ann:secret@h/",
        ] {
            let message = resolved(location.as_bytes()).unwrap_err();
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
