//! The completion scripts complete in their shells, and the manual page renders without warnings. A
//! shell or formatter that is not installed is skipped.
#![cfg(unix)]

mod support;

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use support::child_process::Running;
use support::{flags, stderr, stdout};
use tempfile::{NamedTempFile, tempdir};

const SERVERS: [&str; 4] = ["remote", "local", "delay", "error"];

/// Runs `program`, or prints a note and returns `None` if it is not installed. The caller's locale,
/// which the system may lack, and the width of the screen have no effect.
fn run_if_installed(program: &str, args: &[&str]) -> Option<Output> {
    match Command::new(program).args(args).env("LC_ALL", "C").env("MANWIDTH", "80").output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("SKIPPED: cannot run {program}: {error}");
            None
        }
    }
}

fn print_of(args: &[&str]) -> Vec<u8> {
    flags().args(args).assert().success().stderr("").get_output().stdout.clone()
}

/// The script for `shell`, in a file.
fn script(shell: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&print_of(&["completions", shell])).unwrap();
    file
}

fn path(file: &NamedTempFile) -> &str {
    file.path().to_str().unwrap()
}

/// Checks that `complete`, which returns the completions of a command line, completes options,
/// modes and servers before and after a command and after country codes.
fn check(mut complete: impl FnMut(&str) -> Vec<String>) {
    for (line, expected) in [
        ("flags --m", &["--max-req", "--mode"][..]),
        ("flags --mode ", &support::MODES),
        ("flags --server ", &SERVERS),
        ("flags -s l", &["local"]),
        ("flags -s local --mo", &["--mode"]),
        ("flags comp", &["compare", "completions"]),
        ("flags compare --mod", &["--modes"]),
        ("flags compare --modes ", &support::MODES),
        ("flags compare -n 3 --server ", &SERVERS),
        ("flags BR --js", &["--json"]),
        ("flags BR US -m s", &["seq"]),
        ("flags compare BR --ru", &["--runs"]),
        ("flags compare BR US --server l", &["local"]),
        ("flags --mode=se", &["seq"]),
        ("flags BR --server=", &SERVERS),
        ("flags compare BR --server=l", &["local"]),
        ("flags help co", &["compare", "completions"]),
        ("flags help ser", &["serve"]),
    ] {
        let mut completions = complete(line);
        // Some shells complete the value, and some the whole argument.
        if let Some((_, option)) = line.rsplit_once(' ').filter(|_| line.contains('=')) {
            let option = &option[..=option.find('=').unwrap()];
            completions.iter_mut().for_each(|word| *word = word.replace(option, ""));
        }
        let mut expected = expected.to_vec();
        completions.sort();
        expected.sort();
        assert_eq!(completions, expected, "{line}");
    }
}

#[test]
fn bash_completes_options_modes_and_servers() {
    let script = script("bash");
    if run_if_installed("bash", &["--version"]).is_none() {
        return;
    }
    check(|line| {
        let call = r#"
            source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }
            _flags flags "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}"
        "#;
        // bash splits at an equals sign, too.
        let line = line.replace('=', " = ");
        let words: Vec<_> = line.split(' ').collect();
        let args = [&["--norc", "-c", call, path(&script)], &words[..]].concat();
        completed(run_if_installed("bash", &args))
    });
}

#[test]
fn fish_completes_options_modes_and_servers() {
    let script = script("fish");
    if run_if_installed("fish", &["--version"]).is_none() {
        return;
    }
    let complete = |line: &str| {
        let call = "source $argv[1]; complete -C $argv[2]";
        let args = ["--no-config", "-c", call, "--", path(&script), line];
        completed(run_if_installed("fish", &args))
    };
    check(complete);
    assert_eq!(complete("flags help compare "), [""; 0]);
    assert_eq!(complete("flags compare "), [""; 0], "no files, as country codes are not files");
    let cacert = complete(&format!("flags --cacert {}", path(&script)));
    assert_eq!(cacert, [path(&script)]);
}

