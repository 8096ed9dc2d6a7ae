//! Accounts, and the small types around them that cannot be wrong.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use base::{AccountId, Actor, ActorKind, Ctx, Instant, PersonId, RequestId, Secret, TenantId};
use policy::Role;
use unicode_normalization::UnicodeNormalization;

use crate::IdentityError;

/// Bytes of an e-mail address: the longest that SMTP can carry (RFC 5321 §4.5.3.1.3, without the brackets).
const EMAIL_BYTES_MAX: usize = 254;
/// Characters of a name that somebody gives themselves, a session or a factor.
const NAME_CHARS_MAX: usize = 80;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$each])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name, as stored and shown to programs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text).ok_or(())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Whose account it is.
    Kind {
        /// A data subject's own.
        Person = "person",
        /// A member of staff's.
        Staff = "staff",
    }
}

words! {
    /// What an account may do.
    State {
        /// Somebody was invited and has not answered.
        Invited = "invited",
        /// Signed up, and has not shown that the address is theirs.
        Unverified = "unverified",
        /// May sign in.
        Active = "active",
        /// May not sign in until somebody lets it in again.
        Stopped = "stopped",
    }
}

words! {
    /// The languages that pages and mails speak.
    Language {
        /// Swedish.
        Sv = "sv",
        /// German.
        De = "de",
        /// Italian.
        It = "it",
        /// French.
        Fr = "fr",
        /// English.
        En = "en",
    }
}

/// An e-mail address as somebody wrote it. Mute in `Debug`: it is personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one address share. Providers ignore case, whatever RFC 5321 allows.
    pub(crate) fn canonical(&self) -> String {
        self.0.nfkc().flat_map(char::to_lowercase).collect()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

impl FromStr for Email {
    type Err = IdentityError;

    /// One `@` with something on both sides; whether it reaches anybody, only a mail can tell.
    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(IdentityError::Email)?;
        let plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"@".contains(c);
        let good = text.len() <= EMAIL_BYTES_MAX
            && (1..=64).contains(&local.len())
            && local.chars().all(plain)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && domain.contains('.')
            && domain
                .split('.')
                .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
            && domain
                .chars()
                .all(|c| c.is_alphanumeric() || c == '.' || c == '-');
        if base::card::find(text).is_some() {
            return Err(IdentityError::Card);
        }
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdentityError::Email)
        }
    }
}

/// A name that somebody gives themselves, a session or a factor. Mute in `Debug`: it is personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Label(String);

impl Label {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Label(..)")
    }
}

impl FromStr for Label {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let text: String = text.trim().nfc().collect();
        let length = text.chars().count();
        if !(1..=NAME_CHARS_MAX).contains(&length) || text.chars().any(char::is_control) {
            return Err(IdentityError::Name);
        }
        if base::card::find(&text).is_some() {
            return Err(IdentityError::Card);
        }
        Ok(Self(text))
    }
}

/// One account, opened.
#[derive(Clone, Debug)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// Whose sort.
    pub kind: Kind,
    /// The person whose it is.
    pub person: Option<PersonId>,
    /// Acting as.
    pub role: Role,
    /// What it may do.
    pub state: State,
    /// Where mail goes.
    pub email: Email,
    /// What they call themselves.
    pub name: Label,
    /// In which language.
    pub language: Language,
    /// Since when.
    pub created_at: Instant,
}

impl Account {
    /// As the log writes whoever proved to be this account's owner.
    pub(crate) fn actor(&self, by: &'static str) -> Actor {
        actor(self.id, self.kind, self.role, by)
    }
}

pub(crate) fn actor(id: AccountId, kind: Kind, role: Role, by: &'static str) -> Actor {
    Actor {
        kind: match kind {
            Kind::Person => ActorKind::Person,
            Kind::Staff => ActorKind::Staff,
        },
        id: id.to_string(),
        role: role.as_str().to_owned(),
        authenticated_by: by,
        grant: None,
    }
}

/// Where a call of somebody comes from who has proven nothing yet.
#[derive(Debug)]
pub struct Caller {
    /// At which tenant they knock.
    pub tenant: TenantId,
    /// From where, as far as it is known.
    pub address: Option<IpAddr>,
    /// What their device was given when somebody signed in on it.
    pub device: Option<Secret<String>>,
    /// What they call their device, e.g. browser and system. Kept sealed as the session's first name.
    pub agent: Option<Label>,
    /// The request.
    pub request: RequestId,
    /// When it began.
    pub now: Instant,
}

impl Caller {
    /// The circumstances of what `actor` does.
    pub(crate) fn ctx(&self, actor: Actor) -> Ctx {
        Ctx {
            tenant: self.tenant.clone(),
            actor,
            purpose: None,
            request: self.request,
            now: self.now,
        }
    }

    /// The circumstances of what nobody in particular tries.
    pub(crate) fn as_nobody(&self) -> Ctx {
        self.ctx(Actor {
            kind: ActorKind::Person,
            id: "nobody".to_owned(),
            role: "nobody".to_owned(),
            authenticated_by: "nothing",
            grant: None,
        })
    }
}
