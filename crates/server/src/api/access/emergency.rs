//! An open break-glass goes with who asks, where the purpose is an emergency's.

use base::Purpose;
use http::HeaderMap;
use policy::Authority;
use policy::access::AccessError;

use crate::api::House;

/// Who asks, with the break-glass that they have open, if they say that it is an emergency. Asked of the database each time:
/// one that was closed is closed for the next request.
///
/// # Errors
/// Storage failures.
pub async fn emergency(
    house: &House,
    who: Authority,
    headers: &HeaderMap,
) -> Result<Authority, AccessError> {
    let stated = headers
        .get("purpose-of-use")
        .map(http::HeaderValue::as_bytes);
    if stated != Some(Purpose::Etreat.as_str().as_bytes()) {
        return Ok(who);
    }
    let Some(account) = who.account() else {
        return Ok(who);
    };
    let now = house.clock.now();
    let asked = house
        .access
        .open_glass(who.tenant(), account, who.role(), now);
    // On the heap: hardly any request comes here, and each would hold room for it.
    let open = Box::pin(asked).await?;
    Ok(match open {
        Some((person, until)) => who.with_break_glass(person, until),
        None => who,
    })
}
