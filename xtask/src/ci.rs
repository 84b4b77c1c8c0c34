//! The checks that a change must pass, the quick ones first.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Result, bail};

use crate::{
    capacity, packages,
    run::{cargo, exists, output, run},
    tidy,
    wasm::{Aim, Toolchain},
    web::{self, Mode},
};

/// Everything but the web app, which is compiled for wasm32 only.
const NATIVE: [&str; 3] = ["--workspace", "--exclude", "tresen-web"];

/// Keys that rustfmt takes on the command line only.
const FORMAT: [&str; 2] =
    ["--config", "unstable_features=true,imports_granularity=Crate,group_imports=StdExternalCrate"];

/// Tools that not everybody has: they check when they are there.
const OPTIONAL: &[(&str, &[&str])] = &[
    ("typos", &[]),
    ("taplo", &["format", "--check"]),
    ("cargo-deny", &["check", "bans", "licenses", "sources"]),
];

/// What the tests start.
const NEEDS: &[&[packages::Need]] =
    &[packages::BROWSERS, packages::DATABASES, packages::LEDGER, packages::BUS, packages::CLIENTS];

/// The end-to-end tests that also run on two nodes with PostgreSQL and NATS.
const ON_NODES: &[&str] = &["chaos", "conversation", "first_message", "team"];

/// How long nodes, databases and buses are killed.
const CHAOS_SECONDS: &str = "60";

/// The first of the seeds that `soak` lets the simulation run through, and how many they are.
const SOAK_SEEDS: [&str; 2] = ["1000", "200"];

/// How much three agents and twenty customers do at a market of `soak`, and with which seed.
const SOAK_MARKET: [&str; 2] = ["10000", "1000"];

/// Runs all checks and stops at the first that fails.
pub(crate) fn ci(root: &Path) -> Result<()> {
    let mut steps = Steps::default();
    steps.step("format", || format(root, &["--check"]))?;
    for &(tool, arguments) in OPTIONAL {
        if exists(tool) {
            steps.step(tool, || run(Command::new(tool).args(arguments).current_dir(root)))?;
        } else {
            println!("--- {tool}: not installed, left out");
        }
    }
    steps.step("tidy", || tidy::tidy(root))?;
    steps.step("capacity", || capacity::capacity(root, true))?;
    steps.step("packages", || packages::install(NEEDS))?;
    steps.step("clippy", || {
        run(cargo(root)
            .args(["clippy", "--quiet", "--all-targets"])
            .args(NATIVE)
            .args(["--", "-D", "warnings"]))
    })?;
    steps.step("documentation", || document(root))?;
    steps.step("web: modules", || web::modules(root, Mode::Check))?;
    steps.step("web: clippy", || clippy_web(root))?;
    build_and_test(root, &mut steps, Mode::Check)?;
    steps.step("chaos", || torment(root, "debug/tresen", &[CHAOS_SECONDS]))?;
    steps.summary();
    Ok(())
}

/// Builds the web app and runs every test.
pub(crate) fn test(root: &Path) -> Result<()> {
    let mut steps = Steps::default();
    packages::install(NEEDS)?;
    steps.step("web: modules", || web::modules(root, Mode::Development))?;
    build_and_test(root, &mut steps, Mode::Development)?;
    steps.summary();
    Ok(())
}

/// Compiles the tests, bundles the web app with a program that came out of it, runs the tests.
///
/// Everything native is compiled in one go: a smaller selection of packages would have other
/// features and compile its dependencies again.
fn build_and_test(root: &Path, steps: &mut Steps, mode: Mode) -> Result<()> {
    steps.step("tests: compile", || {
        run(cargo(root).args(["test", "--quiet", "--no-run"]).args(NATIVE))
    })?;
    steps.step("web: bundle", || {
        web::bundle(root, &mut Command::new(target(root).join("debug/xtask-web")), mode)
    })?;
    steps.step("tests", || run(cargo(root).arg("test").args(NATIVE).arg("--no-fail-fast")))?;
    steps.step("tests on two nodes", || {
        let tests = ON_NODES.iter().flat_map(|test| ["--test", test]);
        run(cargo(root)
            .arg("test")
            .args(NATIVE)
            .args(tests)
            .arg("--no-fail-fast")
            .env("TESTKIT_STORE", "postgres"))
    })
}

/// Three nodes, two databases and three buses under load, killed one after the other.
pub(crate) fn chaos(root: &Path, arguments: &[&str]) -> Result<()> {
    packages::install(NEEDS)?;
    run(cargo(root).args(["build", "--quiet", "--release", "--package", "tresen"]))?;
    torment(root, "release/tresen", arguments)
}

fn torment(root: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    run(cargo(root)
        .args(["run", "--quiet", "--package", "tresen-testkit", "--example", "chaos", "--"])
        .args(arguments)
        .env("CHAOS_PROGRAM", target(root).join(program)))
}

/// Formats the sources.
pub(crate) fn fmt(root: &Path) -> Result<()> {
    format(root, &[])
}

