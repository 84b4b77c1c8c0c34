//! Starts other programs and hands their failure on.

use std::{fmt, path::Path, process::Command};

use anyhow::{Context as _, Error, Result};

/// A program that ended badly; `xtask` ends with the same code.
#[derive(Debug)]
struct Failed {
    program: String,
    code: u8,
}

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} failed with code {}", self.program, self.code)
    }
}

impl std::error::Error for Failed {}

/// The code that `xtask` ends with after `error`.
pub(crate) fn exit_code(error: &Error) -> u8 {
    error.downcast_ref::<Failed>().map_or(1, |failed| failed.code.max(1))
}

/// Runs the command to its end.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let program = describe(command);
    let status = command.status().with_context(|| format!("starting {program}"))?;
    if status.success() {
        return Ok(());
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failed { program, code }.into())
}

/// Runs the command and returns what it wrote on its output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let program = describe(command);
    let output = command.output().with_context(|| format!("starting {program}"))?;
    if !output.status.success() {
        let code = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        return Err(Failed { program, code }.into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The toolchain that runs `xtask` itself.
pub(crate) fn cargo(root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root);
    command
}

/// Whether a program of this name can be started.
pub(crate) fn exists(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let mut words = vec![program.to_string_lossy().into_owned()];
    words.extend(command.get_args().take(3).map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}
