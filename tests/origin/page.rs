//! The web page.

use std::io::Write;
use std::net::TcpStream;

use flags::country::ALL;
use flags::origin::Weather;

use crate::plain_http::{get, host, read_one};
use crate::start;

#[test]
fn the_page_shows_every_flag_and_the_weather() {
    let origin = start(Weather::failing());
    let page = get(origin.base_url(), "/flags/");
    let text = String::from_utf8(page.body.clone()).unwrap();
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(text.contains("194 flags"));
    for code in ALL {
        let path = format!("{0}/{0}.gif", code.lower());
        let shown = format!(r#"<a href="{path}"><img src="{path}" alt="""#);
        assert!(text.contains(&shown), "{code}");
    }
    for sentence in Weather::failing().sentences() {
        assert!(text.contains(&sentence), "{sentence}");
    }
}

#[test]
fn the_page_shows_the_names_of_countries_and_credits_the_artists() {
    let page = get(start(Weather::default()).base_url(), "/flags/").body;
    let text = String::from_utf8(page).unwrap();
    for name in ["Brazil", "Côte d’Ivoire", "Türkiye", "São Tomé &amp; Príncipe", "United States"]
    {
        assert_eq!(text.matches(name).count(), 1, "{name}");
    }
    for credit in ["https://github.com/jdecked/twemoji", "CC-BY 4.0"] {
        assert!(text.contains(credit), "{credit}");
    }
}

#[test]
fn the_page_has_no_scripts_and_loads_nothing_from_other_servers() {
    let origin = start(Weather::default());
    let text = String::from_utf8(get(origin.base_url(), "/flags/").body).unwrap();
    for foreign in ["<script", "javascript:", " style=", " onload", " onerror", "data:", "url("] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    assert!(text.contains(r#"<link rel="stylesheet" href="page.css">"#), "{text}");
    assert!(text.contains(r#"<link rel="icon" href="icon.svg">"#), "{text}");
    assert_eq!(
        get(origin.base_url(), "/flags/page.css").header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert_eq!(
        get(origin.base_url(), "/flags/icon.svg").header("content-type"),
        Some("image/svg+xml")
    );
    assert_eq!(origin.stop().to_string(), "3 requests: 3 for the page");
}

/// As `wget --recursive` and a proxy that serves the page below another path need it.
#[test]
fn every_link_of_the_page_is_relative_and_answers() {
    let origin = start(Weather::default());
    let text = String::from_utf8(get(origin.base_url(), "/flags/").body).unwrap();
    let targets =
        |attribute| text.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut links: Vec<_> = targets("href=\"").chain(targets("src=\"")).collect();
    links.retain(|link| !link.starts_with("https://"));
    assert_eq!(links.len(), 2 + 2 * ALL.len());
    for link in links {
        assert!(!link.starts_with('/') && !link.contains(':'), "{link}");
        assert!(get(origin.base_url(), &format!("/flags/{link}")).is_whole(), "{link}");
    }
}

#[test]
fn the_page_shows_the_command_that_uses_the_server_under_the_name_the_client_knows() {
    let origin = start(Weather::default());
    let shown = |version: &str, host_line: &str| {
        let mut stream = TcpStream::connect(host(origin.base_url())).unwrap();
        write!(stream, "GET /flags/ {version}\r\n{host_line}\r\n").unwrap();
        let page = String::from_utf8(read_one(&mut stream, true).body).unwrap();
        let (_, rest) = page.split_once("<code>").unwrap();
        rest.split_once("</code>").unwrap().0.to_owned()
    };
    let named = shown("HTTP/1.1", "Host: box.example:8000\r\n");
    assert_eq!(named, "flags --server http://box.example:8000/flags");
    // A name that a shell or a browser could take for more than a name is not repeated.
    let own = format!("flags --server {}", origin.base_url());
    for host_line in
        ["Host: box;id\r\n", "Host: $(id)\r\n", "Host: a&b\r\n", "Host: x'\r\n", "Host:\r\n"]
    {
        assert_eq!(shown("HTTP/1.1", host_line), own, "{host_line}");
    }
    assert_eq!(shown("HTTP/1.0", ""), own);
}
