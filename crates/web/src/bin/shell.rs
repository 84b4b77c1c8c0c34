//! The shell module: the user interface.

fn main() {
    tresen_web::run_shell();
}
