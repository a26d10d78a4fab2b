//! Draws a run on stdout, with the characters that a terminal there can show.

use std::io::{self, Write};
use std::time::Duration;

use console::Term;

use super::text::{Look, draw};
use crate::flag::Outcome;
use crate::output::terminal::ignore_closed_pipe;

/// The width of a drawing if stdout is not a terminal.
const COLUMNS: usize = 80;

/// Draws a run of length `elapsed` on stdout, below a blank line, as wide as the terminal.
///
/// # Errors
/// The drawing can't be written. A closed pipe is not an error.
pub fn show(outcomes: &[Outcome], elapsed: Duration) -> io::Result<()> {
    let size = Term::stdout().size_checked();
    let columns = size.map_or(COLUMNS, |(_, columns)| columns.into());
    let colours = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    let look = Look { columns, colours };
    let picture = draw(outcomes, elapsed, look);
    let gap = if picture.is_empty() { "" } else { "\n" };
    let mut stdout = anstream::stdout().lock();
    ignore_closed_pipe(write!(stdout, "{gap}{picture}").and_then(|()| stdout.flush()))
}

/// The characters that a drawing may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Unicode,
    Ascii,
}

impl Charset {
    /// The characters of the environment's locale. On Windows it has none, and consoles show
    /// Unicode.
    pub fn of_locale() -> Charset {
        let variable =
            |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into());
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
}
