//! Every role on every route: nobody gets further than a table written by hand says.

use http::Method;
use policy::Role;
use serde_json::json;
use web::Access;

use crate::access::{look, with_a_record};
use crate::house::{ACME, House, account, staff};
use crate::stock::is_about_ones_account;

/// As whom a route that changes access is called with success: such a one is signed in.
pub(crate) fn signed_in(id: &str) -> Option<(Role, u8)> {
    Some(match id {
        "askForRole" => (Role::Security, 1),
        "decideRoleRequest" | "endAssignment" | "reviewAssignment" | "secondBreakGlass"
        | "reviewBreakGlass" | "closeAlert" | "agreeToDestruction" | "cancelDestruction" => {
            (Role::Owner, 2)
        }
        "proposeDestruction" => (Role::Operator, 3),
        "closeBreakGlass" => (Role::Clinician, 5),
        "breakGlass" => (Role::Clinician, 6),
        "placeHold" | "liftHold" | "noteMinor" | "proposeGuardian" | "endGuardian"
        | "inviteMinor" => (Role::Compliance, 9),
        "appointGuardian" | "refuseGuardian" => (Role::Owner, 2),
        id if is_about_others_accounts(id) => (Role::Owner, 2),
        _ => return None,
    })
}

/// What owners and administrators do with accounts.
pub(crate) fn is_about_others_accounts(id: &str) -> bool {
    matches!(
        id,
        "listAccounts" | "inviteAccount" | "inviteAccountAgain" | "stopAccount" | "resumeAccount"
    )
}

/// What security engineers see of access.
pub(crate) fn is_a_look_at_access(id: &str) -> bool {
    matches!(
        id,
        "listRoleRequests"
            | "readRoleRequest"
            | "listAssignments"
            | "accessReviews"
            | "readPolicy"
            | "listBreakGlass"
            | "readBreakGlass"
            | "listAlerts"
            | "listHolds"
            | "listMinors"
            | "readMinor"
            | "readRetention"
            | "readProcessing"
    )
}

/// Which roles may call a route at all, signed in with a fresh passkey and an account of their own.
fn may(id: &str, role: Role) -> bool {
    use Role::{
        Administrator, App, Clinician, Compliance, Developer, Operator, Owner, Person, Security,
    };
    let answers = matches!(role, Owner | Administrator | Security | Compliance);
    match id {
        "createPerson" | "listPersons" => matches!(role, App | Clinician),
        "readPerson" | "erasePerson" => matches!(role, App | Clinician | Person),
        "putRecord" | "readRecord" | "deleteRecord" | "recordHistory" | "listRecords"
        | "uploadFile" | "listFiles" | "downloadFile" | "previewFile" | "deleteFile" => {
            matches!(role, App | Clinician | Person)
        }
        "fhirRead" | "fhirVread" | "fhirHistory" | "fhirSearch" | "fhirPostSearch"
        | "fhirCreate" | "fhirUpdate" | "fhirDelete" => matches!(role, App | Clinician | Person),
        "fhirExport" | "fhirPatientExport" | "fhirExportState" | "fhirExportFetch"
        | "fhirExportEnd" => role == App,
        // The whole is taken, each item refused.
        "batchRecords" | "fhirBundle" => true,
        "readLog" | "proveEntry" => role == Security,
        "listAccesses" | "proveAccess" => role == Person,
        "planErasure" | "listErasures" | "askErasure" | "callOffErasure" => {
            matches!(role, App | Clinician | Person)
        }
        "askExport" | "listExports" | "readExport" | "fetchExport" | "deleteExport"
        | "askTransfer" | "listTransfers" | "readTransfer" | "stopTransfer" => role == Person,
        "listAskings" | "openAsking" | "readAsking" | "answerAsking" | "listGrants"
        | "readGrant" | "grantAsFhir" | "narrowGrant" | "withdrawGrant" | "appointProxy"
        | "listGuardians" | "readGrantText" | "confirmGrant" => role == Person,
        "listMinors" | "readMinor" | "appointGuardian" | "refuseGuardian" => answers,
        "noteMinor" | "proposeGuardian" | "endGuardian" | "inviteMinor" => role == Compliance,
        "publishRequest" | "listRequests" | "readRequest" | "closeRequest" | "askPerson"
        | "listAsked" => matches!(role, App | Clinician),
        "askRight" => matches!(role, App | Clinician | Person),
        "listRights" | "readRight" => matches!(role, App | Clinician | Person | Compliance),
        "withdrawRight" => role == Person,
        "listRightsRequests" | "readRightsRequest" | "stepRightsRequest" => role == Compliance,
        "keyStatus" => matches!(role, Security | Operator),
        "readContinuity" | "listDestructions" => answers || role == Operator,
        // A bare token does neither; with an account, see `early.rs`.
        "proposeDestruction" | "cancelDestruction" => {
            matches!(role, Owner | Administrator | Security | Operator)
        }
        "agreeToDestruction" => matches!(role, Owner | Administrator | Security),
        id if is_about_others_accounts(id) => matches!(role, Owner | Administrator),
        "registerApp" | "listApps" | "readApp" | "changeApp" | "renewAppSecret" => matches!(
            role,
            Owner | Administrator | Security | Operator | Developer
        ),
        "reviewApp" | "stopApp" => {
            matches!(role, Owner | Administrator | Security | Operator)
        }
        "askForRole" => role.is_staff(),
        "decideRoleRequest" | "endAssignment" => matches!(role, Owner | Administrator | Security),
        "listRoleRequests" | "readRoleRequest" | "listAssignments" | "accessReviews"
        | "readPolicy" | "listBreakGlass" | "readBreakGlass" | "reviewAssignment"
        | "reviewBreakGlass" | "listAlerts" | "closeAlert" | "listHolds" | "readRetention"
        | "readProcessing" => answers,
        "placeHold" | "liftHold" => role == Compliance,
        "breakGlass" | "closeBreakGlass" => matches!(role, Clinician | Security),
        "secondBreakGlass" => matches!(role, Owner | Clinician | Security),
        other => panic!("the route {other} is new: say here who may call it"),
    }
}

