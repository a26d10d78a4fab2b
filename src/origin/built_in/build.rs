//! Build script: draws the built-in flags from the vector art of Twemoji.
//!
//! It writes to `OUT_DIR` one GIF per country code (`BR.gif`), and two Rust expressions:
//! `flags.rs`, the bytes of those files in the order of `codes.txt`, and `names.rs`, the name of
//! each code from AA to ZZ, or `None`. The same input gives the same bytes in every build.

use std::collections::BTreeMap;
use std::error::Error;
use std::iter::repeat_n;
use std::path::Path;
use std::{cmp, env, fs};

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree};
use twemoji_assets::svg::SvgTwemojiAsset;

/// The codes that have a built-in flag.
const CODES: &str = include_str!("../../country/codes.txt");

/// The size of a flag in pixels.
const WIDTH: u16 = 320;
const HEIGHT: u16 = 231;

/// The part of the 36 × 36 units of an emoji that shows the flag: full width, rows 5 to 31.
const ART_WIDTH: f32 = 36.0;
const ART_TOP: f32 = 5.0;
const ART_HEIGHT: f32 = 26.0;

/// The palette index of transparent pixels. The colours follow it, up to the 256 entries of a GIF.
const TRANSPARENT: u8 = 0;
const MAX_COLOURS: usize = 255;

type Rgb = [u8; 3];

fn main() -> Result<(), Box<dyn Error>> {
    // The list of codes and the art are compiled into this script, so cargo runs it again after a
    // change of either. No other file matters.
    println!("cargo::rerun-if-changed=src/origin/built_in/build.rs");
    let out_dir = env::var("OUT_DIR")?;
    let out_dir = Path::new(&out_dir);

    let mut flags = String::from("[\n");
    for code in CODES.split_ascii_whitespace() {
        let gif = flag_emoji(code).ok_or("there is no such emoji".into()).and_then(draw_gif);
        let gif = gif.map_err(|error| format!("cannot draw the flag of {code}: {error}"))?;
        fs::write(out_dir.join(format!("{code}.gif")), gif)?;
        flags += &format!("    include_bytes!(\"{code}.gif\"),\n");
    }
    fs::write(out_dir.join("flags.rs"), flags + "]\n")?;
    fs::write(out_dir.join("names.rs"), country_names())?;
    Ok(())
}

/// The label of the flag emoji of each code from AA to ZZ: the country's name in English, as in the
/// Unicode CLDR.
fn country_names() -> String {
    let mut names = String::from("[\n");
    for first in 'A'..='Z' {
        for second in 'A'..='Z' {
            let code = String::from_iter([first, second]);
            let label = flag_emoji(&code).and_then(|emoji| emoji.label);
            let name = label.and_then(|label| label.strip_prefix("flag: "));
            names += &format!("    {name:?},\n");
        }
    }
    names + "]\n"
}

/// The flag emoji of a code: its two letters as regional indicator symbols.
fn flag_emoji(code: &str) -> Option<&'static SvgTwemojiAsset> {
    let indicator = |letter| char::from_u32('🇦' as u32 + u32::from(letter) - u32::from(b'A'));
    let emoji: String = code.bytes().filter_map(indicator).collect();
    SvgTwemojiAsset::from_emoji(&emoji)
}

fn draw_gif(emoji: &SvgTwemojiAsset) -> Result<Vec<u8>, Box<dyn Error>> {
    encode(&draw(emoji)?)
}

/// Draws the art of a flag at full size.
fn draw(emoji: &SvgTwemojiAsset) -> Result<Pixmap, Box<dyn Error>> {
    let tree = Tree::from_str(emoji, &Options::default())?;
    let (x_scale, y_scale) = (f32::from(WIDTH) / ART_WIDTH, f32::from(HEIGHT) / ART_HEIGHT);
    let to_pixels = Transform::from_translate(0.0, -ART_TOP).post_scale(x_scale, y_scale);
    let mut art = Pixmap::new(WIDTH.into(), HEIGHT.into()).ok_or("invalid image size")?;
    resvg::render(&tree, to_pixels, &mut art.as_mut());
    Ok(art)
}

/// Writes a GIF whose palette holds the colours of the art.
///
/// If the art has too many, the most frequent ones are kept and each other colour becomes the
/// nearest of those. Flat areas keep their exact colour, and only blended edges change.
fn encode(art: &Pixmap) -> Result<Vec<u8>, Box<dyn Error>> {
    // Flags are flat: there are far fewer runs of equal pixels than pixels.
    let runs: Vec<(Option<Rgb>, usize)> =
        art.pixels().chunk_by(|a, b| a == b).map(|run| (colour(run[0]), run.len())).collect();

    let mut counts = BTreeMap::<Rgb, usize>::new();
    for &(colour, length) in &runs {
        if let Some(colour) = colour {
            *counts.entry(colour).or_default() += length;
        }
    }
    let mut colours: Vec<Rgb> = counts.keys().copied().collect();
    // A stable sort, so that colours of the same frequency have the same order in every build.
    colours.sort_by_key(|colour| cmp::Reverse(counts[colour]));
    let palette = &colours[..colours.len().min(MAX_COLOURS)];

    let indices: BTreeMap<Rgb, u8> = colours
        .iter()
        .map(|&colour| (colour, TRANSPARENT + 1 + nearest(palette, colour)))
        .collect();
    let index = |colour: Option<Rgb>| colour.map_or(TRANSPARENT, |colour| indices[&colour]);
    let pixels: Vec<u8> =
        runs.iter().flat_map(|&(colour, length)| repeat_n(index(colour), length)).collect();

    let colour_table = [&[Rgb::default()], palette].concat().concat();
    let frame = gif::Frame {
        transparent: Some(TRANSPARENT),
        ..gif::Frame::from_indexed_pixels(WIDTH, HEIGHT, pixels, None)
    };
    let mut encoder = gif::Encoder::new(Vec::new(), WIDTH, HEIGHT, &colour_table)?;
    encoder.write_frame(&frame)?;
    Ok(encoder.into_inner()?)
}

/// The colour of a pixel, or `None` if it is less than half opaque: a GIF has no partial opacity.
fn colour(pixel: PremultipliedColorU8) -> Option<Rgb> {
    let colour = pixel.demultiply();
    (colour.alpha() >= 128).then(|| [colour.red(), colour.green(), colour.blue()])
}

/// The position in the palette of the colour, or of the one nearest to it.
fn nearest(palette: &[Rgb], colour: Rgb) -> u8 {
    let distance = |other: &Rgb| -> u32 {
        other.iter().zip(colour).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    let closest = (0..=u8::MAX).zip(palette).min_by_key(|(_, other)| distance(other));
    closest.map_or(0, |(position, _)| position)
}
