//! Speedup over the number of jobs: all modes in one plot, with the ideal.

use std::num::NonZeroUsize;

use maud::{Markup, html};

use super::plot::{Plot, titled_section};
use super::speedup::entry;
use crate::compare::{Results, Speedup};
use crate::downloader::Mode;
use crate::numbers::{counted, three_digits};
use crate::output::timeline::Scale;

/// The height of the plot without the labels below it, in pixels.
const HEIGHT: f64 = 220.0;
/// Space above the highest point and right of the last one.
const ROOM: f64 = 1.08;
/// The distance of points of different modes with the same number of jobs, in pixels.
const DODGE: f64 = 7.0;

/// A mode with its points, from few jobs to many.
struct Series {
    mode: Mode,
    points: Vec<(NonZeroUsize, Speedup)>,
    enough: Option<NonZeroUsize>,
}

/// Nothing if no mode has several numbers of jobs.
pub(super) fn section(results: &Results) -> Markup {
    let series: Vec<_> = results
        .enough_jobs()
        .iter()
        .map(|of| Series { mode: of.mode, points: points(results, of.mode), enough: of.jobs })
        .collect();
    if series.is_empty() {
        return Markup::default();
    }
    let points = || series.iter().flat_map(|series| &series.points);
    let most_jobs = points().map(|(jobs, _)| jobs.get()).max().unwrap_or(1);
    let ideals = ideals(results, most_jobs);
    let highest = points().map(|(_, speedup)| speedup.interval.high);
    let highest = highest.chain(ideals.iter().map(|(_, ideal)| *ideal)).fold(1.0, f64::max);
    let plot = Plot {
        x: Scale::new(most_jobs as f64 * ROOM, 8, ""),
        y: Scale::new(highest * ROOM, 4, "×"),
        height: HEIGHT,
    };
    let middle = (series.len() - 1) as f64 / 2.0;
    let words = series.iter().map(words).collect::<Vec<_>>().join("; ");
    titled_section(
        "jobs",
        "Speedup over jobs",
        html! {
            ul.legend {
                @for (n, series) in series.iter().enumerate() {
                    (entry(&series.mode.to_string(), html! {
                        line class=(style(n)) x1="0" x2="24" y1="7" y2="7" {}
                        circle class=(style(n)) cx="12" cy="7" r="4" {}
                    }))
                }
                @if series.iter().any(|series| series.enough.is_some()) {
                    (entry("enough jobs", html! { circle.enough cx="12" cy="7" r="6" {} }))
                }
                @if !ideals.is_empty() {
                    (entry("ideal", html! { line.ideal x1="0" x2="24" y1="7" y2="7" {} }))
                }
            }
            (plot.draw(&words, html! {
                (plot.levels())
                text x="30" y="13" { "times as fast as " (results.setup.reference) }
                text x="100%" y=(HEIGHT - 5.0) text-anchor="end" { "jobs" }
                @for pair in ideals.windows(2) { (plot.segment("ideal", pair[0], pair[1])) }
                (knee(results, &plot, most_jobs))
                @for (n, series) in series.iter().enumerate() {
                    @let shift = (n as f64 - middle) * DODGE;
                    g transform=(format!("translate({shift} 0)")) { (line(&plot, series, n)) }
                }
            }))
        },
    )
}

/// The points of a mode, from few jobs to many.
fn points(results: &Results, mode: Mode) -> Vec<(NonZeroUsize, Speedup)> {
    let of_mode = results.contenders.iter().filter(|of| of.contender.mode == mode);
    let points = of_mode.filter_map(|result| Some((result.contender.jobs, result.speedup?)));
    let mut points: Vec<_> = points.collect();
    points.sort_by_key(|(jobs, _)| *jobs);
    points
}

/// The ideal speedup for every number of jobs; nothing if the delays are not known. It does not
/// rise beyond a job for each flag.
fn ideals(results: &Results, most_jobs: usize) -> Vec<(f64, f64)> {
    let numbers = (1..=most_jobs.min(results.setup.codes.len())).chain([most_jobs]);
    let numbers = numbers.filter_map(NonZeroUsize::new);
    numbers.filter_map(|jobs| Some((jobs.get() as f64, results.ideal_speedup(jobs)?))).collect()
}

/// A line at the number of jobs from which more can't help.
fn knee(results: &Results, plot: &Plot, most_jobs: usize) -> Markup {
    let knee = results.ideal_knee().map(NonZeroUsize::get).filter(|jobs| *jobs <= most_jobs);
    let Some(jobs) = knee else { return Markup::default() };
    let x = plot.x(jobs as f64);
    let (anchor, dx) = if plot.x.share(jobs as f64) < 0.5 { ("start", 6) } else { ("end", -6) };
    html! {
        line.knee x1=(x) x2=(x) y1="0" y2=(HEIGHT) {}
        text x=(x) y=(HEIGHT - 24.0) dx=(dx) text-anchor=(anchor) {
            "from " (counted(jobs, "job", "jobs")) " on the slowest flag decides"
        }
    }
}

fn line(plot: &Plot, series: &Series, n: usize) -> Markup {
    let at = |(jobs, speedup): &(NonZeroUsize, Speedup)| (jobs.get() as f64, speedup.estimate);
    html! {
        @for pair in series.points.windows(2) {
            (plot.segment(style(n), at(&pair[0]), at(&pair[1])))
        }
        @for point in &series.points {
            @let (jobs, estimate) = at(point);
            @let interval = point.1.interval;
            (plot.segment(style(n), (jobs, interval.low), (jobs, interval.high)))
            circle class=(style(n)) cx=(plot.x(jobs)) cy=(plot.y(estimate)) r="4" {}
            @if series.enough == Some(point.0) {
                circle.enough cx=(plot.x(jobs)) cy=(plot.y(estimate)) r="8" {}
            }
        }
    }
}

/// The class of the lines and points of the `n`th mode.
fn style(n: usize) -> &'static str {
    ["first", "second", "third"].get(n).copied().unwrap_or("other")
}

/// `threads: 4.37 times as fast with 5 jobs, 13.3 times with 20 jobs`.
fn words(series: &Series) -> String {
    let point = |(jobs, speedup): &(NonZeroUsize, Speedup)| {
        let times = three_digits(speedup.estimate);
        format!("{times} times with {}", counted(jobs.get(), "job", "jobs"))
    };
    let points: Vec<_> = series.points.iter().map(point).collect();
    format!("{}: {}", series.mode, points.join(", "))
}
