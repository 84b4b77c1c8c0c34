//! The browser dies at random moments while both sides write; `cargo xtask soak` does it more often.

use tresen_testkit::soak;

use super::stage::in_turn;

#[test]
fn kills_at_random_moments_lose_and_double_nothing() {
    let report = in_turn(soak::kill_browsers(4, 7));
    assert!(report.wrong.is_empty(), "{report}");
}
