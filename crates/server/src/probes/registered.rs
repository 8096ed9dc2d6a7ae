//! The register in force, what is stored under it, and a field that it does not know.

use std::sync::Arc;

use govern::Probing;
use govern::checks::{Answer, Field, Registered};
use http::Method;
use serde_json::{Value, json};

use super::front::knock;
use super::{Bench, Who};

pub(super) struct Stored(pub Arc<Bench>);

impl Registered for Stored {
    fn fields(&self) -> Probing<'_, Vec<Field>> {
        Box::pin(async {
            let collections = self.0.house.vault.register().collections();
            let fields = collections.iter().flat_map(|collection| {
                collection.fields.iter().map(|field| Field {
                    collection: collection.name.to_string(),
                    name: field.name.to_string(),
                    class: field.class,
                })
            });
            Ok(fields.collect())
        })
    }

    fn stored(&self, count: usize) -> Probing<'_, Vec<(String, Vec<String>)>> {
        Box::pin(async move {
            let register = self.0.house.vault.register();
            let documents = self.0.stored(count).await?;
            let mut stored = Vec::with_capacity(documents.len());
            for document in documents.iter() {
                let companions = register
                    .collection(&document.collection)
                    .is_some_and(|collection| collection.companions);
                let name = |name: String| match name.strip_prefix('_') {
                    // `_name` goes with its element and has its class.
                    Some(element) if companions => element.to_owned(),
                    _ => name,
                };
                stored.push((
                    document.collection.clone(),
                    document.names.iter().cloned().map(name).collect(),
                ));
            }
            Ok(stored)
        })
    }

    fn offer_unknown(&self) -> Probing<'_, Answer> {
        Box::pin(async {
            let bench = &self.0;
            let person = bench.canary().await?;
            let path = bench.record_path(person, &bench.fresh())?;
            let token = bench.token(Who::Canary(person)).await?;
            let put = |document| knock(Method::PUT, &path).token(&token).json(&document);
            let mut document = bench.specimen.document(&[]);
            // Without the field it is let in: only then does a refusal say something about the field.
            let whole = put(Value::Object(document.clone()));
            bench.front.good("storing a test record", whole).await?;
            document.insert("unregistered".to_owned(), json!("x"));
            let answered = bench.front.ask(put(Value::Object(document))).await?;
            let answer = answered.answer("offering an unknown field")?;
            bench.delete(person, &path).await?;
            Ok(answer)
        })
    }
}
