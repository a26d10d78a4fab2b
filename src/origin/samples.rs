//! The built-in sample images.

use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use super::gallery::Flag;
use crate::country::{ALL, CountryCode};

/// When the sample images say they were last modified: 2022-04-01, the month of *Fluent Python*'s second edition.
const MODIFIED: Duration = Duration::from_secs(1_648_771_200);

/// A sample image for each of the [194 codes](ALL), drawn when it is first asked for.
pub(super) struct Samples([OnceLock<Flag>; CountryCode::COUNT]);

impl Default for Samples {
    fn default() -> Self {
        Samples([const { OnceLock::new() }; CountryCode::COUNT])
    }
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Samples")
    }
}

impl Samples {
    /// The image, where `code` is one of the 194.
    pub(super) fn get(&self, code: CountryCode) -> Option<Flag> {
        if !ALL.contains(&code) {
            return None;
        }
        let flag = self.0[code.index()]
            .get_or_init(|| Flag::new(draw(code).into(), SystemTime::UNIX_EPOCH + MODIFIED));
        Some(flag.clone())
    }
}

fn draw(code: CountryCode) -> Vec<u8> {
    let mut gif = Vec::new();
    let mut encoder = gif::Encoder::new(&mut gif, 40, 30, &[]).unwrap();
    let rgb: Vec<u8> = (0..1200)
        .flat_map(|i| [(i % 256) as u8, code.index() as u8, (code.index() >> 8) as u8])
        .collect();
    encoder
        .write_frame(&gif::Frame::from_palette_pixels(40, 30, vec![0u8; 1200], &rgb[..768], None))
        .unwrap();
    drop(encoder);
    gif
}
