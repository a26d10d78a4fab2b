//! What is on the flags, before a letter is: bands, crosses and the like in three colours.

/// Designs are laid out on this many points, whatever the size of the picture.
pub(super) const WIDTH: usize = 300;

/// See [`WIDTH`].
pub(super) const HEIGHT: usize = 200;

/// Which of three colours a point has.
pub(super) type Design = fn(usize, usize) -> u8;

/// The designs that there are.
pub(super) const DESIGNS: [Design; 9] = [
    // Three bands, upright, level and falling.
    |x, _| (x * 3 / WIDTH) as u8,
    |_, y| (y * 3 / HEIGHT) as u8,
    |x, y| ((x * HEIGHT + y * WIDTH) * 3 / (2 * WIDTH * HEIGHT)).min(2) as u8,
    // Two level bands with a wedge at the hoist.
    |x, y| if 2 * x < HEIGHT - (2 * y).abs_diff(HEIGHT) { 2 } else { (y * 2 / HEIGHT) as u8 },
    // A cross, its upright nearer the hoist.
    |x, y| match (x.abs_diff(WIDTH * 2 / 5), y.abs_diff(HEIGHT / 2)) {
        (0..=11, _) | (_, 0..=11) => 1,
        (12..=21, _) | (_, 12..=21) => 2,
        _ => 0,
    },
    // A saltire.
    |x, y| match (x * HEIGHT).abs_diff(y * WIDTH).min((x * HEIGHT).abs_diff((HEIGHT - y) * WIDTH))
        / HEIGHT
    {
        0..=20 => 1,
        21..=34 => 2,
        _ => 0,
    },
    // A disc on two level bands.
    |x, y| match x.abs_diff(WIDTH / 2).pow(2) + y.abs_diff(HEIGHT / 2).pow(2) {
        0..6_500 => 2,
        _ => (y * 2 / HEIGHT) as u8,
    },
    // Stripes and a canton.
    |x, y| if x < WIDTH / 2 && y < HEIGHT * 6 / 11 { 2 } else { (y * 11 / HEIGHT % 2) as u8 },
    // Quarters, with a border round them.
    |x, y| match (
        x.min(WIDTH - 1 - x).min(y).min(HEIGHT - 1 - y),
        (x * 2 / WIDTH) ^ (y * 2 / HEIGHT),
    ) {
        (0..=14, _) => 2,
        (_, quarter) => quarter as u8,
    },
];
