//! What anybody may ask for with an address alone: an account, a link to set a new password.
//!
//! Invariant: asking looks at no account. It puts the address, sealed, into the queue, which takes the same for every address;
//! whether there is an account is found by the queue's worker, when the answer is long gone. So neither the answer nor the time it
//! takes tells.

use base::{AccountId, RequestId};
use serde::{Deserialize, Serialize};
use store::WriteSet;
use store::jobs::{Claimed, Dedupe, JobId, NewJob, complete, enqueue};

use super::write::name;
use crate::identity::Identity;
use crate::{Caller, Email, IdentityError, Language, sql};

/// The kind of job that looks whose address it is.
pub const ASKED_JOB: &str = "identity.asked";
/// Tries before a wish stays where it is: about half a day, with the queue's pauses.
const ATTEMPTS_MAX: u32 = 20;
/// Stands for no language: a wish for a link.
const RESET: &str = "--";
/// Whose a wish is before somebody looked.
const NOBODY: AccountId = AccountId::from_bytes([0; 16]);

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    /// An account, with letters in this language.
    SignUp(Language),
    /// A link to set a new password.
    Reset,
}

/// What lies sealed until the worker looks.
#[derive(Serialize, Deserialize)]
struct Asked {
    /// The language of letters, for who wants an account; [`RESET`], for who wants a link.
    language: String,
    email: String,
    request: RequestId,
}

impl Identity {
    /// Put a wish into the queue.
    pub(crate) async fn ask_later(
        &self,
        caller: &Caller,
        wish: Wish,
        email: &Email,
    ) -> Result<(), IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let asked = Asked {
            language: match wish {
                Wish::SignUp(language) => language.as_str().to_owned(),
                Wish::Reset => RESET.to_owned(),
            },
            email: email.as_str().to_owned(),
            request: caller.request,
        };
        let text = serde_json::to_vec(&asked)
            .map_err(|error| IdentityError::Internal(error.to_string()))?;
        let job = JobId::random(&*self.rng);
        let sealed = self.seal(tenant, &place(&name(job.as_bytes())), &text)?;
        let new = NewJob {
            tenant: tenant.clone(),
            kind: ASKED_JOB,
            payload: job.as_bytes().to_vec(),
            dedupe: Dedupe::Never,
            due_at: now,
            attempts_max: ATTEMPTS_MAX,
        };
        let row = vec![
            tenant.into(),
            (*job.as_bytes()).into(),
            NOBODY.into(),
            sealed.into(),
            now.into(),
        ];
        let set = WriteSet::new()
            .run_expecting(&sql::LETTER_INSERT, row, 1, "letter.insert")
            .with(enqueue(job, new, now));
        self.db.commit(set).await?;
        Ok(())
    }

    /// Do one job of the kind [`ASKED_JOB`]: write to whose address it is, in the commit that ends the job.
    ///
    /// # Errors
    /// Storage failures; [`IdentityError::Taken`] where somebody took the address at this moment. The job is tried again.
    pub async fn answer_asked(&self, job: &Claimed) -> Result<(), IdentityError> {
        let (tenant, id) = (&job.job.tenant, &job.job.payload);
        let now = self.clock.now();
        let set = WriteSet::new()
            .run(&sql::LETTER_DELETE, vec![tenant.into(), id.clone().into()])
            .with(complete(job, now));
        let params = vec![tenant.into(), id.clone().into()];
        let Some(row) = self.db.row(&sql::LETTER_FIND, params).await? else {
            self.db.commit(set).await?;
            return Ok(());
        };
        let plain = self.open(tenant, &place(&name(id)), row.bytes(1)?)?;
        let asked: Asked =
            serde_json::from_slice(&plain).map_err(|_| IdentityError::damaged("a wish"))?;
        let email: Email = asked.email.parse()?;
        let caller = Caller {
            tenant: tenant.clone(),
            address: None,
            device: None,
            agent: None,
            request: asked.request,
            now,
        };
        let set = if asked.language == RESET {
            let account = self.account_by_email(tenant, &email).await?;
            self.reset_asked(&caller, account, set)?
        } else {
            let language = asked.language.parse();
            let language = language.map_err(|()| IdentityError::damaged("a wish"))?;
            self.sign_up_writes(&caller, &email, language, set).await?
        };
        self.commit_new(set).await?;
        Ok(())
    }
}

fn place(name: &str) -> [&str; 2] {
    ["asked", name]
}
