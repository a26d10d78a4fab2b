//! The base URL of a server, and the URLs of the flags below it.

use std::fmt;
use std::str::FromStr;

use anyhow::{anyhow, bail};
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
pub struct BaseUrl(pub(crate) Url);

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

    /// `target` with the credentials of this URL, if it has the same origin (scheme, host and port,
    /// RFC 6454 §5) and no credentials of its own. They thus follow a redirect within the origin.
    pub(crate) fn with_credentials(&self, mut target: Url) -> Url {
        let has_own = !target.username().is_empty() || target.password().is_some();
        if !has_own && self.0.origin() == target.origin() {
            // Neither fails: a URL with the same origin as this one has a host.
            let _ = target.set_username(self.0.username());
            let _ = target.set_password(self.0.password());
        }
        target
    }
}

impl FromStr for BaseUrl {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let is_http = |scheme: &str| matches!(&*scheme.to_ascii_lowercase(), "http" | "https");
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if is_http(scheme) => rest,
            _ => bail!("the URL has to begin with http:// or https://"),
        };
        // `Url::parse` reads `http:///flags` as the host `flags`; more likely the host is missing.
        if rest.is_empty() || rest.starts_with(['/', '\\', '?', '#']) {
            bail!("the URL names no host");
        }
        let url = Url::parse(text).map_err(|error| anyhow!("not a URL: {error}"))?;
        check_login(text, &url)?;
        match url.query().or(url.fragment()) {
            Some(_) => bail!("a base URL must not have a query or a fragment"),
            None => Ok(BaseUrl(url)),
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(redacted(&self.0).trim_end_matches('/'))
    }
}

/// Checks the credentials in `text`, which was parsed as `url`.
///
/// # Errors
/// - There is a backslash before the `@`. As browsers do, `Url` reads `http://DOM\ann:secret@h` as
///   the host `DOM` with a path, and the password would be shown as part of that.
/// - A percent-encoded byte is not UTF-8. The HTTP library would send something else.
pub(crate) fn check_login(text: &str, url: &Url) -> anyhow::Result<()> {
    if has_backslash_in_login(text) {
        bail!("a backslash before the @ has to be written as %5C");
    }
    match is_utf8(url.username()) && url.password().is_none_or(is_utf8) {
        true => Ok(()),
        false => bail!("its user name or password is not UTF-8"),
    }
}

/// Whether a backslash ends the host in `text`, a URL or a reference to one, and an `@` follows in
/// the same part of it.
fn has_backslash_in_login(text: &str) -> bool {
    let is_scheme = |scheme: &str| !scheme.contains(|c: char| !c.is_ascii_alphanumeric());
    let rest = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme));
    let rest = rest.map_or(text, |(_, rest)| rest);
    let authority = rest.trim_start_matches(['/', '\\']);
    if rest.len() - authority.len() < 2 {
        return false;
    }
    let part = authority.split(['/', '?', '#']).next().unwrap_or_default();
    part.split_once('\\').is_some_and(|(_, after)| after.contains('@'))
}

/// Whether the percent-encoded `text` stands for UTF-8 (RFC 3986 §2.1).
fn is_utf8(text: &str) -> bool {
    let decode = |part: &str| match part.get(..2).map(|digits| u8::from_str_radix(digits, 16)) {
        Some(Ok(byte)) => [&[byte], &part.as_bytes()[2..]].concat(),
        _ => [b"%", part.as_bytes()].concat(),
    };
    // What comes before the first escape is ASCII, as in any URL.
    String::from_utf8(text.split('%').skip(1).flat_map(decode).collect()).is_ok()
}

/// `url`, which is http or https, for display in messages: any password is replaced by `***`, and
/// there is no query and no fragment. These may be secrets, such as a signature that grants access.
pub(crate) fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    if url.password().is_some() {
        let _ = url.set_password(Some("***"));
    }
    url.into()
}

