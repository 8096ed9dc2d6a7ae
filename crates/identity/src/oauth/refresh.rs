//! Refreshing: each token once, a lost answer can be asked for again, and a thief ends the family.
//!
//! A refresh token is its family, its number, and a keyed digest of both; nothing of it is stored. Using number *n* makes
//! *n + 1* the present one. Until a use of *n + 1* (or of an access token that came with it) is seen, *n* may come again and gets
//! the very same *n + 1*: that is a lost answer, or many tabs at once. After that, *n* is a copy in somebody else's hands. An app
//! of the strict profile keeps one number (FAPI 2.0 §5.3.2.1), since a signed assertion and a bound key protect it better.

use audit::Action;
use base::{AccountId, GrantId, Instant, Secret, TenantId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::{StoreError, WriteSet};

use super::client::Client;
use super::dpop::Proven;
use super::jose::add;
use super::model::App;
use super::params::Params;
use super::scope::Scopes;
use super::token::{Granted, Holder, Issued, answer, once, person_of};
use super::{At, Oauth, OauthError, Refusal, sql};

/// What a refresh token begins with.
pub(super) const PREFIX: &str = "srr_";
/// Family (16 bytes) and number (4 bytes) in base64url.
const HEAD_CHARS: usize = 27;
/// How often we look again when somebody else was faster. Each time one other got through.
const TRIES_MAX: usize = 64;

/// A family as stored.
pub(super) struct Family {
    pub(super) tenant: TenantId,
    app: Vec<u8>,
    app_epoch: i64,
    pub(super) granted: Granted,
    granted_now: bool,
    pub(super) scopes: Scopes,
    jkt: Option<[u8; 32]>,
    generation: i64,
    confirmed: i64,
    rotates: bool,
    refreshes: bool,
    pub(super) expires_at: Instant,
    latest_at: Instant,
    ended: bool,
}

/// A refresh token that we made.
pub(super) struct Known {
    pub(super) family: [u8; 16],
    number: i64,
    pub(super) stored: Family,
}

impl Known {
    /// Whether `app` could use it at `now`.
    pub(super) fn lives(&self, app: &App, now: Instant) -> bool {
        let family = &self.stored;
        let waits = family.generation == self.number + 1 && family.confirmed < family.generation;
        self.is_of(app)
            && family.refreshes
            && family.granted_now
            && !family.ended
            && family.app_epoch == app.epoch
            && now < family.expires_at
            && (self.number == family.generation || waits)
    }

    pub(super) fn is_of(&self, app: &App) -> bool {
        self.stored.tenant == app.tenant && self.stored.app == app.id.as_bytes()
    }
}

impl Oauth {
    /// The text of a family's refresh token `number`.
    pub(super) fn refresh_text(
        &self,
        tenant: &TenantId,
        family: [u8; 16],
        number: i64,
    ) -> Result<Secret<String>, OauthError> {
        let number = u32::try_from(number).map_err(|_| OauthError::Damaged("family"))?;
        let head = [family.as_slice(), &number.to_be_bytes()].concat();
        let mac = self.secrets.digest(tenant, "oauth.refresh", &head)?;
        let mut text = String::with_capacity(80);
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(&head, &mut text);
        text.push('_');
        URL_SAFE_NO_PAD.encode_string(mac, &mut text);
        Ok(Secret::new(text))
    }

    /// The family that `text` is a refresh token of, if we made it.
    pub(super) async fn known_refresh(&self, text: &str) -> Result<Option<Known>, OauthError> {
        let Some((family, number)) = parse(text) else {
            return Ok(None);
        };
        let row = self.db.row(&sql::FAMILY_FIND, vec![family.into()]).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let damaged = || OauthError::Damaged("family");
        let granted = Granted {
            grant: GrantId::from_slice(row.bytes(3)?).ok_or_else(damaged)?,
            epoch: row.int(4)?,
            account: AccountId::from_slice(row.bytes(14)?).ok_or_else(damaged)?,
            person: person_of(&row, 15)?,
        };
        let stored = Family {
            tenant: row.text(0)?.parse().map_err(|_| damaged())?,
            app: row.bytes(1)?.to_vec(),
            app_epoch: row.int(2)?,
            granted,
            granted_now: row.text(16)? == "active" && row.int(17)? == granted.epoch,
            scopes: Scopes::parse(row.text(5)?).ok_or_else(damaged)?,
            jkt: if row.is_null(6) {
                None
            } else {
                Some(row.bytes(6)?.try_into().map_err(|_| damaged())?)
            },
            generation: row.int(7)?,
            confirmed: row.int(8)?,
            rotates: row.int(9)? != 0,
            refreshes: row.int(10)? != 0,
            expires_at: Instant::from_micros(row.int(11)?),
            latest_at: Instant::from_micros(row.int(12)?),
            ended: !row.is_null(13),
        };
        let made = self.refresh_text(&stored.tenant, family, number)?;
        Ok(
            crypt::mac::same(made.expose().as_bytes(), text.as_bytes()).then_some(Known {
                family,
                number,
                stored,
            }),
        )
    }

    pub(super) async fn refresh(
        &self,
        params: &Params,
        client: Client,
        proven: Option<Proven>,
        at: At,
    ) -> Result<Issued, OauthError> {
        let text = params.need("refresh_token", "`refresh_token` is missing.")?;
        let app = client.app.clone();
        let ctx = self.of_app(&app, client.by, at);
        let set = once(client, proven.clone(), WriteSet::new());
        for _ in 0..TRIES_MAX {
            let Some(known) = self.known_refresh(text).await? else {
                return Err(OauthError::grant("The refresh token is unknown."));
            };
            let (family, stored) = (known.family, &known.stored);
            usable(&known, &app, proven.as_ref(), at.now)?;
            let is_present = known.number == stored.generation;
            let came_again =
                stored.generation == known.number + 1 && stored.confirmed < stored.generation;
            if !is_present && !came_again {
                self.reused(&ctx, &app, family, &stored.granted).await?;
                return Err(OauthError::grant(
                    "The refresh token was used before. Everything that came of it has ended.",
                ));
            }
            let scopes = narrowed(&stored.scopes, params)?;
            let number = if is_present && stored.rotates {
                known.number + 1
            } else {
                stored.generation
            };
            let holder = Holder {
                app: &app,
                grant: Some(stored.granted),
                family: Some((family, number)),
                scopes: &scopes,
                jkt: proven.as_ref().map(|proven| proven.jkt),
            };
            let patient = self.launched_for(&holder, &ctx).await?;
            let minted = self.mint(&holder, at.now).await?;
            let end = at.now.after(self.lives.refresh).min(stored.latest_at);
            // For a number that is not the present one any more, `confirmed` stays behind it.
            let (sql, generation) = if is_present {
                (&sql::FAMILY_NEXT, known.number)
            } else {
                (&sql::FAMILY_AGAIN, stored.generation)
            };
            let entry = self.entry(&ctx, Action::OauthToken, app.id, |entry| {
                entry.grant(*stored.granted.grant.as_bytes())
            })?;
            let set = set
                .clone()
                .run_expecting(
                    sql,
                    vec![family.into(), generation.into(), end.into()],
                    1,
                    "oauth.family_moved",
                )
                .run_expecting(
                    &sql::GRANT_ACTIVE,
                    vec![
                        (&app.tenant).into(),
                        stored.granted.grant.into(),
                        stored.granted.epoch.into(),
                    ],
                    1,
                    "oauth.grant",
                )
                .with(minted.insert.clone())
                .log(entry);
            match self.commit_issue(set).await {
                // Somebody else was faster: look again what stands.
                Err(OauthError::Store(StoreError::Guard("oauth.family_moved"))) => {}
                Err(OauthError::Store(StoreError::Guard(_))) => {
                    return Err(OauthError::grant("The person took back what they allowed."));
                }
                Err(error) => return Err(error),
                Ok(log_index) => {
                    let refresh = self.refresh_text(&app.tenant, family, number)?;
                    let mut more = patient;
                    add(&mut more, "refresh_token", refresh.expose().as_str());
                    let body = answer(&holder, &minted, self.lives.access.as_secs(), more);
                    return Ok(Issued { body, log_index });
                }
            }
        }
        Err(OauthError::Store(StoreError::Unavailable(
            "a refresh token is used too often at once".to_owned(),
        )))
    }
}

/// Whether it may be used at all, before it is asked whether it was.
fn usable(
    known: &Known,
    app: &App,
    proven: Option<&Proven>,
    now: Instant,
) -> Result<(), OauthError> {
    let stored = &known.stored;
    let no = |why| Err(OauthError::grant(why));
    if !known.is_of(app) {
        return no("The refresh token is another app's.");
    }
    if stored.ended || !stored.refreshes || stored.app_epoch != app.epoch {
        return no("The refresh token has ended.");
    }
    if !stored.granted_now {
        return no("The person took back what they allowed.");
    }
    if now >= stored.expires_at || now >= stored.latest_at {
        return no("The refresh token is too old. Begin again.");
    }
    if stored.jkt.is_some() && stored.jkt != proven.map(|proven| proven.jkt) {
        return Err(OauthError::proof(
            "The refresh token is bound to another key than that of the DPoP proof.",
        ));
    }
    Ok(())
}

/// The scopes of the new access token: as before, or fewer (RFC 6749 §6).
fn narrowed(scopes: &Scopes, params: &Params) -> Result<Scopes, OauthError> {
    let Some(text) = params.one("scope") else {
        return Ok(scopes.clone());
    };
    // Purposes are the grant's to allow; one that it does not hold allows nothing.
    Scopes::parse(text)
        .filter(|asked| !asked.is_empty() && asked.within(scopes))
        .ok_or(OauthError::Refused(
            Refusal::InvalidScope,
            "`scope` reaches further than what was granted.",
        ))
}

fn parse(text: &str) -> Option<([u8; 16], i64)> {
    let (head, mac) = text.strip_prefix(PREFIX)?.split_at_checked(HEAD_CHARS)?;
    if mac.len() != 1 + crypt::token::SECRET_CHARS {
        return None;
    }
    let mut bytes = [0; 20];
    let written = URL_SAFE_NO_PAD.decode_slice(head, &mut bytes).ok()?;
    let (family, number) = bytes.split_first_chunk::<16>()?;
    let number: [u8; 4] = number.try_into().ok()?;
    (written == bytes.len()).then_some((*family, i64::from(u32::from_be_bytes(number))))
}
