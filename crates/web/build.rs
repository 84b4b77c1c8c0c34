//! The shell is cut into two parts (`src/bin/shell.rs`), for which the linker leaves its notes in it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bin=shell=--emit-relocs");
}
