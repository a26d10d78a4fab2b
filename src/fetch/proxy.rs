//! The proxies in the environment variables, and which of them a URL uses.

use std::env;
use std::ffi::OsString;
use std::sync::Arc;

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, NoProxy, Proxy, Url};

use crate::base_url::BaseUrl;

/// The port of a SOCKS proxy whose URL has none (RFC 1928 §3).
const SOCKS_PORT: u16 = 1080;

/// The proxies of a run: one for http URLs, one for https URLs, and the hosts that need none.
#[derive(Debug, Clone)]
pub struct Proxies {
    http: Setting,
    https: Setting,
    no_proxy: String,
    /// Intercepts every URL whose host is not in `no_proxy`.
    proxied: Arc<Matcher>,
}

/// A proxy, none, or a variable that does not name a usable proxy.
type Setting = Result<Option<Url>, UnusableProxy>;

/// An environment variable that does not name a usable proxy. Its value is not part of the message,
/// because it may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{variable} does not name a usable proxy: it must be a URL such as http://127.0.0.1:3128, \
     with the scheme http, https, socks4, socks4a, socks5 or socks5h"
)]
pub struct UnusableProxy {
    variable: &'static str,
}

impl Proxies {
    /// No proxy for any URL.
    pub fn none() -> Proxies {
        Proxies::from_variables(|_| None)
    }

    /// The proxies in `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`.
    ///
    /// As for curl, the lower-case spelling is read first and an empty variable counts as unset.
    /// `HTTP_PROXY` is ignored in a CGI program (`REQUEST_METHOD` is set): there it holds the
    /// request's `Proxy` header, which an attacker can choose.
    pub fn from_environment() -> Proxies {
        Proxies::from_variables(env::var_os)
    }

