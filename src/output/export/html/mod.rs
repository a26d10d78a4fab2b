//! HTML: one self-contained page with the result in words, pictures and a table.
//!
//! The page needs no network and no script. It is well-formed XML apart from its doctype.

mod jobs;
mod plot;
mod speedup;

use std::thread::available_parallelism;
use std::time::SystemTime;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::plot::titled_section;
use super::svg::Pictured;
use crate::compare::{Contender, Results, sentences};
use crate::country::CountryCode;
use crate::output::columns::{ColumnKind, columns, joined};
use crate::output::terminal::escape::escape_controls;
use crate::output::timeline::px;
use crate::output::timeline::svg;
use crate::output::verdicts;

const CSS: &str = include_str!("report.css");

/// These elements are closed as XML requires, unlike those that `html!` writes.
const META: &str = r#"<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>"#;

/// A page for a browser.
pub fn export(results: &Results) -> String {
    let pictured = Pictured::of(results);
    let result = pictured.as_ref().map_or(results.title(), |pictured| pictured.title.clone());
    let title = match verdicts::summary(results) {
        Some(checks) => format!("{checks}. {result}"),
        None => result,
    };
    let title = escape_controls(&title);
    let page = html! {
        (DOCTYPE)
        html lang="en" xmlns="http://www.w3.org/1999/xhtml" {
            head {
                (PreEscaped(META))
                title { (title) }
                style { (PreEscaped(svg::CSS)) (PreEscaped(CSS)) }
            }
            body {
                header {
                    h1 { (title) }
                    (checks(results))
                }
                main {
                    @if let Some(pictured) = &pictured { (picture(pictured)) }
                    @if results.contenders.is_empty() {
                        p { "Nothing has been measured yet." }
                    } @else {
                        (speedup::section(results))
                        (jobs::section(results))
                        (table(results))
                    }
                    (conditions(results))
                }
            }
        }
    };
    page.into_string() + "\n"
}

/// The verdict of each `--min-speedup`.
fn checks(results: &Results) -> Markup {
    html! {
        @if !results.checks.is_empty() {
            ul.checks {
                @for check in verdicts::checks(results) {
                    li class=(check.verdict()) { (verdicts::mark(check.verdict())) " " (check) }
                }
            }
        }
    }
}

/// All runs of one round.
fn picture(pictured: &Pictured) -> Markup {
    let picture = svg::picture(&pictured.runs);
    html! {
        figure {
            svg.chart role="img" aria-label=(picture.words) width="100%"
                height=(px(picture.height)) { (picture.content) }
            figcaption {
                (escape_controls(&pictured.caption)) " A row is a job, a block is a flag, as wide "
                "as the time it took."
            }
        }
    }
}

/// The table, and the sentences below it.
fn table(results: &Results) -> Markup {
    let columns = columns(results);
    titled_section(
        "table",
        "All modes",
        html! {
            div.scroll tabindex="0" role="region" aria-label="Table, scrolls sideways" {
                table {
                    thead {
                        tr {
                            @for column in &columns {
                                @match joined(&column.header).as_str() {
                                    "" => td {},
                                    header => th scope="col" { (header) },
                                }
                            }
                        }
                    }
                    tbody {
                        @for (row, result) in results.contenders.iter().enumerate() {
                            tr.fastest[result.fastest] {
                                @for column in &columns {
                                    @let cell = joined(&column.cells[row]);
                                    @match column.kind {
                                        ColumnKind::Name => th scope="row" { (cell) },
                                        _ => td { (cell) },
                                    }
                                }
                            }
                        }
                    }
                }
            }
            p.hint aria-hidden="true" { "The table scrolls sideways." }
            ul { @for sentence in sentences(results) { li { (sentence) } } }
        },
    )
}

