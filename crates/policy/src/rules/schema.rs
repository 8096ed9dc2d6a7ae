//! The schema that policies are checked against, made from the closed lists of the program and the register.

use std::fmt::Write as _;

use base::{Assurance, ClassSet, Name, Purpose};

use crate::{Area, Duty, Kind, Role, Verb};

/// The register, as far as rules can depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterShape {
    /// Its collections, each with the classes of its fields.
    pub collections: Vec<(Name, ClassSet)>,
}

/// What is known of who asks.
const CALLER: &str = "{ tenant: Tenant, person?: Subject, account?: Account }";
/// What is known of a thing.
const PLACE: &str = "{ tenant: Tenant, person?: Subject, collection?: Collection, role?: RoleName, parties: Set<Account> }";

fn names<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = all.into_iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// The groups that every member of an entity is in: what a schema cannot say, and who reasons about policies must know.
fn words<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.collect::<Vec<_>>().join(" ")
}

fn types<'a>(namespace: &str, all: impl IntoIterator<Item = &'a str>) -> String {
    let full: Vec<_> = all
        .into_iter()
        .map(|name| format!("{namespace}::{name}"))
        .collect();
    full.join(", ")
}

/// The schema in Cedar's own language.
pub(super) fn text(shape: &RegisterShape) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    line("// Whose, about whom, and who is signed in. A policy may compare these, and names none of them.".into());
    line("entity Tenant;\nentity Subject;\nentity Account;".into());
    line("// Closed lists.".into());
    let purposes = names(Purpose::ALL.map(Purpose::as_str));
    line(format!("entity Purpose enum [{purposes}];"));
    let assurances = names(Assurance::ALL.map(Assurance::as_str));
    line(format!("entity Assurance enum [{assurances}];"));
    line(format!(
        "entity RoleName enum [{}];",
        names(Role::ALL.map(Role::as_str))
    ));
    line(format!(
        "entity Duty enum [{}];",
        names(Duty::ALL.map(Duty::as_str))
    ));
    line(format!(
        "entity Area enum [{}];",
        names(Area::ALL.map(Area::as_str))
    ));
    // An enumeration has at least one member; no collection is called like this.
    let collections = shape.collections.iter().map(|(name, _)| name.as_str());
    line(format!(
        "entity Collection enum [{}];",
        names(std::iter::once("(any other)").chain(collections))
    ));
    line(
        "type Why = { purpose?: Purpose, assurance?: Assurance, fresh: Bool, breakGlass: Bool, consented: Bool };"
            .into(),
    );
    line("namespace Role {".into());
    for role in Role::ALL {
        line(format!(
            "  @in(\"{}\")",
            words(role.duties().iter().map(|it| it.as_str()))
        ));
        line(format!("  entity {} in [Duty] = {CALLER};", role.entity()));
    }
    line("}\nnamespace Thing {".into());
    for kind in Kind::ALL {
        line(format!(
            "  @in(\"{}\")",
            words(kind.areas().iter().map(|it| it.as_str()))
        ));
        line(format!("  entity {} in [Area] = {PLACE};", kind.entity()));
    }
    line("}".into());
    let verbs: Vec<_> = Verb::ALL.iter().map(|verb| verb.as_str()).collect();
    line(format!(
        "action {} appliesTo {{\n  principal: [{}],\n  resource: [{}],\n  context: Why\n}};",
        verbs.join(", "),
        types("Role", Role::ALL.map(Role::entity)),
        types("Thing", Kind::ALL.iter().map(|kind| kind.entity())),
    ));
    out
}
