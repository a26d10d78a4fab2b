//! The parts of the page: a section, and a plot as wide as the page, whose x is in percent of its
//! width and whose y is in pixels.

use maud::{Markup, html};

use crate::output::timeline::svg::axis_labels;
use crate::output::timeline::{Scale, css_percent, px};

/// The height of the labels below a plot, in pixels.
const LABELS: f64 = 20.0;

/// The scales and the height of a plot.
pub(super) struct Plot {
    pub(super) x: Scale,
    /// From the bottom up.
    pub(super) y: Scale,
    /// Without the labels, in pixels.
    pub(super) height: f64,
}

impl Plot {
    pub(super) fn x(&self, value: f64) -> String {
        css_percent(self.x.share(value))
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        px(self.height * (1.0 - self.y.share(value)))
    }

    /// The picture: `marks` over a grid with the labels of the horizontal axis. `words` are its
    /// text alternative.
    pub(super) fn draw(&self, words: &str, marks: Markup) -> Markup {
        html! {
            svg.chart role="img" aria-label=(words) width="100%" height=(self.height + LABELS) {
                @for tick in self.x.ticks().map(|tick| css_percent(tick.share)) {
                    line.grid x1=(tick) x2=(tick) y1="0" y2=(self.height) {}
                }
                (axis_labels(&self.x, self.height + 15.0))
                (marks)
            }
        }
    }

    /// Horizontal grid lines with the labels of the vertical axis.
    pub(super) fn levels(&self) -> Markup {
        html! {
            @for tick in self.y.ticks() {
                @let y = self.height * (1.0 - tick.share);
                line.grid x1="0" x2="100%" y1=(px(y)) y2=(px(y)) {}
                @if tick.share > 0.0 { text x="2" y=(px(y)) dy="13" { (tick.label) } }
            }
        }
    }

    /// A line from one point to another.
    pub(super) fn segment(&self, class: &str, from: (f64, f64), to: (f64, f64)) -> Markup {
        html! {
            line class=(class) x1=(self.x(from.0)) x2=(self.x(to.0)) y1=(self.y(from.1))
                y2=(self.y(to.1)) {}
        }
    }
}

/// A section of the page, labelled by its heading.
pub(super) fn titled_section(id: &str, heading: &str, content: Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (heading) }
            (content)
        }
    }
}
