//! A QR code as SVG: modules of one colour on white, whatever the page's colours are, since a camera reads it.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Modules of white around it, which the standard asks for.
const QUIET: i32 = 4;

/// `text` as SVG that is called `name`. `None` where it is longer than a QR code holds.
pub(super) fn svg(text: &str, name: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
    }
    let name = askama::filters::escape(name, askama::filters::Html).ok()?;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{name}\" viewBox=\"0 0 {size} {size}\">\
         <path fill=\"#ffffff\" d=\"M0,0h{size}v{size}H0z\"/><path fill=\"#000000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_a_drawing_without_style() {
        let svg = svg(
            "otpauth://totp/care.test:a%40b.test?secret=ABC",
            "A \"code\"",
        )
        .unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(svg.contains("aria-label=\"A &#34;code&#34;\""));
        assert!(!svg.contains("style"));
        assert!(super::svg(&"x".repeat(5_000), "").is_none());
    }
}
