//! The characters that output for people may use: one decision for bars, tables and drawings.

use std::borrow::Cow;

/// The characters that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Unicode,
    Ascii,
}

impl Charset {
    /// The characters of the locale in the environment. Without one, they are ASCII, as in the
    /// locale `C`, but Unicode on Windows, whose consoles show it and set no such variables.
    pub fn of_locale() -> Charset {
        let variable = |name: &str| std::env::var(name).ok();
        Charset::of(variable, if cfg!(windows) { "UTF-8" } else { "C" })
    }

    /// The characters of the locale in the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set and
    /// not empty (POSIX, Base Definitions §8.2), on every system. Without any, it is `default`.
    fn of(variable: impl Fn(&str) -> Option<String>, default: &str) -> Charset {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"];
        let locale = names.into_iter().filter_map(variable).find(|value| !value.is_empty());
        let locale = locale.unwrap_or_else(|| default.to_owned()).to_ascii_lowercase();
        let is_utf8 = locale.contains("utf-8") || locale.contains("utf8");
        if is_utf8 { Charset::Unicode } else { Charset::Ascii }
    }

    /// `text` in these characters. Bars and signs have substitutes that are as wide; names that
    /// are not ASCII, such as those of files, stay as they are.
    pub fn show(self, text: &str) -> Cow<'_, str> {
        match self {
            Charset::Unicode => text.into(),
            Charset::Ascii => {
                text.replace("± ", "+-").replace('±', "+-").chars().map(substitute).collect()
            }
        }
    }
}

/// An ASCII character in place of one that bars and drawings are made of.
fn substitute(character: char) -> char {
    match character {
        '█' => '#',
        '▉'..='▏' => '|',
        '░' => '.',
        '▒' => '=',
        '─' | '━' | '╸' => '-',
        '└' | '┴' => '+',
        '✗' | '×' => 'x',
        'µ' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charset(set: &[(&str, &str)]) -> Charset {
        charset_or(set, "C")
    }

    fn charset_or(set: &[(&str, &str)], default: &str) -> Charset {
        let variable = |name: &str| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
        };
        Charset::of(variable, default)
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        assert_eq!(charset(&[("LANG", "en_US.UTF-8")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "de_DE.utf8")]), Charset::Unicode);
        assert_eq!(charset(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]), Charset::Ascii);
        assert_eq!(charset(&[("LC_CTYPE", "C.UTF-8"), ("LANG", "C")]), Charset::Unicode);
        assert_eq!(charset(&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "de_DE.ISO-8859-1")]), Charset::Ascii);
    }

    #[test]
    fn without_a_variable_the_default_of_the_system_decides() {
        for unset in [&[][..], &[("LANG", "")]] {
            assert_eq!(charset_or(unset, "C"), Charset::Ascii);
            assert_eq!(charset_or(unset, "UTF-8"), Charset::Unicode);
        }
        assert_eq!(charset_or(&[("LC_ALL", "C")], "UTF-8"), Charset::Ascii);
    }

    #[test]
    fn a_row_is_as_wide_in_ascii_and_names_stay() {
        let row = "å.gif  1.5 ± 0.2 ±8 %  ██▌ ▏ BR░░▒✗×3▌";
        assert_eq!(Charset::Ascii.show(row), "å.gif  1.5 +-0.2 +-8 %  ##| | BR..=xx3|");
        assert_eq!(Charset::Unicode.show(row), row);
    }
}
