//! No payment card numbers, anywhere: `cards.none`.

use std::sync::Arc;

use super::{Answer, CARDS_NONE};
use crate::canary::{Raw, search_raw};
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// Numbers that card issuers and payment companies publish for tests: nobody's.
pub const TEST_CARDS: &[(&str, &str)] = &[
    ("Visa", "4242424242424242"),
    ("Visa", "4000 0566 5566 5556"),
    ("Mastercard", "5555-5555-5555-4444"),
    ("Mastercard", "2223003122003222"),
    ("American Express", "378282246310005"),
    ("Discover", "6011111111111117"),
    ("Diners Club", "30569309025904"),
    ("JCB", "3566002020360505"),
    ("UnionPay", "6200000000000005"),
];

/// Looks like the first of them, but its check digit is wrong: no card number, so it must be let in.
const ORDINARY: &str = "4242424242424241";

/// Every kind of place where somebody could put something.
pub trait CardPlaces: Send + Sync {
    /// Their names, e.g. `record: text`, `file name`, `header`.
    fn places(&self) -> Vec<String>;

    /// Try to store `text` in this place; what is stored is taken away again.
    fn offer<'a>(&'a self, place: &'a str, text: &'a str) -> Probing<'a, Answer>;

    /// A sample of what is stored already, opened: the texts of at most `count` documents.
    fn stored(&self, count: usize) -> Probing<'_, Vec<String>>;
}

/// A place of the drill that takes everything.
const DRILL: &str = "drill";

/// How many stored documents are opened and searched each time.
const SAMPLE: usize = 200;

/// Offers test cards everywhere, and searches what is there.
pub struct CardsNone {
    places: Arc<dyn CardPlaces>,
    raw: Arc<dyn Raw>,
}

impl CardsNone {
    /// The check of these places; `raw` is everything that lies on disk or was written to a log.
    #[must_use]
    pub fn new(places: Arc<dyn CardPlaces>, raw: Arc<dyn Raw>) -> Self {
        Self { places, raw }
    }

    async fn offer(&self, place: &str, text: &str) -> Result<Answer, ProbeError> {
        if place == DRILL {
            return Ok(Answer::Done);
        }
        self.places.offer(place, text).await
    }

    async fn run(&self, more: &[&str]) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let mut places = self.places.places();
        if places.is_empty() {
            return Err(ProbeError::new(
                "offering card numbers",
                "there is no place",
            ));
        }
        places.extend(more.iter().map(|place| (*place).to_owned()));
        let mut refused = 0;
        for place in &places {
            for (_, number) in TEST_CARDS {
                match self.offer(place, number).await? {
                    Answer::Refused => refused += 1,
                    Answer::Done => outcome.wrong(Wrong::CardAccepted, place),
                }
            }
            // A place that takes nothing at all would look just as good.
            if self.offer(place, ORDINARY).await? == Answer::Refused {
                outcome.wrong(Wrong::OrdinaryRefused, place);
            }
        }
        outcome.count(Seen::CardsRefused, refused);
        outcome.list(Seen::CardPlaces, places);

        let texts = self.places.stored(SAMPLE).await?;
        if texts.iter().any(|text| base::card::find(text).is_some()) {
            outcome.wrong(Wrong::CardFound, "stored");
        }
        outcome.count(Seen::TextsSearched, texts.len());

        let numbers = TEST_CARDS
            .iter()
            .map(|(_, number)| (*number).to_owned())
            .collect();
        let searched = search_raw(&*self.raw, numbers).await?;
        for (_, place) in &searched.found {
            outcome.wrong(Wrong::CardFound, place);
        }
        outcome.list(Seen::Places, searched.summary());
        outcome.number(Seen::BytesSearched, searched.bytes);
        Ok(outcome)
    }
}

impl Check for CardsNone {
    fn name(&self) -> &'static str {
        CARDS_NONE
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(&[]))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(&[DRILL]))
    }
}
