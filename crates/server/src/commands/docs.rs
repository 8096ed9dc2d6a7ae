//! `strongroom docs`: reference documentation that is made from code.

use super::{Held, data};
use crate::cli::Docs;

pub(super) fn run(args: &Docs) -> Held {
    match args {
        Docs::Errors | Docs::Openapi => data(""),
    }
    Ok(true)
}
