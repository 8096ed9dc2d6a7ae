//! The portal: pages for a person about what is theirs. What is kept, who looked, what they share, taking it along, deleting it.
//!
//! Invariant: a page here does nothing that the API does not do: it carries out the API's own routes as who is signed in.
//! Invariant: every page works without a script. One reads proofs in the browser; without it they are a file to take along.

mod chart;
mod data;
mod delete;
mod dictionary;
mod examples;
mod fields;
mod guardians;
mod history;
mod home;
mod looks;
mod part;
mod reader;
mod rights;
mod sharing;
mod take;

use std::future::Future;
use std::sync::{Arc, LazyLock};

use policy::Authority;
use web::words::{Sources, Words};
use web::{Answer, Call, Doc, Form, Problem, Route, Routes, Visit};

use crate::api::House;
use crate::desk::Desk;
use reader::Reader;

pub(crate) use data::title;
pub use fields::SOURCES as FIELDS;
pub(crate) use fields::label;

/// What these pages say.
pub static SOURCES: Sources = [
    include_str!("../../words/portal/sv.ftl"),
    include_str!("../../words/portal/de.ftl"),
    include_str!("../../words/portal/it.ftl"),
    include_str!("../../words/portal/fr.ftl"),
    include_str!("../../words/portal/en.ftl"),
];

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    Words::read(&[
        &crate::sharing::SOURCES,
        &crate::rights::SOURCES,
        &FIELDS,
        &SOURCES,
    ])
});

/// Every page of the portal, over `api`.
#[must_use]
pub fn routes(house: &House, api: Routes<Authority>) -> Routes<Authority> {
    let desk = Arc::new(Desk::new(house, api));
    let mut routes = Vec::new();
    routes.extend(home::routes(&desk));
    routes.extend(data::routes(&desk));
    routes.extend(looks::routes(&desk));
    routes.extend(history::routes(&desk));
    routes.extend(sharing::routes(&desk));
    routes.extend(guardians::routes(&desk));
    routes.extend(take::routes(&desk));
    routes.extend(delete::routes(&desk));
    routes.extend(part::routes(&desk));
    routes.extend(rights::routes(&desk));
    routes
}

/// A page for the person who is signed in.
fn page<F, R>(
    desk: &Arc<Desk>,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: F,
) -> Route<Authority>
where
    F: Fn(Reader) -> R + Send + Sync + Clone + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let desk = Arc::clone(desk);
    Route::page(path, Doc::page(id, about), move |call: Call<Visit>| {
        let (desk, handler) = (Arc::clone(&desk), handler.clone());
        async move {
            match Reader::let_in(desk, call).await? {
                Ok(reader) => handler(reader).await,
                Err(elsewhere) => Ok(elsewhere),
            }
        }
    })
}

/// A form of the person who is signed in.
fn form<F, R>(
    desk: &Arc<Desk>,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: F,
) -> Route<Authority>
where
    F: Fn(Reader, Form) -> R + Send + Sync + Clone + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let desk = Arc::clone(desk);
    Route::form(
        path,
        Doc::page(id, about),
        move |call: Call<Visit>, form: Form| {
            let (desk, handler) = (Arc::clone(&desk), handler.clone());
            async move {
                match Reader::let_in(desk, call).await? {
                    // A page that was about somebody else does nothing about whom it is about by now: another tab chose, or the day came.
                    Ok(reader) if path != guardians::FOR && !reader.is_of_its_page(&form) => {
                        Ok(Answer::see("/portal").notice("acting-changed"))
                    }
                    Ok(reader) => handler(reader, form).await,
                    Err(elsewhere) => Ok(elsewhere),
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn five_languages_say_the_same() {
        assert_eq!(web::words::problems(&super::SOURCES), Vec::<String>::new());
    }
}
