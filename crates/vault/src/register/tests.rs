//! Register files: what they mean, what is wrong with them and where, what a change of them does.

use base::Class;

use super::*;

const GOOD: &str = r#"register = 1
pack = "diary"
title = "Diary"

[defaults]
subject = "person"
legal-basis = "consent"
health-basis = "explicit-consent"
purposes = ["PATRQT"]
retention = "10y"
regions = ["eu"]

[collections.day]
title = "Day"
about = "A day."
id = "id"

[collections.day.fields]
id = { class = "internal", type = "text" }
date = { class = "health", type = "day", required = true }
name = { class = "personal", type = "text", max = 10, mask = "initial" }
people = { class = "health", type = "list of object" }

[collections.day.elements]
"people.name" = { class = "personal" }

[collections.day.search]
date = { paths = ["date"], kind = "date", scope = "person", also = ["on"] }
who = { paths = ["people.name"], kind = "text", scope = "tenant", targets = ["day"] }
"#;

fn parse(text: &str) -> Result<Register, BadRegister> {
    Register::parse([("diary.toml", text)])
}

fn good() -> Register {
    parse(GOOD).unwrap_or_else(|bad| panic!("{bad}"))
}

#[test]
fn a_register_says_what_its_file_says() {
    let register = good();
    let day = register.collection("day").unwrap();
    assert_eq!(
        (day.subject, day.version, day.retention),
        (Subject::Person, 1, Retention::Months(120))
    );
    assert_eq!(day.classes.to_string(), "internal,personal,health");
    assert_eq!(day.regions.len(), 1);
    let name = day.field("name").unwrap();
    assert_eq!(
        (name.class, name.shape.name, name.list, name.max, name.mask),
        (Class::Personal, "text", false, Some(10), Mask::Initial)
    );
    assert!(day.field("date").unwrap().required && day.field("people").unwrap().list);
    assert!(day.field("Name").is_none() && day.field("_name").is_none() && day.field("").is_none());
    assert_eq!(day.parameter("on").unwrap().name.as_str(), "date");
    assert!(register.collection("Day").is_none());
    assert_eq!(register.packs()[0].title, "Diary");
}

