//! Deleting everything: what goes, what stays and why, time to change one's mind; and, for whoever has the code, the certificate.

use std::sync::Arc;

use askama::Template;
use base::Instant;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, HeaderValue};
use policy::Authority;
use serde_json::{Value, json};
use web::words::{Told, Tongue};
use web::{Answer, Call, Doc, Form, Frame, Problem, Route, Shown, Visit, show};

use super::reader::Reader;
use super::{WORDS, form, page};
use crate::desk::{Desk, list, moment, text, wants_fresh_proof};
use crate::erasures::Beyond;

const PLACE: &str = "/portal/delete";
const ERASED: &str = "/erased";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    let (look_in, open_in) = (Arc::clone(desk), Arc::clone(desk));
    vec![
        page(
            desk,
            PLACE,
            "deletePage",
            "What goes when everything is deleted, and what stays",
            look,
        ),
        form(desk, PLACE, "deleteAsk", "Have everything deleted", ask),
        form(
            desk,
            "/portal/delete/{erasure}/off",
            "deleteOff",
            "Change one's mind",
            off,
        ),
        Route::page(
            ERASED,
            Doc::page(
                "erasedPage",
                "The certificate of a deletion, for whoever has its code",
            ),
            move |call: Call<Visit>| blank(Arc::clone(&look_in), call),
        ),
        Route::form(
            ERASED,
            Doc::page(
                "erasedGet",
                "The certificate of a deletion, for whoever has its code",
            ),
            move |call: Call<Visit>, form: Form| behind(Arc::clone(&open_in), call, form),
        ),
    ]
}

#[derive(Template)]
#[template(path = "portal/delete.html")]
struct Delete {
    page: Frame,
    goes: Vec<(String, String)>,
    stays: Vec<String>,
    waiting: Option<(String, String)>,
    held: bool,
    /// Parts that wait to be deleted: the request, what it is, until when.
    parts: Vec<(String, String, String)>,
    by_law: Option<String>,
    later: String,
    code: Option<String>,
    error: Option<String>,
    /// Whether the person reads themselves: what a guardian asks for waits.
    own: bool,
}

async fn look(reader: Reader) -> Result<Answer, Problem> {
    shown(&reader, None, None).await
}

/// The status of a page whose form was sent with a mistake in it, or not.
pub(super) const fn status(mistaken: bool) -> StatusCode {
    if mistaken {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}

async fn shown(
    reader: &Reader,
    code: Option<String>,
    error: Option<String>,
) -> Result<Answer, Problem> {
    let t = reader.t();
    let plan = reader.ask("planErasure", &[], "", None).await?;
    let register = reader.desk.house.vault.register();
    let records = plan.pointer("/goes/records").and_then(Value::as_object);
    let goes = records.into_iter().flatten().filter_map(|(name, n)| {
        let n = n.as_u64().filter(|n| *n > 0)?;
        let collection = register.collection(name)?;
        Some((
            super::title(t, collection),
            t.say_all("records", &[("n", Told::Count(n))]),
        ))
    });
    let asked = reader.ask("listErasures", &[], "", None).await?;
    let whole = |it: &Value| it.pointer("/of/everything").is_some();
    let waits = || {
        list(&asked, "erasures")
            .iter()
            .filter(|it| text(it, "state") == "waiting")
    };
    let parts = waits().filter(|it| !whole(it)).map(|it| {
        (
            text(it, "erasure").to_owned(),
            super::part::name(reader, it.get("of").unwrap_or(&Value::Null)),
            super::part::due(reader, "part", it),
        )
    });
    let by_law = list(&plan, "by_law")
        .iter()
        .max_by_key(|it| text(it, "until").to_owned())
        .map(|it| t.say_with("delete-law", "date", &moment(t, it, "until")));
    let waiting = waits().find(|it| whole(it)).map(|it| {
        (
            text(it, "erasure").to_owned(),
            super::part::due(reader, "delete", it),
        )
    });
    let days = plan
        .get("cooling_off_days")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    let page = Delete {
        goes: goes.collect(),
        stays: ["id", "tokens", "log"]
            .map(|it| t.say(&format!("delete-stays-{it}")))
            .into(),
        waiting,
        held: plan.get("held").and_then(Value::as_bool) == Some(true),
        parts: parts.collect(),
        by_law,
        later: t.say_all("delete-later", &[("n", Told::Count(days))]),
        code,
        own: !reader.stands_in,
        page: reader.frame(),
        error,
    };
    show(status(page.error.is_some()), &page, Shown::Plain)
}

async fn ask(reader: Reader, form: Form) -> Result<Answer, Problem> {
    // Everything goes by this form: what it does not know, it does not take for a yes.
    let Some(now) = super::part::at_once(&form) else {
        let wrong = reader.t().say("delete-choose");
        return shown(&reader, None, Some(wrong)).await;
    };
    let body = json!({ "now": now });
    match reader.ask("askErasure", &[], "", Some(&body)).await {
        // The session ended with the account: the code is shown on a page for anybody, once.
        Ok(said) if now && text(&said, "state") == "done" => done(
            &reader.call,
            "erased-done",
            text(&said, "code"),
            text(&said, "certificate"),
        ),
        Ok(said) => shown(&reader, Some(text(&said, "code").to_owned()), None).await,
        Err(problem) if wants_fresh_proof(&problem) => {
            Ok(Answer::see(&identity::pages::confirm_path(PLACE)))
        }
        Err(problem)
            if matches!(
                problem.code,
                "record.contended" | "erasure.waits" | "erasure.must_stay"
            ) =>
        {
            Ok(Answer::see(PLACE))
        }
        Err(problem) => Err(problem),
    }
}

async fn off(reader: Reader, _form: Form) -> Result<Answer, Problem> {
    let id = reader.part("erasure")?.to_owned();
    match reader
        .ask("callOffErasure", &[("erasure", &id)], "", None)
        .await
    {
        Ok(_) => Ok(Answer::see(PLACE).notice("delete-off")),
        Err(problem) if problem.code == "erasure.not_found" => Ok(Answer::see(PLACE)),
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "portal/erased.html")]
struct Erased {
    page: Frame,
    title: String,
    said: Option<String>,
    code: String,
    certificate: Option<String>,
    /// From when on nobody can bring it back.
    reach: Option<String>,
    /// Whether it is still being made.
    soon: bool,
    /// Whether there is a portal left to go back to.
    back: bool,
}

/// The page after something was deleted at once: with its certificate.
pub(super) fn done(
    call: &Call<Visit>,
    said: &str,
    code: &str,
    certificate: &str,
) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let erased = Erased {
        title: t.say("erased-title"),
        said: Some(t.say(said)),
        code: code.to_owned(),
        reach: reach(t, certificate, None),
        certificate: (!certificate.is_empty()).then(|| certificate.to_owned()),
        soon: certificate.is_empty(),
        back: said == "erased-part-done",
        page,
    };
    show(StatusCode::OK, &erased, Shown::Plain)
}

