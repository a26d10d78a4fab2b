//! The results as a table.

use maud::{Markup, html};

use super::titled_section;
use crate::compare::{ContenderResult, Results};
use crate::numbers::{percent, rounded};

/// The headers of the columns that are always the same.
const HEADERS: [&str; 6] = ["Mode", "Jobs", "Median [s]", "Mean [s]", "Min [s]", "Max [s]"];

pub(super) fn section(results: &Results) -> Markup {
    let reference = results.setup.reference;
    titled_section(
        "table",
        "Table",
        html! {
            div.scroll tabindex="0" role="region" aria-labelledby="table" {
                table {
                    thead {
                        tr {
                            @for header in HEADERS { th scope="col" { (header) } }
                            th scope="col" { "Times as fast as " (reference) }
                            th scope="col" { "Efficiency" }
                            th scope="col" { "Of ideal" }
                        }
                    }
                    tbody { @for result in &results.contenders { (row(result)) } }
                }
            }
        },
    )
}

fn row(result: &ContenderResult) -> Markup {
    let stats = &result.elapsed;
    let seconds = |time: f64| format!("{time:.3}");
    let mean = match stats.stddev {
        Some(stddev) => format!("{} ± {}", seconds(stats.mean), seconds(stddev)),
        None => seconds(stats.mean),
    };
    let speedup = result.speedup.map_or("–".into(), |speedup| {
        format!("{} {}", rounded(speedup.estimate), speedup.interval_in_words())
    });
    html! {
        tr.fastest[result.fastest] {
            th scope="row" { (result.contender) @if result.fastest { " (fastest)" } }
            td { (result.contender.jobs()) }
            td { (seconds(stats.median)) }
            td { (mean) }
            td { (seconds(stats.min)) }
            td { (seconds(stats.max)) }
            td { (speedup) }
            td { (percent(result.efficiency)) }
            td { (result.ideal.map_or("–".into(), |ideal| percent(ideal.share))) }
        }
    }
}
