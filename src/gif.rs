//! Checks that bytes are a whole GIF by walking its blocks, from the signature to the trailer.
//!
//! The grammar is that of the GIF89a specification, appendix B, which includes GIF87a. The pixels
//! are not decoded: a truncated file, or another format, already shows in the blocks.

use crate::numbers::counted;

/// The largest flag that is fetched, saved or accepted as complete: 5 MiB, in bytes.
pub const MAX_BYTES: usize = 5 << 20;

/// Why bytes are not a whole GIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// The bytes do not begin with `GIF87a` or `GIF89a` (§17).
    #[error("it does not start with a GIF signature")]
    Signature,
    /// The bytes end before the trailer (§27).
    #[error("it ends before the GIF trailer")]
    CutShort,
    /// A block starts with an unknown byte.
    #[error("unknown block type {byte:#04x} at byte {offset}")]
    UnknownBlock { byte: u8, offset: usize },
    /// The trailer comes before any image data.
    #[error("it contains no image")]
    NoImage,
    /// This many bytes follow the trailer, and not all of them are padding.
    #[error("{} the GIF trailer", counted(*.0, "byte follows", "bytes follow"))]
    Excess(usize),
}

const IMAGE_SEPARATOR: u8 = 0x2c;
const EXTENSION_INTRODUCER: u8 = 0x21;
const TRAILER: u8 = 0x3b;

