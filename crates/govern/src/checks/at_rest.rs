//! What is stored lies encrypted, each class under keys of its own: `rest.records`, `rest.files`, `rest.log`, `rest.metadata`.

use std::sync::Arc;

use base::{Class, Rng};

use super::REST_RECORDS;
use crate::canary::{Marker, Raw, SPELLINGS, WithLeak, search_raw};
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// Puts marker words where data are stored, through the same door as everybody's data, and takes them away again.
pub trait Plant: Send + Sync {
    /// Store the words.
    fn plant<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Planted>;

    /// Open what was stored the ordinary way: all text of it.
    fn open<'a>(&'a self, planted: &'a Planted) -> Probing<'a, String>;

    /// Take it away.
    fn remove<'a>(&'a self, planted: &'a Planted) -> Probing<'a, ()>;
}

/// What a [`Plant`] has stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planted {
    /// By what it can be found again; opaque to the check.
    pub id: String,
    /// Class and generation of each sealed part, as the stored bytes name them; empty where the format has no parts.
    pub parts: Vec<(Class, u32)>,
    /// Class and generation of each wrapped key that the key management holds for it.
    pub keys: Vec<(Class, u32)>,
}

/// Stores marker words, searches the raw bytes for them, compares parts with keys.
pub struct AtRest {
    name: &'static str,
    classes: Vec<Class>,
    plant: Arc<dyn Plant>,
    raw: Arc<dyn Raw>,
    rng: Arc<dyn Rng>,
}

impl AtRest {
    /// The check `name`: words of these classes are planted by `plant` and must not lie open in `raw`.
    #[must_use]
    pub fn new(
        name: &'static str,
        classes: Vec<Class>,
        plant: Arc<dyn Plant>,
        raw: Arc<dyn Raw>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        Self {
            name,
            classes,
            plant,
            raw,
            rng,
        }
    }

    async fn run(&self, leak: bool) -> Result<Outcome, ProbeError> {
        let markers: Vec<_> = self
            .classes
            .iter()
            .map(|class| Marker::random(*class, &*self.rng))
            .collect();
        let planted = self.plant.plant(&markers).await?;
        let outcome = self.look(&markers, &planted, leak).await;
        // Taken away whatever came of it; what stays behind would be nobody's.
        self.plant.remove(&planted).await?;
        outcome
    }

    async fn look(
        &self,
        markers: &[Marker],
        planted: &Planted,
        leak: bool,
    ) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let words: Vec<_> = markers.iter().map(|marker| marker.word.clone()).collect();

        // A word that was never stored would not be found either.
        let opened = self.plant.open(planted).await?;
        for marker in markers
            .iter()
            .filter(|marker| !opened.contains(&marker.word))
        {
            outcome.wrong(Wrong::NotStored, marker.class.as_str());
        }

        let searched = if leak {
            search_raw(
                &WithLeak {
                    raw: &*self.raw,
                    words: words.clone(),
                },
                words,
            )
            .await?
        } else {
            search_raw(&*self.raw, words).await?
        };
        if searched.bytes == 0 {
            outcome.wrong(Wrong::NothingSearched, "");
        }
        for (_, place) in &searched.found {
            outcome.wrong(Wrong::PlainText, place);
        }
        outcome.count(Seen::Markers, markers.len());
        outcome.count(Seen::Spellings, SPELLINGS);
        outcome.list(Seen::Places, searched.summary());
        outcome.number(Seen::BytesSearched, searched.bytes);
        self.compare(&mut outcome, planted);
        Ok(outcome)
    }

    fn compare(&self, outcome: &mut Outcome, planted: &Planted) {
        if self.name == REST_RECORDS {
            for class in &self.classes {
                if !planted.parts.iter().any(|(part, _)| part == class) {
                    outcome.wrong(Wrong::PartMissing, class.as_str());
                }
            }
        }
        for (class, _) in planted
            .parts
            .iter()
            .filter(|part| !planted.keys.contains(part))
        {
            outcome.wrong(Wrong::KeyMissing, class.as_str());
        }
        if planted.keys.is_empty() {
            outcome.wrong(Wrong::KeyMissing, "");
        }
        if !planted.parts.is_empty() {
            outcome.count(Seen::Parts, planted.parts.len());
            outcome.list(
                Seen::Classes,
                planted.parts.iter().map(|(class, _)| class.as_str()),
            );
        }
        outcome.count(Seen::Keys, planted.keys.len());
    }
}

impl Check for AtRest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(false))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(true))
    }
}
