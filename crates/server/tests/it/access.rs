//! Privileges and emergencies over the real routes: two people for each, and reviews.

use http::Method;
use policy::Role;
use policy::access::Ended;
use serde_json::{Value, json};
use store::{Sql, WriteSet};

use crate::house::{ACME, Got, House, OTHER, account, on_each_engine, staff};

async fn post(house: &House, who: &str, path: &str, body: Option<Value>) -> Got {
    let ask = house.ask(Method::POST, path).by(who);
    match body {
        Some(body) => ask.json(&body).send().await,
        None => ask.send().await,
    }
}

pub(crate) async fn look(house: &House, who: &str, path: &str) -> Got {
    house.ask(Method::GET, path).by(who).send().await
}

async fn ask(house: &House, who: &str, gains: u8, role: &str) -> Got {
    house.stand_in(ACME, account(gains)).await;
    let body = json!({ "account": account(gains), "role": role, "reason": "new_post" });
    post(house, who, "/v1/access/requests", Some(body)).await
}

async fn decide(house: &House, who: &str, request: &str, approve: bool) -> Got {
    let path = format!("/v1/access/requests/{request}/decision");
    post(house, who, &path, Some(json!({ "approve": approve }))).await
}

async fn break_glass(house: &House, who: &str, minutes: u32) -> Got {
    let person = house.person(ACME);
    let body = json!({ "person": person, "reason": "emergency_care", "minutes": minutes, "note": "ward seven, unconscious" });
    post(house, who, "/v1/access/break-glass", Some(body)).await
}

async fn emergency_read(house: &House, who: &str) -> Got {
    let path = format!("/v1/persons/{}/records/sheet/one", house.person(ACME));
    let ask = house.ask(Method::GET, path).by(who);
    ask.purpose("ETREAT").send().await
}

pub(crate) async fn with_a_record(house: &House) {
    let path = format!("/v1/persons/{}/records/sheet/one", house.person(ACME));
    let put = house.put(path, &json!({ "finding": "fine" })).await;
    assert_eq!(put.status, 201, "{}", put.text());
}

fn text(got: &Got, name: &str) -> String {
    let body = got.json();
    let text = body[name].as_str();
    text.unwrap_or_else(|| panic!("{name} in {body}"))
        .to_owned()
}

/// How many messages wait.
static NOTICES: Sql = Sql::both("SELECT COUNT(*) FROM job WHERE kind = 'access.notice'");
/// Let reviews be overdue.
static OVERDUE: Sql = Sql::both("UPDATE role_assignment SET review_due_at = 1");
static LONG_OVERDUE: Sql = Sql::both("UPDATE break_glass SET review_due_at = 1");
static OPEN_NO_MORE: Sql = Sql::both("UPDATE break_glass SET until = 1");

