//! Checks against fakes: a tiny store that does everything right, and its broken brothers.

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use base::{Class, Rng, SeededRng};
use crypt::{Context, SymmetricKey};

use crate::canary::{Marker, Raw, Shelf};
use crate::checks::{
    AccessReviewed, Aged, Ages, Answer, AtRest, CardPlaces, CardsNone, Cipher, ConsentAsked, Field,
    Grants, LogsClean, Opened, Plant, Planted, Privilege, Privileges, Provoke, Provoked,
    REST_FILES, REST_RECORDS, RegisterPresent, Registered, RetentionKept, Sample, Sampler, Sealing,
};
use crate::{Check, Outcome, ProbeError, Probing, Wrong};

/// What is broken about the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    Plain,
    Base64,
    FileName,
    NoPart,
    NoKey,
    Forgets,
    NothingThere,
    WrongFormat,
    Malleable,
    NeverOpens,
    TakesCards,
    KeepsCards,
    TakesNothing,
    LogsValues,
    LogsNowhere,
    Stray,
    TakesUnknown,
    NoRegister,
    Payment,
}

/// A store in memory: `disk` is what a thief would have, `output` what the process wrote.
struct Fake {
    fault: Fault,
    disk: Mutex<Vec<(String, Vec<u8>)>>,
    output: Mutex<Vec<u8>>,
    memory: Mutex<Vec<String>>,
    rng: SeededRng,
}

fn fake(fault: Fault) -> Arc<Fake> {
    Arc::new(Fake {
        fault,
        disk: Mutex::new(vec![("db".into(), b"header".to_vec())]),
        output: Mutex::new(b"started\n".to_vec()),
        memory: Mutex::default(),
        rng: SeededRng::new(9),
    })
}

fn ready<'a, T: Send + 'a>(value: T) -> Probing<'a, T> {
    Box::pin(async move { Ok(value) })
}

fn key() -> SymmetricKey {
    SymmetricKey::from_bytes([7; 32])
}

impl Raw for Fake {
    fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
        if self.fault == Fault::NothingThere {
            return ready(Vec::new());
        }
        let disk = self.disk.lock().expect("disk").clone();
        ready(
            disk.into_iter()
                .map(|(name, bytes)| Shelf {
                    name,
                    bytes: Box::new(Cursor::new(bytes)),
                })
                .collect(),
        )
    }
}

/// The same store, seen from its output.
struct Written(Arc<Fake>);

impl Raw for Written {
    fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
        let bytes = self.0.output.lock().expect("output").clone();
        ready(vec![Shelf {
            name: "stderr".into(),
            bytes: Box::new(Cursor::new(bytes)),
        }])
    }
}

impl Plant for Fake {
    fn plant<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Planted> {
        use base64::Engine as _;
        let text: String = markers
            .iter()
            .map(|marker| format!("{{{}}}", marker.word))
            .collect();
        let sealed = crypt::sealed::seal(&key(), &Context::new("fake"), text.as_bytes(), &self.rng);
        let mut disk = self.disk.lock().expect("disk");
        match self.fault {
            Fault::Plain => disk.push(("db".into(), text.clone().into_bytes())),
            Fault::Base64 => disk.push((
                "db".into(),
                base64::engine::general_purpose::STANDARD
                    .encode(&text)
                    .into_bytes(),
            )),
            Fault::FileName => disk.push((format!("files/{}.bin", markers[0].word), sealed)),
            _ => disk.push(("db".into(), sealed)),
        }
        self.memory.lock().expect("memory").push(text);
        let all: Vec<_> = markers.iter().map(|marker| (marker.class, 1)).collect();
        let parts = if self.fault == Fault::NoPart {
            all[..1].to_vec()
        } else {
            all.clone()
        };
        let keys = if self.fault == Fault::NoKey {
            all[1..].to_vec()
        } else {
            all
        };
        ready(Planted {
            id: "1".into(),
            parts,
            keys,
        })
    }

    fn open<'a>(&'a self, _: &'a Planted) -> Probing<'a, String> {
        if self.fault == Fault::Forgets {
            return ready(String::new());
        }
        ready(self.memory.lock().expect("memory").concat())
    }

    fn remove<'a>(&'a self, _: &'a Planted) -> Probing<'a, ()> {
        self.memory.lock().expect("memory").clear();
        ready(())
    }
}

