//! The rules as they come with the program, and the answers that anybody can rely on.

mod oracle;
mod rules;

use base::{
    Class, Ctx, Instant, Name, PersonId, Purpose, RecordId, RequestId, SeededRng, TenantId,
};

use crate::{Authority, Denied, FileAt, LogOf, Proven, RecordAt, Role, Scope, Verb, decide};

fn tenant(name: &str) -> TenantId {
    name.parse().unwrap()
}

fn authority(role: Role, person: Option<PersonId>) -> Authority {
    Authority::from(Proven {
        tenant: tenant("acme"),
        actor_id: "t".into(),
        authenticated_by: "token",
        role,
        person,
        scope: Scope::default(),
        assurance: None,
        fresh_until: None,
    })
}

fn ctx(authority: &Authority, purpose: Option<Purpose>) -> Ctx {
    Ctx {
        tenant: authority.tenant.clone(),
        actor: authority.actor(),
        purpose,
        request: RequestId::random(&SeededRng::new(1)),
        now: Instant::from_micros(0),
    }
}

fn record(of: &str, person: PersonId) -> RecordAt {
    RecordAt {
        tenant: tenant(of),
        person,
        collection: "Observation".parse::<Name>().unwrap(),
        record: "o1".parse::<RecordId>().unwrap(),
    }
}

const ANN: PersonId = PersonId::from_bytes([1; 16]);
const BEN: PersonId = PersonId::from_bytes([2; 16]);

#[test]
fn keepers_of_the_house_open_nobody() {
    let keepers = [
        Role::Operator,
        Role::Security,
        Role::Owner,
        Role::Administrator,
        Role::Compliance,
        Role::Support,
        Role::Developer,
    ];
    for role in keepers {
        let who = authority(role, None);
        for purpose in Purpose::ALL {
            for verb in [
                Verb::Read,
                Verb::Create,
                Verb::Update,
                Verb::Delete,
                Verb::Manage,
            ] {
                let ctx = ctx(&who, Some(purpose));
                assert!(
                    decide(&ctx, &who, verb, record("acme", ANN)).is_err(),
                    "{role} {purpose} {verb:?}"
                );
                let file = FileAt {
                    tenant: tenant("acme"),
                    person: ANN,
                    file: None,
                };
                assert!(
                    decide(&ctx, &who, verb, file).is_err(),
                    "{role} {purpose} {verb:?}"
                );
            }
        }
    }
}

#[test]
fn a_read_says_why() {
    let who = authority(Role::App, None);
    let denied = decide(&ctx(&who, None), &who, Verb::Read, record("acme", ANN)).unwrap_err();
    assert_eq!(denied, Denied::NoPurpose);
}

#[test]
fn another_tenant_and_another_person_do_not_exist() {
    let app = authority(Role::App, None);
    let ctx_app = ctx(&app, Some(Purpose::Treat));
    assert_eq!(
        decide(&ctx_app, &app, Verb::Read, record("other", ANN)).unwrap_err(),
        Denied::NotYours
    );

    let person = authority(Role::Person, Some(ANN));
    let ctx_person = ctx(&person, Some(Purpose::Patrqt));
    assert!(decide(&ctx_person, &person, Verb::Read, record("acme", ANN)).is_ok());
    assert_eq!(
        decide(&ctx_person, &person, Verb::Read, record("acme", BEN)).unwrap_err(),
        Denied::NotYours
    );
    assert_eq!(
        decide(
            &ctx_person,
            &person,
            Verb::Read,
            LogOf {
                tenant: tenant("acme")
            }
        )
        .unwrap_err(),
        Denied::NotYours
    );
}

#[test]
fn research_sees_health_and_a_mask_of_who() {
    let who = authority(Role::App, None);
    let allowed = decide(
        &ctx(&who, Some(Purpose::Hresch)),
        &who,
        Verb::Read,
        record("acme", ANN),
    )
    .unwrap();
    assert!(allowed.clear().contains(Class::Health) && !allowed.clear().contains(Class::Personal));
    assert!(allowed.masked().contains(Class::Personal));
    let paying = decide(
        &ctx(&who, Some(Purpose::Hpaymt)),
        &who,
        Verb::Read,
        record("acme", ANN),
    )
    .unwrap();
    assert!(!paying.clear().contains(Class::Health) && !paying.masked().contains(Class::Health));
}

#[test]
fn a_scope_only_narrows() {
    let mut who = authority(Role::App, None);
    who.scope.classes = Some(vec![Class::Internal, Class::Credential]);
    let allowed = decide(
        &ctx(&who, Some(Purpose::Treat)),
        &who,
        Verb::Read,
        record("acme", ANN),
    )
    .unwrap();
    assert!(allowed.clear().contains(Class::Internal));
    assert!(
        !allowed.clear().contains(Class::Credential) && !allowed.clear().contains(Class::Health)
    );
    who.scope.read_only = true;
    assert!(decide(&ctx(&who, None), &who, Verb::Update, record("acme", ANN)).is_err());
    who.scope.collections = Some(vec!["Patient".parse().unwrap()]);
    assert!(
        decide(
            &ctx(&who, Some(Purpose::Treat)),
            &who,
            Verb::Read,
            record("acme", ANN)
        )
        .is_err()
    );
}

#[test]
fn no_role_reads_credentials() {
    for role in Role::TOKENS {
        let who = authority(role, Some(ANN));
        for purpose in Purpose::ALL {
            if let Ok(allowed) = decide(
                &ctx(&who, Some(purpose)),
                &who,
                Verb::Read,
                record("acme", ANN),
            ) {
                assert!(!allowed.clear().contains(Class::Credential));
                assert!(!allowed.masked().contains(Class::Credential));
            }
        }
    }
}