/// As every role, on every route: with a token, and signed in. Nobody gets further than the table says.
#[tokio::test(flavor = "multi_thread")]
async fn every_role_on_every_route() {
    let house = House::over_sqlite().await;
    with_a_record(&house).await;
    let somebody = house.person(ACME);
    let nowhere = "00000000-0000-4000-8000-000000000000";
    for route in house.routes() {
        // What belongs to an account that is signed in is tried in `accounts.rs`.
        if route.access() != Access::Token || is_about_ones_account(route.doc().id) {
            continue;
        }
        let id = route.doc().id;
        let path = route
            .path()
            .replace("{person}", &somebody.to_string())
            .replace("{collection}", "sheet")
            .replace("{type}", "Observation")
            .replace("{record}", "none")
            .replace("{id}", "none")
            .replace("{file}", nowhere)
            .replace("{version}", "1")
            .replace("{index}", "0")
            .replace("{app}", nowhere)
            .replace("{account}", nowhere)
            .replace("{request}", nowhere)
            .replace("{assignment}", nowhere)
            .replace("{alert}", nowhere)
            .replace("{glass}", nowhere)
            .replace("{erasure}", nowhere)
            .replace("{export}", nowhere)
            .replace("{transfer}", nowhere)
            .replace("{minor}", nowhere)
            .replace("{appointment}", nowhere)
            .replace("{question}", nowhere)
            .replace("{asking}", nowhere)
            .replace("{bulk}", nowhere)
            .replace("{part}", "0")
            .replace("{right}", nowhere)
            .replace("{destruction}", nowhere)
            .replace("{grant}", nowhere);
        for role in Role::TOKENS {
            if id == "erasePerson" && may(id, role) {
                continue;
            }
            let token = house.token(ACME, role).to_owned();
            let mut callers = vec![token];
            if role.is_staff() {
                callers.push(staff(ACME, role, 1));
            }
            for who in callers {
                let before = house.log_size(ACME).await;
                let purpose = if role == Role::Person {
                    "PATRQT"
                } else {
                    "TREAT"
                };
                let ask = house
                    .ask(route.method().clone(), &path)
                    .by(&who)
                    .purpose(purpose);
                let ask = match id {
                    "askForRole" => ask.json(&json!({ "account": account(40 + role as u8), "role": "support", "reason": "other" })),
                    "decideRoleRequest" => ask.json(&json!({ "approve": true })),
                    "reviewAssignment" => ask.json(&json!({ "keep": true })),
                    "reviewBreakGlass" => ask.json(&json!({ "justified": true })),
                    "proposeDestruction" => ask.json(&json!({ "all": true, "reason": "order" })),
                    "breakGlass" => ask.json(&json!({ "person": somebody, "reason": "safety" })),
                    _ => ask,
                };
                let got = ask.send().await;
                let what = format!(
                    "{} {} as {role} ({who}): {} {}",
                    route.method(),
                    route.path(),
                    got.status,
                    got.text()
                );
                assert!(got.status < 500, "{what}");
                let signed_in = who.starts_with("staff:");
                let by_accounts = ["/v1/access/", "/v1/continuity/destructions"];
                let guardians = ["proposeGuardian", "appointGuardian", "refuseGuardian"];
                let changes_access = route.method() != Method::GET
                    && (by_accounts.iter().any(|it| path.starts_with(it))
                        || guardians.contains(&id));
                if may(id, role) && (signed_in || !changes_access) {
                    assert!(!matches!(got.status, 401 | 403), "{what}");
                } else {
                    assert!(matches!(got.status, 400 | 403 | 404), "{what}");
                    assert!(
                        got.status == 400 || house.log_size(ACME).await > before,
                        "{what} left no entry"
                    );
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_factor_is_none_for_staff() {
    let house = House::over_sqlite().await;
    with_a_record(&house).await;
    let path = format!("/v1/persons/{}/records/sheet/one", house.person(ACME));
    let doctor = staff(ACME, Role::Clinician, 1);
    for (who, status) in [
        (doctor.clone(), 200),
        (doctor.replace("phishing_resistant", "two_factor"), 200),
        (doctor.replace("phishing_resistant", "single"), 403),
    ] {
        let got = house
            .ask(Method::GET, &path)
            .by(&who)
            .purpose("TREAT")
            .send()
            .await;
        assert_eq!(got.status, status, "{who}");
    }
    let engineer = staff(ACME, Role::Security, 1);
    for (who, status) in [
        (format!("{engineer}:stale"), 200),
        (engineer.replace("phishing_resistant", "two_factor"), 403),
    ] {
        assert_eq!(look(&house, &who, "/v1/log").await.status, status, "{who}");
    }
}
