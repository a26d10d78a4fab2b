//! The web page.

use flags::country::ALL;
use flags::origin::{RequestCounts, Weather};

use crate::plain_http::get;
use crate::start;

#[test]
fn the_page_shows_every_flag_and_the_weather() {
    let origin = start(Weather::failing());
    let page = get(origin.base_url(), "/");
    let text = String::from_utf8(page.body.clone()).unwrap();
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(text.contains("194 flags"));
    for code in ALL {
        let image = format!("<img src=\"/flags/{0}/{0}.gif\" alt=\"Flag of ", code.lower());
        assert!(text.contains(&image), "{code}");
    }
    for sentence in Weather::failing().sentences() {
        assert!(text.contains(&sentence), "{sentence}");
    }
}

#[test]
fn the_page_shows_the_names_of_countries_and_credits_the_artists() {
    let page = get(start(Weather::default()).base_url(), "/").body;
    let text = String::from_utf8(page).unwrap();
    for name in ["Brazil", "Côte d’Ivoire", "Türkiye", "São Tomé &amp; Príncipe", "United States"]
    {
        assert!(text.contains(&format!("alt=\"Flag of {name}\"")), "{name}");
        assert!(text.contains(&format!(">{name}<")), "{name}");
    }
    for credit in ["https://github.com/jdecked/twemoji", "CC-BY 4.0"] {
        assert!(text.contains(credit), "{credit}");
    }
}

#[test]
fn the_page_has_no_scripts_and_loads_nothing_from_other_servers() {
    let origin = start(Weather::default());
    let text = String::from_utf8(get(origin.base_url(), "/").body).unwrap();
    for foreign in ["<script", "javascript:", " style=", " onload", " onerror", "data:", "url("] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    // Links are followed only by a click. Everything that loads is below the root.
    for attribute in ["src=\"", "<link rel=\"stylesheet\" href=\"", "<link rel=\"icon\" href=\""] {
        assert!(text.split(attribute).skip(1).all(|rest| rest.starts_with('/')), "{attribute}");
    }
    for file in ["/page.css", "/icon.svg"] {
        assert!(text.contains(file));
        assert_eq!(get(origin.base_url(), file).status, 200, "{file}");
    }
    assert_eq!(origin.stop(), RequestCounts { pages: 3, ..RequestCounts::default() });
}
