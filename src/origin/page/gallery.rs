//! The HTML of the gallery: every flag that is served, and the weather. It has no scripts and loads
//! nothing from other servers.

use maud::{DOCTYPE, Markup, html};

use crate::country::CountryCode;
use crate::origin::weather::Weather;

/// The page for the flags of `codes`, with the credit if the flags are the built-in ones.
pub(super) fn page(codes: &[CountryCode], weather: &Weather, built_in: bool) -> Markup {
    let count = match codes.len() {
        0 => "No flags are served here yet".into(),
        1 => "One flag is served here".into(),
        many => format!("{many} flags are served here"),
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Flags: " (count) }
                link rel="stylesheet" href="/page.css";
                link rel="icon" href="/icon.svg";
            }
            body {
                header {
                    h1 { "Flags" }
                    p { (count) "." }
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

/// One flag with its code and, if the code is assigned, the country's name.
fn item(code: CountryCode) -> Markup {
    let path = format!("/flags/{0}/{0}.gif", code.lower());
    let name = code.name();
    let alt = name.map_or(format!("Flag {code}"), |name| format!("Flag of {name}"));
    html! {
        li {
            a href=(path) {
                img src=(path) alt=(alt) width="320" height="231" loading="lazy";
                span.code { (code) }
                @if let Some(name) = name { span.name { (name) } }
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

    fn code(letters: &str) -> CountryCode {
        letters.parse().unwrap()
    }

    #[test]
    fn a_country_name_stands_beside_the_code_and_in_the_alternative_text() {
        let item = item(code("BR")).into_string();
        assert!(item.contains(r#"alt="Flag of Brazil""#), "{item}");
        assert!(item.contains(r#"BR</span><span class="name">Brazil</span>"#), "{item}");
    }

    #[test]
    fn an_unassigned_code_has_no_name() {
        let item = item(code("ZZ")).into_string();
        assert!(item.contains(r#"alt="Flag ZZ""#) && !item.contains("name"), "{item}");
    }

    #[test]
    fn only_the_built_in_flags_are_credited() {
        for built_in in [true, false] {
            let page = page(&[code("BR")], &Weather::default(), built_in).into_string();
            assert_eq!(page.contains("CC-BY 4.0"), built_in);
        }
    }
}
