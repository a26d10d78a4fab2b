//! A linear scale from 0 with ticks at round numbers, and lengths as CSS writes them.

use std::time::Duration;

/// A linear scale from 0 to a maximum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    max: f64,
    step: f64,
    /// What a value is multiplied by for its label.
    factor: f64,
    /// What stands behind the number of a label.
    unit: &'static str,
}

/// A place on a scale that has a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// 0 at the start of the scale, 1 at its end.
    pub share: f64,
    /// `0`, `50 ms`, `1.5 s`.
    pub label: String,
}

impl Scale {
    /// A scale from 0 to `max` with at most `max_ticks` ticks above 0. They are 1, 2 or 5 times a
    /// power of 10 apart. Their labels end with `unit`.
    pub fn new(max: f64, max_ticks: usize, unit: &'static str) -> Scale {
        let min_step = max / max_ticks.max(1) as f64;
        if !(min_step.is_finite() && min_step > 0.0) {
            return Scale { max: 0.0, step: 1.0, factor: 1.0, unit };
        }
        let power = 10f64.powf(min_step.log10().floor());
        // The tolerance keeps a step of 0.1 from becoming 0.2 by a rounding error.
        let fits = |multiple: &f64| multiple * power >= min_step * (1.0 - 1e-9);
        let multiple = [1.0, 2.0, 5.0].into_iter().find(fits).unwrap_or(10.0);
        Scale { max, step: multiple * power, factor: 1.0, unit }
    }

    /// A scale of times in seconds, from 0 to `end`. Its labels are in s, ms or µs.
    pub fn of_time(end: Duration, max_ticks: usize) -> Scale {
        let (factor, unit) = match end.as_secs_f64() {
            ..0.001 => (1e6, " µs"),
            ..1.0 => (1e3, " ms"),
            _ => (1.0, " s"),
        };
        Scale { factor, ..Scale::new(end.as_secs_f64(), max_ticks, unit) }
    }

    /// Where `value` lies between 0 and the maximum: 0 to 1. Values outside are clamped.
    pub fn share(&self, value: f64) -> f64 {
        if self.max > 0.0 { (value / self.max).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Where `time` lies on a scale of times.
    pub fn share_of(&self, time: Duration) -> f64 {
        self.share(time.as_secs_f64())
    }

    /// The ticks from left to right, the one of 0 first.
    pub fn ticks(&self) -> impl Iterator<Item = Tick> {
        let last = (self.max / self.step + 1e-9).floor() as usize;
        let decimals = (-(self.step * self.factor).log10() - 1e-9).ceil().max(0.0) as usize;
        (0..=last).map(move |n| {
            let value = n as f64 * self.step;
            let label = match n {
                0 => "0".into(),
                _ => format!("{:.decimals$}{}", value * self.factor, self.unit),
            };
            Tick { share: self.share(value), label }
        })
    }
}

/// A share of the width, as `12.34%`.
pub fn css_percent(share: f64) -> String {
    format!("{}%", (share * 1e5).round() / 1e3)
}

/// A number of pixels, to a tenth.
pub fn px(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(end: Duration, most: usize) -> Vec<String> {
        Scale::of_time(end, most).ticks().map(|tick| tick.label).collect()
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
    fn a_scale_without_length_has_one_tick() {
        assert_eq!(labels(Duration::ZERO, 5), ["0"]);
        assert_eq!(Scale::of_time(Duration::ZERO, 5).share(1.0), 0.0);
    }

    proptest! {
        #[test]
        fn ticks_are_few_and_within_the_scale(micros in 0u64..10_000_000_000, most in 1usize..20) {
            let scale = Scale::of_time(Duration::from_micros(micros), most);
            let ticks: Vec<_> = scale.ticks().collect();
            prop_assert!((1..=most + 1).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.share)));
            prop_assert!(ticks.is_sorted_by(|a, b| a.share < b.share && a.label != b.label));
        }
    }
}