/// What was compared, and on what machine.
fn conditions(results: &Results) -> Markup {
    let setup = results.setup;
    let codes: Vec<_> = setup.codes.iter().map(CountryCode::to_string).collect();
    let modes: Vec<_> = setup.contenders.iter().map(Contender::to_string).collect();
    let weather = match &setup.weather {
        Some(weather) => weather.sentences().join(" "),
        None => "Not injected: depends on the server and the network.".into(),
    };
    let facts = [
        ("Server", escape_controls(&setup.server)),
        ("Weather", weather),
        ("Modes", modes.join(", ")),
        ("Rounds", format!("{} measured, after {} to warm up", results.whole_rounds, setup.warmup)),
        ("Program", concat!("flags ", env!("CARGO_PKG_VERSION")).into()),
        ("System", format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH)),
        ("Cores", available_parallelism().map_or("unknown".into(), |cores| cores.to_string())),
        ("Date", httpdate::fmt_http_date(SystemTime::now())),
        ("Flags", codes.join(" ")),
    ];
    titled_section(
        "conditions",
        "Conditions",
        html! {
            dl.facts {
                @for (name, fact) in facts { div { dt { (name) } dd { (fact) } } }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node, ParsingOptions};

    use super::*;
    use crate::compare::fixtures::{contenders, measured, min_speedup, setup, times};
    use crate::compare::{Measured, Round, Setup};
    use crate::downloader::Mode;

    fn page(setup: &Setup) -> String {
        export(&Results::new(setup, &measured(setup, times)))
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
    fn the_page_begins_with_the_result_and_ends_with_the_conditions() {
        let setup = Setup { min_speedups: vec![min_speedup("threads", 5.0)], ..setup() };
        let page = page(&setup);
        let document = parse(&page);
        assert!(
            page.contains("<li class=\"inconclusive\">") && CSS.contains(".checks .inconclusive")
        );
        assert_eq!(headings(&document), ["Times as fast as seq", "All modes", "Conditions"]);
        let h1 = document.descendants().find(|node| node.tag_name().name() == "h1").unwrap();
        let title = "1 check inconclusive. 2 flags: 3.00 s one after another, 0.20 s with 2 \
                     jobs: 15 times as fast";
        assert_eq!(h1.text(), Some(title));
        let text = text(&document);
        for expected in [
            "❔ --min-speedup threads=5: inconclusive: ",
            "seq: one after another",
            "0.20 s, 15 times as fast",
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
        assert_eq!(rows, ["seq", "threads", "rayon", "async"]);
    }

    #[test]
    fn each_picture_has_its_text_alternative_and_no_two_landmarks_share_a_name() {
        let page = page(&setup());
        let document = parse(&page);
        let outer = |node: &Node| {
            let is_svg = |node: &Node| node.tag_name().name() == "svg";
            is_svg(node) && !node.ancestors().skip(1).any(|above| is_svg(&above))
        };
        for picture in document.descendants().filter(outer) {
            let (label, hidden) =
                (picture.attribute("aria-label"), picture.attribute("aria-hidden"));
            assert!(label.is_some() != hidden.is_some(), "{label:?} {hidden:?}");
        }
        assert!(page.contains("threads: 2 at a time, 0.20 s, 15 times as fast. Row 1: BR, CN."));
        let labels = document.descendants().filter(|node| node.tag_name().name() != "svg");
        let names: Vec<_> =
            labels.filter_map(|node| node.attribute("aria-label")).map(String::from).collect();
        let different: std::collections::HashSet<_> =
            names.iter().cloned().chain(headings(&document)).collect();
        assert_eq!(different.len(), names.len() + headings(&document).len());
    }

    #[test]
    fn several_numbers_of_jobs_have_one_plot_with_all_modes_and_the_ideal() {
        let contenders = contenders(&[Mode::Seq, Mode::Threads, Mode::Async], &[1, 2, 5]);
        let setup = Setup { reference: contenders[0], contenders, ..setup() };
        let page = page(&setup);
        let document = parse(&page);
        assert!(headings(&document).contains(&"Speedup over jobs".to_owned()));
        let labels = document.descendants().filter_map(|node| node.attribute("aria-label"));
        let plots: Vec<_> = labels.filter(|label| label.contains(" times with ")).collect();
        let words = "14.6 times with 1 job, 14.6 times with 2 jobs, 14.6 times with 5 jobs";
        assert_eq!(plots, [format!("threads: {words}; async: {words}")]);
        assert!(text(&document).contains("from 2 jobs on the slowest flag decides"), "{page}");
    }

    #[test]
    fn the_knee_is_drawn_only_within_the_numbers_of_jobs_that_were_compared() {
        let contenders = contenders(&[Mode::Seq, Mode::Threads], &[1, 2, 3]);
        let codes = crate::country::POP20.to_vec();
        let setup = Setup { reference: contenders[0], contenders, codes, ..setup() };
        assert!(!page(&setup).contains("the slowest flag decides"));
    }

    #[test]
    fn a_reference_with_one_job_is_drawn_in_place_of_other_modes_with_one() {
        let contenders = contenders(&[Mode::Seq, Mode::Threads], &[1, 2]);
        let setup = Setup { reference: contenders[1], contenders, ..setup() };
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let pictured = Pictured::of(&results).unwrap();
        let names: Vec<_> = pictured.runs.iter().map(|run| &*run.name).collect();
        assert_eq!(names, ["threads: one after another", "threads: 2 at a time"]);
        assert_eq!(pictured.title, "2 flags: 0.20 s with threads@1");
    }

    #[test]
    fn one_job_at_a_time_is_drawn_once() {
        let contenders = contenders(&[Mode::Seq, Mode::Threads], &[1, 2]);
        let setup = Setup { reference: contenders[0], contenders, ..setup() };
        let page = page(&setup);
        assert_eq!(page.matches(": one after another</text>").count(), 1, "{page}");
    }

    #[test]
    fn the_times_shown_divide_to_the_speedup_shown() {
        let setup = setup();
        let measured = measured(&setup, |round, contender| match (round, contender.mode) {
            (Round::Measured(n), Mode::Seq) => Some(2000 + 47 * n as u64),
            (Round::Measured(n), _) => Some(140 + 3 * n as u64),
            _ => Some(100),
        });
        let results = Results::new(&setup, &measured);
        let runs = Pictured::of(&results).unwrap().runs;
        let seconds = |text: &str| text.split(' ').next().unwrap().parse::<f64>().unwrap();
        let reference = seconds(&runs[0].result);
        for run in &runs[1..] {
            let (time, speedup) = run.result.split_once(", ").unwrap();
            let quotient = format!("{:.0}", reference / seconds(time));
            assert_eq!(speedup, format!("{quotient} times as fast"), "{}", run.result);
        }
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
    fn the_conditions_count_whole_rounds_only() {
        let setup = setup();
        let measured = measured(&setup, |round, contender| match round {
            Round::Measured(2) if contender.mode == Mode::Async => None,
            Round::Measured(n) if n > 2 => None,
            _ => times(round, contender),
        });
        let page = export(&Results::new(&setup, &measured));
        assert!(page.contains("1 measured, after"), "{page}");
    }

    #[test]
    fn before_the_first_round_the_page_says_so() {
        let setup = setup();
        let page = export(&Results::new(&setup, &Measured::default()));
        let document = parse(&page);
        assert_eq!(headings(&document), ["Conditions"]);
        assert!(text(&document).contains("Nothing has been measured yet."));
    }
}
