//! A field is corrected as its person asked: a new version by the vault's ordinary way, and the old one stays in the history.
//!
//! Whoever says yes to it sees no record: Strongroom itself opens it and writes it again, with the one field changed.

use base::{Class, Ctx, Name, PersonId, Purpose};
use policy::{RecordAt, Verb, decide};
use serde_json::{Map, Value};
use vault::VaultError;
use vault::records::{Condition, Put};

use super::{RightsFault, Wish};
use crate::Installation;

impl Installation {
    /// Correct what `wish` names; nothing where it names no field and value. Gives the version that stands then.
    pub(super) async fn correct(
        &self,
        ctx: &Ctx,
        person: PersonId,
        wish: &Wish,
    ) -> Result<Option<u64>, RightsFault> {
        let (Some(collection), Some(record), Some(field), Some(value)) =
            (&wish.collection, &wish.record, &wish.field, &wish.value)
        else {
            return Ok(None);
        };
        self.can_be_corrected(collection)?;
        let thing = RecordAt {
            tenant: ctx.tenant.clone(),
            person,
            collection: collection.clone(),
            record: record.clone(),
        };
        // The same request, so that the log shows what belongs together.
        let (own, authority) = self.local(&ctx.tenant, "rights");
        let own = Ctx {
            purpose: Some(Purpose::Patrqt),
            request: ctx.request,
            now: ctx.now,
            ..own
        };
        let refused = |_| VaultError::Damaged("rules");
        let read = decide(&own, &authority, Verb::Read, thing.clone()).map_err(refused)?;
        let write = decide(&own, &authority, Verb::Update, thing).map_err(refused)?;
        let (opened, _) = self.vault.open(&own, &read, None).await?;
        let mut record: Map<String, Value> = serde_json::from_slice(&opened.json)
            .map_err(|_| RightsFault::Correction("The record is no object; correct it by hand."))?;
        let mut failed = None;
        for value in candidates(record.get(field.as_str()), value) {
            record.insert(field.as_str().to_owned(), value);
            let body = Value::Object(record.clone()).to_string();
            let put = Put {
                body: body.as_bytes(),
                condition: Condition::Version(opened.version),
            };
            match self.vault.put(&own, &write, put, None).await {
                Ok((written, _)) => return Ok(Some(written.version)),
                Err(error @ VaultError::Document(_)) => failed = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        Err(failed.map_or(
            RightsFault::Correction("Nothing of it fits the field."),
            RightsFault::Vault,
        ))
    }

    /// What is shown to nobody would be lost when the record is written again.
    fn can_be_corrected(&self, collection: &Name) -> Result<(), RightsFault> {
        let register = self.vault.register();
        let collection = register
            .collection(collection.as_str())
            .ok_or(VaultError::NoCollection)?;
        if collection
            .fields
            .iter()
            .any(|it| it.class == Class::Credential)
        {
            return Err(RightsFault::Correction(
                "Records of this collection hold what is shown to nobody. Whoever keeps it corrects it; then answer without carrying it out.",
            ));
        }
        Ok(())
    }
}

/// What a text may mean in a field: as what stands there first, then as a number or a truth value, then as a text.
fn candidates(stands: Option<&Value>, text: &str) -> Vec<Value> {
    let scalar: Option<Value> = serde_json::from_str(text.trim())
        .ok()
        .filter(|it: &Value| it.is_number() || it.is_boolean());
    let words = Value::String(text.to_owned());
    match (stands, scalar) {
        (Some(Value::String(_)), Some(scalar)) => vec![words, scalar],
        (_, Some(scalar)) => vec![scalar, words],
        (_, None) => vec![words],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::candidates;

    #[test]
    fn a_text_is_read_as_what_stands_there() {
        assert_eq!(candidates(Some(&json!(60)), "61"), [json!(61), json!("61")]);
        assert_eq!(
            candidates(Some(&json!("a")), "61"),
            [json!("61"), json!(61)]
        );
        assert_eq!(candidates(None, "calm"), [json!("calm")]);
        assert_eq!(candidates(None, "{\"a\":1}"), [json!("{\"a\":1}")]);
        let kept = candidates(Some(&json!(1)), "61.20");
        assert_eq!(kept[0].to_string(), "61.20", "no digit is lost");
    }
}
