//! The proxies in the environment variables, and which of them a URL uses.

use std::env;
use std::ffi::OsString;
use std::sync::Arc;

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, Proxy, Url};

use super::error::{FlagError, Kind};
use crate::base_url::{BaseUrl, check_login};

/// The port of a SOCKS proxy whose URL has none (RFC 1928 §3).
const SOCKS_PORT: u16 = 1080;

/// The proxies of a run: one for http URLs, one for https URLs, and the hosts that need none.
#[derive(Debug, Clone)]
pub struct Proxies {
    http: Setting,
    https: Setting,
    /// Intercepts every URL whose host is not in `no_proxy`.
    matcher: Arc<Matcher>,
}

/// A proxy, none, or the name of a variable that does not name a usable proxy.
type Setting = Option<Result<Url, &'static str>>;

impl Proxies {
    /// No proxy for any URL.
    pub fn none() -> Proxies {
        Proxies::from_variables(|_| None)
    }

    /// The proxies in `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`.
    ///
    /// As for curl, the lower-case spelling is read first and an empty variable counts as unset.
    /// `HTTP_PROXY` is ignored in a CGI program (`REQUEST_METHOD` is set): there it holds the
    /// request's `Proxy` header, which an attacker can choose. On Windows, variables have no case,
    /// so `http_proxy` is ignored, too.
    pub fn from_environment() -> Proxies {
        Proxies::from_variables(env::var_os)
    }

