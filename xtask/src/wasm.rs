//! Finds a toolchain that compiles for wasm32.
//!
//! The first choice is the target that rustup installs. Without it Debian's compiler serves, which
//! comes without a standard library for wasm32: that is compiled once for each version of the
//! compiler into `target/wasm-sysroot/VERSION`.
//!
//! What is to be small gets a standard library of its own, `VERSION-small`: a panic ends the module at
//! once, so neither its text nor what writes it is part of the modules. The flags for that are not
//! stable yet, hence `RUSTC_BOOTSTRAP`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    packages,
    run::{cargo, output, run},
};

/// The name of the target.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const CARGO: &str = "/usr/bin/cargo";
const CLIPPY: &str = "/usr/bin/cargo-clippy";
const RUSTC: &str = "/usr/bin/rustc";
const RUSTFLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// The oldest compiler that knows what the crates are written in.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Leptos wraps each component's view into one type: faster to compile and smaller.
const ERASE: &str = "--cfg erase_components";

/// Panics without texts and places (`-C panic=immediate-abort`): a tenth of each module.
const SMALL: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none";

/// The package whose build leaves a standard library behind.
const MANIFEST: &str = "\
[package]
name = \"sysroot\"
edition = \"2024\"

[workspace]

[profile.release]
panic = \"abort\"
";

/// What the compiler aims at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// To be ready soon.
    Quick,
    /// Few bytes.
    Small,
}

/// Where the compiler comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// It is the one that runs `xtask`, with the target that rustup installed.
    Rustup,
    /// Debian's packages.
    Debian,
}

/// A compiler for wasm32.
pub(crate) struct Toolchain {
    source: Source,
    aim: Aim,
    /// The standard library that was built here; the compiler's own one if there is none.
    sysroot: Option<PathBuf>,
}

impl Toolchain {
    /// Picks the toolchain; installs or builds what it lacks.
    pub(crate) fn find(root: &Path, aim: Aim) -> Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let folder = output(Command::new(&rustc).args(["--print", "sysroot"]).current_dir(root))?;
        let folder = PathBuf::from(folder.trim());
        packages::install(&[packages::WASM_C])?;
        let source = if library(&folder).is_dir() { Source::Rustup } else { Source::Debian };
        let mut toolchain = Self { source, aim, sysroot: None };
        let version = match source {
            Source::Rustup if aim == Aim::Quick => return Ok(toolchain),
            Source::Rustup if !folder.join("lib/rustlib/src/rust/library").is_dir() => {
                println!("the modules could be smaller: `rustup component add rust-src`");
                toolchain.aim = Aim::Quick;
                return Ok(toolchain);
            }
            Source::Rustup => version(Command::new(rustc).current_dir(root))?,
            Source::Debian => {
                packages::install(&[packages::WASM])?;
                let version = version(&mut Command::new(RUSTC))?;
                let is_new_enough = numbers(&version) >= numbers(OLDEST);
                ensure!(
                    is_new_enough,
                    "{RUSTC} is {version}, older than {OLDEST}: `rustup target add {TARGET}`, or add \
                     Debian's security updates to apt's sources"
                );
                version
            }
        };
        let name = if aim == Aim::Small { format!("{version}-small") } else { version };
        let sysroot = root.join("target/wasm-sysroot").join(name);
        if !library(&sysroot).is_dir() {
            toolchain.build_library(&sysroot)?;
        }
        toolchain.sysroot = Some(sysroot);
        Ok(toolchain)
    }

    /// A `cargo build` for the target.
    pub(crate) fn build(&self, root: &Path) -> Command {
        let mut command = self.command(CARGO, root);
        command.arg("build");
        self.for_target(&mut command);
        command
    }

    /// A `cargo clippy` for the target.
    pub(crate) fn clippy(&self, root: &Path) -> Result<Command> {
        if self.source == Source::Debian {
            packages::install(&[packages::WASM_LINTS])?;
        }
        // Started by its path, because cargo would find the one of rustup.
        let mut command = self.command(CLIPPY, root);
        command.arg("clippy");
        self.for_target(&mut command);
        Ok(command)
    }

    /// A program of the toolchain; rustup's cargo has all of them.
    fn command(&self, program: &str, folder: &Path) -> Command {
        match self.source {
            Source::Rustup => cargo(folder),
            Source::Debian => clean(program, folder),
        }
    }

    /// The target, and where C code for it comes from.
    fn for_target(&self, command: &mut Command) {
        let mut flags = ERASE.to_owned();
        if let Some(sysroot) = &self.sysroot {
            flags = format!("--sysroot {} {flags}", sysroot.display());
        }
        if self.aim == Aim::Small {
            flags = format!("{flags} {SMALL}");
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        command
            .args(["--target", TARGET])
            .env(RUSTFLAGS, flags)
            .env("CC_wasm32_unknown_unknown", "clang-19")
            .env("AR_wasm32_unknown_unknown", "llvm-ar-19")
            .env("SQLITE_WASM_RS_FLAGS", SQLITE);
    }

    /// Compiles the standard library. It carries bitcode, so that it also serves builds with LTO.
    fn build_library(&self, sysroot: &Path) -> Result<()> {
        println!("building the standard library for {TARGET} (once, about a minute)");
        let name =
            sysroot.file_name().context("the folder is named by the version")?.to_string_lossy();
        let build = sysroot.with_file_name(format!("{name}-build"));
        fs::create_dir_all(build.join("src"))?;
        fs::write(build.join("Cargo.toml"), MANIFEST)?;
        fs::write(build.join("src/lib.rs"), "#![no_std]\n")?;
        let (level, flags, features) = match self.aim {
            Aim::Quick => ("s", "-C embed-bitcode=yes".to_owned(), ""),
            Aim::Small => ("z", format!("-C embed-bitcode=yes {SMALL}"), "optimize_for_size"),
        };
        run(self
            .command(CARGO, &build)
            .args(["build", "--quiet", "--release", "--target", TARGET, "--target-dir", "target"])
            .args(["-Zbuild-std=std,panic_abort", &format!("-Zbuild-std-features={features}")])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
            .env(RUSTFLAGS, flags))?;
        // Complete or absent: the folder gets its name when everything is in it.
        let staged = sysroot.with_file_name(format!("{name}-new"));
        fs::create_dir_all(library(&staged))?;
        for entry in fs::read_dir(build.join("target").join(TARGET).join("release/deps"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".rlib") && !name.starts_with("libsysroot-") {
                fs::copy(&path, library(&staged).join(name))?;
            }
        }
        fs::rename(&staged, sysroot)?;
        fs::remove_dir_all(&build)?;
        Ok(())
    }
}

