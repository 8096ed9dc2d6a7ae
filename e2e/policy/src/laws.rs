//! What must hold of every request. A new law stands here with the policies that keep it.

/// One sentence, as the prover reads it.
pub struct Law {
    /// Its name.
    pub id: &'static str,
    /// What it says.
    pub about: &'static str,
    /// A role, or a duty; without: whoever asks.
    pub who: Option<&'static str>,
    /// A kind of thing, or an area; without: everything.
    pub what: Option<&'static str>,
    /// The verbs; without: all of them.
    pub actions: Option<&'static [&'static str]>,
    /// All that may be allowed; empty: nothing.
    pub at_most: &'static str,
    /// The policies without which it does not hold once somebody permits everything.
    pub kept_by: &'static [&'static str],
}

const PLAIN: Law = Law {
    id: "",
    about: "",
    who: None,
    what: None,
    actions: None,
    at_most: "",
    kept_by: &[],
};

/// The laws.
pub const LAWS: &[Law] = &[
    Law {
        id: "own-tenant",
        about: "Nobody reaches into another tenant.",
        at_most: "permit (principal, action, resource) when { principal.tenant == resource.tenant };",
        kept_by: &["own-tenant"],
        ..PLAIN
    },
    Law {
        id: "own-person",
        about: "Who acts for one person reaches nothing that is not that person's.",
        at_most: "permit (principal, action, resource)
            when { if principal has person then resource has person && resource.person == principal.person else true };",
        kept_by: &["own-person"],
        ..PLAIN
    },
    Law {
        id: "keepers-open-nobody",
        about: "Owners, administrators, operators, compliance officers, support and developers do nothing with anybody's data.",
        who: Some("keepers"),
        what: Some("data"),
        kept_by: &["keepers-open-nobody"],
        ..PLAIN
    },
    Law {
        id: "security-by-glass",
        about: "A security engineer reads data through an open break-glass in an emergency, and does nothing else with them.",
        who: Some("Security"),
        what: Some("data"),
        at_most: "permit (principal, action == Action::\"read\", resource)
            when { context has purpose && context.purpose == Purpose::\"ETREAT\" && context.breakGlass };",
        kept_by: &["security-opens-nobody"],
        ..PLAIN
    },
    Law {
        id: "emergency-by-glass",
        about: "Nobody reads for the purpose of an emergency without an open break-glass.",
        what: Some("data"),
        actions: Some(&["read"]),
        at_most: "permit (principal, action, resource)
            unless { context has purpose && context.purpose == Purpose::\"ETREAT\" && !context.breakGlass };",
        kept_by: &["emergency-needs-glass"],
        ..PLAIN
    },
    Law {
        id: "read-for-a-purpose",
        about: "Data are read for a stated purpose, or not at all.",
        what: Some("data"),
        actions: Some(&["read"]),
        at_most: "permit (principal, action, resource) when { context has purpose };",
        ..PLAIN
    },
    Law {
        id: "nobody-decides-for-themselves",
        about: "Nobody decides on what they asked for, gain or did.",
        what: Some("access"),
        actions: Some(&["update", "manage"]),
        at_most: "permit (principal, action, resource)
            unless { principal has account && resource.parties.contains(principal.account) };",
        kept_by: &["nobody-decides-for-themselves"],
        ..PLAIN
    },
    Law {
        id: "owners-make-owners",
        about: "Only an owner, or Strongroom itself, decides on the privileges of an owner.",
        what: Some("Privilege"),
        actions: Some(&["update", "manage"]),
        at_most: "permit (principal, action, resource)
            when {
            if resource has role
            then resource.role != RoleName::\"owner\" || principal is Role::Owner || principal is Role::System
            else true
        };",
        kept_by: &["owners-make-owners"],
        ..PLAIN
    },
    Law {
        id: "two-factors",
        about: "Staff who are signed in do nothing on one factor alone.",
        who: Some("staff"),
        at_most: "permit (principal, action, resource)
            unless { context has assurance && context.assurance == Assurance::\"single\" };",
        kept_by: &["staff-two-factors"],
        ..PLAIN
    },
    Law {
        id: "guarded-by-passkey",
        about: "Staff who are signed in touch keys, log, policy, apps and privileges with a passkey only, and change them right after using it.",
        who: Some("staff"),
        what: Some("guarded"),
        at_most: "permit (principal, action, resource) when {
            if context has assurance
            then context.assurance == Assurance::\"phishing_resistant\" && (action == Action::\"read\" || context.fresh)
            else true
        };",
        kept_by: &["guarded-fresh"],
        ..PLAIN
    },
    Law {
        id: "app-by-grant",
        about: "No app that acts for a person reads without that person's active grant.",
        who: Some("App"),
        what: Some("data"),
        actions: Some(&["read"]),
        at_most: "permit (principal, action, resource) when { !(principal has person) || context.consented };",
        kept_by: &["app-needs-grant"],
        ..PLAIN
    },
];
