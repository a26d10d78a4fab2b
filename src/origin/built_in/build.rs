//! Build script: draws the built-in flags from the vector art of Twemoji.
//!
//! It writes to `OUT_DIR` one GIF per country code (`BR.gif`), and two Rust expressions:
//! `flags.rs`, the bytes of those files in the order of `codes.txt`, and `names.rs`, the name of
//! each code from AA to ZZ, or `None`. The same input gives the same bytes in every build.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

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

/// How fast the colours of a flag with more than 256 are reduced, from 1 (best) to 30.
const REDUCTION_SPEED: i32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    // The list of codes and the art are compiled into this script, so cargo runs it again after a
    // change of either. No other file matters.
    println!("cargo::rerun-if-changed=src/origin/built_in/build.rs");
    let out_dir = env::var("OUT_DIR")?;
    let out_dir = Path::new(&out_dir);

    let mut flags = String::from("[\n");
    for code in CODES.split_ascii_whitespace() {
        let gif =
            flag_emoji(code).ok_or("there is no such emoji".into()).and_then(draw).and_then(encode);
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

/// Draws the art of a flag at full size.
fn draw(emoji: &SvgTwemojiAsset) -> Result<Pixmap, Box<dyn Error>> {
    let tree = Tree::from_str(emoji, &Options::default())?;
    let (x_scale, y_scale) = (f32::from(WIDTH) / ART_WIDTH, f32::from(HEIGHT) / ART_HEIGHT);
    let to_pixels = Transform::from_translate(0.0, -ART_TOP).post_scale(x_scale, y_scale);
    let mut art = Pixmap::new(WIDTH.into(), HEIGHT.into()).ok_or("invalid image size")?;
    resvg::render(&tree, to_pixels, &mut art.as_mut());
    Ok(art)
}

/// Writes a GIF. It has no partial opacity: a pixel that is less than half opaque is transparent.
fn encode(art: Pixmap) -> Result<Vec<u8>, Box<dyn Error>> {
    let rgba = |pixel: &PremultipliedColorU8| match pixel.demultiply() {
        colour if colour.alpha() < 128 => [0; 4],
        colour => [colour.red(), colour.green(), colour.blue(), 255],
    };
    let mut pixels: Vec<u8> = art.pixels().iter().flat_map(rgba).collect();
    let frame = gif::Frame::from_rgba_speed(WIDTH, HEIGHT, &mut pixels, REDUCTION_SPEED);
    let mut encoder = gif::Encoder::new(Vec::new(), WIDTH, HEIGHT, &[])?;
    encoder.write_frame(&frame)?;
    Ok(encoder.into_inner()?)
}
