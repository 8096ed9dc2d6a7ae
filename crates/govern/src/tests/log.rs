//! The checks of the log, on a real one: its triggers, its proofs, its signature; and each of them taken away.

use std::sync::Arc;

use audit::merkle::{Frontier, leaf_hash};
use audit::note::{Checkpoint, LogKey, LogProof};
use audit::{Action, Entry};
use base::{Instant, RequestId, SeededRng, TenantId};
use crypt::sign::Ed25519Key;
use store::danger_testing::TestDb;
use store::{Sql, WriteSet};

use super::{NOW, ctx, databases};
use crate::checks::{AccessLogged, Answer, Attempted, LogAlwaysOn, Proven, Reader, Switches};
use crate::{Check, Probing, Wrong};

struct Fixed {
    read: Answer,
    setting: Answer,
}

impl Switches for Fixed {
    fn read_without_log(&self) -> Probing<'_, Answer> {
        let answer = self.read;
        Box::pin(async move { Ok(answer) })
    }

    fn configure(&self, _: &str) -> Answer {
        self.setting
    }
}

fn tenant() -> TenantId {
    "operator".parse().expect("a tenant")
}

async fn filled() -> Vec<TestDb> {
    let databases = databases().await;
    for db in &databases {
        for minute in 0..3 {
            let ctx = ctx(Instant::from_micros(NOW.micros() + minute));
            let entry =
                Entry::new(&ctx, Action::SystemStart, audit::Outcome::Ok).expect("an entry");
            db.commit(WriteSet::new().log(entry.finish(&tenant())))
                .await
                .expect("committed");
        }
    }
    databases
}

fn check(db: &TestDb, read: Answer, setting: Answer) -> LogAlwaysOn {
    LogAlwaysOn::new(db.db(), tenant(), Arc::new(Fixed { read, setting }))
}

#[tokio::test]
async fn a_log_that_can_be_changed_or_gone_round_is_seen() {
    static SIZE: Sql = Sql::both("SELECT size FROM log_head");
    for db in filled().await {
        let good = check(&db, Answer::Refused, Answer::Refused);
        let outcome = good.measure().await.expect("measured");
        assert!(outcome.held(), "{}: {outcome:?}", db.engine);
        assert!(
            good.drill().await.expect("drilled").has(Wrong::LogChanged),
            "{}",
            db.engine
        );
        let around = check(&db, Answer::Done, Answer::Refused)
            .measure()
            .await
            .expect("measured");
        assert!(around.has(Wrong::ReadWithoutLog));
        let off = check(&db, Answer::Refused, Answer::Done)
            .measure()
            .await
            .expect("measured");
        assert!(off.has(Wrong::SettingAccepted));

        // Somebody takes the guards away.
        static DROPS: [Sql; 3] = [
            Sql::each(
                "DROP TRIGGER log_chunk_update",
                "DROP TRIGGER log_chunk_update ON log_chunk",
            ),
            Sql::each(
                "DROP TRIGGER log_chunk_delete",
                "DROP TRIGGER log_chunk_delete ON log_chunk",
            ),
            Sql::each(
                "DROP TRIGGER log_head_delete",
                "DROP TRIGGER log_head_delete ON log_head",
            ),
        ];
        for drop in &DROPS {
            db.commit(WriteSet::new().run(drop, Vec::new()))
                .await
                .expect("dropped");
        }
        let outcome = good.measure().await.expect("measured");
        let named: Vec<_> = outcome
            .problems
            .iter()
            .map(|problem| problem.at.as_str())
            .collect();
        assert_eq!(
            named,
            ["UPDATE log_chunk", "DELETE log_chunk", "DELETE log_head"],
            "{}",
            db.engine
        );
        // And what the check tried was undone.
        let row = db
            .row(&SIZE, Vec::new())
            .await
            .expect("read")
            .expect("still there");
        assert_eq!(row.int(0).expect("a size"), 3);
    }
}

#[tokio::test]
async fn an_empty_log_is_no_result() {
    for db in databases().await {
        check(&db, Answer::Refused, Answer::Refused)
            .measure()
            .await
            .expect_err("nothing to attack");
    }
}

