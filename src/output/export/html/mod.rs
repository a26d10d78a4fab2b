//! HTML: one self-contained page with the results in words, pictures and tables.
//!
//! The page needs no network and no script. It is well-formed XML apart from its doctype.

mod conditions;
mod jobs_chart;
mod results_table;
mod rounds_chart;
mod speedup_chart;
mod timelines;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Exporter;
use crate::compare::{Results, Verdict, sentences};
use crate::output::terminal::escape::escape_controls;
use crate::output::timeline::chart_svg;

const CSS: &str = include_str!("report.css");

/// These elements are closed as XML requires, unlike those that `html!` writes.
const META: &str = r#"<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>"#;

/// A page for a browser.
pub struct Html;

impl Exporter for Html {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        let title = escape_controls(&results.title());
        let page = html! {
            (DOCTYPE)
            html lang="en" xmlns="http://www.w3.org/1999/xhtml" {
                head {
                    (PreEscaped(META))
                    title { "Flags: " (title) }
                    style { (PreEscaped(chart_svg::CSS)) (PreEscaped(CSS)) }
                }
                body {
                    header {
                        h1 { (title) }
                        (conclusions(results))
                    }
                    main {
                        (conditions::section(results))
                        @if results.contenders.is_empty() {
                            p { "Nothing has been measured yet." }
                        } @else {
                            (timelines::section(results))
                            (speedup_chart::section(results))
                            (jobs_chart::section(results))
                            (rounds_chart::section(results))
                            (results_table::section(results))
                        }
                    }
                }
            }
        };
        Ok(page.into_string() + "\n")
    }
}

/// What the results mean, and the verdict of each `--min-speedup`.
fn conclusions(results: &Results) -> Markup {
    html! {
        ul.conclusions {
            @for sentence in sentences(results) { li { (sentence) } }
            @for check in &results.checks {
                @let class = match check.verdict() {
                    Verdict::Passed => "passed",
                    Verdict::Inconclusive => "inconclusive",
                    Verdict::Failed => "missed",
                };
                li class=(class) { (check) }
            }
        }
    }
}

/// A section of the page, labelled by its heading.
fn titled_section(id: &str, heading: &str, content: Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (heading) }
            (content)
        }
    }
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node, ParsingOptions};

    use super::*;
    use crate::compare::fixtures::{contenders, measured, min_speedup, setup, times};
    use crate::compare::{Measured, Round, Setup};
    use crate::downloader::Mode;

    fn page(setup: &Setup) -> String {
        Html.export(&Results::new(setup, &measured(setup, times))).unwrap()
    }

    /// Parses a page and checks that it refers to nothing outside itself.
    fn parse(page: &str) -> Document<'_> {
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document = Document::parse_with_options(page, options).unwrap();
        let elements = document.descendants().filter(Node::is_element);
        for element in elements {
            let name = element.tag_name().name();
            assert!(!["script", "link", "img", "iframe", "object"].contains(&name), "{name}");
            let loads = |name: &str| ["src", "href"].contains(&name) || name.starts_with("on");
            assert!(element.attributes().all(|attribute| !loads(attribute.name())), "{name}");
        }
        assert!(!page.contains("url(") && !page.contains("@import"));
        document
    }

    fn headings(document: &Document) -> Vec<String> {
        let headings = document.descendants().filter(|node| node.tag_name().name() == "h2");
        headings.map(|node| node.text().unwrap().to_owned()).collect()
    }

    fn text(document: &Document) -> String {
        document.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
    }

    #[test]
    fn the_page_has_the_results_in_words_pictures_and_a_table() {
        let setup = Setup { min_speedups: vec![min_speedup("threads", 5.0)], ..setup() };
        let page = page(&setup);
        let document = parse(&page);
        assert_eq!(
            headings(&document),
            ["What was compared", "Timelines", "Speedup", "Every round", "Table"]
        );
        let text = text(&document);
        for expected in [
            "2 flags from delay, 3 rounds",
            "threads, rayon and async are equally fast (within 5 %)",
            "--min-speedup threads=5: inconclusive: ",
            "Responses begin after 100 ms. The seed is 0.",
            "BR CN",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        let rows = document.descendants().filter(|node| {
            node.has_tag_name(("http://www.w3.org/1999/xhtml", "th"))
                && node.attribute("scope") == Some("row")
        });
        let rows: Vec<_> = rows.map(|row| row.text().unwrap()).collect();
        let marked = ["threads (fastest)", "rayon (fastest)", "async (fastest)"];
        assert_eq!(rows[..4], ["1", "2", "3", "seq"]);
        assert_eq!(rows[4..], marked);
    }

    #[test]
    fn each_picture_has_its_text_alternative() {
        let page = page(&setup());
        let document = parse(&page);
        let pictures = document.descendants().filter(|node| node.tag_name().name() == "svg");
        for picture in pictures {
            let (label, hidden) =
                (picture.attribute("aria-label"), picture.attribute("aria-hidden"));
            assert!(label.is_some() != hidden.is_some(), "{label:?} {hidden:?}");
        }
        assert!(page.contains("seq, 1 job, 3.00 s: 2 flags, at most 1 at a time."), "{page}");
    }

    #[test]
    fn several_numbers_of_jobs_have_a_chart_per_mode() {
        let contenders = contenders(&[Mode::Seq, Mode::Threads, Mode::Async], &[1, 2, 5]);
        let setup = Setup { reference: contenders[0], contenders, ..setup() };
        let page = page(&setup);
        let document = parse(&page);
        assert!(headings(&document).contains(&"Speedup over jobs".to_owned()));
        let labels = document.descendants().filter_map(|node| node.attribute("aria-label"));
        let charts: Vec<_> = labels.filter(|label| label.contains(" times with ")).collect();
        assert_eq!(
            charts,
            [
                "threads: 14.6 times with 1 job, 14.6 times with 2 jobs, 14.6 times with 5 jobs",
                "async: 14.6 times with 1 job, 14.6 times with 2 jobs, 14.6 times with 5 jobs",
            ]
        );
    }

    #[test]
    fn the_name_of_a_server_stays_text() {
        for server in ["</title><script>alert(1)</script>", "\" onload=\"x", "&lt;'", "\u{1b}[2J"] {
            let page = page(&Setup { server: server.into(), ..setup() });
            let shown = server.replace('\u{1b}', "\\u{1b}");
            assert!(text(&parse(&page)).contains(&shown), "{server:?}");
        }
    }

    #[test]
    fn the_title_and_the_conditions_count_whole_rounds_only() {
        let setup = setup();
        let measured = measured(&setup, |round, contender| match round {
            Round::Measured(2) if contender.mode() == Mode::Async => None,
            Round::Measured(n) if n > 2 => None,
            _ => times(round, contender),
        });
        let page = Html.export(&Results::new(&setup, &measured)).unwrap();
        assert!(page.contains("1 of 3 rounds") && page.contains("1 measured, after"), "{page}");
    }

    #[test]
    fn before_the_first_round_the_page_says_so() {
        let setup = setup();
        let page = Html.export(&Results::new(&setup, &Measured::default())).unwrap();
        let document = parse(&page);
        assert_eq!(headings(&document), ["What was compared"]);
        assert!(text(&document).contains("Nothing has been measured yet."));
    }
}
