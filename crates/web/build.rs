//! The shell and the worker are cut into two parts each (`src/bin/shell.rs`, the SDK's `command/seldom.rs`),
//! for which the linker leaves its notes in them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bin=shell=--emit-relocs");
    println!("cargo::rustc-link-arg-bin=worker=--emit-relocs");
}
