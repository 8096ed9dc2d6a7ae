//! Documents for canaries: made from the register in force, with a word in a field of each class.

use std::sync::Arc;

use base::{Class, Name};
use serde_json::{Map, Value, json};
use vault::register::{Collection, Field, Form, Register, Subject};

/// Taken where it is as good as another: a type with fields of all classes.
const PREFERRED: &str = "Observation";
/// Classes that a record may have, and that a word is put into where there is a field for it.
const CLASSES: [Class; 3] = [Class::Internal, Class::Personal, Class::Health];
/// Marker words are shorter than this.
const WORD_CHARS_MAX: usize = 40;

/// A collection, and which of its fields take a word.
#[derive(Debug, Default)]
pub(crate) struct Specimen(Option<Chosen>);

#[derive(Debug)]
struct Chosen {
    collection: Arc<Collection>,
    holders: Vec<(Class, Name)>,
}

impl Specimen {
    /// The collection about persons with the most classes.
    pub fn of(register: &Register) -> Self {
        let candidates = register
            .collections()
            .iter()
            .filter(|collection| collection.subject == Subject::Person)
            .map(|collection| Chosen {
                collection: Arc::clone(collection),
                holders: holders(collection),
            });
        Self(candidates.max_by_key(|chosen| {
            let preferred = chosen.collection.name.as_str() == PREFERRED;
            (chosen.holders.len(), preferred)
        }))
    }

    /// Its name, as it stands in addresses.
    pub fn collection(&self) -> Option<&Name> {
        self.0.as_ref().map(|chosen| &chosen.collection.name)
    }

    /// The classes that a word can be put into.
    pub fn classes(&self) -> Vec<Class> {
        let holders = self.0.iter().flat_map(|chosen| &chosen.holders);
        holders.map(|(class, _)| *class).collect()
    }

    /// A document with these words; one whose class has no field is left out.
    pub fn document(&self, words: &[(Class, &str)]) -> Map<String, Value> {
        let mut document = Map::new();
        let Some(chosen) = &self.0 else {
            return document;
        };
        for field in chosen.collection.fields.iter().filter(|it| it.required) {
            document.insert(field.name.to_string(), listed(field, filler(field)));
        }
        for (class, word) in words {
            let holder = chosen.holders.iter().find(|(known, _)| known == class);
            if let Some((_, name)) = holder
                && let Some(field) = chosen.collection.field(name.as_str())
            {
                document.insert(name.to_string(), listed(field, holding(field, word)));
            }
        }
        document
    }

    /// A field that takes any text as it is, and one that holds texts further in.
    pub fn texts(&self) -> Vec<(&'static str, Name)> {
        let mut texts = Vec::new();
        let Some(chosen) = &self.0 else {
            return texts;
        };
        for (what, form) in [
            ("record: text", Form::Text),
            ("record: object", Form::Object),
        ] {
            let field =
                chosen.collection.fields.iter().find(|field| {
                    takes_words(&chosen.collection, field) && field.shape.form == form
                });
            texts.extend(field.map(|field| (what, field.name.clone())));
        }
        texts
    }

    /// A document with `text` in the field `name`.
    pub fn with(&self, name: &Name, text: &str) -> Map<String, Value> {
        let mut document = self.document(&[]);
        if let Some(chosen) = &self.0
            && let Some(field) = chosen.collection.field(name.as_str())
        {
            document.insert(name.to_string(), listed(field, holding(field, text)));
        }
        document
    }

    /// A field that takes something else than a text.
    pub fn number(&self) -> Option<&Name> {
        let fields = self.0.iter().flat_map(|chosen| &chosen.collection.fields);
        let mut numbers = fields.filter(|field| {
            matches!(
                field.shape.form,
                Form::Integer | Form::Decimal | Form::Boolean | Form::Day
            )
        });
        numbers.next().map(|field| &field.name)
    }
}

/// For each class the field that takes a word: a plain text, or else an object.
fn holders(collection: &Collection) -> Vec<(Class, Name)> {
    let find = |class: Class, form: Form| {
        collection.fields.iter().find(|field| {
            field.class == class && takes_words(collection, field) && field.shape.form == form
        })
    };
    let holder = |class| find(class, Form::Text).or_else(|| find(class, Form::Object));
    CLASSES
        .into_iter()
        .filter_map(|class| Some((class, holder(class)?.name.clone())))
        .collect()
}

fn takes_words(collection: &Collection, field: &Field) -> bool {
    field.values.is_empty()
        && !field.required
        && field.max.is_none_or(|max| max >= WORD_CHARS_MAX)
        && collection.id.as_ref() != Some(&field.name)
}

fn holding(field: &Field, word: &str) -> Value {
    match field.shape.form {
        Form::Object => json!({ "value": word }),
        _ => json!(word),
    }
}

fn listed(field: &Field, value: Value) -> Value {
    if field.list { json!([value]) } else { value }
}

/// The plainest value that the field takes.
fn filler(field: &Field) -> Value {
    if let Some(value) = field.values.first() {
        return json!(value);
    }
    match field.shape.form {
        Form::Text | Form::Any => json!("x"),
        Form::Base64 => json!("QUFB"),
        Form::Integer | Form::Decimal => json!(1),
        Form::Boolean => json!(true),
        Form::Day | Form::Date | Form::DateTime => json!("2026-01-01"),
        Form::Instant => json!("2026-01-01T00:00:00Z"),
        Form::Time => json!("12:00:00"),
        Form::Object => json!({ "text": "x" }),
    }
}
