//! From an app's request to the person's answer: signed in or not, asked before or not.

use std::sync::Arc;

use audit::Action;
use base::{AppId, ErrorKind, Instant};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use store::WriteSet;

use super::answer::of_account;
use super::asked::{Asked, REQUEST_URN, request_digest};
use super::consent::Consent;
use super::model::{App, AuthMethod, Profile};
use super::params::Params;
use super::scope::{Level, Scope, Scopes};
use super::signed_in::Account;
use super::{At, Oauth, OauthError, Refusal, Sought, Texts, client, sql};

/// What comes next for a browser.
#[derive(Debug)]
pub enum Step {
    /// It goes to this address.
    Back(String),
    /// Somebody has to sign in first, and comes back with the request's name.
    SignIn {
        /// The client id, for the way back.
        app: AppId,
        /// The request's name.
        request: String,
        /// Being signed in is not enough: it has to be done anew.
        anew: bool,
    },
    /// The person is asked.
    Ask(Box<Consent>),
}

/// Who gets the blame: an address that we trust, or a page of ours.
pub(super) struct Blame {
    pub(super) error: OauthError,
    /// The address, and the app's `state`.
    pub(super) back: Option<(String, Option<String>)>,
}

impl From<OauthError> for Blame {
    fn from(error: OauthError) -> Self {
        Self { error, back: None }
    }
}

impl Oauth {
    /// A browser arrives at the authorization endpoint.
    ///
    /// # Errors
    /// What must be shown on a page of ours, since there is no address that we trust.
    pub async fn authorize(
        &self,
        params: &Params,
        account: Option<&Account>,
        at: At,
    ) -> Result<Step, OauthError> {
        if params.came_twice("client_id") || params.came_twice("redirect_uri") {
            params.each_once()?;
        }
        let Some(id) = client::app_id(params.one("client_id")) else {
            let error = OauthError::invalid("`client_id` is missing, or is none.");
            return self.stray(Action::OauthAuthorize, error, at).await;
        };
        let Some(app) = self.active_app(id).await? else {
            let error = OauthError::invalid("There is no active app with this client_id.");
            return self.stray(Action::OauthAuthorize, error, at).await;
        };
        let step = self.arrive(params, &app, account, at).await;
        self.blame(&app, step, at).await
    }

    async fn arrive(
        &self,
        params: &Params,
        app: &Arc<App>,
        account: Option<&Account>,
        at: At,
    ) -> Result<Step, Blame> {
        if let Some(uri) = params.one("request_uri") {
            let name = uri.strip_prefix(REQUEST_URN).unwrap_or("");
            let (asked, since) = self.request(app, name, at.now).await?;
            // Whoever came with it has time to sign in and to read.
            let pushed = i64::try_from(self.lives.pushed.as_micros()).unwrap_or(0);
            let until = at.now.after(self.lives.waiting);
            let set = WriteSet::new().run(
                &sql::REQUEST_WAIT,
                vec![request_digest(name).into(), until.into(), pushed.into()],
            );
            self.db.commit(set).await.map_err(OauthError::from)?;
            return self.go_on(app, name, &asked, since, account, at).await;
        }
        let asked = self.check(params, app)?;
        if app.settings.profile == Profile::Strict {
            return Err(Blame {
                error: OauthError::invalid("This app pushes its requests first."),
                back: Some((asked.redirect_uri, asked.state)),
            });
        }
        let name = self
            .keep_request(app, &asked, at.now, self.lives.waiting, WriteSet::new())
            .await?;
        self.go_on(app, &name, &asked, at.now, account, at).await
    }