/// Walks `bytes` from the signature to the trailer. After that there may be padding: NULs and white
/// space, which browsers accept, too.
///
/// # Errors
/// The first [`Defect`] found. A whole GIF that is cut off before its trailer is not whole.
///
/// ```
/// use flags::gif::{self, Defect};
///
/// let dot = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
/// assert_eq!(gif::check(dot), Ok(()));
/// assert_eq!(gif::check(&dot[..20]), Err(Defect::CutShort));
/// assert_eq!(gif::check(b"<!DOCTYPE html>"), Err(Defect::Signature));
/// ```
pub fn check(bytes: &[u8]) -> Result<(), Defect> {
    // §17. A file that ends within a valid signature is cut short.
    let begun = &bytes[..bytes.len().min(6)];
    if begun.is_empty() || ![b"GIF87a", b"GIF89a"].iter().any(|whole| whole.starts_with(begun)) {
        return Err(Defect::Signature);
    }
    let mut rest = bytes;
    take(&mut rest, 6)?;
    // §18: the screen descriptor.
    let packed = take(&mut rest, 7)?[4];
    skip_color_table(&mut rest, packed)?;
    let mut has_image = false;
    loop {
        match take(&mut rest, 1)?[0] {
            EXTENSION_INTRODUCER => {
                // §23 to §26: a label, then data.
                take(&mut rest, 1)?;
                skip_sub_blocks(&mut rest)?;
            }
            IMAGE_SEPARATOR => {
                // §20 to §22: descriptor, table, LZW code size, data. The data must not be empty.
                let packed = take(&mut rest, 9)?[8];
                skip_color_table(&mut rest, packed)?;
                take(&mut rest, 1)?;
                if skip_sub_blocks(&mut rest)? == 0 {
                    return Err(Defect::NoImage);
                }
                has_image = true;
            }
            TRAILER => break,
            byte => {
                return Err(Defect::UnknownBlock { byte, offset: bytes.len() - rest.len() - 1 });
            }
        }
    }
    let is_padding = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    match has_image {
        _ if !rest.iter().all(is_padding) => Err(Defect::Excess(rest.len())),
        false => Err(Defect::NoImage),
        true => Ok(()),
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], Defect> {
    rest.split_off(..count).ok_or(Defect::CutShort)
}

/// §19 and §21: bit 7 says that there is a table, bits 0 to 2 give its size.
fn skip_color_table(rest: &mut &[u8], packed: u8) -> Result<(), Defect> {
    if packed & 0x80 != 0 {
        take(rest, 3 << ((packed & 0x07) + 1))?;
    }
    Ok(())
}

/// §15 and §16: blocks with a length each, up to an empty one. Returns the number of data bytes.
fn skip_sub_blocks(rest: &mut &[u8]) -> Result<usize, Defect> {
    let mut total = 0;
    loop {
        match usize::from(take(rest, 1)?[0]) {
            0 => return Ok(total),
            length => total += take(rest, length)?.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gif(version: &str, packed: u8, table: usize, blocks: &[u8]) -> Vec<u8> {
        let mut bytes = [b"GIF", version.as_bytes(), &[1, 0, 1, 0, packed, 0, 0]].concat();
        bytes.extend(vec![0; table]);
        bytes.extend(blocks);
        bytes
    }

    const IMAGE: &[u8] = b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0";
    const IMAGE_WITH_TABLE: &[u8] = b",\0\0\0\0\x01\0\x01\0\x80abcdef\x02\x02D\x01\0";
    const COMMENT: &[u8] = b"!\xfe\x03;;;\x02;,\0";

    #[test]
    fn both_versions_are_whole_with_and_without_tables_and_extensions() {
        for (packed, table) in [(0, 0), (0x80, 6), (0x87, 768)] {
            for version in ["87a", "89a"] {
                for blocks in [
                    [IMAGE, b";"].concat(),
                    [COMMENT, IMAGE_WITH_TABLE, COMMENT, IMAGE, b";"].concat(),
                ] {
                    assert_eq!(check(&gif(version, packed, table, &blocks)), Ok(()));
                }
            }
        }
    }

    #[test]
    fn no_proper_prefix_is_whole() {
        let whole = gif("89a", 0x80, 6, &[COMMENT, IMAGE_WITH_TABLE, IMAGE, b";"].concat());
        assert_eq!(check(&whole), Ok(()));
        assert_eq!(check(&[]), Err(Defect::Signature));
        for end in 1..whole.len() {
            assert_eq!(check(&whole[..end]), Err(Defect::CutShort), "{end} bytes");
        }
    }

    #[test]
    fn what_follows_the_trailer_is_refused() {
        for (excess, message) in [
            (&b"<html>"[..], "6 bytes follow the GIF trailer"),
            (b"!", "1 byte follows the GIF trailer"),
            (b"\0\0;", "3 bytes follow the GIF trailer"),
        ] {
            let bytes = gif("89a", 0, 0, &[IMAGE, b";", excess].concat());
            let defect = check(&bytes).unwrap_err();
            assert_eq!(
                (defect, defect.to_string().as_str()),
                (Defect::Excess(excess.len()), message)
            );
        }
    }

    #[test]
    fn padding_after_the_trailer_is_accepted() {
        for padding in [&b"\0"[..], b"\r\n", b" \t\n\0\0"] {
            let bytes = gif("89a", 0, 0, &[IMAGE, b";", padding].concat());
            assert_eq!(check(&bytes), Ok(()));
        }
        assert_eq!(check(&gif("89a", 0, 0, b";\n")), Err(Defect::NoImage));
    }

    #[test]
    fn a_gif_without_an_image_is_refused() {
        assert_eq!(check(&gif("89a", 0, 0, b";")), Err(Defect::NoImage));
        let no_data = gif("89a", 0, 0, b",\0\0\0\0\x01\0\x01\0\0\x02\0;");
        assert_eq!(check(&no_data), Err(Defect::NoImage));
    }

    #[test]
    fn an_unknown_block_is_named_with_its_place() {
        let bytes = gif("89a", 0, 0, b"\0;");
        assert_eq!(check(&bytes), Err(Defect::UnknownBlock { byte: 0, offset: 13 }));
    }

    #[test]
    fn other_formats_are_refused_at_the_signature() {
        for other in [&b"\x89PNG\r\n\x1a\n"[..], b"<html>", b"GIF88a", b"gif89a", b"\0"] {
            assert_eq!(check(other), Err(Defect::Signature));
        }
    }
}
