//! The HTML of the gallery: every flag that is served, and the weather. It has no scripts and loads
//! nothing from other servers.

use std::fmt::Write;

use crate::country::CountryCode;
use crate::origin::built_in::country_name;
use crate::origin::weather::Weather;

/// The attribution that the licence of the built-in flags asks for (CC-BY 4.0, section 3(a)).
const CREDIT: &str = r#"<footer>
<p>The flags are drawn from <a href="https://github.com/jdecked/twemoji">Twemoji</a>, copyright
2020 Twitter, Inc and other contributors, licensed under
<a href="https://creativecommons.org/licenses/by/4.0/">CC-BY 4.0</a>. They were cropped and
converted from SVG to GIF.</p>
</footer>
"#;

/// The page for the flags of `codes`, with the credit if the flags are the built-in ones.
pub(super) fn html(codes: &[CountryCode], weather: &Weather, built_in: bool) -> String {
    let count = match codes.len() {
        0 => "No flags are served here yet".into(),
        1 => "One flag is served here".into(),
        many => format!("{many} flags are served here"),
    };
    let mut sentences = String::new();
    for sentence in weather.sentences() {
        // Writing to a String never fails.
        let _ = writeln!(sentences, "<li>{}</li>", escape(&sentence));
    }
    let mut flags = String::new();
    for code in codes {
        let _ = flags.write_str(&item(*code));
    }
    let credit = if built_in { CREDIT } else { "" };
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Flags: {count}</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="/icon.svg">
</head>
<body>
<header>
<h1>Flags</h1>
<p>{count}.</p>
</header>
<main>
<section aria-labelledby="weather">
<h2 id="weather">The weather</h2>
<ul class="weather">
{sentences}</ul>
</section>
<section aria-labelledby="flags">
<h2 id="flags">The flags</h2>
<ul class="flags">
{flags}</ul>
</section>
</main>
{credit}</body>
</html>
"#
    )
}

/// One flag with its code and, if the code is assigned, the country's name.
fn item(code: CountryCode) -> String {
    let path = format!("/flags/{0}/{0}.gif", code.lower());
    let (alt, name) = match country_name(code).map(escape) {
        Some(name) => (format!("Flag of {name}"), format!("<span class=\"name\">{name}</span>")),
        None => (format!("Flag {code}"), String::new()),
    };
    format!(
        r#"<li><a href="{path}">
<img src="{path}" alt="{alt}" width="320" height="231" loading="lazy">
<span class="code">{code}</span>{name}</a></li>
"#
    )
}

/// Escapes text for HTML content and for attribute values in double quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(letters: &str) -> CountryCode {
        letters.parse().unwrap()
    }

    #[test]
    fn a_country_name_stands_beside_the_code_and_in_the_alternative_text() {
        let item = item(code("BR"));
        assert!(item.contains(r#"alt="Flag of Brazil""#), "{item}");
        assert!(item.contains(r#"BR</span><span class="name">Brazil</span>"#), "{item}");
    }

    #[test]
    fn country_names_are_escaped() {
        let item = item(code("AG"));
        assert_eq!(item.matches("Antigua &amp; Barbuda").count(), 2, "{item}");
        assert_eq!(escape(r#"<a href="x">&"#), "&lt;a href=&quot;x&quot;&gt;&amp;");
    }

    #[test]
    fn an_unassigned_code_has_no_name() {
        assert!(item(code("ZZ")).contains(r#"alt="Flag ZZ""#));
        assert!(!item(code("ZZ")).contains("name"));
    }

    #[test]
    fn only_the_built_in_flags_are_credited() {
        for built_in in [true, false] {
            let page = html(&[code("BR")], &Weather::default(), built_in);
            assert_eq!(page.contains("CC-BY 4.0"), built_in);
        }
    }
}
