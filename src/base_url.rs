//! The base URL of a server, and the URLs of the flags below it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::country::CountryCode;

/// An http or https URL. The flag of `BR` is at `br/br.gif` below it.
///
/// ```
/// use flags::BaseUrl;
///
/// let base: BaseUrl = "http://localhost:8000/flags/".parse()?;
/// assert_eq!(base.to_string(), "http://localhost:8000/flags");
/// assert_eq!(base.flag("BR".parse()?).as_str(), "http://localhost:8000/flags/br/br.gif");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is not a base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    #[error("the URL has to begin with http:// or https://")]
    Scheme,
    #[error("the URL names no host")]
    Host,
    #[error("a base URL must not have a query or a fragment")]
    Query,
    #[error("not a URL: {0}")]
    Syntax(String),
}

impl BaseUrl {
    /// The site of the book *Fluent Python*.
    pub const REMOTE: &str = "https://www.fluentpython.com/data/flags";

    /// The URL of one flag: `{base}/{cc}/{cc}.gif` with the code in lower case.
    pub fn flag(&self, code: CountryCode) -> Url {
        let path = self.0.path();
        let (folder, cc) = (path.strip_suffix('/').unwrap_or(path), code.lower());
        let mut url = self.0.clone();
        url.set_path(&format!("{folder}/{cc}/{cc}.gif"));
        url
    }

    pub(crate) fn as_url(&self) -> &Url {
        &self.0
    }

    /// Whether `url` has the same scheme, host and port (RFC 6454 §5).
    pub(crate) fn has_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// `target` with the credentials of this URL, if it has the same origin and no credentials of
    /// its own. They thus follow a redirect within the origin.
    pub(crate) fn with_credentials(&self, mut target: Url) -> Url {
        let has_own = !target.username().is_empty() || target.password().is_some();
        if !has_own && self.has_origin_of(&target) {
            // Neither fails: a URL with the same origin as this one has a host.
            let _ = target.set_username(self.0.username());
            let _ = target.set_password(self.0.password());
        }
        target
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidBaseUrl::Scheme)?;
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(InvalidBaseUrl::Scheme);
        }
        // `Url::parse` reads `http:///flags` as the host `flags`; more likely the host is missing.
        if rest.is_empty() || rest.starts_with(['/', '\\', '?', '#', ':']) {
            return Err(InvalidBaseUrl::Host);
        }
        let url = Url::parse(text).map_err(|error| InvalidBaseUrl::Syntax(error.to_string()))?;
        match url.query().or(url.fragment()) {
            Some(_) => Err(InvalidBaseUrl::Query),
            None => Ok(BaseUrl(url)),
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(redacted(&self.0).trim_end_matches('/'))
    }
}

/// The URL for display in messages, with any password replaced by `***`.
pub fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    if url.password().is_some() {
        let _ = url.set_password(Some("***"));
    }
    url.into()
}

/// `text`, which may not be a valid URL, for display in messages. In a text like `ann:secret@h`,
/// everything before the last `@` is replaced by `***`, except a scheme with its `://`. So are the
/// query and the fragment of a text with a scheme or with a path from its start.
pub fn redacted_text(text: &str) -> String {
    let text = match text.rsplit_once('@') {
        Some((before, after)) if before.contains(':') => {
            let scheme = before.find("://").map_or("", |end| &before[..end + "://".len()]);
            format!("{scheme}***@{after}")
        }
        _ => text.to_owned(),
    };
    match text.find(['?', '#']) {
        Some(end) if text.contains("://") || text.starts_with('/') => {
            format!("{}***", &text[..=end])
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_flag_does_not_depend_on_a_trailing_slash() {
        let flag = |base: &str| base.parse::<BaseUrl>().unwrap().flag("BR".parse().unwrap());
        for base in ["http://h", "http://h/", "HTTP://H", "http://h:80/"] {
            assert_eq!(flag(base).as_str(), "http://h/br/br.gif");
        }
        for base in ["http://h/a%2Fb/ü c//", "http://h/a%2Fb/%C3%BC%20c//"] {
            assert_eq!(flag(base).as_str(), "http://h/a%2Fb/%C3%BC%20c//br/br.gif");
        }
    }

    #[test]
    fn an_invalid_base_url_says_why() {
        use InvalidBaseUrl::*;
        for (text, error) in [
            ("nowhere", Scheme),
            ("localhost:8000", Scheme),
            ("ftp://h/flags", Scheme),
            ("http://", Host),
            ("http:///flags", Host),
            ("https://:443/", Host),
            ("http://h/?a=b", Query),
            ("http://h/#top", Query),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(error), "{text}");
        }
        for text in ["http://h:99999/", "http://[::1/", "http://a b/"] {
            assert!(matches!(text.parse::<BaseUrl>(), Err(Syntax(_))), "{text}");
        }
    }

    #[test]
    fn a_password_is_not_displayed() {
        let base: BaseUrl = "http://ann:secret@h/flags".parse().unwrap();
        assert_eq!(base.to_string(), "http://ann:***@h/flags");
        assert!(base.flag("BR".parse().unwrap()).as_str().contains("secret"));
    }

    #[test]
    fn secrets_in_an_invalid_url_are_not_displayed() {
        for (text, displayed) in [
            ("http://ann:secret@a b/flags", "http://***@a b/flags"),
            ("http://ann:se/cr@et@h?x", "http://***@h?***"),
            ("http://h/?token=x", "http://h/?***"),
            ("/flags#x?y", "/flags#***"),
            ("B?", "B?"),
            ("ann:secret@h", "***@h"),
            ("http:/ann:secret@h", "***@h"),
            ("threads@5=x", "threads@5=x"),
            ("nowhere", "nowhere"),
        ] {
            assert_eq!(redacted_text(text), displayed);
        }
    }

    #[test]
    fn credentials_go_to_the_same_origin_only() {
        let base: BaseUrl = "http://ann:secret@h/flags".parse().unwrap();
        for (target, expected) in [
            ("http://h/x", "http://ann:secret@h/x"),
            ("http://h:80/x", "http://ann:secret@h/x"),
            ("http://bob:own@h/x", "http://bob:own@h/x"),
            ("http://h:81/x", "http://h:81/x"),
            ("https://h/x", "https://h/x"),
            ("http://other/x", "http://other/x"),
        ] {
            let target = base.with_credentials(target.parse().unwrap());
            assert_eq!(target.as_str(), expected);
        }
    }
}
