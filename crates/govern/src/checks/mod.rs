//! The checks. Each measures through small traits, so that a test can hand it something broken and `server` the real thing.

mod access;
mod always_on;
mod at_rest;
mod backup;
mod cards;
mod cipher;
mod consent;
mod logs_clean;
mod register;
mod retention;
mod reviewed;
mod rights;
mod transit;

pub use access::{AccessLogged, Attempted, Proven, Reader};
pub use always_on::{Answer, LogAlwaysOn, Switches};
pub use at_rest::{AtRest, Plant, Planted};
pub use backup::{
    BackupCheck, Backups, Drilled, InReach, Locked, Points, Sends, Stored, late_after,
};
pub use cards::{CardPlaces, CardsNone, TEST_CARDS};
pub use cipher::{Cipher, Sample, Sampler, Sealing};
pub use consent::{ConsentAsked, Grants, Opened};
pub use logs_clean::{LogsClean, Provoke, Provoked};
pub use register::{Field, RegisterPresent, Registered};
pub use retention::{Aged, Ages, RetentionKept};
pub use reviewed::{AccessReviewed, Privilege, Privileges};
pub use rights::{Requests, RightsInTime, Running};
pub use transit::{Hybrid, Transit};

/// Data at rest: records.
pub const REST_RECORDS: &str = "rest.records";
/// Data at rest: files.
pub const REST_FILES: &str = "rest.files";
/// Data at rest: the log.
pub const REST_LOG: &str = "rest.log";
/// Data at rest: names, ids, search terms.
pub const REST_METADATA: &str = "rest.metadata";
/// AES-256 and nothing else.
pub const CIPHER_AES256: &str = "cipher.aes256";
/// TLS 1.2 or newer, strong suites only.
pub const TRANSIT_TLS: &str = "transit.tls";
/// Hybrid post-quantum key exchange.
pub const TRANSIT_HYBRID: &str = "transit.hybrid";
/// Every access leaves an entry with a proof.
pub const ACCESS_LOGGED: &str = "access.logged";
/// Privileges are given by a second person, and reviewed.
pub const ACCESS_REVIEWED: &str = "access.reviewed";
/// What takes a person's grant is not opened without one.
pub const CONSENT_ASKED: &str = "consent.asked";
/// Nothing is kept past its time without a hold.
pub const RETENTION_KEPT: &str = "retention.kept";
/// What people ask for under their rights is answered in time.
pub const RIGHTS_IN_TIME: &str = "rights.answered_in_time";
/// The log cannot be switched off.
pub const LOG_ALWAYS_ON: &str = "log.always_on";
/// No payment card numbers.
pub const CARDS_NONE: &str = "cards.none";
/// Nothing sensitive in operating logs.
pub const LOGS_CLEAN: &str = "logs.clean";
/// A register with a class for every field.
pub const REGISTER_PRESENT: &str = "register.present";

/// Nothing that proves who somebody is lies in clear, anywhere.
pub const AUTH_CLEAR_TEXT: &str = "auth.clear_text";

/// Recovery points are made several times a day.
pub const BACKUP_REGULAR: &str = "backup.regular";
/// What is committed between two of them lies elsewhere within seconds.
pub const BACKUP_CONTINUOUS: &str = "backup.continuous";
/// And are gone when their time is over.
pub const BACKUP_EXPIRES: &str = "backup.expires";
/// They are encrypted before they leave, under a key that lies elsewhere.
pub const BACKUP_ENCRYPTED: &str = "backup.encrypted";
/// Restoring from them is rehearsed.
pub const BACKUP_TESTED: &str = "backup.tested";

/// Every check there is.
pub const NAMES: &[&str] = &[
    REST_RECORDS,
    REST_FILES,
    REST_LOG,
    REST_METADATA,
    CIPHER_AES256,
    TRANSIT_TLS,
    TRANSIT_HYBRID,
    ACCESS_LOGGED,
    ACCESS_REVIEWED,
    CONSENT_ASKED,
    RETENTION_KEPT,
    RIGHTS_IN_TIME,
    LOG_ALWAYS_ON,
    CARDS_NONE,
    LOGS_CLEAN,
    REGISTER_PRESENT,
    AUTH_CLEAR_TEXT,
    BACKUP_REGULAR,
    BACKUP_CONTINUOUS,
    BACKUP_EXPIRES,
    BACKUP_ENCRYPTED,
    BACKUP_TESTED,
];
