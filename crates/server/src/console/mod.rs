//! The console: pages for staff about accounts, apps, privileges and emergencies.
//!
//! Invariant: a page here does nothing that the API does not do. It carries out the API's own routes as who is signed in, so that
//! policy decides, and the log writes, exactly as for a program.

mod alerts;
mod apps;
mod continuity;
mod desk;
mod destructions;
mod glass;
mod guardians;
mod home;
mod people;
mod privileges;
mod processing;
mod requests;
mod rights;
mod time;

use std::future::Future;
use std::sync::{Arc, LazyLock};

use policy::Authority;
use web::words::{Sources, Words};
use web::{Answer, Call, Doc, Form, Problem, Route, Routes, Visit};

use crate::api::House;
use desk::{Asker, Desk};

/// What these pages say.
pub static SOURCES: Sources = [
    include_str!("../../words/sv.ftl"),
    include_str!("../../words/de.ftl"),
    include_str!("../../words/it.ftl"),
    include_str!("../../words/fr.ftl"),
    include_str!("../../words/en.ftl"),
];

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(&[&crate::rights::SOURCES, &SOURCES]));

/// Every page of the console, over `api`.
#[must_use]
pub fn routes(house: &House, api: Routes<Authority>) -> Routes<Authority> {
    let desk = Arc::new(Desk::new(house, api));
    let mut routes = Vec::new();
    routes.extend(home::routes(&desk));
    routes.extend(people::routes(&desk));
    routes.extend(apps::routes(&desk));
    routes.extend(privileges::routes(&desk));
    routes.extend(requests::routes(&desk));
    routes.extend(glass::routes(&desk));
    routes.extend(rights::routes(&desk));
    routes.extend(alerts::routes(&desk));
    routes.extend(guardians::routes(&desk));
    routes.extend(time::routes(&desk));
    routes.extend(processing::routes(&desk));
    routes.extend(continuity::routes(&desk));
    routes.extend(destructions::routes(&desk));
    routes
}

/// A page for staff.
fn page<F, R>(
    desk: &Arc<Desk>,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: F,
) -> Route<Authority>
where
    F: Fn(Asker) -> R + Send + Sync + Clone + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let desk = Arc::clone(desk);
    Route::page(path, Doc::page(id, about), move |call: Call<Visit>| {
        let (desk, handler) = (Arc::clone(&desk), handler.clone());
        async move {
            let asker = Asker::let_in(desk, call).await?;
            let here = asker.here();
            fresh(handler(asker).await, &here)
        }
    })
}

/// A form for staff; `back` is the page it stands on.
fn form<F, R>(
    desk: &Arc<Desk>,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    back: &'static str,
    handler: F,
) -> Route<Authority>
where
    F: Fn(Asker, Form) -> R + Send + Sync + Clone + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let desk = Arc::clone(desk);
    Route::form(
        path,
        Doc::page(id, about),
        move |call: Call<Visit>, form: Form| {
            let (desk, handler) = (Arc::clone(&desk), handler.clone());
            async move {
                let asker = Asker::let_in(desk, call).await?;
                fresh(handler(asker, form).await, back)
            }
        },
    )
}

/// Where a fresh proof is missing, it is asked for, and the way leads back.
fn fresh(done: Result<Answer, Problem>, back: &str) -> Result<Answer, Problem> {
    match done {
        Err(problem) if desk::wants_fresh_proof(&problem) => {
            Ok(Answer::see(&identity::pages::confirm_path(back)))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn five_languages_say_the_same() {
        assert_eq!(web::words::problems(&super::SOURCES), Vec::<String>::new());
    }

    #[test]
    fn what_a_role_may_do_has_words() {
        let verbs = policy::Verb::ALL.map(|it| super::requests::key("verb", it.word()));
        let kinds = policy::Kind::ALL
            .iter()
            .map(|it| super::requests::key("thing", it.as_str()));
        let there = web::words::keys(&super::SOURCES);
        for key in verbs.into_iter().chain(kinds) {
            assert!(there.contains(&key), "{key} has no words");
        }
    }

    #[test]
    fn what_is_said_is_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
        let keys = [
            web::words::keys(&super::SOURCES),
            web::words::keys(&crate::rights::SOURCES),
            web::words::keys(&web::words::KIT),
        ]
        .concat();
        for entry in std::fs::read_dir(root).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let asks = ["say(\"", "say_with(\"", "say_all(\""];
            let asked = asks
                .iter()
                .flat_map(|ask| text.split(ask).skip(1))
                .chain(text.split("\"column-").skip(1));
            for rest in asked {
                let key = rest.split('"').next().unwrap();
                // A key that is made of parts is seen in the pages themselves.
                if key.is_empty() || key.contains('{') {
                    continue;
                }
                let known = |key: &str| keys.iter().any(|it| it == key);
                assert!(
                    known(key) || known(&format!("column-{key}")),
                    "{key} is not there"
                );
            }
            for rest in text.split(".notice(\"").skip(1) {
                let key = format!("notice-{}", rest.split('"').next().unwrap());
                assert!(keys.contains(&key), "{key} is not there");
            }
        }
    }
}
