//! The words that the lines of who looked are made of, for `proofs.js`: it makes each line anew from the entry that it proved, and what
//! stands there must be the same. What somebody is called, and what words mean, is ours to say; what happened is the entry's.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use web::words::{Told, Tongue};

/// Words by what stands in entries. `{who}` and `{what}` in a sentence are to be filled in.
#[derive(Serialize)]
pub(super) struct Dictionary {
    /// By `kind id role` of an actor.
    who: BTreeMap<String, String>,
    /// The actors, likewise, that are the reader themself.
    own: BTreeSet<String>,
    /// By collection; empty for none.
    what: BTreeMap<String, String>,
    /// By action.
    did: BTreeMap<String, String>,
    /// By purpose.
    why: BTreeMap<String, String>,
    /// By number.
    count: BTreeMap<u64, String>,
    by_grant: String,
    denied: String,
    failed: String,
}

impl Dictionary {
    pub(super) fn new(t: Tongue) -> Self {
        Self {
            who: BTreeMap::new(),
            own: BTreeSet::new(),
            what: BTreeMap::new(),
            did: BTreeMap::new(),
            why: BTreeMap::new(),
            count: BTreeMap::new(),
            by_grant: t.say("looks-by-grant"),
            denied: t.say("looks-denied"),
            failed: t.say("looks-failed"),
        }
    }

    /// What somebody is called.
    pub(super) fn who(&mut self, actor: &str, own: bool, name: &str) {
        if own {
            self.own.insert(actor.to_owned());
        }
        self.who
            .entry(actor.to_owned())
            .or_insert_with(|| name.to_owned());
    }

    /// What a collection is called.
    pub(super) fn what(&mut self, collection: &str, title: &str) {
        let known = self.what.entry(collection.to_owned());
        known.or_insert_with(|| title.to_owned());
    }

    /// What was done, of whom and what.
    pub(super) fn did(&mut self, t: Tongue, action: &str, who: &str, what: &str) -> String {
        let key = format!("did-{}", action.replace('.', "-"));
        let sentence = |who: &str, what: &str| {
            let values = [("who", who.into()), ("what", what.into())];
            t.find(&key, &values)
                .unwrap_or_else(|| t.say_all("did-other", &values))
        };
        if !self.did.contains_key(action) {
            self.did
                .insert(action.to_owned(), sentence("{who}", "{what}"));
        }
        sentence(who, what)
    }

    /// Why.
    pub(super) fn why(&mut self, t: Tongue, purpose: &str) -> String {
        let words = || t.say(&format!("for-{purpose}"));
        let known = self.why.entry(purpose.to_owned());
        known.or_insert_with(words).clone()
    }

    /// How many.
    pub(super) fn count(&mut self, t: Tongue, count: u64) -> String {
        let words = || t.say_all("looks-count", &[("n", Told::Count(count))]);
        self.count.entry(count).or_insert_with(words).clone()
    }

    pub(super) fn by_grant(&self) -> String {
        self.by_grant.clone()
    }

    /// How it ended, where it did not go well.
    pub(super) fn ended(&self, outcome: &str) -> Option<String> {
        match outcome {
            "ok" => None,
            "denied" => Some(self.denied.clone()),
            _ => Some(self.failed.clone()),
        }
    }

    /// As it stands on the page.
    pub(super) fn json(&self) -> String {
        serde_json::json!(self).to_string()
    }
}
