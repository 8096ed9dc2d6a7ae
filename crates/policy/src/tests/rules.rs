//! Compiling rules: what is right is taken, what is not is refused with a reason; and what no rules may ever say.

use std::sync::Arc;

use base::{Class, ClassSet, Purpose};

use crate::rules::{Answer, Question, laws::LAWS};
use crate::{Kind, Refusal, RegisterShape, Role, RuleFile, Rules, Verb};

fn shape() -> RegisterShape {
    let classes = ClassSet::EMPTY.with(Class::Personal).with(Class::Health);
    RegisterShape {
        collections: vec![
            ("Observation".parse().unwrap(), classes),
            ("cycle-day".parse().unwrap(), classes),
        ],
    }
}

fn file(text: &str) -> RuleFile {
    RuleFile {
        name: "own.cedar".into(),
        text: text.into(),
    }
}

fn refused(text: &str) -> String {
    match Rules::compile(&shape(), &[file(text)]) {
        Ok(_) => panic!("it was taken: {text}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_rules_that_come_with_the_program_compile() {
    let rules = Rules::compile(&shape(), &[]).unwrap();
    assert!(rules.rules().len() > 30);
    assert_eq!(
        Rules::built_in().rules().len(),
        rules.rules().len(),
        "without a register too"
    );
    assert!(Rules::compile(&RegisterShape::default(), &[]).is_ok());
}

#[test]
fn no_answer_breaks_a_law() {
    let (asked, breaches) = Rules::built_in().breaches();
    assert!(asked > 10_000, "{asked}");
    assert_eq!(breaches, []);
}

#[test]
fn a_law_sees_what_breaks_it() {
    let permits = [
        r#"permit (principal is Role::Support, action == Action::"read", resource in Area::"data") when { context has purpose && context.purpose == Purpose::"HOPERAT" };"#,
        r#"permit (principal is Role::Security, action == Action::"update", resource is Thing::Record);"#,
        r#"permit (principal is Role::App, action == Action::"read", resource is Thing::Record) when { context has purpose && context.purpose == Purpose::"ETREAT" };"#,
        r#"permit (principal is Role::App, action == Action::"read", resource is Thing::File);"#,
        r#"permit (principal is Role::App, action == Action::"read", resource is Thing::Record) when { context has purpose && context.purpose == Purpose::"HRESCH" };"#,
        r#"permit (principal is Role::Administrator, action == Action::"manage", resource is Thing::Privilege);"#,
        r#"permit (principal is Role::Operator, action == Action::"manage", resource is Thing::Keys);"#,
    ];
    let mut broken = Vec::new();
    for permit in permits {
        let text = format!(
            "@id(\"loose\") @about(\"A rule that is too wide.\") @clear(\"public personal\") {permit}"
        );
        let rules = Rules::whole(&shape(), &[file(&text)]).unwrap();
        let (_, breaches) = rules.breaches();
        assert!(!breaches.is_empty(), "{permit}");
        broken.extend(breaches.into_iter().map(|breach| breach.law));
    }
    for law in &LAWS {
        // What a policy cannot even say is refused before it is compiled.
        let unsayable = law.id == "no-credentials";
        assert!(
            unsayable || broken.contains(&law.id),
            "{} was never seen broken",
            law.id
        );
    }
}

#[test]
fn what_is_not_right_is_refused_with_a_reason() {
    let cases = [
        ("forbid (principal, action, resource);", "no @id"),
        (
            r#"@id("a") forbid (principal, action, resource);"#,
            "@about",
        ),
        (
            r#"@id("own-tenant") @about("The same name again.") forbid (principal, action, resource);"#,
            "same @id",
        ),
        (
            r#"@id("a") @about("Lets somebody in.") permit (principal is Role::App, action == Action::"read", resource is Thing::Log);"#,
            "only forbid",
        ),
        (
            r#"@id("a") @about("Names a tenant.") forbid (principal, action, resource) when { principal.tenant == Tenant::"acme" };"#,
            "it names a Tenant",
        ),
        (
            r#"@id("a") @about("Names a person.") forbid (principal, action, resource) when { resource has person && resource.person == Subject::"x" };"#,
            "it names a Subject",
        ),
        (
            r#"@id("a") @about("Misspells a purpose.") forbid (principal, action, resource) when { context has purpose && context.purpose == Purpose::"TREET" };"#,
            "TREET",
        ),
        (
            r#"@id("a") @about("Names no collection of ours.") forbid (principal, action, resource) when { resource has collection && resource.collection == Collection::"Weather" };"#,
            "Weather",
        ),
        (
            r#"@id("a") @about("Reads what may be missing.") forbid (principal, action, resource) when { context.purpose == Purpose::"TREAT" };"#,
            "purpose",
        ),
        (
            r#"@id("a") @about("Tells it in no known way.") @denied("because") forbid (principal, action, resource);"#,
            "@denied is one of",
        ),
        (
            r#"@id("a") @about("Has an unknown note.") @note("x") forbid (principal, action, resource);"#,
            "no annotation @note",
        ),
        ("forbid (principal, action", "unexpected"),
    ];
    for (text, why) in cases {
        let said = refused(text);
        assert!(said.contains(why), "{text}\n{said}");
    }
    let permit = |head: &str| {
        let text = format!(r#"@id("a") @about("A whole set of rules.") {head};"#);
        Rules::whole(&shape(), &[file(&text)])
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(permit("permit (principal, action, resource)").contains("in its head"));
    let reads =
        r#"permit (principal is Role::App, action == Action::"read", resource in Area::"data")"#;
    assert!(permit(reads).contains("@clear"));
    assert!(permit(&format!("@clear(\"credential\") {reads}")).contains("shown to nobody"));
    assert!(permit(&format!("@clear(\"colour\") {reads}")).contains("no class"));
}

fn reads(rules: &Rules, collection: &str) -> Answer {
    let name = collection.parse().unwrap();
    rules.answer(&Question {
        purpose: Some(Purpose::Treat),
        collection: rules.collection(Some(&name)),
        ..Question::plain(Role::App, Verb::Read, Kind::Record)
    })
}

const NARROWER: &str = r#"@id("no-cycles") @about("Apps stay away from cycle diaries.")
    forbid (principal is Role::App, action, resource)
    when { resource has collection && resource.collection == Collection::"cycle-day" };"#;

#[test]
fn own_policies_narrow_and_name_collections() {
    let rules = Rules::compile(&shape(), &[file(NARROWER)]).unwrap();
    assert!(matches!(
        reads(&rules, "Observation"),
        Answer::Yes {
            rule: "app-treat",
            ..
        }
    ));
    assert_eq!(reads(&rules, "cycle-day"), Answer::No(Refusal::Role));
    assert!(matches!(reads(&rules, "unheard-of"), Answer::Yes { .. }));
    let changes = Rules::built_in().changes(&rules);
    assert!(!changes.is_empty());
    assert!(
        changes
            .iter()
            .all(|it| it.role == Role::App && it.gained_in == 0 && it.sees_more.is_empty())
    );
    assert!(changes.iter().any(|it| it.lost_in > 0));
    let back = rules.changes(&Rules::built_in());
    assert_eq!(back.len(), changes.len());
    assert!(back.iter().all(|it| it.lost_in == 0 && it.gained_in > 0));
}

#[test]
fn new_rules_are_in_force_at_once() {
    let record = crate::RecordAt {
        tenant: super::tenant("acme"),
        person: super::ANN,
        collection: "cycle-day".parse().unwrap(),
        record: "one".parse().unwrap(),
    };
    let who = super::authority(Role::App, None);
    let ctx = super::ctx(&who, Some(Purpose::Treat));
    let ask = || crate::decide(&ctx, &who, Verb::Read, record.clone());
    assert!(ask().is_ok());
    Arc::new(Rules::compile(&shape(), &[file(NARROWER)]).unwrap()).adopt();
    let refused = ask();
    Rules::built_in().adopt();
    assert!(
        refused.is_err(),
        "the answer of before was not believed any longer"
    );
    assert!(ask().is_ok());
}

#[test]
fn gains_show_what_a_role_adds() {
    let rules = Rules::built_in();
    let gains = rules.gains(&[Role::Support], Role::Clinician);
    assert!(gains.iter().any(|it| it.kind == Kind::Record
        && it.purpose == Some(Purpose::Treat)
        && it.clear.contains(Class::Health)
        && !it.emergency));
    assert!(
        gains
            .iter()
            .any(|it| it.purpose == Some(Purpose::Etreat) && it.emergency)
    );
    assert_eq!(rules.gains(&[Role::Clinician], Role::Clinician), []);
    let keeper = rules.gains(&[], Role::Administrator);
    assert!(
        keeper.iter().all(|it| it.purpose.is_none()),
        "no data: {keeper:?}"
    );
}

#[test]
fn keys_of_questions_do_not_meet() {
    let rules = Rules::built_in();
    let mut keys = std::collections::HashSet::new();
    let mut count = 0;
    for role in Role::ALL {
        for kind in Kind::ALL {
            for verb in Verb::ALL {
                let looks = rules.looks(role, *kind);
                for question in Question::every(role, verb, *kind, looks, 2) {
                    count += 1;
                    assert!(keys.insert(question.key()), "{question:?}");
                }
            }
        }
    }
    assert!(count > 10_000, "{count}");
}