#[test]
fn every_mistake_is_shown_with_its_line_and_a_hint() {
    // A word of the good file, what stands there instead, and what is said: line, message, hint.
    let cases = [
        (
            "register = 1",
            "register = 2",
            1,
            "format is not known",
            "register = 1",
        ),
        (
            "title = \"Diary\"",
            "title = \"Diary\"\nowner = \"x\"",
            4,
            "unknown field `owner`",
            "mend or remove",
        ),
        (
            "subject = \"person\"",
            "subject = \"people\"",
            6,
            "`people` is not a subject",
            "one of: person",
        ),
        (
            "legal-basis = \"consent\"",
            "",
            13,
            "why these data may be kept",
            "GDPR Art. 6",
        ),
        (
            "health-basis = \"explicit-consent\"",
            "",
            13,
            "why these health data may be kept",
            "GDPR Art. 9",
        ),
        (
            "[\"PATRQT\"]",
            "[\"PATREQ\"]",
            9,
            "`PATREQ` is not a purpose",
            "did you mean `PATRQT`",
        ),
        ("\"10y\"", "\"ten years\"", 10, "no span of time", "30d"),
        ("[\"eu\"]", "[\"EU west\"]", 11, "not a valid region", ""),
        (
            "id = \"id\"",
            "id = \"date\"",
            16,
            "cannot hold the record's id",
            "internal",
        ),
        (
            "class = \"internal\", type",
            "class = \"intern\", type",
            19,
            "`intern` is not a class",
            "did you mean `internal`",
        ),
        (
            "class = \"personal\", type = \"text\"",
            "class = \"payment\", type = \"text\"",
            21,
            "payment data are not stored",
            "token",
        ),
        (
            "type = \"day\"",
            "type = \"dat\"",
            20,
            "`dat` is not a type",
            "did you mean",
        ),
        (
            "type = \"list of object\"",
            "type = \"object list\"",
            22,
            "`object list` is not a type",
            "",
        ),
        (
            "max = 10",
            "max = 0",
            21,
            "`max` is the most characters",
            "",
        ),
        (
            "type = \"day\", required = true",
            "type = \"day\", max = 5, values = []",
            20,
            "`values` lists",
            "",
        ),
        (
            "mask = \"initial\"",
            "mask = \"year\"",
            21,
            "does not fit the type",
            "absent",
        ),
        (
            "\"people.name\" =",
            "\"people.*\" =",
            25,
            "ends in a member's name",
            "contact.name",
        ),
        (
            "\"people.name\" =",
            "\"date.name\" =",
            25,
            "reaches into no field",
            "object",
        ),
        (
            "\"people.name\" =",
            "\"people.na me\" =",
            25,
            "neither a member's name",
            "",
        ),
        (
            "paths = [\"date\"]",
            "paths = [\"dat\"]",
            28,
            "no field `dat`",
            "did you mean `date`",
        ),
        (
            "paths = [\"date\"]",
            "paths = [\"date.x\"]",
            28,
            "`date` has no members",
            "",
        ),
        (
            "paths = [\"date\"]",
            "paths = []",
            28,
            "nothing is searched",
            "",
        ),
        (
            "kind = \"date\"",
            "kind = \"fuzzy\"",
            28,
            "not a kind of search",
            "one of: token",
        ),
        (
            "scope = \"tenant\"",
            "scope = \"world\"",
            29,
            "`world` is not a scope",
            "",
        ),
        (
            "targets = [\"day\"]",
            "targets = [\"night\"]",
            29,
            "no collection `night`",
            "",
        ),
        (
            "[collections.day.fields]",
            "[collections.day.felds]",
            18,
            "unknown field `felds`",
            "",
        ),
        ("[collections.day]", "[collections.\"a day\"]", 13, "", ""),
    ];
    for (word, other, line, message, hint) in cases {
        assert!(GOOD.contains(word), "{word}");
        let bad = match parse(&GOOD.replacen(word, other, 1)) {
            Err(bad) => bad,
            Ok(_) => panic!("accepted: {other}"),
        };
        let shown = bad.to_string();
        let fits = bad.problems.iter().any(|problem| {
            let hinted = problem.hint.as_deref().unwrap_or_default();
            (problem.line == line
                || word == "[collections.day]"
                || word == "[collections.day.fields]")
                && problem.message.contains(message)
                && hinted.contains(hint)
        });
        assert!(
            fits,
            "{other}: expected line {line}: {message} / {hint}, got\n{shown}"
        );
    }
}

#[test]
fn mistakes_are_shown_all_at_once() {
    let text = GOOD
        .replace("class = \"health\"", "class = \"healthy\"")
        .replace("\"10y\"", "\"10x\"");
    let bad = parse(&text).unwrap_err();
    assert_eq!(bad.problems.len(), 3, "{bad}");
    assert!(bad.to_string().starts_with("diary.toml:10: "), "{bad}");
}

#[test]
fn what_is_no_toml_is_said_with_its_line() {
    let bad = parse("register = 1\npack = \n").unwrap_err();
    assert_eq!(bad.problems[0].line, 2, "{bad}");
    let bad = parse(&format!("{GOOD}\n[collections.day]\ntitle = \"again\"\n")).unwrap_err();
    assert!(bad.problems[0].line > 20, "{bad}");
}

#[test]
fn packs_add_up_and_do_not_overlap() {
    let other = GOOD
        .replace("collections.day", "collections.night")
        .replace("\"day\"]", "\"night\"]")
        .replace("\"diary\"", "\"nights\"");
    let register = Register::parse([("a.toml", GOOD), ("b.toml", other.as_str())])
        .unwrap_or_else(|bad| panic!("{bad}"));
    assert_eq!(register.collections().len(), 2);
    let bad = Register::parse([("a.toml", GOOD), ("b.toml", GOOD)]).unwrap_err();
    assert!(
        bad.to_string().contains("b.toml:13") && bad.to_string().contains("a.toml:13"),
        "{bad}"
    );
}