/// `text`, which may not be a valid URL, for display in messages. What may be a password, a query
/// or a fragment is replaced by `***`. In a text like `ann:secret@h` that is everything before the
/// last `@`, except a scheme with its `://`.
pub fn redacted_text(text: &str) -> String {
    let is_scheme = |end: &usize| text[..*end].bytes().all(|byte| byte.is_ascii_alphanumeric());
    let end = text.find("://").filter(is_scheme).map_or(0, |end| end + "://".len());
    let (scheme, rest) = text.split_at(end);
    let (path, query) = rest.split_at(rest.find(['?', '#']).map_or(rest.len(), |mark| mark + 1));
    let query = if query.is_empty() { "" } else { "***" };
    match path.rsplit_once('@') {
        // A password may contain the mark of a query, and a query an `@`.
        _ if rest[path.len()..].contains('@') => format!("{scheme}***"),
        Some((login, host)) if !scheme.is_empty() || login.contains(':') => {
            format!("{scheme}***@{host}{query}")
        }
        _ => format!("{scheme}{path}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        for (text, reason) in [
            ("nowhere", "begin with http"),
            ("localhost:8000", "begin with http"),
            ("ftp://h/flags", "begin with http"),
            ("http://", "names no host"),
            ("http:///flags", "names no host"),
            ("https://:443/", "not a URL: empty host"),
            ("http://ann:secret@", "not a URL: empty host"),
            ("http://h:99999/", "not a URL: invalid port"),
            ("http://[::1/", "not a URL: invalid IPv6"),
            ("http://a b/", "not a URL: invalid"),
            ("http://DOM\\ann:secret@h/", "backslash"),
            ("https://ann:p%E9@h", "not UTF-8"),
            ("https://%ff@h", "not UTF-8"),
            ("http://h/?a=b", "query"),
            ("http://h/#top", "fragment"),
        ] {
            let message = text.parse::<BaseUrl>().unwrap_err().to_string();
            assert!(message.contains(reason), "{text}: {message}");
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
            ("http://ann:se?cret@h", "http://***"),
            ("http://h?to=a@b.test", "http://***"),
            ("http://h:99999/?sig=secret", "http://h:99999/?***"),
            ("localhost:8000/x#secret", "localhost:8000/x#***"),
            ("/flags#x?y", "/flags#***"),
            ("ann:secret@h", "***@h"),
            ("B?", "B?"),
            ("http:/ann:secret@h", "***@h"),
            ("threads@5=x", "threads@5=x"),
            ("nowhere", "nowhere"),
        ] {
            assert_eq!(redacted_text(text), displayed);
        }
    }

    #[test]
    fn a_user_name_may_be_empty_and_bytes_may_be_escaped() {
        for text in ["https://:TOKEN@h/", "http://ann:p%C3%A9%@h/", "http://DOM%5Cann:secret@h/"] {
            assert!(text.parse::<BaseUrl>().is_ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_secret_of_a_valid_url_is_displayed(
            (scheme, user, password, query, fragment) in (
                "https?",
                "[a-z]{0,3}",
                "[!$-.:;=@_~%0-9]{0,3}SECRET",
                "[ -\"$-~]{0,3}SECRET[ -~]{0,3}",
                "[ -~]{0,3}SECRET",
            ),
        ) {
            let text = format!("{scheme}://{user}:{password}@h/path?{query}#{fragment}");
            let url: Url = text.parse().unwrap();
            prop_assert!(!redacted(&url).contains("SECRET"), "{}", redacted(&url));
            prop_assert!(!redacted_text(&text).contains("SECRET"), "{}", redacted_text(&text));
        }

        #[test]
        fn no_secret_of_an_invalid_url_is_displayed(
            scheme in "((https?|ftp)?:/{0,3})?",
            before in "[ -~]{0,5}",
            after in "[ -~]{0,5}",
        ) {
            for text in [
                format!("{scheme}{before}:{after}SECRET@h"),
                format!("{scheme}h{before}?{after}SECRET{after}"),
                format!("{scheme}h{before}#SECRET{after}"),
            ] {
                prop_assert!(!redacted_text(&text).contains("SECRET"), "{}", redacted_text(&text));
            }
        }
    }

    #[test]
    fn a_backslash_is_refused_where_it_hides_a_login_and_nowhere_else() {
        for text in [
            r"http://DOM\ann:secret@h/",
            r"http:\\h\ann:secret@h/",
            r"\\h\ann:secret@h",
            r"//h\ann:secret@h/x",
        ] {
            assert!(has_backslash_in_login(text), "{text}");
        }
        for text in [r"http://h/x?p=C:\dir&m=a@b", r"http://h\x", r"/a\b@c", "http://ann:s@h/", ""]
        {
            assert!(!has_backslash_in_login(text), "{text}");
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
