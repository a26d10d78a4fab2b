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
use crate::compare::{Results, Verdict};
use crate::output::stderr::escaped;
use crate::output::timeline::chart_svg;

const CSS: &str = include_str!("report.css");

/// A page for a browser.
pub struct Html;

impl Exporter for Html {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        let title = escaped(&results.title());
        let page = html! {
            (DOCTYPE)
            html lang="en" xmlns="http://www.w3.org/1999/xhtml" {
                head {
                    (PreEscaped(r#"<meta charset="utf-8"/>"#))
                    (PreEscaped(r#"<meta name="viewport" content="width=device-width, initial-scale=1"/>"#))
                    title { "Flags: " (title) }
                    style { (PreEscaped(chart_svg::CSS)) (PreEscaped(CSS)) }
                }
                body {
                    header {
                        h1 { (title) }
                        (findings(results))
                    }
                    main {
                        (conditions::section(results))
                        @if results.modes.is_empty() {
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
fn findings(results: &Results) -> Markup {
    html! {
        ul.findings {
            @for sentence in results.sentences() { li { (sentence) } }
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

/// A section of the page with a heading that it is named by.
fn titled_section(id: &str, heading: &str, content: Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (heading) }
            (content)
        }
    }
}
