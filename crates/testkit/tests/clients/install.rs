//! Installs published packages under the target folder, once for each set of versions.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

/// One installation at a time.
static TURN: Mutex<()> = Mutex::new(());

/// What a program says; fails with what it says when it fails.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().expect("the program is there");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}\n{errors}");
    said
}

/// A Python with these packages.
pub(crate) fn python(package: &str) -> PathBuf {
    let folder = once(package, |folder| {
        output(Command::new("python3").args(["-m", "venv"]).arg(folder));
        let pip = folder.join("bin/pip");
        let quiet = ["install", "--quiet", "--disable-pip-version-check"];
        output(Command::new(pip).args(quiet).arg(package));
    });
    folder.join("bin/python")
}

/// A folder with these packages of npm.
pub(crate) fn node(packages: &[&str]) -> PathBuf {
    once(&packages.join(" "), |folder| {
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join("package.json"), r#"{"private":true}"#).expect("a file");
        let quiet = ["install", "--silent", "--no-audit", "--no-fund", "--save-exact"];
        output(Command::new("npm").args(quiet).args(packages).current_dir(folder));
    })
}

/// A program in Rust in a project of its own, outside the workspace, with these dependencies.
pub(crate) fn cargo(name: &str, dependencies: &[&str], source: &Path) -> PathBuf {
    let folder = once(&dependencies.join(" "), |folder| {
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let dependencies = dependencies.join("\n");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    });
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    fs::copy(source, folder.join("src/main.rs")).expect("a source");
    let built = folder.join("target");
    output(
        Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--target-dir"])
            .arg(&built)
            .current_dir(&folder)
            .env_remove("RUSTFLAGS"),
    );
    built.join("debug").join(name)
}

/// Copies a script beside the packages, where it finds them, with what it shares with others.
pub(crate) fn beside(folder: &Path, scripts: &Path, script: &str) -> PathBuf {
    for name in [script, "stage.mjs"] {
        fs::copy(scripts.join(name), folder.join(name)).expect("a script");
    }
    folder.join(script)
}

fn once(what: &str, install: impl FnOnce(&Path)) -> PathBuf {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let name: String =
        what.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/clients").join(name);
    let done = folder.join("installed");
    if !done.exists() {
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(folder.parent().expect("a parent")).expect("a folder");
        install(&folder);
        fs::write(done, what).expect("a file");
    }
    fs::canonicalize(folder).expect("a folder")
}
