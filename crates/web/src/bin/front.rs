//! The front module: the page behind an entry link.

fn main() {
    tresen_web::run_front();
}
