//! Walks every route of the table: as nobody, as a stranger, as the other tenant, as those who keep the house and open
//! nothing in it; and as who may, seeing that each call leaves the entry in the log that it names.

use std::time::Duration;

use http::Method;
use policy::{Authority, Role, Scope};
use serde_json::json;
use web::{Access, Route};

use crate::accounts::Guest;
use crate::house::{ACME, Got, House, LONG, OTHER, on_each_engine, staff};
use crate::roles::{is_a_look_at_access, signed_in};
use crate::stock::{BYTES, FINDING, NAME, call, is_about_ones_account, sheet, stock};

fn logged(house: &House) -> Vec<Route<Authority>> {
    let mut routes: Vec<_> = house
        .routes()
        .into_iter()
        .filter(|route| route.access() == Access::Token)
        .collect();
    assert!(routes.len() > 20, "the table is there");
    // What takes away comes last, and the person after everything of theirs.
    routes.sort_by_key(|route| {
        (
            // One request waits at a time.
            route.doc().id != "callOffErasure",
            route.doc().id == "erasePerson",
            // A review closes what is open.
            route.doc().id == "reviewBreakGlass",
            // Who was refused waits before they ask again.
            route.doc().id == "answerAsking",
            // What is closed is taken no step with, and not taken back.
            route.doc().id == "withdrawRight",
            route.method() == Method::DELETE,
        )
    });
    routes
}

