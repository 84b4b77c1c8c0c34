//! The desk module: the user interface behind the counter.

fn main() {
    tresen_web::run_desk();
}