/// Sets up an interactive zsh that prints each match of a completion, then `END`.
const ZSH_SETUP: &str = r#"
    fpath=($1 $fpath)
    autoload -Uz compinit
    compinit -u -D
    compadd() {
        case " ${@[1,(i)(-|--)]}" in *\ -[OAD]\ *) builtin compadd "$@"; return; esac
        local -a matches
        builtin compadd -A matches "$@"
        for match in $matches; do print -r -- "MATCH $match"; done
    }
    print_end() { print END }
    comppostfuncs=(print_end)
    print READY
"#;

/// Types a line and a tab into that zsh, which runs in a pseudo-terminal: completion needs one.
const ZSH_TYPE: &str = r#"
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "source ${(q)1}/setup ${(q)1}"
    zpty -r shell output '*READY*'
    zpty -w -n shell "$2"$'\t'
    zpty -r shell output '*END*'
    print -r -- $output
"#;

#[test]
fn zsh_completes_options_modes_and_servers() {
    if run_if_installed("zsh", &["--version"]).is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let file = |name| folder.path().join(name);
    fs::write(file("_flags"), print_of(&["completions", "zsh"])).unwrap();
    fs::write(file("setup"), ZSH_SETUP).unwrap();
    let folder = folder.path().to_str().unwrap();
    check(|line| {
        let mut zsh = Command::new("zsh");
        zsh.args(["-f", "-c", ZSH_TYPE, "zsh", folder, line]).env("LC_ALL", "C");
        // Limited, because a broken script never prints the text that is waited for.
        let output = stdout(&Running::start(&mut zsh).end_within(Duration::from_secs(60)).output);
        let matches = output.split("MATCH ").skip(1);
        matches.filter_map(|text| text.split_whitespace().next()).map(Into::into).collect()
    });
}

/// The first word of each line of stdout.
fn completed(output: Option<Output>) -> Vec<String> {
    let output = output.expect("it is installed");
    assert_eq!(stderr(&output), "");
    stdout(&output)
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(Into::into)
        .collect()
}

#[test]
fn every_shell_has_a_script_that_knows_every_option() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = String::from_utf8(print_of(&["completions", shell])).unwrap();
        for option in ["mode", "server", "min-speedup", "export-json", "bind"] {
            assert!(script.contains(option), "{shell}: {option}");
        }
    }
}

#[test]
fn the_manual_page_renders_without_warnings() {
    let mut page = NamedTempFile::new().unwrap();
    page.write_all(&print_of(&["man"])).unwrap();
    for (program, args) in [
        ("groff", &["-man", "-ww", "-Tutf8", path(&page)][..]),
        ("mandoc", &["-Tlint", "-Werror", path(&page)]),
        ("man", &["-l", path(&page)]),
    ] {
        // The option -l is that of man-db.
        if program == "man" && cfg!(not(target_os = "linux")) {
            continue;
        }
        if let Some(output) = run_if_installed(program, args) {
            assert!(output.status.success(), "{program}: {output:?}");
            assert_eq!(stderr(&output), "", "{program}");
        }
    }
}

#[test]
fn the_manual_page_documents_every_command() {
    let page = String::from_utf8(print_of(&["man"])).unwrap();
    for text in ["FLAGS COMPARE", "FLAGS SERVE", "EXIT STATUS", "FLAGS_SERVER", "min\\-speedup"] {
        assert!(page.contains(text), "{text}");
    }
    for section in [".SH EXAMPLES\n", ".SH \"SEE ALSO\"\n"] {
        assert!(page.contains(section), "{section}");
    }
    assert_eq!(page.matches("\\-\\-max\\-req").count(), 2, "in flags and in flags compare");
}

#[test]
fn the_manual_page_has_the_date_of_the_version() {
    let page = String::from_utf8(print_of(&["man"])).unwrap();
    let title = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
    let fields: Vec<_> = title.split_whitespace().collect();
    let date = fields[3].trim_matches('"').replace("\\-", "-");
    let parts: Vec<_> = date.split('-').map(|part| part.parse::<u32>().unwrap()).collect();
    assert_eq!((parts.len(), date.len()), (3, "2026-11-30".len()), "{title}");
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut man = support::program();
    let output = man.arg("man").stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success());
    assert_eq!(stderr(&output), "");
}
