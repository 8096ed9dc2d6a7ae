//! Codes by time: a secret that an app keeps, too, and a first code that shows that it does.

use base::Secret;
use crypt::otp;
use store::WriteSet;

use super::FactorKind;
use super::prove::{Added, NewFactor};
use crate::identity::Identity;
use crate::tickets::{NewTicket, Ticket, TicketKind};
use crate::{Caller, IdentityError, Label};

/// What an app is told: shown once, as a picture and as text.
#[derive(Debug)]
pub struct TotpSecret {
    /// To bring along with the first code.
    pub ticket: Ticket,
    /// The secret in base32, to type.
    pub secret: Secret<String>,
    /// `otpauth://totp/...`, to be shown as a QR code.
    pub address: Secret<String>,
    /// Where the log says that it was begun.
    pub log_index: u64,
}

impl Identity {
    /// Begin to add codes by time.
    ///
    /// # Errors
    /// [`IdentityError::Stale`], [`IdentityError::Ticket`], [`IdentityError::TooMany`]; storage failures.
    pub async fn totp_begin(
        &self,
        caller: &Caller,
        by: super::Adder<'_>,
    ) -> Result<TotpSecret, IdentityError> {
        let adding = self.adding(caller, by).await?;
        let mut secret = zeroize::Zeroizing::new([0; otp::SECRET_BYTES]);
        self.rng.fill(secret.as_mut_slice());
        let new = NewTicket {
            kind: TicketKind::Totp,
            account: Some(adding.account.id),
            session: adding.session,
            state: Some(secret.as_slice()),
        };
        let set = adding.take(WriteSet::new());
        let (ticket, set) = self.new_ticket(&caller.tenant, caller.now, &new, set)?;
        let log_index = self.commit_begun(caller, &adding, set).await?;
        let text = Secret::new(base32(secret.as_slice()));
        let encode = |text: &str| {
            let mut out = String::new();
            for byte in text.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
            out
        };
        let issuer = encode(&self.settings.host());
        let address = Secret::new(format!(
            "otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
            encode(adding.account.email.as_str()),
            text.expose(),
        ));
        Ok(TotpSecret {
            ticket,
            secret: text,
            address,
            log_index,
        })
    }

    /// Add codes by time, once their first code is right.
    ///
    /// # Errors
    /// [`IdentityError::Code`], [`IdentityError::Ticket`], [`IdentityError::Wait`]; storage failures.
    pub async fn totp_finish(
        &self,
        caller: &Caller,
        ticket: &str,
        code: &str,
        name: Option<&Label>,
    ) -> Result<Added, IdentityError> {
        let held = self
            .ticket(&caller.tenant, caller.now, ticket, &[TicketKind::Totp])
            .await?;
        let tries = self.count_code(caller, held.owner()?).await?;
        let secret = held.remembered()?;
        let code = digits(code);
        let Some(step) = otp::matching_step(secret, &code, caller.now.seconds(), 0) else {
            return Err(self
                .wrong_answer(caller, &held, audit::Action::FactorAdd, "code")
                .await?);
        };
        let new = NewFactor {
            kind: FactorKind::Totp,
            secret,
            digest: None,
            name,
            last: step,
        };
        self.add_factor(caller, &held, &new, tries.forgive(WriteSet::new()))
            .await
    }
}

/// A code without the blanks that apps show in it.
pub(super) fn digits(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace())
        .take(otp::DIGITS + 1)
        .collect()
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648 §6, without padding.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            let index = (bits >> held) & 31;
            out.push(ALPHABET.get(index as usize).map_or('A', |c| char::from(*c)));
            bits &= (1 << held) - 1;
        }
    }
    if held > 0 {
        let index = (bits << (5 - held)) & 31;
        out.push(ALPHABET.get(index as usize).map_or('A', |c| char::from(*c)));
    }
    out
}

/// The bytes of a base32 text, whatever its case, blanks and dashes; `None` for anything else.
pub(super) fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut out) = (0_u32, 0_u32, Vec::new());
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let c = u8::try_from(c).ok()?.to_ascii_uppercase();
        let value = ALPHABET.iter().position(|it| *it == c)?;
        bits = (bits << 5) | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
            assert_eq!(from_base32(text).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base32("mzxw 6ytb-oi").unwrap(), b"foobar");
        assert!(from_base32("MZXW1").is_none());
    }
}
