//! What is asked: published, versioned, signed.

use std::collections::{BTreeMap, BTreeSet};

use base::{Ctx, Instant, Name, Purpose, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::WriteSet;

use crate::terms::Part;
use crate::{ConsentError, Consents, Party, RequestId, Terms, sql};

/// The version of the form of a signed request (`docs/formats/consent-request.md`).
pub const FORMAT: &str = "strongroom-consent-request/1";
/// The type of its JWS.
pub const TYPE: &str = "consent-request+jws";
/// Languages that a notice must be in, at least: all that the pages speak.
pub const LANGUAGES: [&str; 5] = ["de", "en", "fr", "it", "sv"];
/// A notice's title, in characters.
const TITLE_MAX: usize = 120;
/// A notice's text, in characters.
const TEXT_MAX: usize = 4_000;
/// Requests on one page.
pub const PAGE_MAX: u32 = 100;
/// A grant is asked for ten years at most; how long one lasts is cut to [`crate::Settings::grant_max`].
const DAYS_MAX: u32 = 3_650;

/// The notice in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// What it is about, in a line.
    pub title: String,
    /// Who does what with the data, in plain words.
    pub text: String,
}

/// One part of what is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartOffered {
    /// Which collection; without, everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Name>,
    /// What is to be done.
    pub verbs: policy::Verbs,
    /// Only these fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeSet<String>>,
    /// Whether it can be left out.
    #[serde(default)]
    pub optional: bool,
}

impl PartOffered {
    /// The same, as part of terms.
    #[must_use]
    pub fn part(&self) -> Part {
        Part {
            collection: self.collection.clone(),
            verbs: self.verbs,
            fields: self.fields.clone(),
        }
    }
}

/// What somebody wants to ask people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// What for.
    pub purposes: BTreeSet<Purpose>,
    /// What.
    pub parts: Vec<PartOffered>,
    /// For how many days.
    pub days: u32,
    /// In words, by language (`sv`, `de`, `it`, `fr`, `en`).
    pub notice: BTreeMap<String, Notice>,
}

impl Offer {
    /// All that is asked.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            purposes: self.purposes.clone(),
            parts: self.parts.iter().map(PartOffered::part).collect(),
        }
    }

    /// What cannot be left out.
    #[must_use]
    pub fn essential(&self) -> Terms {
        let parts = self.parts.iter().filter(|it| !it.optional);
        Terms {
            purposes: self.purposes.clone(),
            parts: parts.map(PartOffered::part).collect(),
        }
    }

    /// Whether it can be asked at all.
    ///
    /// # Errors
    /// [`ConsentError::Terms`], with what is wrong.
    pub fn check(&self) -> Result<(), ConsentError> {
        self.terms().check()?;
        if self.days == 0 || self.days > DAYS_MAX {
            return Err(ConsentError::terms("/days", "`days` is 1 to 3650."));
        }
        let lengths = |it: &Notice| {
            let (title, text) = (it.title.trim(), it.text.trim());
            (1..=TITLE_MAX).contains(&title.chars().count())
                && (1..=TEXT_MAX).contains(&text.chars().count())
        };
        let spoken = LANGUAGES.iter().all(|lang| self.notice.contains_key(*lang));
        if !spoken || self.notice.len() != LANGUAGES.len() {
            return Err(ConsentError::terms(
                "/notice",
                "The notice is written in each of de, en, fr, it and sv, so that everybody reads it in their own language.",
            ));
        }
        if let Some((lang, _)) = self.notice.iter().find(|(_, it)| !lengths(it)) {
            return Err(ConsentError::terms(
                format!("/notice/{lang}"),
                "A notice has a title of 1 to 120 characters and a text of 1 to 4000.",
            ));
        }
        Ok(())
    }

    /// The notice in a language; in English, where there is none in that.
    #[must_use]
    pub fn notice(&self, lang: &str) -> Option<&Notice> {
        self.notice.get(lang).or_else(|| self.notice.get("en"))
    }

    fn digest(&self, asker: Party) -> [u8; 32] {
        let text = serde_json::to_string(self).unwrap_or_default();
        crypt::hash::sha256(&[asker.kind().as_bytes(), asker.bytes(), text.as_bytes()])
    }
}

/// One version of a request, as it was published.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Which request.
    pub request: RequestId,
    /// Which version.
    pub version: u32,
    /// Who asks.
    pub asker: Party,
    /// What.
    pub offer: Offer,
    /// Since when.
    pub published_at: Instant,
    /// Since when nobody is asked any more.
    pub closed_at: Option<Instant>,
    /// The signed text.
    pub signed: String,
}

