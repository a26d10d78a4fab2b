//! The characters that output for people may use: one decision for bars, tables and drawings.

use std::borrow::Cow;

/// The characters that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Unicode,
    Ascii,
}

impl Charset {
    /// The characters of the environment's locale. On Windows it has none, and consoles show
    /// Unicode.
    pub fn of_locale() -> Charset {
        let variable = |name: &str| std::env::var(name).ok();
        if cfg!(windows) { Charset::Unicode } else { Charset::of(variable) }
    }

    /// The characters of the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set and not empty
    /// (POSIX, Base Definitions §8.2). Without any, the locale is `C`, which is ASCII.
    fn of(variable: impl Fn(&str) -> Option<String>) -> Charset {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"];
        let locale = names.into_iter().filter_map(variable).find(|value| !value.is_empty());
        let locale = locale.unwrap_or_default().to_ascii_lowercase();
        let is_utf8 = locale.contains("utf-8") || locale.contains("utf8");
        if is_utf8 { Charset::Unicode } else { Charset::Ascii }
    }

    /// `text` in these characters. Bars and signs have substitutes that are as wide; names that
    /// are not ASCII, such as those of files, stay as they are.
    pub fn show(self, text: &str) -> Cow<'_, str> {
        match self {
            Charset::Unicode => text.into(),
            Charset::Ascii => text.replace("± ", "+-").chars().map(substitute).collect(),
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
        Charset::of(|name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
        })
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        assert_eq!(charset(&[("LANG", "en_US.UTF-8")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "de_DE.utf8")]), Charset::Unicode);
        assert_eq!(charset(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]), Charset::Ascii);
        assert_eq!(charset(&[("LC_CTYPE", "C.UTF-8"), ("LANG", "C")]), Charset::Unicode);
        assert_eq!(charset(&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "de_DE.ISO-8859-1")]), Charset::Ascii);
        assert_eq!(charset(&[]), Charset::Ascii);
    }

    #[test]
    fn a_row_is_as_wide_in_ascii_and_names_stay() {
        let row = "å.gif  1.5 ± 0.2  ██▌ ▏ BR░░▒✗×3▌";
        assert_eq!(Charset::Ascii.show(row), "å.gif  1.5 +-0.2  ##| | BR..=xx3|");
        assert_eq!(Charset::Unicode.show(row), row);
    }
}
