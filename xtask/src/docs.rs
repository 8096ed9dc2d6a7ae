//! `cargo xtask docs [--check]`: docs/reference, written by the program that it describes.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde_json::Value;

use crate::report::Count;
use crate::{Outcome, process, root};

/// Options of `docs`.
#[derive(Args)]
pub struct Options {
    /// Change nothing; say whether everything is fresh.
    #[arg(long)]
    check: bool,
}

/// One file of docs/reference and what writes it.
struct Generator {
    /// File name in docs/reference.
    file: &'static str,
    /// What the file says about itself.
    title: &'static str,
    /// How its text is made from the binary.
    write: fn(&Path) -> Outcome<String>,
}

const GENERATORS: &[Generator] = &[
    Generator {
        file: "cli.md",
        title: "Command line",
        write: cli,
    },
    Generator {
        file: "config.md",
        title: "Configuration",
        write: |binary| fenced(binary, &["config", "sample"], "toml"),
    },
    Generator {
        file: "errors.md",
        title: "Error codes",
        write: |binary| output(binary, &["docs", "errors"]),
    },
    Generator {
        file: "openapi.json",
        title: "",
        write: |binary| output(binary, &["docs", "openapi"]),
    },
];

/// Write the files, or check them.
pub fn run(options: &Options) -> Outcome<bool> {
    let root = root()?;
    if options.check {
        return Ok(check(&root)?.failed == 0);
    }
    let binary = built_binary(&root)?;
    let folder = root.join("docs/reference");
    std::fs::create_dir_all(&folder)?;
    let mut held = true;
    for generator in GENERATORS {
        match text(generator, &binary) {
            Ok(text) => {
                std::fs::write(folder.join(generator.file), text)?;
                println!("wrote docs/reference/{}", generator.file);
            }
            Err(error) => {
                held = false;
                println!("cannot write docs/reference/{}: {error}", generator.file);
            }
        }
    }
    Ok(held)
}

/// How many files are fresh, and how many are not.
pub fn check(root: &Path) -> Outcome<Count> {
    let binary = built_binary(root)?;
    let mut count = Count::default();
    for generator in GENERATORS {
        let problem = match text(generator, &binary) {
            Err(error) => Some(error.to_string()),
            Ok(fresh) => {
                match std::fs::read_to_string(root.join("docs/reference").join(generator.file)) {
                    Err(_) => Some("is missing; write it: cargo xtask docs".to_owned()),
                    Ok(stored) => first_difference(&stored, &fresh),
                }
            }
        };
        match problem {
            None => count.passed += 1,
            Some(problem) => {
                count.failed += 1;
                println!("docs/reference/{}: {problem}", generator.file);
            }
        }
    }
    Ok(count)
}

/// Build the binary `strongroom` (dev profile) and say where it is.
pub fn built_binary(root: &Path) -> Outcome<PathBuf> {
    let arguments = [
        "build",
        "--quiet",
        "--workspace",
        "--bin",
        "strongroom",
        "--message-format",
        "json-render-diagnostics",
    ];
    let output = process::cargo()
        .args(arguments)
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the binary `strongroom` does not build".into());
    }
    executable(&String::from_utf8_lossy(&output.stdout), "strongroom")
        .ok_or_else(|| "cargo did not say where the binary is".into())
}

/// The path that cargo's JSON messages give for a binary.
pub fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name").and_then(Value::as_str) == Some(name))
        .find_map(|message| {
            message
                .get("executable")
                .and_then(Value::as_str)
                .map(PathBuf::from)
        })
}

fn text(generator: &Generator, binary: &Path) -> Outcome<String> {
    let body = (generator.write)(binary)?;
    let body = body.trim_end();
    if generator.title.is_empty() {
        return Ok(format!("{body}\n"));
    }
    Ok(format!(
        "# {}\n\nWritten by `cargo xtask docs` from the code; a change here is lost.\n\n{body}\n",
        generator.title
    ))
}

/// A command of the binary that may not be there yet: then the message says which.
fn output(binary: &Path, arguments: &[&str]) -> Outcome<String> {
    let mut command = Command::new(binary);
    // A width that does not depend on who runs it.
    command
        .args(arguments)
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1");
    process::output(&mut command).map_err(|error| {
        format!(
            "`strongroom {}` does not work (yet): {error}",
            arguments.join(" ")
        )
        .into()
    })
}

fn fenced(binary: &Path, arguments: &[&str], language: &str) -> Outcome<String> {
    Ok(format!(
        "```{language}\n{}\n```",
        output(binary, arguments)?.trim_end()
    ))
}

/// The help text of every command, found by walking down.
fn cli(binary: &Path) -> Outcome<String> {
    let mut text = String::new();
    help(binary, &mut Vec::new(), &mut text)?;
    Ok(text)
}

fn help(binary: &Path, command: &mut Vec<String>, text: &mut String) -> Outcome {
    let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help_text = output(binary, &arguments)?;
    let name = std::iter::once("strongroom")
        .chain(command.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" ");
    text.push_str(&format!(
        "## `{name}`\n\n```text\n{}\n```\n\n",
        help_text.trim_end()
    ));
    for subcommand in subcommands(&help_text) {
        command.push(subcommand);
        help(binary, command, text)?;
        command.pop();
    }
    Ok(())
}

/// The names in the `Commands:` part of a help text.
fn subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| line.trim_end() != "Commands:")
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with("  "))
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

fn first_difference(stored: &str, fresh: &str) -> Option<String> {
    if stored == fresh {
        return None;
    }
    let mut lines = stored.lines().zip(fresh.lines()).enumerate();
    let place = lines
        .find(|(_, (stored, fresh))| stored != fresh)
        .map_or_else(
            || "one is longer than the other".to_owned(),
            |(number, (stored, fresh))| format!("line {}:\n  - {stored}\n  + {fresh}", number + 1),
        );
    Some(format!(
        "is stale; write it again: cargo xtask docs\n  {place}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subcommands_are_found_in_a_help_text() {
        let help = "A thing.\n\nUsage: a <COMMAND>\n\nCommands:\n  demo   Fill and serve\n         on the loopback address\n  check  See whether promises hold\n  help   Print this\n\nOptions:\n  -h  Help\n";
        assert_eq!(subcommands(help), ["demo", "check"]);
        assert!(subcommands("Usage: a\n\nOptions:\n  -h  Help\n").is_empty());
    }

    #[test]
    fn a_stale_file_is_told_with_its_first_difference() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert!(
            first_difference("a\nb\n", "a\nc\n")
                .unwrap()
                .contains("line 2:\n  - b\n  + c")
        );
        assert!(
            first_difference("a\n", "a\nb\n")
                .unwrap()
                .contains("longer")
        );
    }

    #[test]
    fn the_binary_is_found_in_cargo_messages() {
        let messages = "{\"reason\":\"x\",\"target\":{\"name\":\"strongroom\"},\"executable\":null}\nnot json\n{\"target\":{\"name\":\"strongroom\"},\"executable\":\"target/debug/strongroom\"}\n";
        assert_eq!(
            executable(messages, "strongroom"),
            Some(PathBuf::from("target/debug/strongroom"))
        );
        assert_eq!(executable(messages, "other"), None);
    }
}