impl Consents {
    /// Publish `offer`: as a new request, or as the next version of `request`. What is published already stays as it is.
    ///
    /// # Errors
    /// [`ConsentError::Terms`], [`ConsentError::NotFound`]; storage and key failures.
    pub async fn publish(
        &self,
        ctx: &Ctx,
        asker: Party,
        request: Option<RequestId>,
        offer: Offer,
    ) -> Result<(Offered, WriteSet), ConsentError> {
        offer.check()?;
        let digest = offer.digest(asker);
        if request.is_none() {
            let params = vec![(&ctx.tenant).into(), asker.value(), digest.into()];
            if let Some(row) = self.db.row(&sql::REQUEST_SAME, params).await? {
                let found = RequestId::read(row.bytes(0)?)?;
                let version = version_of(row.int(1)?)?;
                let same = self.offered_at(&ctx.tenant, found, version).await?;
                return Ok((same, WriteSet::new()));
            }
        }
        let (request, version) = match request {
            None => (RequestId::random(&*self.rng), 1),
            Some(request) => {
                let before = self.offered(&ctx.tenant, request).await?;
                if before.asker != asker {
                    return Err(ConsentError::NotFound("request"));
                }
                if before.closed_at.is_some() {
                    return Err(ConsentError::Over);
                }
                (request, before.version + 1)
            }
        };
        let body = json!({
            "format": FORMAT,
            "tenant": ctx.tenant.as_str(),
            "request": request,
            "version": version,
            "asker": asker,
            "published_at": ctx.now.to_string(),
            "offer": offer,
        });
        let signed = audit::jws::sign(&*self.keys.signer(&ctx.tenant)?, TYPE, &body);
        let place = place(request, version);
        let sealed = self
            .secrets
            .seal(&ctx.tenant, &place_refs(&place), signed.as_bytes())?;
        let set = WriteSet::new().run(
            &sql::REQUEST_INSERT,
            vec![
                (&ctx.tenant).into(),
                request.into(),
                version.into(),
                asker.kind().into(),
                asker.value(),
                digest.into(),
                sealed.into(),
                ctx.now.into(),
            ],
        );
        let offered = Offered {
            request,
            version,
            asker,
            offer,
            published_at: ctx.now,
            closed_at: None,
            signed,
        };
        Ok((offered, set))
    }

    /// The newest version of a request.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`]; storage and key failures.
    pub async fn offered(
        &self,
        tenant: &TenantId,
        request: RequestId,
    ) -> Result<Offered, ConsentError> {
        let params = vec![tenant.into(), request.into()];
        let row = self.db.row(&sql::REQUEST_NEWEST, params).await?;
        self.open_request(tenant, request, row)
    }

    /// This version of a request.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`]; storage and key failures.
    pub async fn offered_at(
        &self,
        tenant: &TenantId,
        request: RequestId,
        version: u32,
    ) -> Result<Offered, ConsentError> {
        let params = vec![tenant.into(), request.into(), version.into()];
        let row = self.db.row(&sql::REQUEST_AT, params).await?;
        self.open_request(tenant, request, row)
    }

    fn open_request(
        &self,
        tenant: &TenantId,
        request: RequestId,
        row: Option<store::Row>,
    ) -> Result<Offered, ConsentError> {
        let row = row.ok_or(ConsentError::NotFound("request"))?;
        let version = version_of(row.int(0)?)?;
        let place = place(request, version);
        let plain = self
            .secrets
            .open(tenant, &place_refs(&place), row.bytes(3)?)?;
        let damaged = || ConsentError::Damaged("request");
        let signed = std::str::from_utf8(&plain).map_err(|_| damaged())?;
        let body = audit::jws::payload(signed).ok_or_else(damaged)?;
        let offer = body.get("offer").cloned().unwrap_or(Value::Null);
        Ok(Offered {
            request,
            version,
            asker: Party::read(row.text(1)?, row.bytes(2)?)?,
            offer: serde_json::from_value(offer).map_err(|_| damaged())?,
            published_at: Instant::from_micros(row.int(4)?),
            closed_at: instant(&row, 5)?,
            signed: signed.to_owned(),
        })
    }

    /// A page of what somebody asks: the newest version of each, in the order of ids after `after`.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn requests(
        &self,
        tenant: &TenantId,
        asker: Party,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<Offered>, ConsentError> {
        let after = after.map_or([0; 16], |it| *it.as_bytes());
        let params = vec![
            tenant.into(),
            asker.value(),
            store::Value::Id(after),
            limit.min(PAGE_MAX + 1).into(),
        ];
        let mut found = Vec::new();
        for row in &self.db.rows(&sql::REQUESTS, params).await? {
            let request = RequestId::read(row.bytes(0)?)?;
            found.push(
                self.offered_at(tenant, request, version_of(row.int(1)?)?)
                    .await?,
            );
        }
        Ok(found)
    }

    /// Ask nobody any more. What was granted stays.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`]; storage and key failures.
    pub async fn close(
        &self,
        ctx: &Ctx,
        asker: Party,
        request: RequestId,
    ) -> Result<WriteSet, ConsentError> {
        let offered = self.offered(&ctx.tenant, request).await?;
        if offered.asker != asker {
            return Err(ConsentError::NotFound("request"));
        }
        let params = vec![
            (&ctx.tenant).into(),
            request.into(),
            asker.value(),
            ctx.now.into(),
        ];
        Ok(WriteSet::new().run(&sql::REQUEST_CLOSE, params))
    }
}

fn place(request: RequestId, version: u32) -> [String; 3] {
    [
        "consent.request".into(),
        request.to_string(),
        version.to_string(),
    ]
}

pub(crate) fn place_refs(place: &[String; 3]) -> [&str; 3] {
    let [one, two, three] = place;
    [one, two, three]
}

pub(crate) fn version_of(number: i64) -> Result<u32, ConsentError> {
    u32::try_from(number).map_err(|_| ConsentError::Damaged("version"))
}

pub(crate) fn instant(row: &store::Row, at: usize) -> Result<Option<Instant>, ConsentError> {
    if row.is_null(at) {
        Ok(None)
    } else {
        Ok(Some(Instant::from_micros(row.int(at)?)))
    }
}
