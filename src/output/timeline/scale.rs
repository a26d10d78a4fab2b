//! Linear scales from 0 with ticks at round numbers, and the time axis made from one.

use std::time::Duration;

/// A linear scale from 0 to a maximum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    max: f64,
    step: f64,
}

impl Scale {
    /// A scale from 0 to `max` with at most `max_ticks` ticks above 0. They are 1, 2 or 5 times a
    /// power of 10 apart.
    pub fn new(max: f64, max_ticks: usize) -> Scale {
        let min_step = max / max_ticks.max(1) as f64;
        if !(min_step.is_finite() && min_step > 0.0) {
            return Scale { max: 0.0, step: 1.0 };
        }
        let power = 10f64.powf(min_step.log10().floor());
        // The tolerance keeps a step of 0.1 from becoming 0.2 by a rounding error.
        let fits = |factor: &f64| factor * power >= min_step * (1.0 - 1e-9);
        let factor = [1.0, 2.0, 5.0].into_iter().find(fits).unwrap_or(10.0);
        Scale { max, step: factor * power }
    }

    /// Where `value` lies between 0 and the maximum: 0 to 1. Values outside are clamped.
    pub fn share(&self, value: f64) -> f64 {
        if self.max > 0.0 { (value / self.max).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The multiples of the step from 0 to the maximum.
    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let last = (self.max / self.step + 1e-9).floor() as usize;
        (0..=last).map(|n| n as f64 * self.step)
    }

    /// `value` times `factor`, with as many decimals as the ticks times `factor` need.
    pub fn format(&self, value: f64, factor: f64) -> String {
        let decimals = (-(self.step * factor).log10() - 1e-9).ceil().max(0.0) as usize;
        format!("{:.decimals$}", value * factor)
    }
}

/// A time axis that begins with the run. Its unit is s, ms or µs.
#[derive(Debug, Clone, Copy)]
pub struct TimeAxis {
    scale: Scale,
    unit: &'static str,
    per_second: f64,
}

/// A place on an axis that has a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// 0 at the start of the axis, 1 at its end.
    pub share: f64,
    /// `0`, `50 ms`, `1.5 s`.
    pub label: String,
}

impl TimeAxis {
    /// An axis that ends at `end` and has at most `max_ticks` ticks besides that of 0.
    pub fn new(end: Duration, max_ticks: usize) -> TimeAxis {
        let (unit, per_second) = match end.as_secs_f64() {
            ..0.001 => ("µs", 1e6),
            ..1.0 => ("ms", 1e3),
            _ => ("s", 1.0),
        };
        TimeAxis { scale: Scale::new(end.as_secs_f64(), max_ticks), unit, per_second }
    }

    /// Where `time` lies on the axis: 0 to 1. A time after its end is clamped.
    pub fn share(&self, time: Duration) -> f64 {
        self.scale.share(time.as_secs_f64())
    }

    /// The ticks from left to right, the one of 0 first.
    pub fn ticks(&self) -> impl Iterator<Item = Tick> {
        self.scale.ticks().map(|seconds| {
            let label = match seconds {
                0.0 => "0".into(),
                _ => format!("{} {}", self.scale.format(seconds, self.per_second), self.unit),
            };
            Tick { share: self.scale.share(seconds), label }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(end: Duration, most: usize) -> Vec<String> {
        TimeAxis::new(end, most).ticks().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_have_a_unit() {
        let millis = Duration::from_millis;
        assert_eq!(labels(millis(150), 3), ["0", "50 ms", "100 ms", "150 ms"]);
        assert_eq!(labels(millis(1970), 4), ["0", "0.5 s", "1.0 s", "1.5 s"]);
        assert_eq!(labels(millis(19_021), 4), ["0", "5 s", "10 s", "15 s"]);
        assert_eq!(labels(Duration::from_micros(900), 2), ["0", "500 µs"]);
        assert_eq!(labels(Duration::from_micros(1200), 3), ["0", "0.5 ms", "1.0 ms"]);
    }

    #[test]
    fn an_axis_without_length_has_one_tick() {
        assert_eq!(labels(Duration::ZERO, 5), ["0"]);
        assert_eq!(TimeAxis::new(Duration::ZERO, 5).share(Duration::from_secs(1)), 0.0);
    }

    proptest! {
        #[test]
        fn ticks_are_few_and_within_the_axis(micros in 0u64..10_000_000_000, most in 1usize..20) {
            let axis = TimeAxis::new(Duration::from_micros(micros), most);
            let ticks: Vec<_> = axis.ticks().collect();
            prop_assert!((1..=most + 1).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.share)));
            prop_assert!(ticks.is_sorted_by(|a, b| a.share < b.share && a.label != b.label));
        }
    }
}
