//! Paints the flag of no country: a design in flag colours, two large letters on it, and a cloth to it all.
//!
//! Whole numbers and one generator, so that a flag has the same bytes on every machine.

use fastrand::Rng;

use super::cloth::{BRIGHTNESS, Cloth};
use super::designs::{DESIGNS, HEIGHT, WIDTH};
use super::letters;
use crate::country::CountryCode;

/// Red, green and blue.
type Colour = [u8; 3];

/// Designs take three of these.
const COLOURS: [Colour; 9] = [
    [206, 17, 38],
    [0, 57, 166],
    [0, 122, 61],
    [252, 209, 22],
    [240, 240, 240],
    [36, 36, 42],
    [247, 127, 0],
    [78, 164, 222],
    [122, 16, 52],
];

const RIM: Colour = [16, 24, 48];
const INK: Colour = [255, 255, 255];

/// The places of the letters' colours after the three of the design.
const RIM_PLACE: u8 = 3;
const INK_PLACE: u8 = 4;

/// A picture of 30 by 20 units.
struct Picture {
    /// In pixels.
    unit: usize,
    /// Row by row, a place in the palette for each pixel.
    pixels: Vec<u8>,
}

/// A GIF89a of about that many bytes, from 1200 to 36,000, with the two letters of `code` on it.
pub(super) fn paint(code: CountryCode, bytes: usize) -> Result<Vec<u8>, gif::EncodingError> {
    let mut rng = Rng::with_seed(Rng::with_seed(code.index() as u64).u64(..));
    let mut draw = |choices: usize| rng.u32(..choices as u32) as usize;
    let mut colours = COLOURS;
    for i in 0..3 {
        colours.swap(i, i + draw(COLOURS.len() - i));
    }
    let design = DESIGNS[draw(DESIGNS.len())];

    // Large files are larger pictures, too: a lively cloth on a small one would look like noise.
    let unit = (bytes / 260).isqrt().clamp(5, 10);
    let mut picture = Picture::new(unit, design);
    picture.write(code);
    // What design and letters take up by themselves. Measured.
    let bare = 260 * unit - 140;
    let cloth = Cloth::adding(bytes.saturating_sub(bare), picture.pixels.len());
    let width = picture.width();
    cloth.weave(&mut picture.pixels, width, &mut rng);
    picture.into_gif([colours[0], colours[1], colours[2], RIM, INK])
}

impl Picture {
    fn new(unit: usize, design: super::designs::Design) -> Picture {
        let columns: Vec<_> = (0..30 * unit).map(|x| x * WIDTH / (30 * unit)).collect();
        let rows = (0..20 * unit).map(|y| y * HEIGHT / (20 * unit));
        let pixels = rows.flat_map(|y| columns.iter().map(move |x| design(*x, y))).collect();
        Picture { unit, pixels }
    }

    fn width(&self) -> usize {
        30 * self.unit
    }

    fn height(&self) -> usize {
        20 * self.unit
    }

    /// Writes both letters across the middle: all of their rim first, then the ink on top.
    fn write(&mut self, code: CountryCode) {
        let dot = self.unit * 8 / 5;
        let left = (self.width() - (2 * letters::WIDTH + 1) * dot) / 2;
        let top = (self.height() - letters::HEIGHT * dot) / 2;
        for (place, rim) in [(RIM_PLACE, self.unit / 2), (INK_PLACE, 0)] {
            for (i, letter) in code.letters().into_iter().enumerate() {
                for (column, row) in letters::dots(letter) {
                    let x = left + (i * (letters::WIDTH + 1) + column) * dot - rim;
                    let y = top + row * dot - rim;
                    self.fill_square(x, y, dot + 2 * rim, place);
                }
            }
        }
    }

    fn fill_square(&mut self, x: usize, y: usize, side: usize, place: u8) {
        let width = self.width();
        for line in self.pixels.chunks_exact_mut(width).skip(y).take(side) {
            line[x..x + side].fill(place);
        }
    }

    fn into_gif(self, colours: [Colour; 5]) -> Result<Vec<u8>, gif::EncodingError> {
        // At most 300 by 200.
        let (width, height) = (self.width() as u16, self.height() as u16);
        let mut bytes = Vec::new();
        let mut encoder = gif::Encoder::new(&mut bytes, width, height, &palette(colours))?;
        let frame = gif::Frame::from_indexed_pixels(width, height, self.pixels, None);
        encoder.write_frame(&frame)?;
        encoder.into_inner()?;
        Ok(bytes)
    }
}

/// All shades of the first colour, then of the second, and so on.
fn palette(colours: [Colour; 5]) -> Vec<u8> {
    let shade = |part: u8, percent: u16| (u16::from(part) * percent / 100).min(255) as u8;
    let shades = |colour: Colour| BRIGHTNESS.map(|percent| colour.map(|part| shade(part, percent)));
    colours.into_iter().flat_map(shades).flatten().collect()
}
