//! `/fhir/...`: FHIR R4.

use policy::Authority;
use web::Routes;

use super::House;

pub(super) fn routes(_house: &House) -> Routes<Authority> {
    Vec::new()
}