impl Sampler for Fake {
    fn samples(&self) -> Probing<'_, Vec<Sample>> {
        let mut samples: Vec<_> = Sealing::ALL
            .iter()
            .map(|sealing| self.sample(*sealing))
            .collect();
        if self.fault == Fault::WrongFormat {
            samples[2].bytes[0] = 9;
        }
        ready(samples)
    }

    fn opens<'a>(&'a self, sample: &'a Sample) -> Probing<'a, bool> {
        ready(match self.fault {
            Fault::Malleable => true,
            Fault::NeverOpens => false,
            _ => self.sample(sample.sealing).bytes == sample.bytes,
        })
    }
}

impl Fake {
    fn sample(&self, sealing: Sealing) -> Sample {
        let (ctx, rng) = (Context::new("fake"), SeededRng::new(3));
        let bytes = match sealing {
            Sealing::Record => {
                let key = key();
                let part = crypt::record::PartPlain {
                    class: 4,
                    generation: 1,
                    key: &key,
                    plain: b"{}",
                };
                crypt::record::seal(&[part], &ctx, &rng)
            }
            Sealing::File => {
                let (mut sealer, mut file) =
                    crypt::file::Sealer::new(&key(), &ctx, 64, &rng).expect("a sealer");
                let mut segment = b"scan".to_vec();
                sealer.seal_segment(&mut segment, true).expect("sealed");
                file.extend(segment);
                file
            }
            Sealing::Box => crypt::sealed::seal(&key(), &ctx, b"entry", &rng),
            Sealing::WrappedKey => crypt::wrap::wrap(&key(), &ctx, &[1; 32], &rng),
        };
        Sample {
            sealing,
            from: String::new(),
            bytes,
        }
    }
}

impl CardPlaces for Fake {
    fn places(&self) -> Vec<String> {
        vec!["record: text".into(), "file name".into()]
    }

    fn offer<'a>(&'a self, place: &'a str, text: &'a str) -> Probing<'a, Answer> {
        let card = base::card::find(text).is_some();
        if card && self.fault == Fault::KeepsCards {
            // Refused, but already on disk.
            self.disk
                .lock()
                .expect("disk")
                .push(("spool".into(), text.as_bytes().to_vec()));
        }
        ready(match self.fault {
            Fault::TakesCards if place == "file name" => Answer::Done,
            Fault::TakesNothing => Answer::Refused,
            _ if card => Answer::Refused,
            _ => Answer::Done,
        })
    }

    fn stored(&self, _: usize) -> Probing<'_, Vec<String>> {
        ready(vec!["nothing to see".into()])
    }
}

impl Provoke for Fake {
    fn provoke<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Provoked> {
        let request = "0b7e1d3c-5b61-4f5e-8f2a-6f6f1c1d2e3f";
        let mut output = self.output.lock().expect("output");
        if self.fault != Fault::LogsNowhere {
            output.extend(format!("request={request} status=422\n").into_bytes());
        }
        if self.fault == Fault::LogsValues {
            output.extend(
                format!("cannot parse {:?}\n", markers[1].word.to_uppercase()).into_bytes(),
            );
        }
        ready(Provoked {
            requests: 3,
            traces: vec![request.into()],
        })
    }
}

impl Registered for Fake {
    fn fields(&self) -> Probing<'_, Vec<Field>> {
        let field = |name: &str, class| Field {
            collection: "Patient".into(),
            name: name.into(),
            class,
        };
        ready(match self.fault {
            Fault::NoRegister => Vec::new(),
            Fault::Payment => vec![
                field("name", Class::Personal),
                field("iban", Class::Payment),
            ],
            _ => vec![
                field("name", Class::Personal),
                field("active", Class::Internal),
            ],
        })
    }

    fn stored(&self, _: usize) -> Probing<'_, Vec<(String, Vec<String>)>> {
        let names = if self.fault == Fault::Stray {
            vec!["name".into(), "mood".into()]
        } else {
            vec!["name".into()]
        };
        ready(vec![("Patient".into(), names)])
    }

    fn offer_unknown(&self) -> Probing<'_, Answer> {
        ready(if self.fault == Fault::TakesUnknown {
            Answer::Done
        } else {
            Answer::Refused
        })
    }
}

