//! A process of its own for each seed, with simulated time and randomness.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output, Stdio},
};

use tempfile::TempDir;

use super::{Day, Defect, Report, run};
use crate::world;

/// The library that is preloaded.
const SOURCE: &str = include_str!("process.c");
/// Where the random numbers begin; set in a process of a simulation.
const SEED: &str = "SIMULATION_SEED";
/// Whether a simulation tells what happens.
const TOLD: &str = "SIMULATION_TOLD";
/// What is broken on purpose.
const DEFECT: &str = "SIMULATION_DEFECT";
/// How much is done at the market; set for a market.
const OPERATIONS: &str = "SIMULATION_OPERATIONS";
/// Processes at a time.
const AT_ONCE: usize = 2;

/// Why a simulation can't be run.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// A program can't be started, or a file not be written.
    #[error("a process can't be started")]
    Io(#[from] std::io::Error),
    /// The library doesn't compile: there is no C compiler.
    #[error("the C compiler failed: {0}")]
    Compiler(String),
}

/// Starts simulations in processes of their own.
#[derive(Debug)]
pub struct Simulations {
    folder: TempDir,
    /// Whether they tell what happens, to the standard error.
    pub is_told: bool,
    /// What is broken in them on purpose.
    pub defect: Option<Defect>,
    /// What people do.
    pub day: Day,
}

/// What a process said.
#[derive(Debug)]
pub struct Ended {
    /// The seed.
    pub seed: u64,
    /// Whether nothing was wrong.
    pub is_sound: bool,
    /// The report, or what the process said last.
    pub report: String,
}

/// Runs the simulation if this process is that of one; gives how it is to end.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where a simulation reads them")]
#[expect(clippy::print_stdout, reason = "the report is the output")]
pub fn in_simulated_process() -> Option<ExitCode> {
    let seed = env::var(SEED).ok()?.parse().ok()?;
    let defect = env::var(DEFECT).ok().as_deref().and_then(Defect::parse);
    let operations = env::var(OPERATIONS).ok().and_then(|number| number.parse().ok());
    let day = operations.map_or(Day::Talk, Day::Market);
    let is_told = env::var_os(TOLD).is_some();
    if is_told {
        drop(
            tracing_subscriber::fmt()
                .with_writer(std::io::stderr)
                .with_max_level(tracing::Level::DEBUG)
                .with_ansi(false)
                .without_time()
                .try_init(),
        );
    }
    let report: Report = world::run_quietly(run(seed, day, is_told, defect));
    print!("{report}");
    Some(if report.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Simulations {
    /// Compiles what is preloaded.
    ///
    /// # Errors
    /// When there is no C compiler.
    pub fn new() -> Result<Self, ProcessError> {
        let folder = tempfile::tempdir()?;
        let source = folder.path().join("process.c");
        std::fs::write(&source, SOURCE)?;
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([library(folder.path()), source])
            .arg("-ldl")
            .output()?;
        if !compiled.status.success() {
            let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
            return Err(ProcessError::Compiler(said));
        }
        Ok(Self { folder, is_told: false, defect: None, day: Day::Talk })
    }

    /// Runs seeds, some at a time, and hands on how each ended, in order.
    ///
    /// # Errors
    /// When a process can't be started.
    pub fn run(&self, seeds: &[u64], mut ended: impl FnMut(Ended)) -> Result<(), ProcessError> {
        for some in seeds.chunks(AT_ONCE) {
            let mut children = Vec::with_capacity(some.len());
            for seed in some {
                children.push((*seed, self.command(*seed)?.spawn()?));
            }
            for (seed, child) in children {
                let output = child.wait_with_output()?;
                ended(Ended { seed, is_sound: output.status.success(), report: said(&output) });
            }
        }
        Ok(())
    }

    fn command(&self, seed: u64) -> Result<Command, ProcessError> {
        let mut command = Command::new(env::current_exe()?);
        command.env("LD_PRELOAD", library(self.folder.path())).env(SEED, seed.to_string());
        if let Some(defect) = self.defect {
            command.env(DEFECT, defect.name());
        }
        if let Day::Market(operations) = self.day {
            command.env(OPERATIONS, operations.to_string());
        }
        if self.is_told {
            command.env(TOLD, "1").stderr(Stdio::inherit());
        } else {
            command.stderr(Stdio::piped());
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        Ok(command)
    }
}

fn library(folder: &Path) -> PathBuf {
    folder.join("process.so")
}

/// The report; with the error, when it died without one.
fn said(output: &Output) -> String {
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() || report.contains("wrong") {
        return report;
    }
    format!("{report}{}{}\n", String::from_utf8_lossy(&output.stderr), output.status)
}