/// What is broken about the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    NoIndex,
    NoEntry,
    AnotherEntry,
    AnotherOutcome,
    BadProof,
    ForeignSignature,
    LetsStrangersIn,
    NothingOpens,
}

/// A log of two entries, made by hand: a read, and a read that was denied.
struct Log(Fault);

impl Log {
    fn request(index: u64) -> RequestId {
        RequestId::random(&SeededRng::new(100 + index))
    }

    fn entries() -> [Vec<u8>; 2] {
        [(0, audit::Outcome::Ok), (1, audit::Outcome::Denied)].map(|(index, outcome)| {
            let mut ctx = ctx(NOW);
            ctx.request = Self::request(index);
            Entry::new(&ctx, Action::RecordRead, outcome)
                .expect("an entry")
                .to_bytes()
        })
    }

    fn done(&self, index: u64, opened: bool) -> Attempted {
        Attempted {
            opened,
            request: Self::request(index),
            index: (self.0 != Fault::NoIndex).then_some(index),
        }
    }
}

impl Reader for Log {
    fn read(&self) -> Probing<'_, Attempted> {
        Box::pin(async { Ok(self.done(0, self.0 != Fault::NothingOpens)) })
    }

    fn read_forbidden(&self) -> Probing<'_, Attempted> {
        Box::pin(async { Ok(self.done(1, self.0 == Fault::LetsStrangersIn)) })
    }

    fn prove(&self, index: u64) -> Probing<'_, Option<Proven>> {
        let entries = Self::entries();
        let mut frontier = Frontier::default();
        for entry in &entries {
            frontier.push(leaf_hash(entry), |_, _| {});
        }
        let at = usize::try_from(index).expect("small");
        let sibling = leaf_hash(&entries[1 - at]);
        let origin = "test.example/log/operator";
        let key = Ed25519Key::from_seed(&[1; 32]);
        let signer = if self.0 == Fault::ForeignSignature {
            Ed25519Key::from_seed(&[2; 32])
        } else {
            Ed25519Key::from_seed(&[1; 32])
        };
        let checkpoint = Checkpoint {
            origin: origin.into(),
            size: 2,
            root: frontier.root(),
        };
        let proof = LogProof {
            extra: None,
            index,
            hashes: vec![if self.0 == Fault::BadProof {
                [0; 32]
            } else {
                sibling
            }],
            checkpoint: checkpoint.sign(&signer).expect("signed"),
        };
        let keys = vec![LogKey::new(origin, key.public()).expect("a key")];
        let mut entry = entries[at].clone();
        if self.0 == Fault::AnotherEntry {
            entry.clone_from(&entries[1 - at]);
        }
        if self.0 == Fault::AnotherOutcome {
            let text = String::from_utf8(entry)
                .expect("text")
                .replace("\"denied\"", "\"ok\"");
            entry = text.into_bytes();
        }
        let found = (self.0 != Fault::NoEntry).then_some(Proven { entry, proof, keys });
        Box::pin(async move { Ok(found) })
    }
}

#[tokio::test]
async fn an_access_without_a_true_entry_is_seen() {
    let good = AccessLogged::new(Arc::new(Log(Fault::None)));
    let outcome = good.measure().await.expect("measured");
    assert!(outcome.held(), "{outcome:?}");
    let drill = good.drill().await.expect("drilled");
    for wrong in [Wrong::ProofFails, Wrong::NoEntry] {
        assert!(drill.has(wrong), "{drill:?}");
    }
    for (fault, wrong) in [
        (Fault::NoIndex, Wrong::NoEntry),
        (Fault::NoEntry, Wrong::NoEntry),
        (Fault::AnotherEntry, Wrong::WrongEntry),
        (Fault::AnotherOutcome, Wrong::WrongEntry),
        (Fault::BadProof, Wrong::ProofFails),
        (Fault::ForeignSignature, Wrong::ProofFails),
        (Fault::LetsStrangersIn, Wrong::WrongEntry),
        (Fault::NothingOpens, Wrong::NotStored),
    ] {
        let outcome = AccessLogged::new(Arc::new(Log(fault)))
            .measure()
            .await
            .expect("measured");
        assert!(outcome.has(wrong), "{fault:?}: {outcome:?}");
    }
}