    pub(super) fn from_variables(value: impl Fn(&'static str) -> Option<OsString>) -> Proxies {
        let is_cgi = value("REQUEST_METHOD").is_some();
        let is_header = |name: &str| {
            name == "HTTP_PROXY" || cfg!(windows) && name.eq_ignore_ascii_case("HTTP_PROXY")
        };
        let first_set = |names: &[&'static str]| {
            let allowed = names.iter().filter(|name| !(is_cgi && is_header(name)));
            let mut set = allowed.filter_map(|name| Some((*name, value(name)?)));
            set.find(|(_, value)| !value.is_empty())
        };
        let no_proxy = first_set(&["no_proxy", "NO_PROXY"]);
        // curl takes blanks between the hosts, too.
        let no_proxy = no_proxy.map_or_else(String::new, |(_, hosts)| {
            hosts.to_string_lossy().replace(char::is_whitespace, ",")
        });
        // The matcher applies `*` to host names only, not to IP addresses.
        let is_disabled = no_proxy.split(',').any(|host| host == "*");
        let setting = |names: &[&'static str]| {
            let (variable, value) = first_set(names).filter(|_| !is_disabled)?;
            Some(value.to_str().and_then(proxy_url).ok_or(variable))
        };
        Proxies {
            http: setting(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            https: setting(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            matcher: Arc::new(Matcher::builder().all("http://any").no(no_proxy).build()),
        }
    }

    /// Whether requests for the flags of `base` go through a proxy.
    pub fn apply_to(&self, base: &BaseUrl) -> bool {
        self.for_url(&base.0).is_ok_and(|proxy| proxy.is_some())
    }

    /// The proxy for `url`.
    ///
    /// # Errors
    /// The variable for the scheme of `url` does not name a usable proxy, or the proxy can't lead
    /// to an IPv6 address.
    pub(super) fn for_url(&self, url: &Url) -> Result<Option<&Url>, FlagError> {
        let scheme = url.scheme();
        let setting = if scheme == "http" { &self.http } else { &self.https };
        let is_excluded =
            || !url.as_str().parse().is_ok_and(|uri| self.matcher.intercept(&uri).is_some());
        // SOCKS 4 has no IPv6 addresses. For TLS, the HTTP library treats one in brackets as a
        // host name.
        let is_ipv6 = url.host_str().is_some_and(|host| host.starts_with('['));
        let leads_to_ipv6 = |proxy: &Url| scheme == "http" && !proxy.scheme().starts_with("socks4");
        let message = match setting {
            None => return Ok(None),
            Some(_) if is_excluded() => return Ok(None),
            Some(Ok(proxy)) if !is_ipv6 || leads_to_ipv6(proxy) => return Ok(Some(proxy)),
            Some(Ok(proxy)) => format!(
                "{scheme} to an IPv6 address is not supported through the proxy {}",
                display(proxy)
            ),
            // The value is not part of the message, because it may contain a password.
            Some(Err(variable)) => format!(
                "{variable} does not name a usable proxy: it must be a URL such as \
                 http://127.0.0.1:3128, with the scheme http, https, socks4, socks4a, socks5 or \
                 socks5h, and a login in UTF-8"
            ),
        };
        Err(FlagError::permanent(Kind::Proxy, message))
    }

    /// Whether the proxy for http URLs is connected to over TLS.
    pub(super) fn http_needs_tls(&self) -> bool {
        matches!(&self.http, Some(Ok(proxy)) if proxy.scheme() == "https")
    }

    /// Configures the client to use these proxies and no others.
    pub(super) fn configure(&self, builder: ClientBuilder) -> ClientBuilder {
        let proxies = self.clone();
        builder
            .no_proxy()
            .proxy(Proxy::custom(move |url| proxies.for_url(url).ok().flatten().cloned()))
    }
}

/// The URL of the proxy that `value` names, or `None` if it can't be used. Without a scheme it is
/// an http proxy.
fn proxy_url(value: &str) -> Option<Url> {
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    // `Url::parse` would skip further slashes.
    let authority = rest.split(['/', '?', '#']).next().filter(|text| !text.ends_with(':'))?;
    let url = Url::parse(&format!("{scheme}://{authority}")).ok()?;
    // The HTTP client uses this matcher, which ignores a URL with an unknown scheme, for example.
    let matcher = Matcher::builder().all(url.as_str()).build();
    let is_known = matcher.intercept(&Uri::from_static("http://any")).is_some();
    (is_known && url.port() != Some(0) && check_login(value, &url).is_ok()).then_some(url)
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
    fn proxy(variables: &[(&str, &str)], url: &str) -> Result<Option<String>, String> {
        match proxies(variables).for_url(&url.parse().unwrap()) {
            Ok(proxy) => Ok(proxy.map(display)),
            Err(error) => {
                let message = error.to_string();
                let variable = message.split_once(" does not name a usable proxy: ");
                Err(variable.expect("the message names the variable").0.to_owned())
            }
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
            "http://ann:p%E9@p:1",
            "http://DOM\\ann:secret@p:1",
            " ",
        ] {
            assert_eq!(
                proxy(&[("http_proxy", value)], "http://h/"),
                Err("http_proxy".into()),
                "{value}"
            );
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
        assert_eq!(proxy(&bad, "https://h/"), Err("HTTPS_PROXY".into()));
        assert_eq!(proxy(&bad, "http://h/"), Ok(None));
        assert_eq!(proxy(&bad, "https://direct.test/"), Ok(None));
        let masked = [("all_proxy", "garbage://x"), ("http_proxy", "p")];
        assert_eq!(proxy(&masked, "http://h/"), Ok(Some("http://p:80".into())));
        assert_eq!(proxy(&masked, "https://h/"), Err("all_proxy".into()));
    }

    #[test]
    fn a_base_url_may_have_a_usable_proxy_an_unusable_one_or_none() {
        let base = "http://h".parse().unwrap();
        for (variables, applies) in [
            ([("http_proxy", "p")], true),
            ([("https_proxy", "p")], false),
            ([("http_proxy", "garbage://x")], false),
        ] {
            assert_eq!(proxies(&variables).apply_to(&base), applies, "{variables:?}");
        }
    }

    #[test]
    fn an_ipv6_address_is_refused_where_the_proxy_can_not_lead_to_it() {
        for (proxy, url, works) in [
            ("http://p", "http://[::1]/", true),
            ("socks5://p", "http://[::1]/", true),
            ("socks5h://p", "http://[::1]/", true),
            ("socks4://p", "http://[::1]/", false),
            ("socks4a://p", "http://[::1]/", false),
            ("http://p", "https://[::1]/", false),
            ("socks5h://p", "https://[::1]/", false),
            ("http://[::1]:1", "https://127.0.0.1/", true),
        ] {
            let proxies = proxies(&[("all_proxy", proxy), ("no_proxy", "::2")]);
            let found = proxies.for_url(&url.parse().unwrap());
            assert_eq!(found.is_ok(), works, "{proxy} {url}: {found:?}");
            assert!(matches!(proxies.for_url(&"https://[::2]/".parse().unwrap()), Ok(None)));
        }
    }

    #[test]
    fn only_an_https_proxy_needs_tls_for_http() {
        for (variable, proxy, needs_tls) in [
            ("http_proxy", "https://p", true),
            ("all_proxy", "https://p", true),
            ("https_proxy", "https://p", false),
            ("all_proxy", "socks5://p", false),
            ("http_proxy", "garbage://x", false),
        ] {
            assert_eq!(
                proxies(&[(variable, proxy)]).http_needs_tls(),
                needs_tls,
                "{variable}={proxy}"
            );
        }
        assert!(!Proxies::none().http_needs_tls());
    }

    #[test]
    fn a_cgi_program_ignores_the_variable_that_a_request_can_set() {
        let cgi = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "attacker")];
        assert_eq!(proxy(&cgi, "http://h/"), Ok(None));
        assert_eq!(proxy(&cgi[1..], "http://h/"), Ok(Some("http://attacker:80".into())));
        let lower = [("REQUEST_METHOD", "GET"), ("http_proxy", "p")];
        let expected = if cfg!(windows) { None } else { Some("http://p:80".into()) };
        assert_eq!(proxy(&lower, "http://h/"), Ok(expected));
    }
}
