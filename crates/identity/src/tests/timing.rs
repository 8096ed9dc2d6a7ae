//! The time of an answer does not tell whether there is an account: medians of many tries, one with and one without in turn.

use std::time::Instant as Watch;

use super::*;

/// Tries of each sort.
const TRIES: usize = 21;
/// Medians further apart than this tell something. A machine that does other things as well moves both.
const APART_MAX: f64 = 1.6;
/// Who is there. Each is asked for at most five times, which is free.
const ACCOUNTS: usize = 30;
/// So often it may be looked again, where something else got in the way.
const LOOKS: usize = 4;

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// How far the medians of `ask` for those who are there and those who are not lie apart.
async fn apart(ask: &impl AsyncFn(bool, usize), round: usize) -> f64 {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for at in 0..TRIES {
        // Neither is always the first.
        for there in [at % 2 == 0, at % 2 != 0] {
            let began = Watch::now();
            ask(there, round * TRIES + at).await;
            let took = began.elapsed().as_secs_f64();
            if there { &mut with } else { &mut without }.push(took);
        }
    }
    let (with, without) = (median(with), median(without));
    (with / without).max(without / with)
}

async fn tells_nothing(what: &str, ask: impl AsyncFn(bool, usize)) {
    let mut seen = Vec::new();
    for round in 0..LOOKS {
        seen.push(apart(&ask, round).await);
        if seen.last().is_some_and(|apart| *apart < APART_MAX) {
            return;
        }
    }
    panic!("{what}: medians are apart by {seen:?}");
}

/// From an address of its own, so that no pause gets in the way.
fn from(house: &House, number: usize) -> Caller {
    let number = u32::try_from(number).unwrap();
    Caller {
        address: Some(IpAddr::V4(std::net::Ipv4Addr::from_bits(
            0x0a00_0000 + number,
        ))),
        ..house.home()
    }
}

/// The address of somebody who is there, or of nobody.
fn email(there: bool, number: usize) -> Email {
    let who = if there { "there" } else { "other" };
    format!("{who}{}@fjord.example", number % ACCOUNTS)
        .parse()
        .unwrap()
}

async fn with_accounts() -> Vec<House> {
    let mut settings = settings();
    settings.open_sign_up.insert("acme".parse().unwrap(), true);
    let houses = House::all_with(settings).await;
    for house in &houses {
        for number in 0..ACCOUNTS {
            let new = house.new_account(email(true, number).as_str(), Role::Person);
            let added = house.identity.add(&house.ctx(), &new, &secret(GOOD)).await;
            added.unwrap();
        }
    }
    houses
}

#[tokio::test]
async fn neither_signing_in_nor_signing_up_nor_a_reset_tells_by_time() {
    for house in with_accounts().await {
        tells_nothing("sign-in", async |there, number| {
            let typed = email(there, number);
            let done = house
                .identity
                .sign_in(&from(&house, number), &typed, &secret(OTHER))
                .await;
            assert!(matches!(done, Err(IdentityError::Refused)), "{done:?}");
        })
        .await;
        tells_nothing("sign-up", async |there, number| {
            let (caller, typed) = (from(&house, number), email(there, number));
            let done = house.identity.sign_up(&caller, &typed, Language::De).await;
            assert!(done.is_ok(), "{done:?}");
        })
        .await;
        house.pass(Duration::from_hours(48));
        tells_nothing("reset", async |there, number| {
            let (caller, typed) = (from(&house, number), email(there, number));
            let done = house.identity.ask_reset(&caller, &typed).await;
            assert!(done.is_ok(), "{done:?}");
        })
        .await;
    }
}

/// What a clock may miss, a count does not: the same rows of the same length, whoever is asked for.
#[tokio::test]
async fn asking_writes_the_same_whoever_is_there() {
    static LETTERS: Sql = Sql::both("SELECT COUNT(*), SUM(LENGTH(sealed)) FROM letter");
    static JOBS: Sql = Sql::both("SELECT COUNT(*), SUM(LENGTH(payload)) FROM job");
    for house in with_accounts().await {
        let rows = async || {
            let mut all = Vec::new();
            for sql in [&LETTERS, &JOBS] {
                let row = house.db.row(sql, vec![]).await.unwrap().unwrap();
                all.push(row.int(0).unwrap());
                all.push(if row.is_null(1) {
                    0
                } else {
                    row.int(1).unwrap()
                });
            }
            all.push(i64::try_from(house.log.size(&house.tenant).await.unwrap()).unwrap());
            all
        };
        let mut grown = Vec::new();
        for there in [true, false] {
            let before = rows().await;
            let typed = email(there, 1);
            let caller = house.home();
            house
                .identity
                .sign_up(&caller, &typed, Language::De)
                .await
                .unwrap();
            house.identity.ask_reset(&caller, &typed).await.unwrap();
            let after = rows().await;
            let more: Vec<_> = after
                .iter()
                .zip(before)
                .map(|(now, was)| now - was)
                .collect();
            grown.push(more);
        }
        assert_eq!(grown[0], grown[1]);
        assert_eq!(grown[0][0], 2);
    }
}
