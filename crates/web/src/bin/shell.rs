//! The shell module: the user interface in front of the counter.

fn main() {
    tresen_web::run_shell();
}