#[test]
fn files_and_folders_load_and_what_is_missing_is_named() {
    let folder = std::env::temp_dir().join(format!("register-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("diary.toml"), GOOD).unwrap();
    std::fs::write(folder.join("notes.txt"), "not a register").unwrap();
    assert_eq!(Register::load([&folder]).unwrap().collections().len(), 1);
    assert_eq!(
        Register::load([folder.join("diary.toml")])
            .unwrap()
            .version(),
        good().version()
    );
    let bad = Register::load([folder.join("none.toml")]).unwrap_err();
    assert!(
        bad.to_string().contains("none.toml: cannot be read"),
        "{bad}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_version_follows_what_protects_and_nothing_else() {
    let version = |text: &str| *parse(text).unwrap_or_else(|bad| panic!("{bad}")).version();
    let same = version(GOOD);
    assert_eq!(
        same,
        version(
            &GOOD
                .replace("A day.", "Some day.")
                .replace("title = \"Day\"", "title = \"Tag\"")
        )
    );
    for (word, other) in [
        ("class = \"personal\" }", "class = \"credential\" }"),
        ("max = 10", "max = 11"),
        ("required = true", "required = false"),
        ("\"10y\"", "\"11y\""),
        ("scope = \"tenant\"", "scope = \"person\""),
        ("mask = \"initial\"", "mask = \"stars\""),
        ("also = [\"on\"]", "also = [\"at\"]"),
        ("[\"eu\"]", "[\"us\"]"),
    ] {
        assert_ne!(same, version(&GOOD.replacen(word, other, 1)), "{other}");
    }
}

#[test]
fn a_diff_says_what_gets_weaker_and_what_breaks() {
    let changes = |word: &str, other: &str| -> Vec<(Effect, String)> {
        assert!(GOOD.contains(word), "{word}");
        let new = parse(&GOOD.replacen(word, other, 1)).unwrap_or_else(|bad| panic!("{bad}"));
        let changes = good().diff(&new);
        // Raising the version is asked for each time.
        changes
            .into_iter()
            .filter(|change| !change.message.contains("raise it"))
            .map(|change| (change.effect, change.place))
            .collect()
    };
    let one = |effect: Effect, place: &str| vec![(effect, place.to_owned())];
    assert_eq!(good().diff(&good()), []);
    assert_eq!(
        changes(
            "class = \"health\", type = \"day\"",
            "class = \"internal\", type = \"day\""
        ),
        one(Effect::Weaker, "day.date")
    );
    assert_eq!(
        changes("{ class = \"personal\" }", "{ class = \"credential\" }"),
        one(Effect::Stronger, "day.people.name")
    );
    assert_eq!(
        changes("\"people.name\" = { class = \"personal\" }", ""),
        one(Effect::Weaker, "day.people.name")
    );
    assert_eq!(
        changes("max = 10", "max = 5"),
        one(Effect::Breaks, "day.name")
    );
    assert_eq!(changes("max = 10, ", ""), one(Effect::Neutral, "day.name"));
    assert_eq!(
        changes("mask = \"initial\"", "mask = \"absent\""),
        one(Effect::Stronger, "day.name")
    );
    assert_eq!(
        changes("mask = \"initial\"", "mask = \"stars\""),
        one(Effect::Stronger, "day.name")
    );
    assert_eq!(
        changes("type = \"day\"", "type = \"instant\""),
        one(Effect::Breaks, "day.date")
    );
    assert_eq!(
        changes("\"10y\"", "\"until-erased\""),
        one(Effect::Weaker, "day")
    );
    assert_eq!(changes("\"10y\"", "\"9y\""), one(Effect::Stronger, "day"));
    assert_eq!(
        changes("[\"eu\"]", "[\"eu\", \"us\"]"),
        one(Effect::Weaker, "day")
    );
    assert_eq!(
        changes("[\"PATRQT\"]", "[\"PATRQT\", \"HRESCH\"]"),
        one(Effect::Weaker, "day")
    );
    assert_eq!(
        changes("scope = \"person\"", "scope = \"tenant\""),
        one(Effect::Weaker, "day?date")
    );
    assert_eq!(
        changes("kind = \"text\"", "kind = \"token\""),
        one(Effect::Breaks, "day?who")
    );
    assert_eq!(
        changes(
            "name = { class = \"personal\", type = \"text\", max = 10, mask = \"initial\" }",
            "mood = { class = \"health\", type = \"text\" }"
        ),
        [
            (Effect::Breaks, "day.name".to_owned()),
            (Effect::Neutral, "day.mood".to_owned())
        ]
    );
    let gone = Register::parse([(
        "x.toml",
        GOOD.replace("collections.day", "collections.night")
            .replace("[\"day\"]", "[\"night\"]"),
    )])
    .unwrap();
    assert_eq!(good().diff(&gone)[0].effect, Effect::Breaks);
}

#[test]
fn it_can_be_shown() {
    let register = good();
    let table = register.table();
    assert!(
        table.contains("day         person  4       internal,personal,health  10y   Day"),
        "{table}"
    );
    let day = register.collection("day").unwrap().table();
    for line in [
        "name         personal  text",
        "people.name  personal  (inside)",
        "date    date  person  date",
        "kept         10y",
    ] {
        assert!(day.contains(line), "{line}\n{day}");
    }
    let json = register.to_json();
    assert_eq!(json["collections"][0]["fields"][1]["type"], "day");
    assert_eq!(json["version"].as_str().unwrap().len(), 64);
}

#[test]
fn the_shipped_packs_hold_and_protect_what_they_should() {
    let register = Register::shipped().unwrap_or_else(|bad| panic!("{bad}"));
    assert_eq!(register.packs().len(), PACKS.len());
    let class = |collection: &str, field: &str| {
        register
            .collection(collection)
            .unwrap()
            .field(field)
            .unwrap()
            .class
    };
    for field in [
        "identifier",
        "name",
        "telecom",
        "address",
        "birthDate",
        "photo",
        "contact",
        "text",
        "extension",
        "gender",
    ] {
        assert_eq!(class("Patient", field), Class::Personal, "{field}");
    }
    for (collection, field) in [
        ("Observation", "valueQuantity"),
        ("Condition", "code"),
        ("Encounter", "reasonCode"),
        ("cycle-day", "date"),
        ("wearable-sleep", "score"),
    ] {
        assert_eq!(
            class(collection, field),
            Class::Health,
            "{collection}.{field}"
        );
    }
    for (collection, field) in [
        ("Observation", "subject"),
        ("Encounter", "identifier"),
        ("Claim", "patient"),
    ] {
        assert_eq!(
            class(collection, field),
            Class::Personal,
            "{collection}.{field}"
        );
    }
    let lifted = |collection: &str, path: &str| {
        let (field, below) = path.split_once('.').unwrap();
        let field = register
            .collection(collection)
            .unwrap()
            .field(field)
            .unwrap();
        let below: Vec<&str> = below.split('.').collect();
        field
            .lifts
            .as_ref()
            .and_then(|lifts| lifts.lift_of(&below))
            .map(|lift| lift.class)
    };
    for (collection, path) in [
        ("Encounter", "participant.individual"),
        ("Observation", "note.authorReference"),
        ("Observation", "contained.name"),
        ("Observation", "extension.valueHumanName"),
        ("Observation", "extension.extension.valueAddress"),
        ("Encounter", "serviceProvider.identifier"),
        ("CarePlan", "activity.detail.performer"),
        ("RequestGroup", "action.participant"),
        ("RequestGroup", "action.action.action.participant"),
        (
            "QuestionnaireResponse",
            "item.item.answer.item.answer.valueReference.identifier",
        ),
        ("ValueSet", "contact.name"),
    ] {
        let stays_personal = path
            .split_once('.')
            .is_some_and(|(field, _)| class(collection, field) == Class::Personal);
        assert!(
            stays_personal || lifted(collection, path) == Some(Class::Personal),
            "{collection}: {path}"
        );
    }
    assert_eq!(lifted("Encounter", "participant.type"), None);
    for collection in register.collections() {
        assert!(!collection.classes.contains(Class::Payment));
        for parameter in &collection.search {
            assert!(
                !parameter.paths.is_empty(),
                "{}?{}",
                collection.name,
                parameter.name
            );
            if parameter.scope == Scope::Tenant && collection.subject == Subject::Person {
                let who = ["Patient", "Person", "RelatedPerson"];
                assert!(
                    who.contains(&collection.name.as_str()),
                    "{}?{} reaches across persons",
                    collection.name,
                    parameter.name
                );
            }
        }
    }
}
