//! `flags man`: one manual page for all commands, made from the same definitions as `--help`.

use std::io::{self, Write};

use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{Exit, print};
use crate::cli::Cli;

/// The date of this version. It changes with the version in `Cargo.toml`.
const DATE: &str = "2026-11-30";

const EXAMPLES: [(&str, &str); 6] = [
    ("flags BR jp --server local", "Download two flags from a server inside the program."),
    ("flags --list | grep -i guinea", "Find the code of a country."),
    ("flags --all --update", "Download the flags that are missing or newer on the book's site."),
    ("flags --server delay --mode seq --timeline", "Draw one download after another."),
    ("flags compare --jobs 1,5,20 --export-html a.html", "Compare modes and numbers of jobs."),
    ("flags serve --delay 100ms --error-rate 0.1", "Serve flags, late and with errors."),
];

/// The environment variables that the program or its libraries read.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("FLAGS_SERVER", "The server if --server is not given. Ignored if empty."),
    (
        "http_proxy, https_proxy, all_proxy, no_proxy",
        "The proxies for http, for https and for both, and the hosts to connect to directly. \
         Upper case works too. A proxy is a URL with the scheme http, https, socks4, socks4a, \
         socks5 or socks5h.",
    ),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "On Linux, CA certificates to trust instead of the system's."),
    ("NO_COLOR", "Disables colours if not empty."),
];

/// Prints the page as roff.
///
/// # Errors
/// Stdout can't be written to.
pub(super) fn run() -> anyhow::Result<Exit> {
    print(&String::from_utf8_lossy(&page()?))
}

fn page() -> io::Result<Vec<u8>> {
    let cli = Cli::command().disable_help_subcommand(true).mut_args(with_aliases);
    let mut cli = cli.mut_subcommands(|command| command.mut_args(with_aliases));
    cli.build();
    let usages: Vec<_> = [&cli].into_iter().chain(cli.get_subcommands()).map(usage).collect();
    let man = Man::new(cli.clone().override_usage(usages.join("\n")));
    let man = man.title("FLAGS").date(DATE).manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    page.write_all(&body(&cli)?)?;
    for command in cli.get_subcommands() {
        let title = format!("flags {}", command.get_name()).to_uppercase();
        Roff::new().control("SH", [title.as_str()]).to_writer(&mut page)?;
        // The sections of a command become subsections of the page.
        let body = String::from_utf8_lossy(&body(command)?).replace("\n.SH ", "\n.SS ");
        page.write_all(body.as_bytes())?;
    }
    definitions("ENVIRONMENT", &ENVIRONMENT).to_writer(&mut page)?;
    definitions("EXAMPLES", &EXAMPLES).to_writer(&mut page)?;
    let related = roman("curl(1), hyperfine(1)");
    Roff::new().control("SH", ["SEE ALSO"]).text([related]).to_writer(&mut page)?;
    Ok(page)
}

/// `arg` with its aliases in its help, which the library leaves out.
fn with_aliases(arg: Arg) -> Arg {
    match (arg.get_visible_aliases(), arg.get_help()) {
        (Some(aliases), Some(help)) if !aliases.is_empty() => {
            let help = format!("{help} [alias: --{}]", aliases.join(", --"));
            arg.help(help)
        }
        _ => arg,
    }
}

/// The first line of the usage.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.lines().next().unwrap_or_default().replace("Usage: ", "")
}

/// Description, options, exit status and notes of one command.
fn body(command: &Command) -> io::Result<Vec<u8>> {
    let man = Man::new(command.clone());
    let mut body = Vec::new();
    man.render_description_section(&mut body)?;
    man.render_options_section(&mut body)?;
    let mut closing = Roff::new();
    let after_help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    for line in after_help.lines() {
        match line.strip_prefix("Exit status: ") {
            Some(status) => closing.control("SH", ["EXIT STATUS"]).text([roman(status)]),
            None => closing.control("PP", []).text([roman(line.trim())]),
        };
    }
    closing.to_writer(&mut body)?;
    Ok(body)
}

/// A section of terms and their meanings.
fn definitions(title: &str, items: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (term, meaning) in items {
        roff.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
    }
    roff
}