fn format(root: &Path, flags: &[&str]) -> Result<()> {
    run(cargo(root).args(["fmt", "--all", "--"]).args(flags).args(FORMAT))
}

/// Documents everything, private items too, so that links between them are checked.
fn document(root: &Path) -> Result<()> {
    run(cargo(root)
        .args(["doc", "--quiet", "--no-deps", "--document-private-items"])
        .args(NATIVE)
        .env("RUSTDOCFLAGS", "-D warnings"))
}

/// Lints the web app with the toolchain that compiles it.
fn clippy_web(root: &Path) -> Result<()> {
    run(Toolchain::find(root, Aim::Quick)?
        .clippy(root)?
        .args(["--quiet", "--package", "tresen-web", "--profile", "web"])
        .args(["--", "-D", "warnings"]))
}

/// Runs every fuzz target for a while.
pub(crate) fn fuzz(root: &Path, seconds: u64) -> Result<()> {
    if !exists("cargo-fuzz") {
        bail!("cargo-fuzz is missing; install it with\n\n    cargo install cargo-fuzz\n");
    }
    let list = output(cargo_fuzz(root).arg("list"))?;
    for target in list.split_whitespace() {
        println!("--- fuzz: {target}");
        run(cargo_fuzz(root)
            .args(["run", target, "--"])
            .arg(format!("-max_total_time={seconds}"))
            .arg("-print_final_stats=1"))?;
    }
    Ok(())
}

/// `cargo fuzz` needs the nightly compiler.
fn cargo_fuzz(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(["+nightly", "fuzz"])
        .env("CARGO_TARGET_DIR", root.join("target/fuzz"))
        // SQLite's one file of C defines some names twice, each for itself.
        .env("ASAN_OPTIONS", "detect_odr_violation=0")
        .current_dir(root)
        .env_remove("RUSTUP_TOOLCHAIN");
    command
}

/// Runs one of the programs of the test kit that drive a browser to measure or to show something.
pub(crate) fn measure(root: &Path, example: &str, arguments: &[&str]) -> Result<()> {
    web::web(root, Mode::Release)?;
    run(cargo(root)
        .args(["build", "--quiet", "--package", "tresen"])
        .env("TRESEN_WEB_DIST", web::dist(root)))?;
    example_with_browsers(root, example, arguments)
}

/// Builds the web app quickly and runs an example with it in real browsers.
pub(crate) fn drive(root: &Path, example: &str, arguments: &[&str]) -> Result<()> {
    web::web(root, Mode::Development)?;
    example_with_browsers(root, example, arguments)
}

/// Kills a browser many times, then runs many seeds of the simulation, and one long market.
pub(crate) fn soak(root: &Path, numbers: &[&str]) -> Result<()> {
    drive(root, "soak", numbers)?;
    let [first, count] = SOAK_SEEDS;
    simulation(root, &["--seeds", first, count])?;
    let [operations, seed] = SOAK_MARKET;
    simulation(root, &["--seeds", seed, "1", "--market", operations])
}

fn simulation(root: &Path, arguments: &[&str]) -> Result<()> {
    run(cargo(root)
        .args(["run", "--quiet", "--package", "tresen-testkit", "--example", "simulation", "--"])
        .args(arguments))
}

fn example_with_browsers(root: &Path, example: &str, arguments: &[&str]) -> Result<()> {
    packages::install(&[packages::BROWSERS])?;
    run(cargo(root)
        .args(["run", "--quiet", "--package", "tresen-testkit", "--example", example, "--"])
        .args(arguments)
        .env("TRESEN_WEB_DIST", web::dist(root))
        .env("TRESEN_BINARY", target(root).join("debug/tresen")))
}

/// Runs a program of the test kit that drives an app whose worker fills its account when it is asked to.
pub(crate) fn measure_sample(root: &Path, example: &str, numbers: &[&str]) -> Result<()> {
    packages::install(&[packages::BROWSERS])?;
    web::web_with(root, Mode::Release, &["--features", "sample"])?;
    run(cargo(root)
        .args(["run", "--quiet", "--package", "tresen-testkit", "--example", example, "--"])
        .args(numbers)
        .env("TRESEN_WEB_DIST", web::dist(root)))
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// The steps that passed and how long each took.
#[derive(Default)]
struct Steps {
    passed: Vec<(String, Duration)>,
}

impl Steps {
    fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        println!("--- {name}");
        let start = std::time::Instant::now();
        let result = work();
        let taken = start.elapsed();
        let verdict = if result.is_ok() { "passed" } else { "FAILED" };
        println!("--- {name}: {verdict} after {:.1} s", taken.as_secs_f64());
        self.passed.push((name.to_owned(), taken));
        result
    }

    fn summary(&self) {
        let total = self.passed.iter().map(|(_, taken)| taken).sum::<Duration>();
        for (name, taken) in &self.passed {
            println!("{:8.1} s  {name}", taken.as_secs_f64());
        }
        println!("{:8.1} s  in all", total.as_secs_f64());
    }
}
