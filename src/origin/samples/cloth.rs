//! The cloth that the flags are made of: a basket weave, whose threads differ in shade.
//!
//! It makes files of a given size: the more of its threads have a shade of their own, the less a picture compresses.

use fastrand::Rng;

/// Each colour is there in so many shades.
pub(super) const SHADES: u8 = 12;

/// The shade that is the colour itself.
const PLAIN: u8 = 8;

/// How bright each shade is, in percent of the colour.
pub(super) const BRIGHTNESS: [u16; SHADES as usize] =
    [84, 86, 88, 90, 92, 94, 96, 98, 100, 102, 104, 106];

/// Threads run in squares of this many pixels, across and upright in turn.
const SQUARE: usize = 2;

/// Of so many threads, [`Cloth::shaded`] have a shade of their own.
const THREADS: u32 = 1024;

/// How many thousandths of a bit a pixel takes up, beyond what the picture takes up without a cloth, when so many of 1024
/// threads have a shade of their own. Measured.
const COST: [(u32, u32); 8] = [
    (0, 0),
    (16, 210),
    (64, 710),
    (128, 1230),
    (256, 2080),
    (512, 3350),
    (768, 4260),
    (THREADS, 4670),
];

/// How lively a cloth is.
pub(super) struct Cloth {
    shaded: u32,
}

impl Cloth {
    /// The cloth that adds about that many bytes to a picture of so many pixels.
    pub(super) fn adding(bytes: usize, pixels: usize) -> Cloth {
        let cost = u32::try_from(bytes * 8000 / pixels).unwrap_or(u32::MAX);
        let between = |pair: &[(u32, u32)]| {
            let ((low, from), (high, to)) = (pair[0], pair[1]);
            (from..to).contains(&cost).then(|| low + (high - low) * (cost - from) / (to - from))
        };
        Cloth { shaded: COST.windows(2).find_map(between).unwrap_or(THREADS) }
    }

    /// Turns the colours on a canvas into their shades, [`SHADES`] for each.
    pub(super) fn weave(&self, canvas: &mut [u8], width: usize, rng: &mut Rng) {
        let mut squares = vec![[PLAIN; SQUARE]; width.div_ceil(SQUARE)];
        for (y, line) in canvas.chunks_exact_mut(width).enumerate() {
            if y % SQUARE == 0 {
                squares.as_flattened_mut().fill_with(|| self.thread(rng));
            }
            for (x, pixel) in line.iter_mut().enumerate() {
                let is_across = (x / SQUARE + y / SQUARE).is_multiple_of(2);
                let thread = if is_across { y } else { x } % SQUARE;
                *pixel = *pixel * SHADES + squares[x / SQUARE][thread];
            }
        }
    }

    fn thread(&self, rng: &mut Rng) -> u8 {
        if rng.u32(..THREADS) < self.shaded { rng.u8(..SHADES) } else { PLAIN }
    }
}
