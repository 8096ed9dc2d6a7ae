//! Previews of files: a small picture made anew, or the first lines of a plain text. Nothing of the original's bytes leaves here.
//!
//! Invariant: what a file says about itself (its name, its media type) decides nothing but that a text may be shown as text; a picture
//! is known by its own first bytes, decoded within limits, and encoded again without metadata. A decoder that panics is a file
//! without a preview.

use std::io::Cursor;
use std::sync::LazyLock;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

/// Bytes of a file that are looked at.
pub const SOURCE_BYTES_MAX: u64 = 24 << 20;
/// Pixels of a picture that is decoded: four bytes each.
const PIXELS_MAX: u64 = 24_000_000;
/// A side of a picture that is decoded.
const SIDE_MAX: u32 = 16_384;
/// What one decoder may allocate.
const DECODE_BYTES_MAX: u64 = 128 << 20;
/// A side of the preview.
const PREVIEW_SIDE: u32 = 256;
/// Lines of a text, and characters of a line.
const LINES_MAX: usize = 12;
const LINE_CHARS_MAX: usize = 120;
/// Bytes of a text that are looked at.
const TEXT_BYTES_MAX: usize = 8 << 10;
/// Pictures decoded at once, by all together: each takes memory.
const AT_ONCE: usize = 2;

static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(AT_ONCE));

/// What is shown of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// A PNG, `width` by `height`.
    Picture {
        /// The file.
        png: Vec<u8>,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The first lines of a text, to be escaped wherever they are shown.
    Lines(Vec<String>),
    /// Nothing: of a kind that is not shown, too large, or damaged.
    None,
}

/// What is shown of a file of this media type that begins with `bytes`; `whole`: they are all of it.
pub async fn of(media_type: &str, bytes: Vec<u8>, whole: bool) -> Preview {
    if format(&bytes).is_none() {
        return text(media_type, &bytes).map_or(Preview::None, Preview::Lines);
    }
    if !whole {
        return Preview::None;
    }
    let Ok(_place) = PLACES.acquire().await else {
        return Preview::None;
    };
    // A thread of its own: decoding takes long, and what panics in there ends there.
    let drawn = tokio::task::spawn_blocking(move || picture(&bytes)).await;
    match drawn {
        Ok(Some(preview)) => preview,
        Ok(None) => Preview::None,
        Err(_) => {
            tracing::warn!("a picture could not be decoded: the decoder gave up");
            Preview::None
        }
    }
}

/// The format that a picture's own first bytes say, of those that are decoded here.
fn format(bytes: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(bytes).ok()?;
    let known = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ];
    known.contains(&format).then_some(format)
}

