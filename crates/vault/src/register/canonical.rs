//! The register in one fixed text: what its version is the hash of.

use std::fmt::Write;
use std::sync::Arc;

use super::model::{Collection, Field};

/// Everything that the register decides, one fact a line. Titles and explanations are left out.
pub(super) fn text(collections: &[Arc<Collection>]) -> String {
    let mut out = String::from("strongroom register 1\n");
    for collection in collections {
        // Writing to a String cannot fail.
        let _ = describe(&mut out, collection);
    }
    out
}

fn describe(out: &mut String, collection: &Collection) -> std::fmt::Result {
    writeln!(
        out,
        "collection {} {} {} {} {:?} {:?} {:?} {} {:?} {}",
        collection.name,
        collection.subject.as_str(),
        collection.version,
        collection.retention,
        collection
            .regions
            .iter()
            .map(base::Region::as_str)
            .collect::<Vec<_>>(),
        collection.legal_basis,
        collection.health_basis,
        collection
            .purposes
            .iter()
            .map(|purpose| purpose.as_str())
            .collect::<Vec<_>>()
            .join(","),
        collection.id.as_ref().map(base::Name::as_str),
        collection.companions,
    )?;
    for field in &collection.fields {
        let Field {
            name,
            class,
            shape,
            list,
            required,
            max,
            mask,
            values,
            ..
        } = field;
        let mask = mask.as_str();
        writeln!(
            out,
            "field {name} {class} {} {list} {required} {max:?} {mask} {values:?}",
            shape.name
        )?;
    }
    for element in &collection.elements {
        writeln!(
            out,
            "element {} {} {}",
            element.path,
            element.class,
            element.mask.as_str()
        )?;
    }
    for parameter in &collection.search {
        write!(
            out,
            "search {} {} {}",
            parameter.name,
            parameter.kind.as_str(),
            parameter.scope.as_str()
        )?;
        for path in &parameter.paths {
            write!(out, " {}", path_text(collection, path))?;
        }
        let joined = |names: &[base::Name]| {
            names
                .iter()
                .map(base::Name::as_str)
                .collect::<Vec<_>>()
                .join(",")
        };
        writeln!(
            out,
            " {} {}",
            joined(&parameter.targets),
            joined(&parameter.also)
        )?;
    }
    Ok(())
}

/// A search path as it is written.
pub(super) fn path_text(collection: &Collection, path: &super::Path) -> String {
    let first = collection
        .fields
        .get(path.field)
        .map_or("?", |field| field.name.as_str());
    std::iter::once(first)
        .chain(path.below.iter().map(base::Name::as_str))
        .collect::<Vec<_>>()
        .join(".")
}