async fn change(house: &House, sql: &'static Sql) {
    let set = WriteSet::new().run(sql, vec![]);
    house.place.db.commit(set).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_asked_for_an_account_that_is_there() {
    on_each_engine(async |house| {
        let body = json!({ "account": account(3), "role": "support", "reason": "new_post" });
        let asker = staff(ACME, Role::Support, 1);
        let path = "/v1/access/requests";
        let nobody = post(&house, &asker, path, Some(body.clone())).await;
        assert_eq!(
            (nobody.status, nobody.code().as_str()),
            (400, "access.no_account")
        );
        // One of the other tenant is none here either.
        house.stand_in(OTHER, account(3)).await;
        let stranger = post(&house, &asker, path, Some(body.clone())).await;
        assert_eq!(stranger.code(), "access.no_account");
        house.stand_in(ACME, account(3)).await;
        let asked = post(&house, &asker, path, Some(body)).await;
        assert_eq!(asked.status, 201, "{}", asked.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privilege_takes_two() {
    on_each_engine(async |house| {
        let (asker, owner) = (staff(ACME, Role::Support, 1), staff(ACME, Role::Owner, 2));
        let asked = ask(&house, &asker, 3, "clinician").await;
        assert_eq!(asked.status, 201, "{}", asked.text());
        let request = text(&asked, "request");

        // The request shows who gains access to what.
        let shown = look(&house, &owner, &format!("/v1/access/requests/{request}")).await;
        let gains = shown.json()["gains"].clone();
        let treat = gains.as_array().unwrap().iter().find(|it| {
            it["verb"] == "read" && it["thing"] == "record" && it["only_with_break_glass"] == false
        });
        let treat = treat.unwrap_or_else(|| panic!("{gains}"));
        assert_eq!(treat["purposes"], json!(["TREAT"]));
        assert_eq!(
            treat["clear"],
            json!(["public", "internal", "personal", "health"])
        );
        assert_eq!(treat["policy"], "clinician-treat");

        // Neither who asks nor who gains decides, whatever their role.
        for number in [1, 3] {
            let own = decide(&house, &staff(ACME, Role::Owner, number), &request, true).await;
            assert_eq!(
                (own.status, own.code().as_str()),
                (403, "policy.own"),
                "{number}"
            );
        }
        // Nor who has no say, a bare token, a weak proof or a stale one.
        for (who, code) in [
            (staff(ACME, Role::Operator, 4), "policy.role"),
            (house.token(ACME, Role::Owner).to_owned(), "policy.account"),
            (
                owner.replace("phishing_resistant", "two_factor"),
                "policy.assurance",
            ),
            (
                owner.replace("phishing_resistant", "single"),
                "policy.assurance",
            ),
            (format!("{owner}:stale"), "policy.stale"),
        ] {
            let no = decide(&house, &who, &request, true).await;
            assert_eq!((no.status, no.code().as_str()), (403, code), "{who}");
        }
        assert!(roles(&house, 3).await.is_empty());

        let before = house.log_size(ACME).await;
        let yes = decide(&house, &owner, &request, true).await;
        assert_eq!(yes.status, 200, "{}", yes.text());
        assert_eq!(text(&yes, "state"), "approved");
        assert_eq!(roles(&house, 3).await, [Role::Clinician]);
        let entry = house.entry(ACME, yes.log_index().unwrap()).await;
        assert_eq!(house.log_size(ACME).await, before + 1);
        assert_eq!(entry["action"], "role.decide");
        assert_eq!(entry["policy"], "granters-decide");
        assert_eq!(entry["subject"].as_str().map(str::len), Some(36), "{entry}");

        let twice = decide(&house, &owner, &request, false).await;
        assert_eq!(
            (twice.status, twice.code().as_str()),
            (409, "access.decided")
        );
        assert_eq!(roles(&house, 3).await, [Role::Clinician]);
    })
    .await;
}

async fn roles(house: &House, number: u8) -> Vec<Role> {
    let tenant = ACME.parse().unwrap();
    house
        .place
        .access
        .roles(&tenant, account(number))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_together_is_refused() {
    on_each_engine(async |house| {
        let asker = staff(ACME, Role::Compliance, 1);
        house.appoint(ACME, account(3), Role::Security).await;
        for role in ["administrator", "owner", "operator", "developer"] {
            let no = ask(&house, &asker, 3, role).await;
            assert_eq!(
                (no.status, no.code().as_str()),
                (409, "access.conflict"),
                "{role}"
            );
        }
        let held = ask(&house, &asker, 3, "security").await;
        assert_eq!(held.code(), "access.held");
        for role in ["app", "person", "system", "nonsense"] {
            assert_eq!(ask(&house, &asker, 4, role).await.status, 400, "{role}");
        }

        // Two requests that do not go together: the second is refused, and so is a yes that came to be wrong.
        let clinician = ask(&house, &asker, 5, "clinician").await;
        assert_eq!(clinician.status, 201);
        assert_eq!(
            ask(&house, &asker, 5, "support").await.code(),
            "access.conflict"
        );
        house.appoint(ACME, account(5), Role::Support).await;
        let owner = staff(ACME, Role::Owner, 2);
        let no = decide(&house, &owner, &text(&clinician, "request"), true).await;
        assert_eq!(no.status, 409, "{}", no.text());
        assert_eq!(roles(&house, 5).await, [Role::Support]);

        // Only an owner makes an owner.
        let throne = ask(&house, &asker, 6, "owner").await;
        let request = text(&throne, "request");
        let no = decide(&house, &staff(ACME, Role::Administrator, 7), &request, true).await;
        assert_eq!((no.status, no.code().as_str()), (403, "policy.role"));
        assert_eq!(decide(&house, &owner, &request, true).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_decisions_one_counts() {
    on_each_engine(async |house| {
        let asked = ask(&house, &staff(ACME, Role::Support, 1), 3, "compliance").await;
        let request = text(&asked, "request");
        let owners: Vec<_> = (10..18).map(|it| staff(ACME, Role::Owner, it)).collect();
        let all = owners
            .iter()
            .enumerate()
            .map(|(at, owner)| decide(&house, owner, &request, at % 2 == 0));
        let all = futures_util::future::join_all(all).await;
        let good = all.iter().filter(|got| got.status == 200).count();
        let late = all.iter().filter(|got| got.status == 409).count();
        assert_eq!((good, late), (1, 7));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privilege_is_confirmed_or_falls_away() {
    on_each_engine(async |house| {
        let id = house.appoint(ACME, account(3), Role::Compliance).await;
        assert_eq!(roles(&house, 3).await, [Role::Compliance]);
        change(&house, &OVERDUE).await;
        assert!(
            roles(&house, 3).await.is_empty(),
            "it does not count at once"
        );

        let owner = staff(ACME, Role::Owner, 2);
        let standing = look(&house, &owner, "/v1/access/reviews").await.json();
        assert_eq!(
            (&standing["held"], &standing["overdue"]),
            (&json!(0), &json!(1))
        );
        assert_eq!(standing["waiting"][0]["state"], "waits_for_review");

        let path = format!("/v1/access/assignments/{id}/review");
        let own = post(
            &house,
            &staff(ACME, Role::Compliance, 3),
            &path,
            Some(json!({ "keep": true })),
        )
        .await;
        assert_eq!((own.status, own.code().as_str()), (403, "policy.own"));
        let kept = post(&house, &owner, &path, Some(json!({ "keep": true }))).await;
        assert_eq!(text(&kept, "state"), "held", "{}", kept.text());
        assert_eq!(roles(&house, 3).await, [Role::Compliance]);
        let gone = post(&house, &owner, &path, Some(json!({ "keep": false }))).await;
        assert_eq!(text(&gone, "state"), "not_confirmed", "{}", gone.text());
        assert!(roles(&house, 3).await.is_empty());
        let twice = post(&house, &owner, &path, Some(json!({ "keep": true }))).await;
        assert_eq!(
            (twice.status, twice.code().as_str()),
            (409, "access.decided")
        );

        // What nobody confirms for too long ends for good, with an entry.
        let id = house.appoint(ACME, account(4), Role::Support).await;
        change(&house, &OVERDUE).await;
        let before = house.log_size(ACME).await;
        server::let_fall(&house.place).await.unwrap();
        let tenant = ACME.parse().unwrap();
        let ended = house.place.access.assignment(&tenant, id).await.unwrap();
        assert_eq!(ended.ended_why, Some(Ended::Overdue));
        assert_eq!(house.log_size(ACME).await, before + 1);
        assert_eq!(house.entry(ACME, before).await["action"], "role.end");
        server::let_fall(&house.place).await.unwrap();
        assert_eq!(house.log_size(ACME).await, before + 1, "once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clinician_breaks_the_glass_and_is_reviewed() {
    on_each_engine(async |house| {
        with_a_record(&house).await;
        let doctor = staff(ACME, Role::Clinician, 1).replace("phishing_resistant", "two_factor");
        let closed = emergency_read(&house, &doctor).await;
        assert_eq!(
            (closed.status, closed.code().as_str()),
            (403, "policy.break_glass")
        );

        assert_eq!(
            break_glass(&house, &doctor, 61).await.code(),
            "access.too_long"
        );
        let opened = break_glass(&house, &doctor, 30).await;
        assert_eq!(opened.status, 201, "{}", opened.text());
        let id = text(&opened, "break_glass");
        assert_eq!(
            house.number(&NOTICES).await,
            3,
            "person, security and owners are told"
        );
        let entry = house.entry(ACME, opened.log_index().unwrap()).await;
        assert_eq!(entry["action"], "break_glass.open");
        assert!(entry["person"].is_string(), "{entry}");

        let read = emergency_read(&house, &doctor).await;
        assert_eq!(read.json(), json!({ "finding": "fine" }));
        let entry = house.entry(ACME, read.log_index().unwrap()).await;
        assert_eq!(
            (&entry["purpose"], &entry["policy"]),
            (&json!("ETREAT"), &json!("clinician-etreat"))
        );

        // Nobody else's data, no other account, no other role, no other deed.
        let other = house.new_person(ACME).await;
        let path = format!("/v1/persons/{other}/records/sheet/one");
        let got = house
            .ask(Method::GET, path)
            .by(&doctor)
            .purpose("ETREAT")
            .send()
            .await;
        assert_eq!(got.code(), "policy.break_glass");
        assert_eq!(
            emergency_read(&house, &staff(ACME, Role::Clinician, 2))
                .await
                .status,
            403
        );
        assert_eq!(
            emergency_read(&house, &staff(ACME, Role::Security, 1))
                .await
                .status,
            403
        );
        assert_eq!(break_glass(&house, &doctor, 30).await.code(), "access.open");

        // The note is sealed, and opens for who reviews.
        let owner = staff(ACME, Role::Owner, 5);
        let path = format!("/v1/access/break-glass/{id}");
        assert_eq!(
            text(&look(&house, &owner, &path).await, "note"),
            "ward seven, unconscious"
        );
        for (file, bytes) in house.raw() {
            let found = crate::house::holds(&bytes, b"unconscious");
            assert!(!found, "in clear in {}", file.display());
        }

        // While its review is overdue, there is no next one.
        change(&house, &OPEN_NO_MORE).await;
        assert_eq!(
            emergency_read(&house, &doctor).await.status,
            403,
            "closed for the next read"
        );
        change(&house, &LONG_OVERDUE).await;
        let no = break_glass(&house, &doctor, 30).await;
        assert_eq!((no.status, no.code().as_str()), (403, "access.overdue"));
        let review = format!("{path}/review");
        let own = post(
            &house,
            &staff(ACME, Role::Owner, 1),
            &review,
            Some(json!({ "justified": true })),
        )
        .await;
        assert_eq!(own.code(), "policy.own");
        let reviewed = post(&house, &owner, &review, Some(json!({ "justified": true }))).await;
        assert_eq!(
            text(&reviewed, "verdict"),
            "justified",
            "{}",
            reviewed.text()
        );
        assert_eq!(break_glass(&house, &doctor, 30).await.status, 201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_care_it_takes_two() {
    on_each_engine(async |house| {
        with_a_record(&house).await;
        let engineer = staff(ACME, Role::Security, 1);
        let asked = break_glass(&house, &engineer, 30).await;
        assert_eq!(asked.status, 202, "{}", asked.text());
        let id = text(&asked, "break_glass");
        assert_eq!(
            emergency_read(&house, &engineer).await.code(),
            "policy.break_glass"
        );

        let second = format!("/v1/access/break-glass/{id}/second");
        let own = post(&house, &staff(ACME, Role::Owner, 1), &second, None).await;
        assert_eq!((own.status, own.code().as_str()), (403, "policy.own"));
        for role in [
            Role::Administrator,
            Role::Operator,
            Role::Support,
            Role::Developer,
            Role::Compliance,
        ] {
            let no = post(&house, &staff(ACME, role, 2), &second, None).await;
            assert_eq!(no.status, 403, "{role}");
        }
        let yes = post(&house, &staff(ACME, Role::Owner, 2), &second, None).await;
        assert_eq!(text(&yes, "state"), "open", "{}", yes.text());
        assert_eq!(emergency_read(&house, &engineer).await.status, 200);
        let put = house.ask(
            Method::PUT,
            format!("/v1/persons/{}/records/sheet/one", house.person(ACME)),
        );
        let put = put
            .by(&engineer)
            .purpose("ETREAT")
            .json(&json!({}))
            .send()
            .await;
        assert_eq!(put.status, 403, "it reads, and changes nothing");

        // Neither of the two reviews it.
        let review = format!("/v1/access/break-glass/{id}/review");
        let seconded = post(
            &house,
            &staff(ACME, Role::Owner, 2),
            &review,
            Some(json!({ "justified": true })),
        )
        .await;
        assert_eq!(seconded.code(), "policy.own");
        // Whoever opened it closes it.
        let close = house.ask(Method::DELETE, format!("/v1/access/break-glass/{id}"));
        assert_eq!(close.by(&engineer).send().await.status, 200);
        assert_eq!(emergency_read(&house, &engineer).await.status, 403);
        // Who keeps the house breaks no glass at all.
        for role in [
            Role::Owner,
            Role::Administrator,
            Role::Operator,
            Role::Support,
            Role::Developer,
            Role::Compliance,
        ] {
            let no = break_glass(&house, &staff(ACME, role, 9), 30).await;
            assert_eq!(
                (no.status, no.code().as_str()),
                (403, "policy.role"),
                "{role}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_access_does_not_exist() {
    on_each_engine(async |house| {
        let asked = ask(&house, &staff(ACME, Role::Support, 1), 3, "compliance").await;
        let request = text(&asked, "request");
        let id = house.appoint(ACME, account(4), Role::Compliance).await;
        let glass = text(
            &break_glass(&house, &staff(ACME, Role::Security, 5), 30).await,
            "break_glass",
        );
        let size = house.log_size(ACME).await;
        let stranger = staff(OTHER, Role::Owner, 2);
        let keep = Some(json!({ "keep": true }));
        let justified = Some(json!({ "justified": true }));
        let tried = [
            look(&house, &stranger, &format!("/v1/access/requests/{request}")).await,
            decide(&house, &stranger, &request, true).await,
            post(
                &house,
                &stranger,
                &format!("/v1/access/assignments/{id}/review"),
                keep,
            )
            .await,
            house
                .ask(Method::DELETE, format!("/v1/access/assignments/{id}"))
                .by(&stranger)
                .send()
                .await,
            look(
                &house,
                &stranger,
                &format!("/v1/access/break-glass/{glass}"),
            )
            .await,
            post(
                &house,
                &stranger,
                &format!("/v1/access/break-glass/{glass}/second"),
                None,
            )
            .await,
            post(
                &house,
                &stranger,
                &format!("/v1/access/break-glass/{glass}/review"),
                justified,
            )
            .await,
            break_glass(&house, &staff(OTHER, Role::Clinician, 6), 30).await,
        ];
        for got in tried {
            assert_eq!(got.status, 404, "{}", got.text());
        }
        assert_eq!(house.log_size(ACME).await, size);
        for path in ["requests", "assignments", "break-glass"] {
            let all = look(&house, &stranger, &format!("/v1/access/{path}")).await;
            let empty = all
                .json()
                .as_object()
                .unwrap()
                .values()
                .all(|it| it == &json!([]));
            assert!(empty, "{}", all.text());
        }
        assert!(roles(&house, 3).await.is_empty());
    })
    .await;
}
