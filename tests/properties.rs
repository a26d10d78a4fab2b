//! Properties of the GIF check, of country codes and of the command line that hold for any input.

use std::collections::BTreeSet;
use std::ffi::OsString;

use flags::CountryCode;
use flags::country::{self, Pattern};
use flags::gif::{self, Defect};
use proptest::collection::vec;
use proptest::prelude::*;

/// At least `least` data sub-blocks, each with its length, and the empty one that ends them
/// (GIF89a §15).
fn sub_blocks(least: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(vec(any::<u8>(), 1..=255), least..4).prop_map(|blocks| {
        let mut bytes: Vec<u8> = blocks
            .into_iter()
            .flat_map(|block| [vec![block.len() as u8], block].concat())
            .collect();
        bytes.push(0);
        bytes
    })
}

/// A byte whose bits say whether there is a color table and how long it is, and the table (§18,
/// §20).
fn color_table() -> impl Strategy<Value = (u8, Vec<u8>)> {
    any::<u8>().prop_flat_map(|packed| {
        let colors = if packed & 0x80 == 0 { 0 } else { 2 << (packed & 7) };
        vec(any::<u8>(), 3 * colors).prop_map(move |table| (packed, table))
    })
}

fn image() -> impl Strategy<Value = Vec<u8>> {
    (any::<[u8; 8]>(), color_table(), any::<u8>(), sub_blocks(1)).prop_map(
        |(place, (packed, table), code_size, data)| {
            [&b","[..], &place, &[packed], &table, &[code_size], &data].concat()
        },
    )
}

fn extension() -> impl Strategy<Value = Vec<u8>> {
    (any::<u8>(), sub_blocks(0)).prop_map(|(label, data)| [&[b'!', label][..], &data].concat())
}

/// Whole GIFs of all shapes, up to some kilobytes.
fn whole_gif() -> impl Strategy<Value = Vec<u8>> {
    let version = prop_oneof![Just(b"GIF87a"), Just(b"GIF89a")];
    let blocks = || vec(prop_oneof![image(), extension()], 0..3);
    (version, any::<[u8; 4]>(), color_table(), any::<[u8; 2]>(), blocks(), image(), blocks())
        .prop_map(|(version, size, (packed, table), rest, before, image, after)| {
            let head = [&version[..], &size, &[packed], &rest, &table].concat();
            [head, before.concat(), image, after.concat(), b";".to_vec()].concat()
        })
}

/// An argument of the command line: a command, an option, its value, or any text.
fn argument() -> impl Strategy<Value = OsString> {
    let word = prop::sample::select(
        &[
            "compare",
            "serve",
            "help",
            "man",
            "BR",
            "-q",
            "-m",
            "--mode",
            "--jobs",
            "--server",
            "--timeline",
            "--timeout",
            "--reference",
            "--min-speedup",
            "--delay",
            "--bind",
            "--list",
        ][..],
    );
    let text = "\\PC{0,8}|[\u{0}-\u{20}\u{7f}-\u{a0}\u{202e}a-z0-9=@:/.-]{0,12}".boxed();
    prop_oneof![
        word.clone().prop_map(str::to_owned),
        text.clone(),
        (word, text).prop_map(|(word, text)| format!("{word}={text}")),
    ]
    .prop_map(OsString::from)
}

proptest! {
    #[test]
    fn a_whole_gif_is_accepted_and_each_proper_prefix_is_cut_short(image in whole_gif()) {
        prop_assert_eq!(gif::check(&image), Ok(()));
        prop_assert_eq!(gif::check(b""), Err(Defect::Signature));
        for end in 1..image.len() {
            prop_assert_eq!(gif::check(&image[..end]), Err(Defect::CutShort), "{} bytes", end);
        }
    }

    #[test]
    fn the_check_counts_the_bytes_after_a_whole_gif(
        image in whole_gif(),
        more in prop_oneof![
            vec(any::<u8>(), 1..50),
            vec(b' '..b'#', 1..3),
            vec(b'\0'..b'\x02', 1..3)
        ],
    ) {
        let longer = [&image[..], &more].concat();
        let is_padding = more.iter().all(|byte| b"\0 \t\r\n\x0c".contains(byte));
        let expected = if is_padding { Ok(()) } else { Err(Defect::Excess(more.len())) };
        prop_assert_eq!(gif::check(&longer), expected);
    }

    #[test]
    fn the_check_never_panics(
        bytes in vec(any::<u8>(), 0..2000),
        image in whole_gif(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let _ = gif::check(&bytes);
        let _ = gif::check(&[b"GIF89a", &bytes[..]].concat());
        let mut damaged = image;
        for (index, byte) in changes {
            let at = index.index(damaged.len());
            damaged[at] = byte;
        }
        let _ = gif::check(&damaged);
    }

    #[test]
    fn the_parsers_never_panic_and_accept_one_or_two_letters_as_codes(
        word in "\\PC*|[a-zA-Z]{0,3}|[A-Zß-ÿ\u{0}]{1,3}",
    ) {
        match word.parse::<Pattern>() {
            Ok(Pattern(codes)) => {
                prop_assert_eq!(codes.len(), if word.len() == 2 { 1 } else { 26 });
                let first = word.to_ascii_uppercase();
                prop_assert!(codes.iter().all(|code| code.to_string().starts_with(&first)));
            }
            Err(_) => {
                let letters = word.bytes().all(|byte| byte.is_ascii_alphabetic());
                prop_assert!(!letters || !(1..=2).contains(&word.len()));
            }
        }
        let _ = word.parse::<flags::BaseUrl>();
        let _ = word.parse::<flags::endpoint::Endpoint>();
        let _ = format!("http://{word}").parse::<flags::BaseUrl>();
    }

    #[test]
    fn no_argument_makes_the_command_line_panic_or_an_error_print_it_raw(
        args in vec(argument(), 1..6),
    ) {
        let args = [vec!["flags".into()], args].concat();
        let Err(error) = flags::cli::parse(args) else { return Ok(()) };
        if error.use_stderr() {
            let message = error.render().ansi().to_string();
            // Only styles begin with an escape character.
            let mut parts = message.split('\u{1b}');
            let mut plain = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let (style, text) = part.split_once('m').unwrap_or((part, ""));
                let is_style = style.starts_with('[') && style[1..].parse::<u8>().is_ok();
                prop_assert!(is_style, "{message:?}");
                plain += text;
            }
            let controls = |char: char| char.is_control() && char != '\n' || char == '\u{202e}';
            prop_assert!(!plain.contains(controls), "{message:?}");
        }
    }

    #[test]
    fn a_selection_is_sorted_and_unique_and_has_each_requested_code(
        words in vec("[a-zA-Z]{1,2}", 0..20),
        limit in prop::option::of(1usize..100),
    ) {
        let patterns: Vec<Pattern> = words.iter().map(|word| word.parse().unwrap()).collect();
        let codes = country::select(patterns.into_iter().flat_map(|pattern| pattern.0), limit);
        prop_assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
        let is_requested = |code: &CountryCode| {
            let code = code.to_string();
            words.iter().any(|word| code.starts_with(&word.to_uppercase()))
        };
        let all: BTreeSet<_> = CountryCode::every().filter(is_requested).collect();
        let first: Vec<_> = all.into_iter().take(limit.unwrap_or(usize::MAX)).collect();
        prop_assert_eq!(codes, first);
    }
}