fn rng() -> Arc<dyn Rng> {
    Arc::new(SeededRng::new(4))
}

fn at_rest(name: &'static str, fault: Fault) -> Box<dyn Check> {
    let fake = fake(fault);
    let classes = vec![Class::Internal, Class::Personal, Class::Health];
    Box::new(AtRest::new(
        name,
        classes,
        Arc::clone(&fake) as _,
        fake,
        rng(),
    ))
}

fn cipher(fault: Fault) -> Box<dyn Check> {
    Box::new(Cipher::new(fake(fault)))
}

fn cards(fault: Fault) -> Box<dyn Check> {
    let fake = fake(fault);
    Box::new(CardsNone::new(Arc::clone(&fake) as _, fake))
}

fn logs(fault: Fault) -> Box<dyn Check> {
    let fake = fake(fault);
    Box::new(LogsClean::new(
        Arc::clone(&fake) as _,
        Arc::new(Written(fake)),
        rng(),
    ))
}

fn register(fault: Fault) -> Box<dyn Check> {
    Box::new(RegisterPresent::new(fake(fault)))
}

async fn measure(check: &dyn Check) -> Outcome {
    check.measure().await.expect("measured")
}

/// Green when all is well, red with this problem when this is broken, red in the drill.
async fn goes_red(make: impl Fn(Fault) -> Box<dyn Check>, faults: &[(Fault, Wrong)]) {
    let good = make(Fault::None);
    let outcome = measure(&*good).await;
    assert!(
        outcome.held() && !outcome.facts.is_empty(),
        "{}: {outcome:?}",
        good.name()
    );
    let drill = good.drill().await.expect("drilled");
    assert!(!drill.held(), "{} was not seen failing", good.name());
    assert!(
        measure(&*good).await.held(),
        "{}: the drill left something behind",
        good.name()
    );
    for (fault, wrong) in faults {
        let outcome = measure(&*make(*fault)).await;
        assert!(outcome.has(*wrong), "{fault:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn records_that_lie_open_are_seen() {
    let faults = [
        (Fault::Plain, Wrong::PlainText),
        (Fault::Base64, Wrong::PlainText),
        (Fault::FileName, Wrong::PlainText),
        (Fault::NoPart, Wrong::PartMissing),
        (Fault::NoKey, Wrong::KeyMissing),
        (Fault::Forgets, Wrong::NotStored),
        (Fault::NothingThere, Wrong::NothingSearched),
    ];
    goes_red(|fault| at_rest(REST_RECORDS, fault), &faults).await;
}

#[tokio::test]
async fn files_need_keys_but_not_a_part_for_each_class() {
    assert!(measure(&*at_rest(REST_FILES, Fault::NoPart)).await.held());
    assert!(
        measure(&*at_rest(REST_FILES, Fault::NoKey))
            .await
            .has(Wrong::KeyMissing)
    );
}

#[tokio::test]
async fn another_cipher_is_seen() {
    let faults = [
        (Fault::WrongFormat, Wrong::NotSealed),
        (Fault::Malleable, Wrong::AlteredOpens),
        (Fault::NeverOpens, Wrong::DoesNotOpen),
    ];
    goes_red(cipher, &faults).await;
}

#[tokio::test]
async fn a_card_that_gets_in_is_seen() {
    let faults = [
        (Fault::TakesCards, Wrong::CardAccepted),
        (Fault::KeepsCards, Wrong::CardFound),
        (Fault::TakesNothing, Wrong::OrdinaryRefused),
    ];
    goes_red(cards, &faults).await;
}

#[test]
fn test_cards_are_cards_and_their_twin_is_none() {
    for (issuer, number) in crate::checks::TEST_CARDS {
        let found = base::card::find(number).expect(number);
        assert_eq!(&found.issuer, issuer);
    }
    assert_eq!(base::card::find("4242424242424241"), None);
}

#[tokio::test]
async fn a_value_in_the_logs_is_seen() {
    let faults = [
        (Fault::LogsValues, Wrong::PlainText),
        (Fault::LogsNowhere, Wrong::NoTrace),
    ];
    goes_red(logs, &faults).await;
}

#[tokio::test]
async fn a_field_outside_the_register_is_seen() {
    let faults = [
        (Fault::Stray, Wrong::UnknownField),
        (Fault::TakesUnknown, Wrong::UnknownAccepted),
        (Fault::NoRegister, Wrong::RegisterEmpty),
        (Fault::Payment, Wrong::PaymentField),
    ];
    goes_red(register, &faults).await;
}

#[tokio::test]
async fn a_probe_that_fails_is_no_result_and_what_was_planted_goes_away() {
    struct Blind;
    impl Raw for Blind {
        fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
            Box::pin(async { Err(ProbeError::new("reading", "no")) })
        }
    }
    let fake = fake(Fault::None);
    let check = AtRest::new(
        REST_RECORDS,
        vec![Class::Health],
        Arc::clone(&fake) as _,
        Arc::new(Blind),
        rng(),
    );
    check
        .measure()
        .await
        .expect_err("nothing could be searched");
    assert!(fake.memory.lock().expect("memory").is_empty());
}

struct Roster(Vec<Privilege>, Answer);

impl Privileges for Roster {
    fn all(&self) -> Probing<'_, Vec<Privilege>> {
        ready(self.0.clone())
    }

    fn approve_own(&self) -> Probing<'_, Answer> {
        ready(self.1)
    }
}