/// What a certificate says of when nobody can bring it back any more; and whether that was to be by `now`, where it was not signed just now.
fn reach(t: Tongue, certificate: &str, now: Option<Instant>) -> Option<String> {
    let body = audit::jws::payload(certificate)?;
    let (key, at) = match Beyond::of(&body)? {
        Beyond::Since(at) => ("erased-reach-since", at),
        Beyond::By(at) if now.is_some_and(|now| at < now) => ("erased-reach-late", at),
        Beyond::By(at) => ("erased-reach-by", at),
    };
    Some(t.say_with(key, "date", &t.moment(at)))
}

async fn blank(_desk: Arc<Desk>, call: Call<Visit>) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let erased = Erased {
        title: page.t.say("erased-title"),
        said: None,
        code: String::new(),
        certificate: None,
        reach: None,
        soon: false,
        back: false,
        page,
    };
    show(StatusCode::OK, &erased, Shown::Plain)
}

async fn behind(desk: Arc<Desk>, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let code = form.trimmed("code").to_owned();
    let standing = match desk.house.erasure_behind(&code).await {
        Ok(standing) => Some(standing),
        Err(vault::VaultError::NoErasure) => None,
        Err(error) => return Err(error.into()),
    };
    if form.text("save") == "yes"
        && let Some(certificate) = standing.as_ref().and_then(|it| it.certificate.clone())
    {
        let answer = Answer::with_type(StatusCode::OK, "application/jose", certificate);
        let name = HeaderValue::from_static("attachment; filename=\"erasure-certificate.jws\"");
        return Ok(answer.header(CONTENT_DISPOSITION, name));
    }
    let said = match &standing {
        None => t.say("erased-unknown"),
        // Its day is over, and it is not done: a hold may stop it.
        Some(it) if it.state == "waiting" && it.due_at <= call.now => t.say("erased-waiting-on"),
        Some(it) => t.say_with(
            &super::part::state_key(&it.part, &it.state),
            "date",
            &t.moment(it.done_at.unwrap_or(it.due_at)),
        ),
    };
    let soon = standing
        .as_ref()
        .is_some_and(|it| it.state == "done" && it.certificate.is_none());
    let erased = Erased {
        title: t.say("erased-title"),
        said: Some(said),
        soon,
        back: false,
        reach: standing
            .as_ref()
            .and_then(|it| it.certificate.as_deref())
            .and_then(|it| reach(t, it, Some(desk.house.clock.now()))),
        certificate: standing.and_then(|it| it.certificate),
        code,
        page,
    };
    show(StatusCode::OK, &erased, Shown::Plain)
}
