//! The packs that come with the program.

/// Name and text of each shipped pack.
pub const PACKS: &[(&str, &str)] = &[
    ("cycle-diary", include_str!("../../packs/cycle-diary.toml")),
    ("fhir-r4", include_str!("../../packs/fhir-r4.toml")),
    ("wearables", include_str!("../../packs/wearables.toml")),
];
