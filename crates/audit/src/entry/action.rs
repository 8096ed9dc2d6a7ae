//! What was done, in a closed list of verbs. A verb never changes its meaning; new ones are added at the end of their area.

use std::fmt;
use std::str::FromStr;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $deed:ident, $on:ident;)*) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// Every action, area by area.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The verb as it stands in the log, e.g. `record.read`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Which kind of deed it is, for formats that know few.
            #[must_use]
            pub const fn deed(self) -> Deed {
                match self {
                    $(Self::$name => Deed::$deed,)*
                }
            }

            /// What it was done to.
            #[must_use]
            pub const fn on(self) -> On {
                match self {
                    $(Self::$name => On::$on,)*
                }
            }
        }

        impl FromStr for Action {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text {
                    $($text => Ok(Self::$name),)*
                    _ => Err(()),
                }
            }
        }
    };
}

/// The kinds of deed that every event format knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Something came to be.
    Create,
    /// Something was read.
    Read,
    /// Something was changed, or created in the same way.
    Write,
    /// Something is gone.
    Delete,
    /// Several things were listed or searched.
    List,
    /// Something was run.
    Execute,
}

/// What an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum On {
    /// Data about a person (or the shelf of data about nobody).
    Data,
    /// The installation itself.
    System,
}

actions! {
    /// A record was opened.
    RecordRead = "record.read", Read, Data;
    /// A record was created or changed.
    RecordWrite = "record.write", Write, Data;
    /// A record was deleted.
    RecordDelete = "record.delete", Delete, Data;
    /// A page of records was opened.
    RecordList = "record.list", List, Data;
    /// Past versions of a record were opened.
    RecordHistory = "record.history", Read, Data;
    /// Records were looked for across persons.
    Search = "search", List, Data;
    /// A file, or a range of it, was opened.
    FileRead = "file.read", Read, Data;
    /// A file was stored.
    FileWrite = "file.write", Create, Data;
    /// A file was deleted.
    FileDelete = "file.delete", Delete, Data;
    /// Files were listed.
    FileList = "file.list", List, Data;
    /// A person was created.
    PersonCreate = "person.create", Create, Data;
    /// A person's own entry was read.
    PersonRead = "person.read", Read, Data;
    /// Persons were listed.
    PersonList = "person.list", List, Data;
    /// A person's keys were destroyed, and their data with them.
    PersonErase = "person.erase", Delete, Data;
    /// A person's data were taken out.
    Export = "export", Read, Data;
    /// A person's data were sent to another provider, at their wish.
    ExportSend = "export.send", Read, Data;
    /// What was on its way to another provider was called off.
    ExportStop = "export.stop", Execute, Data;
    /// Data were brought in from outside.
    Import = "import", Create, Data;
    /// A key was created.
    KeyCreate = "key.create", Create, System;
    /// A new generation of a key took over.
    KeyRotate = "key.rotate", Write, System;
    /// Keys were wrapped under a newer generation.
    KeyRewrap = "key.rewrap", Write, System;
    /// A key was destroyed.
    KeyDestroy = "key.destroy", Delete, System;
    /// Keys were listed, or their state was read.
    KeyList = "key.list", List, System;
    /// What was sealed under an old generation of a person's key was sealed again under the newest.
    KeyRenew = "key.renew", Write, System;
    /// The root key was divided into shares; `subject` is the set, `generation` the root's, `count` how many shares, `version` how many of them it takes.
    KeySplit = "key.split", Create, System;
    /// The root key was brought back by a quorum and sealed anew; `subject` is the set, `generation` the root's, `count` how many shares there were.
    KeyCombine = "key.combine", Write, System;
    /// A token was made.
    TokenCreate = "token.create", Create, System;
    /// A token was taken back.
    TokenRevoke = "token.revoke", Delete, System;
    /// Tokens were listed.
    TokenList = "token.list", List, System;
    /// Somebody was let in or turned away before it was clear what they wanted.
    Access = "access", Execute, System;
    /// Entries of this log were read.
    LogRead = "log.read", List, System;
    /// A proof of an entry was made.
    LogProve = "log.prove", Read, System;
    /// Entries of this log were taken out.
    LogExport = "log.export", Read, System;
    /// This log was verified.
    LogVerify = "log.verify", Execute, System;
    /// A check of a promise has a result.
    CheckResult = "check.result", Execute, System;
    /// The register was changed.
    RegisterChange = "register.change", Write, System;
    /// The register was read.
    RegisterRead = "register.read", Read, System;
    /// A tenant was created.
    TenantCreate = "tenant.create", Create, System;
    /// The server started.
    SystemStart = "system.start", Execute, System;
    /// The server stopped in good order.
    SystemStop = "system.stop", Execute, System;
    /// An account was made.
    AccountCreate = "account.create", Create, System;
    /// An account was changed: its address was proven, it was named, stopped or let in again.
    AccountChange = "account.change", Write, System;
    /// An account was deleted.
    AccountDelete = "account.delete", Delete, System;
    /// Accounts were listed or looked at.
    AccountList = "account.list", List, System;
    /// Somebody was invited.
    Invite = "account.invite", Create, System;
    /// Somebody signed in, or tried to.
    SessionStart = "session.start", Execute, System;
    /// A session was ended.
    SessionEnd = "session.end", Delete, System;
    /// A session was given a fresh factor, or somebody tried.
    SessionStepUp = "session.step_up", Execute, System;
    /// A password was set anew.
    PasswordChange = "password.change", Write, System;
    /// Setting a forgotten password anew was asked for.
    PasswordReset = "password.reset", Execute, System;
    /// A second factor or passkey was added.
    FactorAdd = "factor.add", Create, System;
    /// A second factor or passkey was taken away.
    FactorRemove = "factor.remove", Delete, System;
    /// An app was registered.
    AppRegister = "app.register", Create, System;
    /// A registration was reviewed.
    AppReview = "app.review", Write, System;
    /// An app was changed: its addresses, its secrets, stopped or let in again.
    AppChange = "app.change", Write, System;
    /// Apps were listed or looked at.
    AppList = "app.list", List, System;
    /// Somebody answered an app's request for access.
    OauthAuthorize = "oauth.authorize", Execute, System;
    /// An app was given tokens.
    OauthToken = "oauth.token", Create, System;
    /// An app's tokens were ended.
    OauthRevoke = "oauth.revoke", Delete, System;
    /// A used code or refresh token came again; everything that came of it was ended.
    OauthReuse = "oauth.reuse", Delete, System;
    /// A token's state was asked for.
    OauthIntrospect = "oauth.introspect", Read, System;
    /// A token came without what it is bound to, or with a proof that came before. Only as a refusal.
    OauthAdmit = "oauth.admit", Read, System;
    /// A new key signs tokens.
    SigningKeyRotate = "signing_key.rotate", Write, System;
    /// A privilege was asked for.
    RoleRequest = "role.request", Create, System;
    /// A request for a privilege was approved or refused by a second person.
    RoleDecide = "role.decide", Write, System;
    /// A privilege ended.
    RoleEnd = "role.end", Delete, System;
    /// Privileges were listed or looked at.
    RoleList = "role.list", List, System;
    /// A privilege was confirmed or ended in a review.
    ReviewDecide = "review.decide", Write, System;
    /// Access was opened in an emergency.
    BreakGlassOpen = "break_glass.open", Execute, System;
    /// An emergency access was reviewed.
    BreakGlassReview = "break_glass.review", Write, System;
    /// The policies were read or explained.
    PolicyRead = "policy.read", Read, System;
    /// What alerts there are was asked for.
    AlertList = "alert.list", Read, System;
    /// Somebody took note of an alert.
    AlertClose = "alert.close", Write, System;
    /// Somebody asked that everything about a person be deleted, after a while.
    PersonEraseAsk = "person.erase_ask", Write, Data;
    /// They changed their mind.
    PersonEraseCallOff = "person.erase_call_off", Write, Data;
    /// A request to people was published, or closed.
    ConsentPublish = "consent.publish", Write, System;
    /// A person was asked.
    ConsentAsk = "consent.ask", Create, Data;
    /// A person answered; a refusal stands as denied.
    ConsentAnswer = "consent.answer", Write, Data;
    /// A person took part of a grant back.
    ConsentNarrow = "consent.narrow", Write, Data;
    /// A person took a grant back.
    ConsentWithdraw = "consent.withdraw", Delete, Data;
    /// A grant ran out.
    ConsentEnd = "consent.end", Delete, Data;
    /// Questions, grants or receipts were looked at.
    ConsentList = "consent.list", List, Data;
    /// Records or files whose time was over were destroyed.
    RetentionDestroy = "retention.destroy", Delete, Data;
    /// What is kept how long, and what was destroyed, was looked at.
    RetentionRead = "retention.read", Read, System;
    /// A legal hold was placed.
    HoldPlace = "hold.place", Create, Data;
    /// A legal hold was lifted.
    HoldLift = "hold.lift", Delete, Data;
    /// Legal holds were looked at.
    HoldList = "hold.list", List, System;
    /// From which day on somebody decides for themself was noted, or changed.
    GuardianDay = "guardian.day", Write, Data;
    /// Somebody of the staff proposed a guardian.
    GuardianPropose = "guardian.propose", Write, Data;
    /// What somebody proposed was refused, or taken back.
    GuardianRefuse = "guardian.refuse", Delete, Data;
    /// A guardian was appointed, by a second person.
    GuardianAppoint = "guardian.appoint", Create, Data;
    /// A guardian's appointment was ended.
    GuardianEnd = "guardian.end", Delete, Data;
    /// Who decides for whom was looked at.
    GuardianList = "guardian.list", List, Data;
    /// The records of processing activities were drawn up.
    ProcessingRead = "processing.read", Read, System;
    /// Records were destroyed for good, one or many of a collection, because the person asked for it.
    RecordErase = "record.erase", Delete, Data;
    /// Somebody asked that a part of what is kept about a person be deleted: a record, a kind, a file, all files.
    PartEraseAsk = "part.erase_ask", Write, Data;
    /// A request under a right of a data subject came in.
    RightsAsk = "rights.ask", Create, Data;
    /// A step was taken with such a request: confirmed, begun, extended, answered, refused, withdrawn.
    RightsStep = "rights.step", Write, Data;
    /// Such requests were looked at.
    RightsRead = "rights.read", Read, Data;
    /// The requests of everybody were listed.
    RightsList = "rights.list", List, System;
    /// What a person had limited was lifted.
    RightsLift = "rights.lift", Write, Data;
    /// A program asked that everything of FHIR be taken out.
    BulkAsk = "bulk.ask", Create, System;
    /// How a bulk export stands was looked at.
    BulkRead = "bulk.read", Read, System;
    /// A bulk export was called off.
    BulkEnd = "bulk.end", Delete, System;
    /// The end of a tenant's contract was noted.
    ContractEnd = "contract.end", Write, System;
    /// A contract goes on after all.
    ContractKeep = "contract.keep", Write, System;
    /// Everything of a tenant is being destroyed; with a count of persons, it was.
    ContractDestroy = "contract.destroy", Delete, System;
    /// A recovery point was made, or failed to be.
    BackupCreate = "backup.create", Create, System;
    /// The key store was backed up, and older backups of it destroyed; `version` is the generation.
    BackupKeys = "backup.keys", Create, System;
    /// Recovery points were listed or looked at.
    BackupRead = "backup.read", Read, System;
    /// A recovery point was verified.
    BackupVerify = "backup.verify", Execute, System;
    /// Recovery points whose time was over were removed; `count` says how many.
    BackupPrune = "backup.prune", Delete, System;
    /// Somebody proposed that recovery points be destroyed before their time; `count` says how many (0: all).
    DestructionPropose = "destruction.propose", Create, System;
    /// Somebody agreed to that.
    DestructionAgree = "destruction.agree", Write, System;
    /// It was called off.
    DestructionCancel = "destruction.cancel", Delete, System;
    /// It was done; `count` says how many recovery points went.
    DestructionDo = "destruction.do", Delete, System;
    /// Such proposals were looked at.
    DestructionList = "destruction.list", Read, System;
    /// The configuration wants recovery points kept for fewer days: `version`, which counts after a delay.
    BackupKeepShorten = "backup.keep_shorten", Write, System;
    /// A drill ran: something was restored, served or rebuilt for practice, beside the real thing.
    DrillRun = "drill.run", Execute, System;
    /// An installation was restored, and what was erased and taken back since its recovery point is so again; `count` says how much that was.
    BackupRestore = "backup.restore", Execute, System;
    /// The last entries of this log are lost: a head with so many more (`count`) is remembered elsewhere, and nobody has them.
    LogLoss = "log.loss", Delete, System;
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Ok,
    /// It was not allowed.
    Denied,
    /// It was allowed, but it failed; for a check: the promise is broken.
    Failed,
}

impl Outcome {
    /// The outcome as it stands in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for Outcome {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Ok, Self::Denied, Self::Failed]
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or(())
    }
}
