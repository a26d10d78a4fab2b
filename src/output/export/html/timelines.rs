//! The timelines of all modes, one below the other on one time axis.

use maud::{Markup, html};

use super::titled_section;
use crate::compare::Results;
use crate::output::export::svg::timeline_runs;
use crate::output::timeline::chart_svg::{Px, axis_labels, legend, plot, swatch};
use crate::output::timeline::{alt_text, common_axis, compact_pitch};

pub(super) fn section(results: &Results) -> Markup {
    let runs = timeline_runs(results);
    let axis = common_axis(&runs, 5);
    titled_section(
        "timelines",
        "Timelines",
        html! {
            p {
                "Each row is a flag, from left to right in time. For each mode, the run that took "
                "its median time is shown."
            }
            ul.legend {
                @for name in legend(&runs) {
                    li { svg width="14" height="10" aria-hidden="true" { (swatch(name)) } (name) }
                }
            }
            @for run in &runs {
                @let pitch = compact_pitch(run.spans.len());
                @let height = Px(pitch * run.spans.len() as f64);
                figure {
                    figcaption { strong { (run.name) } " " (run.about) }
                    svg.plot role="img" width="100%" height=(height)
                        aria-label=(alt_text::summarize(run)) { (plot(run, &axis, pitch)) }
                }
            }
            svg.axis width="100%" height="20" aria-hidden="true" {
                (axis_labels(axis.ticks(), 14.0))
            }
        },
    )
}
