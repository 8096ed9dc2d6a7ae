//! A letter is sent: opened, put in words, handed over; its row and its job end in one commit.

use base::{AccountId, Instant};
use store::WriteSet;
use store::jobs::{Claimed, complete, fail};

use super::templates::words;
use super::write::{Draft, name, place};
use super::{Letter, Post, Reason};
use crate::identity::Identity;
use crate::links::LinkKind;
use crate::{Account, IdentityError, sql};

impl Identity {
    /// Do one job of the kind [`super::JOB`]. A letter that is not taken is tried again; one whose account is gone is dropped.
    ///
    /// # Errors
    /// Storage failures; the job is then due again when its lease is over.
    pub async fn deliver(&self, job: &Claimed, post: &dyn Post) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let (tenant, id) = (&job.job.tenant, &job.job.payload);
        let done = WriteSet::new()
            .run(&sql::LETTER_DELETE, vec![tenant.into(), id.clone().into()])
            .with(complete(job, now));
        let letter = match self.letter(job).await? {
            Some(letter) => letter,
            None => {
                self.db.commit(done).await?;
                return Ok(());
            }
        };
        let set = match post.send(&letter).await {
            Ok(()) => done,
            Err(error) if error.for_good => {
                tracing::warn!(reason = %error, "a letter cannot be delivered");
                done
            }
            Err(error) => {
                tracing::warn!(reason = %error, "a letter was not taken; it is tried again");
                // What an unknown server says may repeat the address.
                WriteSet::new().with(fail(job, "not taken", now))
            }
        };
        self.db.commit(set).await?;
        Ok(())
    }

    async fn letter(&self, job: &Claimed) -> Result<Option<Letter>, IdentityError> {
        let (tenant, id) = (&job.job.tenant, &job.job.payload);
        let params = vec![tenant.into(), id.clone().into()];
        let Some(row) = self.db.row(&sql::LETTER_FIND, params).await? else {
            return Ok(None);
        };
        let damaged = || IdentityError::damaged("a letter's row");
        let account = AccountId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
        let account = match self.account(tenant, account).await {
            Err(IdentityError::NotFound(_)) => return Ok(None),
            other => other?,
        };
        let plain = self.open(tenant, &place(&name(id)), row.bytes(1)?)?;
        let draft: Draft = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        let link = match (draft.reason, &draft.link) {
            (Reason::News(news), _) => Some(format!("{}{}", self.settings.address, news.place())),
            (reason, Some(link)) => {
                let kind = match reason {
                    Reason::Invite => LinkKind::Invite,
                    Reason::Reset => LinkKind::Reset,
                    _ => LinkKind::Verify,
                };
                Some(self.link_address(tenant, kind, link))
            }
            (_, None) => None,
        };
        Ok(Some(self.put_in_words(
            &account,
            &draft,
            link.as_deref(),
            &name(id),
        )))
    }

    fn put_in_words(
        &self,
        account: &Account,
        draft: &Draft,
        link: Option<&str>,
        id: &str,
    ) -> Letter {
        let words = words(draft.reason, account.language);
        let host = self.settings.host();
        let time = Instant::from_micros(draft.at).to_string();
        let time = format!(
            "{} {} UTC",
            time.get(..10).unwrap_or_default(),
            time.get(11..16).unwrap_or_default()
        );
        let fill = |text: &str| text.replace("{service}", &host).replace("{time}", &time);
        let mut text = fill(words.text);
        if let Some(link) = link {
            text.push_str("\n\n");
            text.push_str(link);
            if !words.after.is_empty() {
                text.push_str("\n\n");
                text.push_str(&fill(words.after));
            }
        }
        text.push_str("\n\n-- \n");
        text.push_str(&host);
        text.push('\n');
        Letter {
            to: account.email.as_str().to_owned(),
            subject: fill(words.subject),
            text,
            id: id.to_owned(),
            language: account.language.as_str(),
        }
    }
}