#[tokio::test]
async fn a_review_that_is_overdue_is_seen_and_so_is_an_approval_of_ones_own() {
    let held = |overdue, emergency| Privilege {
        role: "clinician".into(),
        emergency,
        overdue,
    };
    let measure = async |roster| {
        let check = AccessReviewed::new(Arc::new(roster));
        let drilled = check.drill().await.expect("it was measured");
        assert!(drilled.has(Wrong::ReviewOverdue));
        check.measure().await.expect("it was measured")
    };
    let good = vec![held(false, false), held(false, true)];
    assert!(measure(Roster(good.clone(), Answer::Refused)).await.held());
    let alone = measure(Roster(good, Answer::Done)).await;
    assert!(alone.has(Wrong::OwnApproval));
    for emergency in [false, true] {
        let late = measure(Roster(vec![held(true, emergency)], Answer::Refused)).await;
        assert!(late.has(Wrong::ReviewOverdue));
    }
}

struct Door(Opened);

impl Grants for Door {
    fn attempts(&self) -> Probing<'_, Opened> {
        ready(self.0)
    }
}

#[tokio::test]
async fn a_door_that_opens_without_a_grant_is_seen_and_so_is_one_that_never_opens() {
    let good = Opened {
        without: Answer::Refused,
        granted: Answer::Done,
        elsewhere: Answer::Refused,
        withdrawn: Answer::Refused,
    };
    let measure = async |opened| {
        let check = ConsentAsked::new(Arc::new(Door(opened)));
        let drilled = check.drill().await.expect("it was measured");
        assert!(drilled.has(Wrong::OpenedWithoutGrant));
        check.measure().await.expect("it was measured")
    };
    assert!(measure(good).await.held());
    for wrong in [
        Opened {
            without: Answer::Done,
            ..good
        },
        Opened {
            elsewhere: Answer::Done,
            ..good
        },
        Opened {
            withdrawn: Answer::Done,
            ..good
        },
    ] {
        assert!(measure(wrong).await.has(Wrong::OpenedWithoutGrant));
    }
    let shut = measure(Opened {
        granted: Answer::Refused,
        ..good
    })
    .await;
    assert!(shut.has(Wrong::GrantIgnored));
}

struct Shelves(Vec<Aged>);

impl Ages for Shelves {
    fn all(&self) -> Probing<'_, Vec<Aged>> {
        ready(self.0.clone())
    }
}

#[tokio::test]
async fn what_is_past_its_time_is_seen_unless_a_hold_keeps_it() {
    let measure = async |held, over| {
        let aged = Aged {
            collection: "slip".to_owned(),
            kept: 3,
            held,
            over,
        };
        let check = RetentionKept::new(Arc::new(Shelves(vec![aged])));
        let drilled = check.drill().await.expect("it was measured");
        assert!(drilled.has(Wrong::PastItsTime));
        check.measure().await.expect("it was measured")
    };
    assert!(measure(0, 0).await.held());
    assert!(measure(2, 0).await.held());
    assert!(measure(2, 1).await.has(Wrong::PastItsTime));
}
