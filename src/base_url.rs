//! Where the flags are: the URL below which each one has its own.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::country::CountryCode;

/// An http or https URL below which the flag of `BR` is at `br/br.gif`.
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

/// Why a text is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    #[error("the URL has to begin with http:// or https://")]
    Scheme,
    #[error("the URL names no host")]
    Host,
    #[error("a base URL has no query and no fragment: flags are added to its path")]
    Query,
    #[error("not a URL: {0}")]
    Syntax(String),
}

impl BaseUrl {
    /// The book's own site.
    pub const REMOTE: &str = "https://www.fluentpython.com/data/flags";

    /// The URL of one flag: `{base}/{cc}/{cc}.gif`, the code in lower case.
    pub fn flag(&self, code: CountryCode) -> Url {
        let path = self.0.path();
        let (folder, cc) = (path.strip_suffix('/').unwrap_or(path), code.lower());
        let mut url = self.0.clone();
        url.set_path(&format!("{folder}/{cc}/{cc}.gif"));
        url
    }

    /// Whether its host is a name, which has to be looked up, and no address.
    pub(crate) fn has_name(&self) -> bool {
        self.0.domain().is_some()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether `url` has the same scheme, host and port (RFC 6454 §5).
    pub(crate) fn has_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidBaseUrl::Scheme)?;
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(InvalidBaseUrl::Scheme);
        }
        // A browser would read `http:///flags` as the host `flags`. Who types it has left out a host.
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

/// The URL as a person or a log may see it: a password in it is not shown.
pub fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    if url.password().is_some() {
        let _ = url.set_password(Some("***"));
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_has_its_url_below_the_base_whatever_ends_it() {
        let flag = |base: &str| base.parse::<BaseUrl>().unwrap().flag("BR".parse().unwrap());
        for base in ["http://h", "http://h/", "HTTP://H", "http://h:80/"] {
            assert_eq!(flag(base).as_str(), "http://h/br/br.gif");
        }
        for base in ["http://h/a%2Fb/ü c//", "http://h/a%2Fb/%C3%BC%20c//"] {
            assert_eq!(flag(base).as_str(), "http://h/a%2Fb/%C3%BC%20c//br/br.gif");
        }
    }

    #[test]
    fn what_is_no_base_url_is_told_apart() {
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
    fn a_password_is_not_shown() {
        let base: BaseUrl = "http://ann:secret@h/flags".parse().unwrap();
        assert_eq!(base.to_string(), "http://ann:***@h/flags");
        assert!(base.flag("BR".parse().unwrap()).as_str().contains("secret"));
    }
}