/// The first frame, upright, small, and encoded anew.
fn picture(bytes: &[u8]) -> Option<Preview> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(bytes)?);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if pixels == 0 || pixels > PIXELS_MAX || decoder.total_bytes() > DECODE_BYTES_MAX {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let drawn = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = if width.max(height) > PREVIEW_SIDE {
        drawn.thumbnail(PREVIEW_SIDE, PREVIEW_SIDE)
    } else {
        drawn
    };
    small.apply_orientation(orientation);
    // Pixels alone: a new picture has no profile, no place, no camera.
    let small = if small.color().has_alpha() {
        DynamicImage::ImageRgba8(small.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(small.to_rgb8())
    };
    let mut png = Cursor::new(Vec::new());
    small.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(Preview::Picture {
        png: png.into_inner(),
        width: small.width(),
        height: small.height(),
    })
}

/// The first lines of what says that it is plain text, and is.
fn text(media_type: &str, bytes: &[u8]) -> Option<Vec<String>> {
    let essence = media_type.split(';').next().unwrap_or("").trim();
    if !matches!(essence, "text/plain" | "text/csv") {
        return None;
    }
    let head = bytes.get(..TEXT_BYTES_MAX.min(bytes.len()))?;
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character that the cut went through.
        Err(error) if error.error_len().is_none() && head.len() < bytes.len() => {
            std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    if text
        .chars()
        .any(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t'))
    {
        return None;
    }
    let lines: Vec<String> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .take(LINES_MAX)
        .map(|line| line.chars().take(LINE_CHARS_MAX).collect())
        .collect();
    (!lines.is_empty()).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut out, ImageFormat::Png)
            .unwrap();
        out.into_inner()
    }

    /// A small PNG whose header says that it is huge.
    fn bomb() -> Vec<u8> {
        let mut bytes = png(8, 8);
        bytes[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
        let sum = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |mut sum, byte| {
            sum ^= u32::from(*byte);
            for _ in 0..8 {
                sum = (sum >> 1) ^ (0xedb8_8320 & (!(sum & 1)).wrapping_add(1));
            }
            sum
        })
    }

    async fn shown(bytes: Vec<u8>) -> Preview {
        of("application/octet-stream", bytes, true).await
    }

    #[tokio::test]
    async fn a_picture_is_drawn_anew_and_small() {
        let point = shown(png(1, 1)).await;
        let Preview::Picture {
            width: 1,
            height: 1,
            ..
        } = point
        else {
            panic!("a small one stays as it is: {point:?}");
        };
        let Preview::Picture { png, width, height } = shown(png(1000, 500)).await else {
            panic!("it has a preview");
        };
        assert_eq!((width, height), (256, 128));
        assert!(png.starts_with(b"\x89PNG"));
        assert!(png.len() < 100_000);
    }

    #[tokio::test]
    async fn hostile_pictures_have_none() {
        assert_eq!(shown(bomb()).await, Preview::None, "huge by its header");
        let whole = png(64, 64);
        for cut in [9, 20, 40, whole.len() / 2] {
            assert_eq!(
                shown(whole[..cut].to_vec()).await,
                Preview::None,
                "cut at {cut}"
            );
        }
        let tall = png(1, SIDE_MAX + 1);
        assert_eq!(shown(tall).await, Preview::None, "one side too long");
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        assert_eq!(of("image/png", svg.to_vec(), true).await, Preview::None);
        assert_eq!(
            of("text/html", b"<p>hello".to_vec(), true).await,
            Preview::None
        );
        assert_eq!(
            of("image/png", whole, false).await,
            Preview::None,
            "only the beginning of it"
        );
    }

    /// What follows a picture, or hides in it, is not in the preview.
    #[tokio::test]
    async fn nothing_hidden_comes_along() {
        let mut two = png(32, 32);
        two.extend_from_slice(b"<html><script>alert('thistle')</script>%PDF-1.7");
        let Preview::Picture { png, .. } = shown(two).await else {
            panic!("it has a preview");
        };
        assert!(!png.windows(7).any(|it| it == b"thistle"));
        // A JPEG that says where it was taken, in its EXIF.
        let mut jpeg = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(40, 20)
            .write_to(&mut jpeg, ImageFormat::Jpeg)
            .unwrap();
        let mut with_place = jpeg.into_inner();
        // Little-endian TIFF: orientation 6 (turned by a quarter), and the place as the description.
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        exif.extend_from_slice(b"\x0e\x01\x02\0\x10\0\0\0\x26\0\0\0");
        exif.extend_from_slice(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
        exif.extend_from_slice(b"\0\0\0\0GPS 57.70N 11.97");
        let len = u16::try_from(exif.len() + 2).unwrap();
        let mut segment = vec![0xff, 0xe1];
        segment.extend_from_slice(&len.to_be_bytes());
        segment.extend_from_slice(&exif);
        with_place.splice(2..2, segment);
        assert!(with_place.windows(5).any(|it| it == b"57.70"));
        let Preview::Picture { png, width, height } = shown(with_place).await else {
            panic!("it has a preview");
        };
        for word in [&b"57.70"[..], b"Exif", b"eXIf", b"tEXt", b"iCCP"] {
            assert!(!png.windows(word.len()).any(|it| it == word), "{word:?}");
        }
        assert!(height > width, "it stands upright");
    }

    #[tokio::test]
    async fn the_first_lines_of_a_text_are_shown() {
        let long = format!(
            "\u{feff}<b>one</b>\n{}\n{}",
            "å".repeat(300),
            "more\n".repeat(5000)
        );
        let Preview::Lines(lines) = of("text/plain; charset=utf-8", long.into_bytes(), true).await
        else {
            panic!("it has a preview");
        };
        assert_eq!((lines.len(), lines[0].as_str()), (LINES_MAX, "<b>one</b>"));
        assert_eq!(lines[1].chars().count(), LINE_CHARS_MAX);
        for (kind, bytes) in [
            ("text/plain", &b"\xff\xfe\0"[..]),
            ("text/plain", b"bell \x07"),
            ("text/plain", b""),
            ("text/xml", b"<a/>"),
        ] {
            assert_eq!(
                of(kind, bytes.to_vec(), true).await,
                Preview::None,
                "{kind} {bytes:?}"
            );
        }
    }
}
