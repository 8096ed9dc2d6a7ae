//! Texts that stand nowhere else, planted so that they can be looked for.

use base64::Engine as _;

use crate::house::holds;

/// Makes texts and remembers where each was planted.
#[derive(Default)]
pub struct Garden {
    planted: Vec<(&'static str, String)>,
    /// What was refused, and all that was said then.
    pub refusals: Vec<(String, String)>,
}

impl Garden {
    /// A new text for this place. Letters only, so that it passes wherever letters do.
    pub fn plant(&mut self, place: &'static str) -> String {
        let mut number = self.planted.len() + 1;
        let mut text = String::from("Canary");
        for _ in 0..4 {
            text.push(char::from(b'a' + u8::try_from(number % 26).unwrap()));
            number = number / 26 + 7 * number;
        }
        // Chance, so that no dictionary, program or other test holds it.
        let chance = base::PersonId::random(&crypt::SystemRng).to_string();
        text.extend(
            chance
                .bytes()
                .filter(u8::is_ascii_hexdigit)
                .take(20)
                .map(|byte| match byte {
                    b'0'..=b'9' => char::from(byte - b'0' + b'k'),
                    _ => char::from(byte),
                }),
        );
        self.planted.push((place, text.clone()));
        text
    }

    pub async fn send(&mut self, what: &str, request: reqwest::RequestBuilder) -> (u16, String) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = format!("{:?}", answer.headers());
        let text = answer.text().await.unwrap();
        if status >= 300 {
            self.refusals
                .push((what.to_owned(), format!("{headers}{text}")));
        }
        (status, text)
    }

    /// Fails when any of them stands in these bytes, in whatever form.
    pub fn found_in(&self, place: &str, bytes: &[u8]) {
        for (what, canary) in &self.planted {
            let raw = canary.as_bytes();
            let core = &canary[2..canary.len() - (canary.len() - 2) % 3];
            let forms = [
                raw.to_vec(),
                canary.to_lowercase().into_bytes(),
                hex::encode(raw).into_bytes(),
                raw.iter().flat_map(|byte| [*byte, 0]).collect(),
                raw.iter().rev().copied().collect(),
                base64::engine::general_purpose::STANDARD
                    .encode(core)
                    .into_bytes(),
            ];
            for form in forms {
                assert!(
                    !holds(bytes, &form),
                    "{place} holds what was planted in {what}: {}",
                    String::from_utf8_lossy(&form)
                );
            }
        }
    }
}
