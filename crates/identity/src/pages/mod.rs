//! The pages around an account: plain forms, each of which works without a script; only a passkey needs one.
//!
//! A page says what is the case, a form calls one verb of [`Identity`] and leads to the next page. What lies between two steps of a
//! sign-in is a ticket in a cookie of its own; the session's cookie is set when all is proven, and changes whenever what it may do
//! grows.

mod account;
mod app;
mod codes;
mod confirm;
mod consent;
mod enrol;
mod factors;
mod forgotten;
mod grants;
mod link;
mod password;
mod qr;
mod said;
mod second;
mod sessions;
mod sign_in;
mod sign_up;
mod stop;
mod strength;
mod visitor;

pub use consent::consent;
pub use stop::{Stop, stop};
pub use visitor::DEVICE;

use std::future::Future;
use std::sync::{Arc, LazyLock};

use base::TenantId;
use web::words::{Sources, Words};
use web::{Answer, Call, Doc, Form, Problem, Route, Routes, Visit};

use crate::oauth::Oauth;
use crate::{Identity, SignedIn};

/// What these pages say.
pub static SOURCES: Sources = [
    include_str!("../../words/sv.ftl"),
    include_str!("../../words/de.ftl"),
    include_str!("../../words/it.ftl"),
    include_str!("../../words/fr.ftl"),
    include_str!("../../words/en.ftl"),
];

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(&[&SOURCES]));

/// What the pages work on.
pub struct Pages {
    /// The verbs.
    pub identity: Arc<Identity>,
    /// What people let apps do.
    pub oauth: Arc<Oauth>,
    /// Whose pages there are. Where there is one, nobody is asked which.
    pub tenants: Vec<TenantId>,
    /// Where somebody comes who signed in, and had nowhere to go.
    pub home: &'static str,
}

/// The pages, shared by their routes.
pub(crate) type Desk = Arc<Pages>;

/// Every page and form around an account.
#[must_use]
pub fn routes<W: Send + 'static>(pages: Pages) -> Routes<W> {
    let desk = Arc::new(pages);
    let mut routes = Vec::new();
    routes.extend(sign_in::routes(&desk));
    routes.extend(second::routes(&desk));
    routes.extend(enrol::routes(&desk));
    routes.extend(sign_up::routes(&desk));
    routes.extend(forgotten::routes(&desk));
    routes.extend(link::routes(&desk));
    routes.extend(account::routes(&desk));
    routes.extend(password::routes(&desk));
    routes.extend(strength::routes(&desk));
    routes.extend(factors::routes(&desk));
    routes.extend(app::routes(&desk));
    routes.extend(codes::routes(&desk));
    routes.extend(sessions::routes(&desk));
    routes.extend(grants::routes(&desk));
    routes.extend(confirm::routes(&desk));
    routes
}

/// A page for anybody.
fn page<W, F, R>(
    desk: &Desk,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: F,
) -> Route<W>
where
    F: Fn(Desk, Call<Visit>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let desk = Arc::clone(desk);
    Route::page(path, Doc::page(id, about), move |call| {
        handler(Arc::clone(&desk), call)
    })
}

/// A form for anybody.
fn form<W, F, R>(
    desk: &Desk,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: F,
) -> Route<W>
where
    F: Fn(Desk, Call<Visit>, Form) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let desk = Arc::clone(desk);
    Route::form(path, Doc::page(id, about), move |call, form| {
        handler(Arc::clone(&desk), call, form)
    })
}

/// A page for who is signed in; whoever is not is asked to, and comes back.
fn own_page<W, F, R>(
    desk: &Desk,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: F,
) -> Route<W>
where
    F: Fn(Desk, Call<Visit>, SignedIn) -> R + Send + Sync + Clone + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    page(desk, path, id, about, move |desk, call| {
        let handler = handler.clone();
        async move {
            let who = desk.signed_in(&call).await?;
            handler(desk, call, who).await
        }
    })
}

/// A form for who is signed in.
fn own_form<W, F, R>(
    desk: &Desk,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: F,
) -> Route<W>
where
    F: Fn(Desk, Call<Visit>, SignedIn, Form) -> R + Send + Sync + Clone + 'static,
    R: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    form(desk, path, id, about, move |desk, call, form| {
        let handler = handler.clone();
        async move {
            let who = desk.signed_in(&call).await?;
            handler(desk, call, who, form).await
        }
    })
}

/// The language of a page, as an account keeps it.
const fn language(lang: web::Lang) -> crate::Language {
    match lang {
        web::Lang::Sv => crate::Language::Sv,
        web::Lang::De => crate::Language::De,
        web::Lang::It => crate::Language::It,
        web::Lang::Fr => crate::Language::Fr,
        web::Lang::En => crate::Language::En,
    }
}

/// Where somebody proves once more that it is them, to go on at `next`.
#[must_use]
pub fn confirm_path(next: &str) -> String {
    visitor::with_next("/account/confirm", next)
}
