//! The pages: a person asks in the portal, somebody answers in the console, in five languages.

use base::PersonId;
use policy::Role;
use serde_json::json;

use crate::accounts;
use crate::house::{ACME, House, on_each_engine};
use crate::pages::{look, press};

/// Somebody of the house who answers, signed in, and a person with a record: their cookies.
async fn two(house: &House) -> (String, String, PersonId) {
    let officer = crate::pages::staffed(house, Role::Compliance).await;
    let email = "dagny@harbour.example";
    let (_, person) = accounts::account(house, ACME, email, Role::Person).await;
    let session = accounts::sign_in(house, ACME, email).await;
    let person = person.unwrap();
    let path = format!("/v1/persons/{person}/records/sheet/one");
    assert_eq!(
        house
            .put(&path, &json!({ "pulse": 60, "finding": "calm" }))
            .await
            .status,
        201
    );
    (
        officer,
        format!("__Host-session={}", session.text.expose()),
        person,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_goes_from_a_record_s_page_to_the_console_and_back() {
    on_each_engine(async |house| {
        let (mut officer, mut jar, person) = two(&house).await;
        jar.push_str("; __Host-lang=de");
        let record = look(&house, &mut jar, "/portal/data/sheet/one").await.text();
        let new = "/portal/rights/new?kind=rectification&amp;collection=sheet&amp;record=one";
        let escaped = record.replace("&#38;", "&amp;");
        assert!(escaped.contains(new), "{record}");
        let looks = look(&house, &mut jar, "/portal/looks?show=others").await.text();
        assert!(looks.contains("/portal/rights/new?kind=report&amp;entry="), "{looks}");

        let page = new.replace("&amp;", "&");
        let empty = press(&house, &mut jar, &page, "/portal/rights/new", "kind=rectification&collection=sheet&record=one&entry=&field=&value=&text=").await;
        assert_eq!(empty.status, 422, "{}", empty.text());
        let sent = press(
            &house,
            &mut jar,
            &page,
            "/portal/rights/new",
            "kind=rectification&collection=sheet&record=one&entry=&field=pulse&value=72&text=Gemessen+%3Cb%3E",
        )
        .await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let there = sent.header("location").unwrap().to_owned();
        let shown = look(&house, &mut jar, &there).await.text();
        assert!(shown.contains("Gemessen &#60;b&#62;") || shown.contains("Gemessen &lt;b&gt;"), "{shown}");
        assert!(shown.contains("/back\""), "it can be taken back: {shown}");

        let right = there.rsplit('/').next().unwrap();
        let inbox = look(&house, &mut officer, "/console/rights").await.text();
        assert!(inbox.contains(&format!("/console/rights/{right}")), "{inbox}");
        let home = look(&house, &mut officer, "/console").await.text();
        assert!(home.contains("/console/rights"), "{home}");
        let path = format!("/console/rights/{right}");
        let page = look(&house, &mut officer, &path).await.text();
        assert!(page.contains("hier ist unsere Antwort"), "a draft in the person's language: {page}");
        assert!(page.contains("name=\"carry_out\""), "{page}");
        let silent = press(&house, &mut officer, &path, &path, "event=answer&text=&carry_out=yes").await;
        assert_eq!(silent.status, 422, "{}", silent.text());
        let done = press(&house, &mut officer, &path, &path, "event=answer&text=Wir+haben+es+berichtigt.&carry_out=yes").await;
        assert_eq!(done.status, 303, "{}", done.text());

        let shown = look(&house, &mut jar, &there).await.text();
        assert!(shown.contains("Wir haben es berichtigt.") && shown.contains("Version 2"), "{shown}");
        let record = house.get(format!("/v1/persons/{person}/records/sheet/one")).await;
        assert_eq!(record.json()["pulse"], 72);
        let looks = look(&house, &mut jar, "/portal/looks?show=all").await.text();
        assert!(!looks.contains(">did-"), "{looks}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_are_whole_in_every_language() {
    let house = House::over_sqlite().await;
    let (mut officer, mut jar, _) = two(&house).await;
    let page = "/portal/rights/new?kind=restriction";
    let fields = "kind=restriction&record=&entry=&collection=all&text=x";
    let sent = press(&house, &mut jar, page, "/portal/rights/new", fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let there = sent.header("location").unwrap().to_owned();
    let right = there.rsplit('/').next().unwrap().to_owned();
    let path = format!("/console/rights/{right}");
    let whole = async |jar: &mut String, path: &str, lang: &str| {
        let joint = if path.contains('?') { '&' } else { '?' };
        let got = look(&house, jar, &format!("{path}{joint}lang={lang}")).await;
        let text = got.text();
        let what = format!("{path} in {lang}: {text}");
        assert_eq!(got.status, 200, "{what}");
        assert!(text.contains(&format!("<html lang=\"{lang}\"")), "{what}");
        assert_eq!(text.matches("<h1>").count(), 1, "{what}");
        assert!(!text.contains("style="), "{what}");
        for key in ["right", "rights", "column", "place", "mistake", "draft"] {
            for shown in [format!(">{key}-"), format!("</svg> {key}-")] {
                assert!(!text.contains(&shown), "{what} shows {shown}");
            }
        }
    };
    for lang in ["sv", "de", "it", "fr", "en"] {
        for query in ["", "?state=overdue", "?state=closed", "?state=all"] {
            whole(&mut officer, &format!("/console/rights{query}"), lang).await;
        }
        for step in ["", "?step=confirm", "?step=extend", "?step=refuse"] {
            whole(&mut officer, &format!("{path}{step}"), lang).await;
        }
        whole(&mut jar, "/portal/rights", lang).await;
        whole(&mut jar, &there, lang).await;
    }
    let answered = press(
        &house,
        &mut officer,
        &path,
        &path,
        "event=answer&text=So+be+it&carry_out=yes",
    )
    .await;
    assert_eq!(answered.status, 303, "{}", answered.text());
    for lang in ["sv", "de", "it", "fr", "en"] {
        whole(&mut officer, &path, lang).await;
        whole(&mut jar, &there, lang).await;
    }
    let lifted = press(&house, &mut jar, &there, &format!("{there}/back"), "").await;
    assert_eq!(lifted.status, 303, "{}", lifted.text());
    // Whoever does not answer finds no inbox.
    let mut owner = crate::pages::staffed(&house, Role::Owner).await;
    let none = look(&house, &mut owner, "/console/rights").await;
    assert_eq!(none.status, 403, "{}", none.text());
}
