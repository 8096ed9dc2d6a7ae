//! The apps that somebody let in, and taking it back: one look, one click.

use askama::Template;
use base::GrantId;
use http::StatusCode;
use web::{Answer, Call, Form, Frame, Problem, Routes, Shown, Visit, show as render};

use super::visitor::own_frame;
use super::{Desk, own_form, own_page};
use crate::SignedIn;
use crate::oauth::OauthError;

const LIST: &str = "/account/apps";

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        own_page(desk, LIST, "appsPage", "Apps that somebody let in", look),
        own_form(
            desk,
            "/account/app/{grant}/end",
            "appEnd",
            "Take back what an app was let do",
            end,
        ),
    ]
}

struct Shows {
    grant: GrantId,
    name: String,
    contact: String,
    since: String,
}

#[derive(Template)]
#[template(path = "grants.html")]
struct List {
    page: Frame,
    apps: Vec<Shows>,
}

async fn look(desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    let ctx = who.ctx(call.request, call.now);
    let (rows, _) = desk.oauth.let_in(&ctx, who.account).await?;
    let page = own_frame(&call);
    let t = page.t;
    let apps = rows.iter().map(|(row, app)| Shows {
        grant: row.grant,
        name: app.about.name.clone(),
        contact: app.about.contact.clone(),
        since: t.say_with("apps-since", "date", &t.moment(row.created_at)),
    });
    let list = List {
        apps: apps.collect(),
        page,
    };
    render(StatusCode::OK, &list, Shown::Plain)
}

async fn end(desk: Desk, call: Call<Visit>, who: SignedIn, _form: Form) -> Result<Answer, Problem> {
    let ctx = who.ctx(call.request, call.now);
    match desk
        .oauth
        .withdraw(&ctx, who.account, call.part("grant")?)
        .await
    {
        // Taken back already: that is what was asked for.
        Ok(_) | Err(OauthError::NoApp) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Answer::see(LIST).notice("app-ended"))
}
