//! Speedup over the number of jobs, with the ideal: a chart per mode.

use maud::{Markup, html};

use super::speedup_chart::ideal_speedup;
use super::titled_section;
use crate::compare::{ContenderResult, Results, Speedup};
use crate::downloader::Mode;
use crate::numbers::{counted, rounded};
use crate::output::timeline::Scale;
use crate::output::timeline::chart_svg::{Percent, Px};

/// The height of a chart without the labels below it, in pixels.
const HEIGHT: f64 = 160.0;
/// Space above the highest point and right of the last one.
const ROOM: f64 = 1.08;
/// Labels of the horizontal axis that are closer than this share of it are left out.
const LABEL_DISTANCE: f64 = 0.09;

/// A measured number of jobs.
struct Point<'a> {
    result: &'a ContenderResult<'a>,
    speedup: Speedup,
}

struct Scales {
    jobs: Scale,
    speedup: Scale,
}

/// Nothing if no mode has several numbers of jobs.
pub(super) fn section(results: &Results) -> Markup {
    let series: Vec<_> = modes(results)
        .into_iter()
        .map(|mode| (mode, points(results, mode)))
        .filter(|(_, points)| points.len() > 1)
        .collect();
    if series.is_empty() {
        return Markup::default();
    }
    let all = || series.iter().flat_map(|(_, points)| points);
    let jobs = all().map(|point| point.result.contender.jobs().get()).max().unwrap_or(1) as f64;
    let times = all()
        .map(|point| ideal_speedup(point.result).unwrap_or(0.0).max(point.speedup.interval.high));
    let times = times.fold(1.0, f64::max);
    let scales = Scales { jobs: Scale::new(jobs * ROOM, 5), speedup: Scale::new(times * ROOM, 4) };
    titled_section(
        "jobs",
        "Speedup over jobs",
        html! {
            p {
                "How many times as fast as " (results.setup.reference) " each mode is, depending "
                "on the number of jobs. "
                @if all().any(|point| point.result.ideal.is_some()) {
                    "The dashed line is the ideal. It levels off where a run takes as long as its "
                    "slowest flag: from there on, more jobs cannot help."
                }
            }
            div.charts {
                @for (mode, points) in &series { (chart(*mode, points, &scales)) }
            }
        },
    )
}

/// The modes, each once, in the order of the results.
fn modes(results: &Results) -> Vec<Mode> {
    let mut modes: Vec<_> =
        results.contenders.iter().map(|result| result.contender.mode()).collect();
    modes.dedup();
    modes
}

/// The points of a mode, from few jobs to many.
fn points<'a>(results: &'a Results, mode: Mode) -> Vec<Point<'a>> {
    let of_mode = results.contenders.iter().filter(|result| result.contender.mode() == mode);
    let mut points: Vec<_> =
        of_mode.filter_map(|result| Some(Point { result, speedup: result.speedup? })).collect();
    points.sort_by_key(|point| point.result.contender.jobs().get());
    points
}

fn chart(mode: Mode, points: &[Point], scales: &Scales) -> Markup {
    let words = points.iter().map(|Point { result, speedup }| {
        let jobs = result.contender.jobs().get();
        format!("{} times with {}", rounded(speedup.estimate), counted(jobs, "job", "jobs"))
    });
    let words = words.collect::<Vec<_>>().join(", ");
    let x = |point: &Point| Percent(scales.jobs.share(point.result.contender.jobs().get() as f64));
    let y = |times: f64| Px(HEIGHT * (1.0 - scales.speedup.share(times)));
    html! {
        figure {
            figcaption { strong { (mode) } }
            svg.chart role="img" aria-label=(format!("{mode}: {words}")) width="100%"
                height=(HEIGHT + 20.0) {
                @for tick in scales.speedup.ticks() {
                    line.grid x1="0" x2="100%" y1=(y(tick)) y2=(y(tick)) {}
                    @if tick > 0.0 {
                        text.tick x="2" y=(y(tick)) dy="13" {
                            (scales.speedup.format(tick, 1.0)) "×"
                        }
                    }
                }
                @for pair in points.windows(2) {
                    @if let (Some(from), Some(to)) =
                        (ideal_speedup(pair[0].result), ideal_speedup(pair[1].result)) {
                        line.ideal.dashed x1=(x(&pair[0])) x2=(x(&pair[1]))
                            y1=(y(from)) y2=(y(to)) {}
                    }
                    line.series x1=(x(&pair[0])) x2=(x(&pair[1]))
                        y1=(y(pair[0].speedup.estimate)) y2=(y(pair[1].speedup.estimate)) {}
                }
                @for point in points {
                    @let Speedup { estimate, interval, .. } = point.speedup;
                    line.interval x1=(x(point)) x2=(x(point)) y1=(y(interval.low))
                        y2=(y(interval.high)) {}
                    circle.point cx=(x(point)) cy=(y(estimate)) r="3.5" {}
                }
                @for point in labelled(points, &scales.jobs) {
                    text.tick x=(x(point)) y=(HEIGHT + 15.0) text-anchor="middle" {
                        (point.result.contender.jobs().get())
                    }
                }
            }
        }
    }
}

/// The points from the last one back that are far enough from each other for a label each.
fn labelled<'a>(points: &'a [Point<'a>], scale: &Scale) -> Vec<&'a Point<'a>> {
    let share = |point: &Point| scale.share(point.result.contender.jobs().get() as f64);
    let mut labelled: Vec<&Point> = Vec::new();
    for point in points.iter().rev() {
        if labelled.last().is_none_or(|last| share(last) - share(point) >= LABEL_DISTANCE) {
            labelled.push(point);
        }
    }
    labelled
}