/// What the store doesn't need of SQLite: ciphers other than the one in use, extensions, statistics. (The
/// parser calls what `ANALYZE` does, so the call is taken out with it.)
const SQLITE: &str = "\
    -DHAVE_CIPHER_AES_128_CBC=0 -DHAVE_CIPHER_AES_256_CBC=0 -DHAVE_CIPHER_SQLCIPHER=0 \
    -DHAVE_CIPHER_RC4=0 -DHAVE_CIPHER_ASCON128=0 -DHAVE_CIPHER_AEGIS=0 \
    -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE -USQLITE_ENABLE_SESSION -USQLITE_ENABLE_STMTVTAB \
    -USQLITE_ENABLE_BYTECODE_VTAB -USQLITE_ENABLE_DBPAGE_VTAB -USQLITE_ENABLE_DBSTAT_VTAB \
    -USQLITE_ENABLE_MATH_FUNCTIONS -USQLITE_ENABLE_OFFSET_SQL_FUNC -USQLITE_ENABLE_API_ARMOR \
    -USQLITE_ENABLE_UNKNOWN_SQL_FUNCTION -USQLITE_ENABLE_UNLOCK_NOTIFY \
    -USQLITE_ENABLE_PREUPDATE_HOOK -USQLITE_ENABLE_COLUMN_METADATA \
    -DSQLITE_OMIT_ANALYZE -Dsqlite3Analyze(a,b,c)= \
    -DSQLITE_OMIT_AUTHORIZATION -DSQLITE_OMIT_AUTOVACUUM -DSQLITE_OMIT_COMPILEOPTION_DIAGS \
    -DSQLITE_OMIT_COMPLETE -DSQLITE_OMIT_DECLTYPE -DSQLITE_OMIT_DESERIALIZE \
    -DSQLITE_OMIT_EXPLAIN -DSQLITE_OMIT_FOREIGN_KEY -DSQLITE_OMIT_GET_TABLE \
    -DSQLITE_OMIT_INCRBLOB \
    -DSQLITE_OMIT_INTROSPECTION_PRAGMAS -DSQLITE_OMIT_JSON -DSQLITE_OMIT_LOCALTIME \
    -DSQLITE_OMIT_PROGRESS_CALLBACK -DSQLITE_OMIT_SCHEMA_PRAGMAS -DSQLITE_OMIT_TCL_VARIABLE \
    -DSQLITE_OMIT_TRACE -DSQLITE_OMIT_UTF16 -DSQLITE_OMIT_WAL -DSQLITE_UNTESTABLE";

/// A program of Debian's toolchain, out of reach of rustup's variables.
fn clean(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let own = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        if own || text.starts_with("RUSTUP_TOOLCHAIN") || text.starts_with("LD_LIBRARY_PATH") {
            command.env_remove(&name);
        }
    }
    command
        .current_dir(folder)
        .env("CARGO", CARGO)
        .env("RUSTC", RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
    command
}

fn library(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

fn version(rustc: &mut Command) -> Result<String> {
    let text = output(rustc.arg("--version"))?;
    let version = text.split_whitespace().nth(1).context("rustc tells its version")?;
    Ok(version.to_owned())
}

/// The parts of a version, to compare: `1.96.0-beta` is 1, 96.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').take(2).map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(numbers("1.96.0") > numbers("1.95"));
        assert!(numbers("1.95.1-nightly") >= numbers("1.95"));
        assert!(numbers("1.85.0") < numbers("1.95"));
        assert!(numbers("2.0.0") > numbers("1.95"));
    }
}
