//! What went wrong, in the reader's words.

use web::words::{Told, Tongue};

use crate::IdentityError;
use crate::password::Weakness;

/// What a form says about `error`; `None` where a page of its own must say it.
pub(super) fn said(t: Tongue, error: &IdentityError) -> Option<String> {
    Some(match error {
        IdentityError::Refused => t.say("refused"),
        IdentityError::Code(_) => t.say("wrong-code"),
        IdentityError::Wait { seconds } => t.say_with("wait", "seconds", *seconds),
        IdentityError::Guarded => t.say("guarded"),
        IdentityError::Busy => t.say("busy"),
        IdentityError::TooMany(_) => t.say("too-many"),
        IdentityError::Email => t.say("mistake-email"),
        IdentityError::Name | IdentityError::Card => t.say("mistake-name"),
        // One at a time: a list of all that is wrong with it helps nobody to find a better one.
        IdentityError::Weak(weaknesses) => weakness(t, weaknesses.first()?),
        _ => return None,
    })
}

/// Why a password is not good enough, and what to do about it.
fn weakness(t: Tongue, weakness: &Weakness) -> String {
    let key = format!("weakness-{}", weakness.code());
    match weakness {
        Weakness::Short { least: n } | Weakness::Long { most: n } => {
            t.say_all(&key, &[("n", Told::Count(*n as u64))])
        }
        _ => t.say(&key),
    }
}
