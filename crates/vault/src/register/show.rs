//! The register for people's eyes, and for other programs.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::canonical::path_text;
use super::model::{Collection, Field};
use super::{Mask, Register};

impl Register {
    /// One line for each collection.
    #[must_use]
    pub fn table(&self) -> String {
        let rows: Vec<[String; 6]> = self
            .collections()
            .iter()
            .map(|collection| {
                [
                    collection.name.to_string(),
                    collection.subject.as_str().to_owned(),
                    collection.fields.len().to_string(),
                    collection.classes.to_string(),
                    collection.retention.to_string(),
                    collection.title.clone(),
                ]
            })
            .collect();
        aligned(
            ["collection", "about", "fields", "classes", "kept", "title"],
            &rows,
        )
    }

    /// Everything in it, as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let version: String = self.version().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let collections: Vec<Value> = self
            .collections()
            .iter()
            .map(|collection| collection.to_json())
            .collect();
        let packs: Vec<Value> = self
            .packs()
            .iter()
            .map(|pack| json!({ "name": &*pack.name, "title": pack.title, "about": pack.about }))
            .collect();
        json!({ "register": 1, "version": version, "packs": packs, "collections": collections })
    }
}

impl Collection {
    /// What it is and how each of its fields is protected.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = format!(
            "{} ({}), version {}, pack {}\n{}\n\n",
            self.name, self.title, self.version, self.pack, self.about
        );
        let mut fact = |what: &str, text: String| {
            if !text.is_empty() {
                let _ = writeln!(out, "{what:<12} {text}");
            }
        };
        fact("about", self.subject.as_str().to_owned());
        fact("kept", self.retention.to_string());
        fact(
            "regions",
            joined(self.regions.iter().map(base::Region::as_str)),
        );
        fact(
            "legal basis",
            self.legal_basis
                .map(|basis| basis.as_str().to_owned())
                .unwrap_or_default(),
        );
        fact(
            "health basis",
            self.health_basis
                .map(|basis| basis.as_str().to_owned())
                .unwrap_or_default(),
        );
        fact(
            "purposes",
            joined(self.purposes.iter().map(|purpose| purpose.as_str())),
        );
        out.push('\n');
        let mut rows: Vec<[String; 5]> = Vec::new();
        for field in &self.fields {
            let required = if field.required { "required" } else { "" };
            rows.push([
                field.name.to_string(),
                field.class.to_string(),
                shape_text(field),
                required.to_owned(),
                mask_text(field.mask),
            ]);
        }
        for element in &self.elements {
            let inside = "(inside)".to_owned();
            rows.push([
                element.path.clone(),
                element.class.to_string(),
                inside,
                String::new(),
                mask_text(element.mask),
            ]);
        }
        out.push_str(&aligned(["field", "class", "type", "", "mask"], &rows));
        if !self.search.is_empty() {
            out.push('\n');
            let rows: Vec<[String; 4]> = self
                .search
                .iter()
                .map(|parameter| {
                    let paths: Vec<String> = parameter
                        .paths
                        .iter()
                        .map(|path| path_text(self, path))
                        .collect();
                    [
                        parameter.name.to_string(),
                        parameter.kind.as_str().to_owned(),
                        parameter.scope.as_str().to_owned(),
                        paths.join(", "),
                    ]
                })
                .collect();
            out.push_str(&aligned(["search", "kind", "within", "where"], &rows));
        }
        out
    }

    /// Everything in it, as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let fields: Vec<Value> = self.fields.iter().map(field_json).collect();
        let elements: Vec<Value> = self
            .elements
            .iter()
            .map(|element| json!({ "path": element.path, "class": element.class.as_str(), "mask": element.mask.as_str() }))
            .collect();
        let search: Vec<Value> = self
            .search
            .iter()
            .map(|parameter| {
                json!({
                    "name": parameter.name.as_str(),
                    "kind": parameter.kind.as_str(),
                    "scope": parameter.scope.as_str(),
                    "paths": parameter.paths.iter().map(|path| path_text(self, path)).collect::<Vec<_>>(),
                    "also": parameter.also.iter().map(base::Name::as_str).collect::<Vec<_>>(),
                    "targets": parameter.targets.iter().map(base::Name::as_str).collect::<Vec<_>>(),
                })
            })
            .collect();
        json!({
            "name": self.name.as_str(),
            "pack": &*self.pack,
            "title": self.title,
            "about": self.about,
            "subject": self.subject.as_str(),
            "version": self.version,
            "regions": self.regions.iter().map(base::Region::as_str).collect::<Vec<_>>(),
            "legal_basis": self.legal_basis.map(super::LegalBasis::as_str),
            "health_basis": self.health_basis.map(super::HealthBasis::as_str),
            "purposes": self.purposes.iter().map(|purpose| purpose.as_str()).collect::<Vec<_>>(),
            "retention": self.retention.to_string(),
            "id": self.id.as_ref().map(base::Name::as_str),
            "fields": fields,
            "elements": elements,
            "search": search,
        })
    }
}

fn field_json(field: &Field) -> Value {
    let mut json = Map::new();
    json.insert("name".to_owned(), field.name.as_str().into());
    json.insert("class".to_owned(), field.class.as_str().into());
    json.insert("type".to_owned(), shape_text(field).into());
    json.insert("mask".to_owned(), field.mask.as_str().into());
    if field.required {
        json.insert("required".to_owned(), true.into());
    }
    if let Some(max) = field.max {
        json.insert("max".to_owned(), max.into());
    }
    if !field.values.is_empty() {
        json.insert("values".to_owned(), field.values.clone().into());
    }
    if let Some(about) = &field.about {
        json.insert("about".to_owned(), about.as_str().into());
    }
    json.into()
}

fn shape_text(field: &Field) -> String {
    let list = if field.list { "list of " } else { "" };
    format!("{list}{}", field.shape.name)
}

fn mask_text(mask: Mask) -> String {
    match mask {
        Mask::Absent => String::new(),
        other => other.as_str().to_owned(),
    }
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// Columns under headings, each as wide as its widest text.
fn aligned<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = headings.map(|heading| heading.chars().count());
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.chars().count());
        }
    }
    let mut out = String::new();
    let headings = headings.map(str::to_owned);
    for row in std::iter::once(&headings).chain(rows) {
        let mut line = String::new();
        for (width, text) in widths.iter().zip(row) {
            let _ = write!(line, "{text:<width$}  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
