//! A register gives every field a class, and nothing else is stored: `register.present`.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use base::Class;

use super::{Answer, REGISTER_PRESENT};
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// One field of the register.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Of which collection.
    pub collection: String,
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: Class,
}

/// The register, and what is stored under it.
pub trait Registered: Send + Sync {
    /// Every field of the register in force.
    fn fields(&self) -> Probing<'_, Vec<Field>>;

    /// Collection and names of the top-level fields of at most `count` stored documents.
    fn stored(&self, count: usize) -> Probing<'_, Vec<(String, Vec<String>)>>;

    /// Try to store a document that is right but for one field that the register does not know.
    fn offer_unknown(&self) -> Probing<'_, Answer>;
}

/// How many stored documents are compared each time.
const SAMPLE: usize = 1_000;

/// Compares what is stored with the register, and offers it something unknown.
pub struct RegisterPresent {
    registered: Arc<dyn Registered>,
}

impl RegisterPresent {
    /// The check of this register.
    #[must_use]
    pub fn new(registered: Arc<dyn Registered>) -> Self {
        Self { registered }
    }

    async fn run(&self, stray: Option<(String, Vec<String>)>) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let fields = self.registered.fields().await?;
        if fields.is_empty() {
            outcome.wrong(Wrong::RegisterEmpty, "");
        }
        for field in fields.iter().filter(|field| field.class == Class::Payment) {
            outcome.wrong(
                Wrong::PaymentField,
                format!("{}.{}", field.collection, field.name),
            );
        }
        let known: HashSet<(&str, &str)> = fields
            .iter()
            .map(|field| (field.collection.as_str(), field.name.as_str()))
            .collect();
        let mut stored = self.registered.stored(SAMPLE).await?;
        stored.extend(stray);
        for (collection, names) in &stored {
            for name in names
                .iter()
                .filter(|name| !known.contains(&(collection, name.as_str())))
            {
                outcome.wrong(Wrong::UnknownField, format!("{collection}.{name}"));
            }
        }
        if self.registered.offer_unknown().await? == Answer::Done {
            outcome.wrong(Wrong::UnknownAccepted, "");
        }
        let collections: BTreeSet<_> = fields.iter().map(|field| &field.collection).collect();
        outcome.count(Seen::Collections, collections.len());
        outcome.count(Seen::Fields, fields.len());
        outcome.count(Seen::Documents, stored.len());
        Ok(outcome)
    }
}

impl Check for RegisterPresent {
    fn name(&self) -> &'static str {
        REGISTER_PRESENT
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(None))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(Some(("drill".to_owned(), vec!["unregistered".to_owned()]))))
    }
}