    async fn go_on(
        &self,
        app: &Arc<App>,
        name: &str,
        asked: &Asked,
        since: Instant,
        account: Option<&Account>,
        at: At,
    ) -> Result<Step, Blame> {
        let no = |refusal, why| Blame {
            error: OauthError::Refused(refusal, why),
            back: Some((asked.redirect_uri.clone(), asked.state.clone())),
        };
        let quiet = asked.prompts("none");
        let sign_in = |anew| {
            if quiet {
                return Err(no(Refusal::LoginRequired, "Nobody is signed in."));
            }
            Ok(Step::SignIn {
                app: app.id,
                request: name.to_owned(),
                anew,
            })
        };
        let Some(account) = account else {
            return sign_in(false);
        };
        if account.tenant != app.tenant {
            return Err(OauthError::Refused(
                Refusal::AccessDenied,
                "Who is signed in here does not belong to the service that this app belongs to.",
            )
            .into());
        }
        // Signing in after the request was made is as fresh as it gets.
        if account.auth_time < since {
            let age = at.now.since(account.auth_time).as_secs();
            let old = |max: i64| u64::try_from(max).is_ok_and(|max| age > max);
            if asked.prompts("login") || asked.max_age.is_some_and(old) {
                return sign_in(true);
            }
        }
        let scopes = Scopes::parse(&asked.scopes).unwrap_or_default();
        let about_person = scopes.reach_data(Level::Patient) || scopes.has(&Scope::LaunchPatient);
        if about_person && account.person.is_none() {
            return Err(no(
                Refusal::AccessDenied,
                "Who is signed in is nobody that data are kept about.",
            ));
        }
        // An app that cannot prove itself may be any program that took its name: then the person is always asked.
        let known = app.settings.auth_method != AuthMethod::None;
        let ctx = of_account(account, at);
        if known && !asked.prompts("consent") {
            let covering = self.covering(&ctx, app, account, &scopes).await?;
            if let Some(covering) = covering {
                let set = WriteSet::new();
                return Ok(self
                    .answer_with_code(app, name, asked, account, covering, set, at)
                    .await?);
            }
        }
        if quiet {
            return Err(no(
                Refusal::ConsentRequired,
                "The person has not agreed to this yet.",
            ));
        }
        let token = self.answer_token(app, name, account)?;
        let purposes = scopes.purposes(&app.settings.purposes).unwrap_or_default();
        let texts = match Sought::of(app, account, &scopes, &purposes) {
            None => Texts::new(),
            Some(sought) => match self.answers.ask(&ctx, &sought).await {
                Ok(texts) => texts,
                Err(unknown) if unknown.kind == ErrorKind::TooMany => {
                    return Err(no(
                        Refusal::AccessDenied,
                        "The person has said no to this more than once today.",
                    ));
                }
                Err(unknown) => return Err(OauthError::from(unknown).into()),
            },
        };
        Ok(Step::Ask(Box::new(Consent::of(
            app,
            &scopes,
            &purposes,
            &*self.register,
            name,
            token,
            &asked.redirect_uri,
            texts,
        ))))
    }

    /// Tell the app at its own address what went wrong, where we trust one; the log hears it first.
    pub(super) async fn blame(
        &self,
        app: &App,
        step: Result<Step, Blame>,
        at: At,
    ) -> Result<Step, OauthError> {
        let Err(Blame { error, back }) = step else {
            return step.map_err(|blame| blame.error);
        };
        let ctx = self.of_app(app, "nothing", at);
        let refused = self
            .refused::<Step>(&ctx, Action::OauthAuthorize, app.id, error)
            .await;
        match (refused, back) {
            (Err(OauthError::Refused(refusal, why)), Some((to, state))) => {
                let params = [("error", refusal.word()), ("error_description", why)];
                Ok(Step::Back(self.back_with(&to, &params, state.as_deref())))
            }
            (refused, _) => refused,
        }
    }

    /// The app's address with an answer: with `iss` (RFC 9207), so that the app knows whose answer it is, and its `state`.
    pub(super) fn back_with(
        &self,
        to: &str,
        params: &[(&str, &str)],
        state: Option<&str>,
    ) -> String {
        let mut address = to.to_owned();
        let issuer = ("iss", self.issuer.as_str());
        let state = state.map(|state| ("state", state));
        for (name, value) in params.iter().copied().chain(state).chain([issuer]) {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(name);
            address.push('=');
            address.extend(utf8_percent_encode(value, QUERY_VALUE));
        }
        address
    }
}

/// What stands as it is in a query's value: the unreserved characters.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
