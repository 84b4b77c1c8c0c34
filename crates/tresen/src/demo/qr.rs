//! A QR code on a terminal: two rows of modules in each line of half blocks.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code, as the standard asks for.
const QUIET: i32 = 4;

/// Draws a text as a QR code, dark on light, whatever the terminal's colours are; empty when the
/// text is too long for a code.
pub(super) fn draw(text: &str) -> String {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return String::new() };
    let end = code.size() + QUIET;
    let mut drawing = String::new();
    for y in (-QUIET..end).step_by(2) {
        // Black on white.
        drawing.push_str("\u{1b}[30;107m");
        for x in -QUIET..end {
            drawing.push(match (code.get_module(x, y), code.get_module(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        drawing.push_str("\u{1b}[0m\n");
    }
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_with_a_quiet_zone() {
        let drawing =
            draw("http://localhost:8080/e/0123456789abcdefghjkmnpqrs#0123456789abcdefghjkmnpqrs");
        let lines: Vec<_> = drawing.lines().collect();
        let cells = |line: &str| line.chars().filter(|c| "█▀▄ ".contains(*c)).count();
        let width = cells(lines[0]);
        assert!(lines.iter().all(|line| cells(line) == width));
        // Two modules a line, so a code is half as high as it is wide.
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(!lines[0].contains('█') && lines[2].contains('█'));
    }

    #[test]
    fn what_no_code_can_hold_isnt_drawn() {
        assert_eq!(draw(&"a".repeat(5_000)), "");
    }
}
