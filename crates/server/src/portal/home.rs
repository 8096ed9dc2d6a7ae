//! Where the portal begins: what waits for an answer, and where everything is.

use std::sync::Arc;

use askama::Template;
use http::StatusCode;
use policy::Authority;
use web::words::Told;
use web::{Answer, Frame, Place, Problem, Route, Shown, show};

use super::page;
use super::reader::Reader;
use crate::desk::{Desk, list, text};

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![page(
        desk,
        "/portal",
        "portalHome",
        "A person's own pages",
        look,
    )]
}

#[derive(Template)]
#[template(path = "portal/home.html")]
struct Home {
    page: Frame,
    waiting: Vec<Place>,
    places: Vec<(Place, String)>,
    stands_in: bool,
}

async fn look(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let mut waiting = Vec::new();
    if reader.reaches("/portal/sharing") {
        waiting.extend(super::guardians::waiting(&reader).await?);
        let askings = reader.ask("listAskings", &[], "limit=20", None).await?;
        for it in list(&askings, "askings") {
            if matches!(text(it, "state"), "open" | "deferred") {
                let href = format!("/portal/question/{}", text(it, "asking"));
                waiting.push(Place::new(
                    href,
                    t.say_with("home-asks", "who", text(it, "name")),
                ));
            }
        }
    }
    let acts = reader.stands_in || super::guardians::acts_for_somebody(&reader).await?;
    let kept = reader.ask("readPerson", &[], "", None).await?;
    let records: u64 = kept
        .get("records")
        .and_then(serde_json::Value::as_object)
        .map_or(0, |it| {
            it.values().filter_map(serde_json::Value::as_u64).sum()
        });
    let count = t.say_all("home-data", &[("n", Told::Count(records))]);
    let home = Home {
        waiting,
        places: [
            ("/portal/data", "portal-data", count),
            ("/portal/looks", "portal-looks", t.say("home-looks")),
            ("/portal/sharing", "portal-sharing", t.say("home-sharing")),
            ("/portal/rights", "portal-rights", t.say("home-rights")),
            ("/portal/take", "portal-take", t.say("home-take")),
            ("/portal/delete", "portal-delete", t.say("home-delete")),
            ("/account", "portal-security", t.say("home-security")),
        ]
        .into_iter()
        .chain(acts.then(|| ("/portal/for", "portal-for", t.say("for-lead"))))
        .filter(|(href, ..)| reader.reaches(href))
        .map(|(href, key, about)| (Place::new(href, t.say(key)), about))
        .collect(),
        stands_in: reader.stands_in && reader.guarding.is_none(),
        page: reader.frame(),
    };
    show(StatusCode::OK, &home, Shown::Plain)
}