    fn from_variables(value: impl Fn(&'static str) -> Option<OsString>) -> Proxies {
        let is_cgi = value("REQUEST_METHOD").is_some();
        let first_set = |names: &[&'static str]| {
            let allowed = names.iter().filter(|name| !(is_cgi && **name == "HTTP_PROXY"));
            let mut set = allowed.filter_map(|name| Some((*name, value(name)?)));
            set.find(|(_, value)| !value.is_empty())
        };
        let no_proxy = first_set(&["no_proxy", "NO_PROXY"]);
        // curl takes blanks between the hosts, too.
        let no_proxy = no_proxy.map_or_else(String::new, |(_, hosts)| {
            hosts.to_string_lossy().replace(char::is_whitespace, ",")
        });
        // The matcher applies `*` to host names only, not to IP addresses.
        let is_disabled = no_proxy.split(',').any(|host| host.trim() == "*");
        let setting = |names: &[&'static str]| match first_set(names) {
            Some((variable, value)) if !is_disabled => {
                let url = value.to_str().and_then(proxy_url);
                url.map(Some).ok_or(UnusableProxy { variable })
            }
            _ => Ok(None),
        };
        Proxies {
            http: setting(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            https: setting(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            proxied: Arc::new(Matcher::builder().all("http://any").no(&no_proxy).build()),
            no_proxy,
        }
    }

    /// Checks that the proxy for `base`, if there is one, can be used.
    ///
    /// # Errors
    /// The proxy can't be used. Requests must not go to the server directly in that case.
    pub fn check(&self, base: &BaseUrl) -> Result<(), UnusableProxy> {
        self.for_url(base.as_url()).map(drop)
    }

    /// Whether requests for the flags of `base` go through a proxy.
    pub fn apply_to(&self, base: &BaseUrl) -> bool {
        self.for_url(base.as_url()).is_ok_and(|proxy| proxy.is_some())
    }

    /// The proxy for `url`.
    ///
    /// # Errors
    /// The variable for the scheme of `url` does not name a usable proxy.
    pub(super) fn for_url(&self, url: &Url) -> Result<Option<&Url>, UnusableProxy> {
        let setting = if url.scheme() == "http" { &self.http } else { &self.https };
        if matches!(setting, Ok(None)) || !self.is_proxied(url) {
            return Ok(None);
        }
        setting.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }

    /// Whether the host of `url` is not excluded by `no_proxy`.
    fn is_proxied(&self, url: &Url) -> bool {
        url.as_str().parse::<Uri>().is_ok_and(|uri| self.proxied.intercept(&uri).is_some())
    }

    /// Whether any proxy is connected to over TLS.
    pub(super) fn need_tls(&self) -> bool {
        let mut proxies = [&self.http, &self.https].into_iter().flatten().flatten();
        proxies.any(|proxy| proxy.scheme() == "https")
    }

    /// Configures the client to use these proxies and no others.
    pub(super) fn configure(&self, mut builder: ClientBuilder) -> reqwest::Result<ClientBuilder> {
        let no_proxy = NoProxy::from_string(&self.no_proxy);
        builder = builder.no_proxy();
        if let Ok(Some(proxy)) = &self.http {
            builder = builder.proxy(Proxy::http(proxy.clone())?.no_proxy(no_proxy.clone()));
        }
        if let Ok(Some(proxy)) = &self.https {
            builder = builder.proxy(Proxy::https(proxy.clone())?.no_proxy(no_proxy));
        }
        Ok(builder)
    }
}

/// The URL of the proxy that `value` names, or `None` if it can't be used. Without a scheme it is
/// an http proxy.
fn proxy_url(value: &str) -> Option<Url> {
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.is_empty() || authority.ends_with(':') {
        return None;
    }
    let mut url = Url::parse(&format!("{scheme}://{authority}")).ok()?;
    if url.port() == Some(0) {
        return None;
    }
    if url.scheme().starts_with("socks") && url.port().is_none() {
        url.set_port(Some(SOCKS_PORT)).ok()?;
    }
    // The HTTP client uses this matcher, which ignores a URL with an unknown scheme, for example.
    let matcher = Matcher::builder().all(url.as_str()).build();
    matcher.intercept(&Uri::from_static("http://any")).map(|_| url)
}

/// The proxy as messages show it: scheme, host and port, without credentials.
pub(super) fn display(proxy: &Url) -> String {
    let host = proxy.host_str().unwrap_or_default();
    let port = proxy.port_or_known_default().unwrap_or(SOCKS_PORT);
    format!("{}://{host}:{port}", proxy.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::from_variables(|name| {
            let variable = variables.iter().find(|(known, _)| *known == name);
            variable.map(|(_, value)| OsString::from(value))
        })
    }

    /// The proxy for `url`, or the variable that is unusable.
    fn proxy(variables: &[(&str, &str)], url: &str) -> Result<Option<String>, &'static str> {
        match proxies(variables).for_url(&url.parse().unwrap()) {
            Ok(proxy) => Ok(proxy.map(display)),
            Err(unusable) => Err(unusable.variable),
        }
    }

    #[test]
    fn usable_and_unusable_proxies_are_distinguished() {
        for (value, expected) in [
            ("http://p:1", "http://p:1"),
            ("p:1", "http://p:1"),
            ("p:1/", "http://p:1"),
            ("p", "http://p:80"),
            ("https://p", "https://p:443"),
            ("HTTP://P:1/path?query", "http://p:1"),
            ("http://[::1]:1", "http://[::1]:1"),
            ("socks5://p", "socks5://p:1080"),
            ("socks4://127.0.0.1:9", "socks4://127.0.0.1:9"),
            ("socks4a://p:9", "socks4a://p:9"),
            ("socks5h://ann:secret@p:9", "socks5h://p:9"),
            ("http://ann:s@cret@p:1", "http://p:1"),
        ] {
            let found = proxy(&[("http_proxy", value)], "http://h/");
            assert_eq!(found, Ok(Some(expected.into())), "{value}");
        }
        for value in [
            "garbage://x",
            "socks://p:1",
            "ftp://p",
            "http://",
            "://",
            "://p",
            "a b",
            "http:/p",
            "/p",
            "http://p:99999",
            "http://p:0",
            "http://:1",
            "socks5://",
            "socks5://:1",
            "p:x",
            "http:///p",
            "socks5://\u{e9}:1",
            " ",
        ] {
            assert_eq!(proxy(&[("http_proxy", value)], "http://h/"), Err("http_proxy"), "{value}");
        }
    }

    #[test]
    fn each_scheme_has_its_variable_and_lower_case_comes_first() {
        let all = [
            ("HTTP_PROXY", "upper"),
            ("http_proxy", "lower"),
            ("https_proxy", ""),
            ("ALL_PROXY", "all"),
            ("NO_PROXY", "other.test direct.test,10.0.0.0/8"),
        ];
        let found = |url| proxy(&all, url).unwrap();
        assert_eq!(found("http://h/").unwrap(), "http://lower:80");
        assert_eq!(found("https://h/").unwrap(), "http://all:80");
        for direct in ["http://direct.test/", "https://a.direct.test/", "http://10.1.2.3/"] {
            assert_eq!(found(direct), None, "{direct}");
        }
        assert_eq!(proxy(&[], "http://h/"), Ok(None));
        assert_eq!(proxy(&[("http_proxy", "p")], "https://h/"), Ok(None));
    }

    #[test]
    fn a_star_in_no_proxy_disables_proxies_for_names_and_addresses() {
        for star in ["*", "direct.test, *"] {
            let variables = [("http_proxy", "p"), ("NO_PROXY", star)];
            for url in ["http://h/", "http://127.0.0.1/", "http://[::1]/"] {
                assert_eq!(proxy(&variables, url), Ok(None), "{star} {url}");
            }
        }
    }

    #[test]
    fn only_a_variable_that_would_be_used_is_an_error() {
        let bad = [("HTTPS_PROXY", "garbage://x"), ("no_proxy", "direct.test")];
        assert_eq!(proxy(&bad, "https://h/"), Err("HTTPS_PROXY"));
        assert_eq!(proxy(&bad, "http://h/"), Ok(None));
        assert_eq!(proxy(&bad, "https://direct.test/"), Ok(None));
        let masked = [("all_proxy", "garbage://x"), ("http_proxy", "p")];
        assert_eq!(proxy(&masked, "http://h/"), Ok(Some("http://p:80".into())));
        assert_eq!(proxy(&masked, "https://h/"), Err("all_proxy"));
    }

    #[test]
    fn a_base_url_may_have_a_usable_proxy_an_unusable_one_or_none() {
        let base = "http://h".parse().unwrap();
        for (variables, checked, applies) in [
            ([("http_proxy", "p")], Ok(()), true),
            ([("https_proxy", "p")], Ok(()), false),
            ([("http_proxy", "garbage://x")], Err("http_proxy"), false),
        ] {
            let proxies = proxies(&variables);
            assert_eq!(proxies.check(&base).map_err(|unusable| unusable.variable), checked);
            assert_eq!(proxies.apply_to(&base), applies, "{variables:?}");
        }
    }

    #[test]
    fn only_an_https_proxy_needs_tls() {
        for (variable, proxy, needs_tls) in [
            ("http_proxy", "https://p", true),
            ("https_proxy", "https://p", true),
            ("https_proxy", "http://p", false),
            ("all_proxy", "socks5://p", false),
            ("http_proxy", "garbage://x", false),
        ] {
            assert_eq!(proxies(&[(variable, proxy)]).need_tls(), needs_tls, "{variable}={proxy}");
        }
        assert!(!Proxies::none().need_tls());
    }

    #[test]
    fn a_cgi_program_ignores_the_variable_that_a_request_can_set() {
        let cgi = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "attacker")];
        assert_eq!(proxy(&cgi, "http://h/"), Ok(None));
        assert_eq!(proxy(&cgi[1..], "http://h/"), Ok(Some("http://attacker:80".into())));
        let lower = [("REQUEST_METHOD", "GET"), ("http_proxy", "p")];
        assert_eq!(proxy(&lower, "http://h/"), Ok(Some("http://p:80".into())));
    }
}
