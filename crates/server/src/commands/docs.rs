//! `strongroom docs`: reference documentation that is made from code.

use std::sync::Arc;

use super::{Held, data, demo, place};
use crate::cli::Docs;
use crate::config::Config;
use crate::{Failure, Installation, api, errors};

pub(super) async fn run(args: Docs) -> Held {
    match args {
        Docs::Errors => data(errors::table().trim_end()),
        Docs::Openapi => {
            // The routes belong to an installation; an empty one on the spot is enough to describe them.
            let scratch = tempfile::tempdir().map_err(|error| Failure::text(error.to_string()))?;
            demo::lay_out_empty(scratch.path())?;
            let config = Config::read(&scratch.path().join(place::FILE))?;
            let house = Arc::new(Installation::open(config).await?);
            let text = api::description(&house);
            data(format_args!("{text:#}"));
        }
    }
    Ok(true)
}
