//! The web page of a server, with its style sheet and icon. It shows every flag that is served and
//! the weather. It has no scripts, loads nothing from other servers, and its links are relative.

use std::net::SocketAddr;

use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::weather::Weather;
use crate::country::CountryCode;
use crate::numbers::counted;

/// The page may load images and style sheets from its own server, and nothing else.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The gallery of the flags of `codes`, with the credit if the flags are the built-in ones.
///
/// `request` has the headers of the request, and `server` is the address that it was sent to.
pub(super) fn gallery(
    codes: &[CountryCode],
    weather: &Weather,
    built_in: bool,
    request: &HeaderMap,
    server: SocketAddr,
) -> Response {
    let page = page(codes, weather, &command(request, server), built_in);
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")];
    (headers, Html(page.into_string() + "\n")).into_response()
}

/// Whether a host can stand in a command that people copy into a shell: a client can put more than
/// that into `Host`.
fn is_plain(host: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !host.is_empty() && host.bytes().all(is_plain)
}

/// The command that downloads flags from this server, which has the name that the client gave it in
/// `Host`, or else its address.
fn command(request: &HeaderMap, server: SocketAddr) -> String {
    let host = request.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| is_plain(host));
    let host = host.map_or_else(|| server.to_string(), str::to_owned);
    // In a shell, brackets around an IPv6 address are a pattern.
    let quote = if host.contains('[') { "'" } else { "" };
    format!("flags --server {quote}http://{host}/flags{quote}")
}

/// The page for the flags of `codes`, with the credit if the flags are the built-in ones.
fn page(codes: &[CountryCode], weather: &Weather, command: &str, built_in: bool) -> Markup {
    let count = counted(codes.len(), "flag is served here", "flags are served here");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Flags: " (count) }
                link rel="stylesheet" href="page.css";
                link rel="icon" href="icon.svg";
            }
            body {
                header {
                    h1 { "Flags" }
                    p { (count) ". To download from this server: " code { (command) } }
                }
                main {
                    section aria-labelledby="weather" {
                        h2 #weather { "The weather" }
                        ul.weather { @for sentence in weather.sentences() { li { (sentence) } } }
                    }
                    section aria-labelledby="flags" {
                        h2 #flags { "The flags" }
                        ul.flags { @for code in codes { (item(*code)) } }
                    }
                }
                @if built_in { (credit()) }
            }
        }
    }
}

/// One flag with its code and, if the code is assigned, the country's name. The text says what the
/// image shows, so the image has an empty alternative text.
fn item(code: CountryCode) -> Markup {
    let path = format!("{0}/{0}.gif", code.lower());
    html! {
        li {
            a href=(path) {
                img src=(path) alt="" width="320" height="231" loading="lazy";
                span.code { (code) }
                @if let Some(name) = code.name() { span.name { (name) } }
            }
        }
    }
}

/// The attribution that the licence of the built-in flags asks for (CC-BY 4.0, section 3(a)).
fn credit() -> Markup {
    html! {
        footer {
            p {
                "The flags are drawn from "
                a href="https://github.com/jdecked/twemoji" { "Twemoji" }
                ", copyright 2020 Twitter, Inc and other contributors, licensed under "
                a href="https://creativecommons.org/licenses/by/4.0/" { "CC-BY 4.0" }
                ". They were cropped and converted from SVG to GIF."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_name_stands_beside_the_code_unless_the_code_is_unassigned() {
        let item = |code: &str| item(code.parse().unwrap()).into_string();
        assert!(item("BR").contains(r#"BR</span><span class="name">Brazil</span>"#));
        assert!(!item("ZZ").contains("name"), "{}", item("ZZ"));
    }

    #[test]
    fn a_command_for_a_shell_has_no_special_characters() {
        let command = |server: &str| command(&HeaderMap::new(), server.parse().unwrap());
        assert_eq!(command("127.0.0.1:8000"), "flags --server http://127.0.0.1:8000/flags");
        assert_eq!(command("[::1]:8000"), "flags --server 'http://[::1]:8000/flags'");
        for host in ["box", "box.example:80", "127.0.0.1:8000", "[::1]:8000"] {
            assert!(is_plain(host), "{host}");
        }
        for host in ["", "box;id", "$(id)", "`id`", "box'", "a b", "<b>", "a&b", "a%20b", "é"] {
            assert!(!is_plain(host), "{host}");
        }
    }
}
