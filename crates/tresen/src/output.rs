//! What goes to standard output: lines that scripts rely on. Everything else is logged to standard error.

use std::io::Write as _;

use serde::Serialize;

/// Prints one line and flushes it.
pub(crate) fn line(text: &str) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{text}")?;
    output.flush()
}

/// Prints one JSON object, the last line of a command.
pub(crate) fn last_line<T: Serialize>(report: &T) -> anyhow::Result<()> {
    Ok(line(&serde_json::to_string(report)?)?)
}