fn shows_nothing(got: &Got, what: &str) {
    let text = got.text();
    for secret in [NAME, FINDING, "thistle"] {
        assert!(!text.contains(secret), "{what} shows {secret}: {text}");
    }
    for (name, value) in &got.headers {
        assert!(
            !format!("{value:?}").contains("thistle"),
            "{what} shows a file's name in {name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in() {
    on_each_engine(async |house| {
        let stock = stock(&house).await;
        let app = house.token(ACME, Role::App).to_owned();
        let (_, expired) = house.new_token(ACME, Role::App, None, Duration::ZERO).await;
        let (id, revoked) = house.new_token(ACME, Role::App, None, LONG).await;
        let before = house
            .ask(Method::GET, "/v1/persons")
            .by(&revoked)
            .send()
            .await;
        assert_eq!(before.status, 200, "it was let in while it lived");
        house.revoke(ACME, id).await;
        let mut forged = app.clone();
        let last = if forged.pop() == Some('A') { 'E' } else { 'A' };
        forged.push(last);
        let swapped = format!("{}{}", &revoked[..27], &app[27..]);
        let size = house.log_size(ACME).await;
        for route in logged(&house) {
            let what = format!("{} {}", route.method(), route.path());
            let asks = [
                ("nobody", call(&house, &route, &stock)),
                (
                    "no scheme",
                    call(&house, &route, &stock).header("authorization", &app),
                ),
                (
                    "another scheme",
                    call(&house, &route, &stock).header("authorization", format!("Basic {app}")),
                ),
                ("garbage", call(&house, &route, &stock).by("srt_garbage")),
                (
                    "bytes",
                    call(&house, &route, &stock).header("authorization", b"Bearer \xff\xfe"),
                ),
                ("an empty token", call(&house, &route, &stock).by("")),
                ("a forged token", call(&house, &route, &stock).by(&forged)),
                (
                    "another token's secret",
                    call(&house, &route, &stock).by(&swapped),
                ),
                ("a revoked token", call(&house, &route, &stock).by(&revoked)),
                (
                    "an expired token",
                    call(&house, &route, &stock).by(&expired),
                ),
            ];
            for (who, ask) in asks {
                let got = ask.purpose("TREAT").send().await;
                assert_eq!(got.status, 401, "{what} as {who}: {}", got.text());
                assert_eq!(
                    got.header("www-authenticate"),
                    Some("Bearer"),
                    "{what} as {who}"
                );
                assert!(got.log_index().is_none(), "{what} as {who}");
                assert!(got.header("x-request-id").is_some(), "{what} as {who}");
                shows_nothing(&got, &what);
            }
            let twice = call(&house, &route, &stock).by(&app).by(&app).send().await;
            assert_eq!(twice.status, 400, "{what} with two tokens");
        }
        assert_eq!(house.log_size(ACME).await, size, "nothing was done");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_routes_show_nothing_about_anybody() {
    let house = House::over_sqlite().await;
    let stock = stock(&house).await;
    let size = house.log_size(ACME).await;
    let mut seen = 0;
    for route in house.routes() {
        if route.access() == Access::Open {
            let got = call(&house, &route, &stock).send().await;
            assert_eq!(got.status, 200, "{}: {}", route.path(), got.text());
            shows_nothing(&got, route.path());
            assert!(
                !got.text().contains(&stock.person.to_string()),
                "{}",
                route.path()
            );
            seen += 1;
        }
    }
    assert!(seen > 5, "there are open routes");
    assert_eq!(house.log_size(ACME).await, size);
}

/// Routes whose address names nothing of acme's, or that make something of the caller's own.
fn is_about_the_callers_own(id: &str) -> bool {
    matches!(
        id,
        "createPerson"
            | "listPersons"
            | "publishRequest"
            | "listRequests"
            | "readLog"
            | "proveEntry"
            | "keyStatus"
            | "readContinuity"
            | "listDestructions"
            | "registerApp"
            | "listApps"
            | "listAccounts"
            | "inviteAccount"
            | "listRoleRequests"
            | "listAssignments"
            | "accessReviews"
            | "readPolicy"
            | "listBreakGlass"
            | "listAlerts"
            | "placeHold"
            | "listHolds"
            | "listMinors"
            | "readRetention"
            | "readProcessing"
            | "listRightsRequests"
            | "batchRecords"
            | "fhirExport"
            | "fhirPatientExport"
            | "fhirBundle"
            | "fhirSearch"
            | "fhirPostSearch"
            | "fhirCreate"
            | "fhirUpdate"
            // To delete what is not there is no mistake in FHIR.
            | "fhirDelete"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_tenant_is_a_stranger() {
    on_each_engine(async |house| {
        let stock = stock(&house).await;
        let size = house.log_size(ACME).await;
        let mut routes = logged(&house);
        // Last, since it makes a resource of their own under the same id.
        routes.sort_by_key(|route| route.doc().id == "fhirUpdate");
        for route in routes {
            for role in Role::TOKENS {
                for purpose in ["TREAT", "PATRQT"] {
                    let what = format!(
                        "{} {} as {OTHER}'s {role} for {purpose}",
                        route.method(),
                        route.path()
                    );
                    let token = house.token(OTHER, role);
                    let got = call(&house, &route, &stock)
                        .by(token)
                        .purpose(purpose)
                        .send()
                        .await;
                    let id = route.doc().id;
                    shows_nothing(&got, &what);
                    if is_about_the_callers_own(id) {
                        assert!(got.status < 500, "{what}: {} {}", got.status, got.text());
                        assert!(
                            !got.text().contains(&stock.person.to_string()),
                            "{what}: {}",
                            got.text()
                        );
                    } else {
                        assert!(
                            matches!(got.status, 403 | 404),
                            "{what}: {} {}",
                            got.status,
                            got.text()
                        );
                    }
                }
            }
        }
        assert_eq!(
            house.log_size(ACME).await,
            size,
            "a stranger leaves nothing in acme's log"
        );
        let record = house
            .get(format!("/v1/persons/{}/records/sheet/one", stock.person))
            .await;
        assert_eq!(record.json(), sheet(61), "and changed nothing");
        let resource = house.get("/fhir/Observation/obs-1").await;
        assert_eq!(resource.json()["meta"]["versionId"], "1");
        let file = house
            .get(format!("/v1/persons/{}/files/{}", stock.person, stock.file))
            .await;
        assert_eq!(file.bytes(), BYTES);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_the_house_opens_nothing_in_it() {
    on_each_engine(async |house| {
        let stock = stock(&house).await;
        let stranger = house.new_person(ACME).await;
        let (_, somebody) = house
            .new_token(ACME, Role::Person, Some(stranger), LONG)
            .await;
        let tokens = [
            ("operator", house.token(ACME, Role::Operator).to_owned()),
            ("security", house.token(ACME, Role::Security).to_owned()),
            ("somebody else", somebody),
        ];
        for route in logged(&house) {
            let id = route.doc().id;
            for (who, token) in &tokens {
                let what = format!("{} {} as {who}", route.method(), route.path());
                let before = house.log_size(ACME).await;
                let got = call(&house, &route, &stock)
                    .by(token)
                    .purpose("PATRQT")
                    .send()
                    .await;
                shows_nothing(&got, &what);
                let left = house.log_size(ACME).await - before;
                let may = match id {
                    // Who of them registers and reviews is seen in `apps.rs`.
                    _ if route.doc().group == "Apps" && *who != "somebody else" => continue,
                    "readLog" | "proveEntry" => *who == "security",
                    "keyStatus" | "readContinuity" | "listDestructions" => *who != "somebody else",
                    _ => *who == "security" && is_a_look_at_access(id),
                };
                if may {
                    assert_eq!((got.status, left), (200, 1), "{what}: {}", got.text());
                } else if matches!(id, "batchRecords" | "fhirBundle") {
                    // The whole is taken; each item is refused.
                    assert_eq!(got.status, 200, "{what}: {}", got.text());
                    assert!(
                        got.text().contains("403") || got.text().contains("404"),
                        "{what}: {}",
                        got.text()
                    );
                    assert!(left >= 1, "{what} left no entry");
                } else {
                    assert!(
                        matches!(got.status, 403 | 404),
                        "{what}: {} {}",
                        got.status,
                        got.text()
                    );
                    assert!(left >= 1, "{what} left no entry");
                    let entry = house.entry(ACME, before).await;
                    assert_ne!(entry["outcome"], "ok", "{what}: {entry}");
                }
            }
        }
    })
    .await;
}

/// What each route's entry says was done.
fn action(id: &str) -> &'static str {
    match id {
        "createPerson" => "person.create",
        "listPersons" => "person.list",
        "readPerson" => "person.read",
        "erasePerson" => "person.erase",
        "putRecord" | "fhirUpdate" | "fhirCreate" => "record.write",
        "readRecord" | "batchRecords" | "fhirBundle" | "fhirRead" | "fhirVread" | "fhirHistory" => {
            "record.read"
        }
        "deleteRecord" | "fhirDelete" => "record.delete",
        "recordHistory" => "record.history",
        "listRecords" | "fhirSearch" | "fhirPostSearch" => "record.list",
        "fhirExport" | "fhirPatientExport" => "bulk.ask",
        "fhirExportState" => "bulk.read",
        "fhirExportEnd" => "bulk.end",
        "fhirExportFetch" => "export",
        "uploadFile" => "file.write",
        "listFiles" => "file.list",
        "downloadFile" | "previewFile" => "file.read",
        "deleteFile" => "file.delete",
        "readLog" | "listAccesses" => "log.read",
        "proveEntry" | "proveAccess" => "log.prove",
        "planErasure" | "listErasures" => "person.read",
        "askErasure" => "person.erase_ask",
        "callOffErasure" => "person.erase_call_off",
        "askExport" => "export",
        "listExports" | "readExport" | "listTransfers" | "readTransfer" => "file.list",
        "askTransfer" => "export.send",
        "stopTransfer" => "export.stop",
        "fetchExport" => "file.read",
        "deleteExport" => "file.delete",
        "publishRequest" | "closeRequest" => "consent.publish",
        "askPerson" | "openAsking" => "consent.ask",
        "answerAsking" | "appointProxy" => "consent.answer",
        "narrowGrant" => "consent.narrow",
        "withdrawGrant" => "consent.withdraw",
        "listRequests" | "readRequest" | "listAsked" | "listAskings" | "readAsking"
        | "listGrants" | "readGrant" | "grantAsFhir" => "consent.list",
        "listGuardians" | "listMinors" | "readMinor" => "guardian.list",
        "readGrantText" | "accountActsFor" => "consent.list",
        "confirmGrant" => "consent.answer",
        "noteMinor" => "guardian.day",
        "proposeGuardian" => "guardian.propose",
        "appointGuardian" => "guardian.appoint",
        "refuseGuardian" => "guardian.refuse",
        "endGuardian" => "guardian.end",
        "inviteMinor" => "account.invite",
        "askRight" => "rights.ask",
        "listRights" | "readRight" | "readRightsRequest" => "rights.read",
        "listRightsRequests" => "rights.list",
        "withdrawRight" | "stepRightsRequest" => "rights.step",
        "keyStatus" => "key.list",
        "accountRead" | "accountSessions" | "accountFactors" => "account.list",
        "accountRename" | "accountSessionName" => "account.change",
        "accountSessionEnd" => "session.end",
        "accountStepUpBegin" | "accountStepUp" => "session.step_up",
        "accountPassword" => "password.change",
        "accountFactorBegin" | "accountFactorAdd" | "accountRecoveryCodes" => "factor.add",
        "accountFactorRemove" => "factor.remove",
        "accountApps" => "app.list",
        "accountAppEnd" => "oauth.revoke",
        "registerApp" => "app.register",
        "listApps" | "readApp" => "app.list",
        "reviewApp" => "app.review",
        "changeApp" | "renewAppSecret" | "stopApp" => "app.change",
        "listAccounts" => "account.list",
        "inviteAccount" | "inviteAccountAgain" => "account.invite",
        "stopAccount" | "resumeAccount" => "account.change",
        "askForRole" => "role.request",
        "decideRoleRequest" => "role.decide",
        "endAssignment" | "closeBreakGlass" => "role.end",
        "reviewAssignment" => "review.decide",
        "breakGlass" | "secondBreakGlass" => "break_glass.open",
        "reviewBreakGlass" => "break_glass.review",
        "readPolicy" => "policy.read",
        "placeHold" => "hold.place",
        "liftHold" => "hold.lift",
        "listHolds" => "hold.list",
        "readRetention" => "retention.read",
        "readProcessing" => "processing.read",
        "readContinuity" => "backup.read",
        "proposeDestruction" => "destruction.propose",
        "agreeToDestruction" => "destruction.agree",
        "cancelDestruction" => "destruction.cancel",
        "listDestructions" => "destruction.list",
        "listAlerts" => "alert.list",
        "closeAlert" => "alert.close",
        id if is_a_look_at_access(id) => "role.list",
        other => panic!("the route {other} is new: say here what its entry says"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_leaves_the_entry_that_it_names() {
    on_each_engine(async |house| {
        let mut stock = stock(&house).await;
        for route in logged(&house) {
            let id = route.doc().id;
            // What a guardian gave is confirmed once the day has come: `guardians.rs`.
            if id == "confirmGrant" {
                continue;
            }
            let what = format!("{} {}", route.method(), route.path());
            let role = match id {
                "readLog" | "proveEntry" | "keyStatus" | "readContinuity" | "listDestructions" => {
                    Role::Security
                }
                "listAccesses" | "proveAccess" => Role::Person,
                _ if matches!(route.doc().group, "Sharing" | "Take along")
                    && route.path().starts_with("/v1/persons/") =>
                {
                    Role::Person
                }
                "listRightsRequests" | "readRightsRequest" | "stepRightsRequest" => {
                    Role::Compliance
                }
                _ if route.doc().group == "Rights" => Role::Person,
                _ if is_about_ones_account(id) => Role::Person,
                _ if route.doc().group == "Apps" => Role::Security,
                id if is_a_look_at_access(id) => Role::Security,
                id => signed_in(id).map_or(Role::App, |(role, _)| role),
            };
            let who = match signed_in(id) {
                Some((role, number)) => staff(ACME, role, number),
                None => house.token(ACME, role).to_owned(),
            };
            let by_session = is_about_ones_account(id);
            if by_session {
                stock.guests.insert(id, Guest::come_in(&house, id).await);
            }
            let before = house.log_size(ACME).await;
            let ask = call(&house, &route, &stock);
            let ask = match stock.guests.get(id) {
                Some(guest) => guest.asks(ask),
                None => ask.by(&who),
            };
            // A person reads for themselves.
            let purpose = match route.doc().group {
                "Take along" => "PATRQT",
                _ => "TREAT",
            };
            let got = ask.purpose(purpose).send().await;
            assert!(
                (200..300).contains(&got.status),
                "{what}: {} {}",
                got.status,
                got.text()
            );
            let index = got.log_index().unwrap();
            let after = house.log_size(ACME).await;
            assert!((before..after).contains(&index), "{what}: {index}");
            // A history opens each version that it shows: an entry for each.
            assert!(
                after - before == 1 || id == "fhirHistory",
                "{what} leaves {} entries",
                after - before
            );
            let entry = house.entry(ACME, index).await;
            assert_eq!(entry["action"], action(id), "{what}: {entry}");
            // What is only begun is not done yet.
            let outcome = match id {
                "accountStepUpBegin" | "accountFactorBegin" => "denied",
                // A no is written down as one.
                "answerAsking" => "denied",
                _ => "ok",
            };
            assert_eq!(entry["outcome"], outcome, "{what}: {entry}");
            assert_eq!(
                entry["request"].as_str(),
                got.header("x-request-id"),
                "{what}: {entry}"
            );
            assert_eq!(entry["actor"]["role"], role.as_str(), "{what}: {entry}");
            if !by_session {
                assert_eq!(entry["purpose"], purpose, "{what}: {entry}");
            }
            let text = entry.to_string();
            assert!(
                !text.contains(&stock.person.to_string()),
                "{what} names the person: {entry}"
            );
            assert!(!text.contains("one\""), "{what} names the record: {entry}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tokens_scope_is_a_ceiling() {
    let house = House::over_sqlite().await;
    let stock = stock(&house).await;
    let token = |scope: Scope| house.new_scoped_token(ACME, Role::App, None, LONG, scope);
    let path = format!("/v1/persons/{}/records/sheet/one", stock.person);
    let get = |token: String| {
        house
            .ask(Method::GET, &path)
            .by(&token)
            .purpose("TREAT")
            .send()
    };

    let (_, read_only) = token(Scope {
        read_only: true,
        ..Scope::default()
    })
    .await;
    assert_eq!(get(read_only.clone()).await.status, 200);
    for route in logged(&house) {
        if route.method() != Method::GET
            && !matches!(
                route.doc().id,
                "batchRecords" | "fhirBundle" | "fhirPostSearch"
            )
        {
            let got = call(&house, &route, &stock)
                .by(&read_only)
                .purpose("TREAT")
                .send()
                .await;
            assert_eq!(got.status, 403, "{} {}", route.method(), route.path());
        }
    }
    let item = json!({ "method": "DELETE", "person": stock.person, "collection": "sheet", "record": "one" });
    let batch = house
        .ask(Method::POST, "/v1/records:batch")
        .by(&read_only)
        .body(item.to_string())
        .send()
        .await;
    assert_eq!(batch.json()["status"], 403, "{}", batch.text());

    let (_, elsewhere) = token(Scope {
        collections: Some(vec!["cycle-day".parse().unwrap()]),
        ..Scope::default()
    })
    .await;
    assert_eq!(get(elsewhere.clone()).await.status, 403);
    let resource = house
        .ask(Method::GET, "/fhir/Observation/obs-1")
        .by(&elsewhere)
        .purpose("TREAT")
        .send()
        .await;
    assert_eq!(resource.status, 403, "{}", resource.text());

    let (_, personal) = token(Scope {
        classes: Some(vec![base::Class::Personal]),
        ..Scope::default()
    })
    .await;
    let got = get(personal.clone()).await;
    assert_eq!(got.json(), json!({ "name": NAME }));
    let file = house.ask(
        Method::GET,
        format!("/v1/persons/{}/files/{}", stock.person, stock.file),
    );
    let file = file.by(&personal).purpose("TREAT").send().await;
    assert_eq!(
        file.status, 404,
        "a file of the class health is not there for it"
    );
}
