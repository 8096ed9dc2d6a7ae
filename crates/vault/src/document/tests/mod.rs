//! What goes in comes out; what must not come in is refused with its place.

mod lift;
mod real;
mod refuse;
mod round_trip;
mod synthetic;
mod vectors;

use std::sync::LazyLock;

use base::Class;

use super::{DocumentError, Intake, Sight, intake, merge};
use crate::register::{Collection, Register};

/// A register with a field of every kind.
const SMALL: &str = r#"
register = 1
pack = "small"
title = "Small"

[defaults]
subject = "person"
legal-basis = "consent"
health-basis = "explicit-consent"

[collections.visit]
title = "Visit"
about = "A visit."
id = "id"
companions = true

[collections.visit.fields]
id = { class = "internal", type = "id" }
status = { class = "internal", type = "code", values = ["planned", "done"] }
name = { class = "personal", type = "text", max = 8, mask = "initial" }
number = { class = "personal", type = "text", mask = "last-four" }
aliases = { class = "personal", type = "list of text", mask = "stars" }
born = { class = "personal", type = "date", mask = "year" }
day = { class = "health", type = "day" }
at = { class = "health", type = "instant" }
when = { class = "health", type = "dateTime" }
clock = { class = "health", type = "time" }
pulse = { class = "health", type = "integer" }
weight = { class = "health", type = "decimal" }
smoker = { class = "health", type = "boolean" }
readings = { class = "health", type = "list of decimal" }
picture = { class = "health", type = "base64Binary" }
contact = { class = "health", type = "list of object" }
place = { class = "health", type = "object" }
more = { class = "health", type = "any" }
secret = { class = "credential", type = "text" }

[collections.visit.elements]
"contact.name" = { class = "personal", mask = "initial" }
"contact.pin" = { class = "credential" }
"**.valueAddress" = { class = "personal" }
"place.inner.*.who" = { class = "personal" }
"more.kept.who" = { class = "health" }
"more.**.who" = { class = "personal" }

[collections.visit.search]
status = { paths = ["status"], kind = "token", scope = "person" }
name = { paths = ["name", "contact.name"], kind = "text", scope = "tenant" }
date = { paths = ["day", "when"], kind = "date", scope = "person" }
number = { paths = ["number"], kind = "identifier", scope = "tenant" }

[collections.strict]
title = "Strict"
about = "Has a field that must be there."

[collections.strict.fields]
a = { class = "internal", type = "text", required = true }
b = { class = "internal", type = "text" }
"#;

static SMALL_REGISTER: LazyLock<Register> = LazyLock::new(|| {
    Register::parse([("small.toml", SMALL)]).unwrap_or_else(|bad| panic!("{bad}"))
});

fn visit() -> &'static Collection {
    SMALL_REGISTER.collection("visit").unwrap()
}

fn take(json: &str) -> Result<Intake, DocumentError> {
    intake(visit(), json.as_bytes())
}

/// The document as a reader sees it who may see `clear` whole and `masked` under masks.
fn seen(intake: &Intake, clear: &[Class], masked: &[Class]) -> String {
    let parts: Vec<(Class, &[u8], Sight)> = intake
        .parts()
        .filter_map(|(class, payload)| {
            let sight = if clear.contains(&class) {
                Sight::Clear
            } else if masked.contains(&class) {
                Sight::Masked
            } else {
                return None;
            };
            Some((class, payload, sight))
        })
        .collect();
    String::from_utf8(merge(visit(), &parts, None).unwrap()).unwrap()
}
