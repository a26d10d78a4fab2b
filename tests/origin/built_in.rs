//! The built-in flags as images.

use std::collections::BTreeSet;

use flags::CountryCode;
use flags::country::ALL;
use flags::gif;
use flags::origin::Weather;

use crate::{get_flag, start};

/// A decoded flag.
struct Image {
    width: usize,
    height: usize,
    /// Red, green, blue and alpha of each pixel.
    pixels: Vec<[u8; 4]>,
}

impl Image {
    fn decode(bytes: &[u8]) -> Image {
        let mut options = ::gif::DecodeOptions::new();
        options.set_color_output(::gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes).unwrap();
        let (width, height) = (decoder.width().into(), decoder.height().into());
        let frame = decoder.read_next_frame().unwrap().unwrap();
        let pixels = frame.buffer.chunks_exact(4).map(|rgba| rgba.try_into().unwrap()).collect();
        Image { width, height, pixels }
    }

    /// The name of the colour at a point, in percent of the width and the height.
    fn colour(&self, (x, y): (usize, usize)) -> &'static str {
        let pixel = self.pixels[y * self.height / 100 * self.width + x * self.width / 100];
        match pixel {
            [.., 0] => "transparent",
            [200..=255, 200..=255, 200..=255, _] => "white",
            [0..50, 0..50, 0..50, _] => "black",
            [200..=255, 180..=255, 0..80, _] => "yellow",
            [200..=255, 0..80, 0..80, _] => "red",
            [0..80, 100..=255, 0..110, _] => "green",
            [0..80, 0..110, 100..=255, _] => "blue",
            _ => panic!("{pixel:?} has no name"),
        }
    }
}

fn flag(code: &str) -> Image {
    let code: CountryCode = code.parse().unwrap();
    Image::decode(&get_flag(&start(Weather::default()), code).body)
}

#[test]
fn each_flag_is_a_whole_gif_of_several_colours_and_unlike_all_others() {
    let origin = start(Weather::default());
    let mut images = BTreeSet::new();
    for code in ALL {
        let answer = get_flag(&origin, code);
        assert_eq!(gif::check(&answer.body), Ok(()), "{code}");
        assert_eq!(answer.header("last-modified"), Some("Mon, 01 Jan 1990 00:00:00 GMT"));
        let image = Image::decode(&answer.body);
        assert_eq!((image.width, image.height), (320, 231), "{code}");
        let mut visible = image.pixels.iter().filter(|pixel| pixel[3] > 0);
        let first = visible.next().expect("some pixel is visible");
        assert!(visible.any(|pixel| pixel != first), "{code} has one colour");
        assert!(images.insert(image.pixels), "{code} looks like another flag");
    }
}

#[test]
fn flags_have_the_right_colours_in_the_right_places() {
    for (code, points) in [
        ("BR", &[((10, 10), "green"), ((20, 50), "yellow"), ((50, 65), "blue")][..]),
        ("JP", &[((10, 10), "white"), ((50, 50), "red"), ((90, 90), "white")]),
        ("FR", &[((10, 50), "blue"), ((50, 50), "white"), ((90, 50), "red")]),
        ("UA", &[((50, 20), "blue"), ((50, 80), "yellow")]),
        ("DE", &[((50, 10), "black"), ((50, 50), "red"), ((50, 90), "yellow")]),
        ("NG", &[((10, 50), "green"), ((50, 50), "white"), ((90, 50), "green")]),
    ] {
        let image = flag(code);
        for (point, colour) in points {
            assert_eq!(image.colour(*point), *colour, "{code} at {point:?}");
        }
    }
}

#[test]
fn corners_are_transparent() {
    let image = flag("BR");
    for point in [(0, 0), (99, 0), (0, 99), (99, 99)] {
        assert_eq!(image.colour(point), "transparent");
    }
}
