//! Guessing gets slow for who guesses, and for nobody else.

use super::*;

const EMAIL: &str = "dagny@fjord.example";

#[tokio::test]
async fn guesses_from_one_place_get_slower() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        for email in [EMAIL, "nobody@fjord.example"] {
            let mut waits = Vec::new();
            for _ in 0..9 {
                loop {
                    match house.try_in(&house.home(), email, OTHER).await {
                        Err(IdentityError::Refused) => break,
                        Err(IdentityError::Wait { seconds }) => {
                            waits.push(seconds);
                            house.pass(Duration::from_secs(seconds));
                        }
                        other => panic!("{other:?}"),
                    }
                }
            }
            assert_eq!(waits, [2, 3, 5, 9], "{email}");
        }
        // The right password waits as well, while the pause lasts.
        let right = house.try_in(&house.home(), EMAIL, GOOD).await;
        assert!(matches!(right, Err(IdentityError::Wait { .. })) || right.is_ok());
    }
}

#[tokio::test]
async fn many_at_once_are_counted_like_one_after_another() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let house = &house;
        let callers: Vec<_> = (0..40).map(|_| house.home()).collect();
        let password = secret(OTHER);
        let email: Email = EMAIL.parse().unwrap();
        let tries = callers
            .iter()
            .map(|caller| house.identity.sign_in(caller, &email, &password));
        let mut refused = 0;
        for outcome in all(tries).await {
            match outcome {
                Err(IdentityError::Refused) => refused += 1,
                Err(IdentityError::Wait { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(refused, 5);
    }
}

/// Run futures of one kind at once.
async fn all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|it| (Some(Box::pin(it)), None)).collect();
    std::future::poll_fn(|cx| {
        let mut open = false;
        for (future, output) in &mut running {
            if let Some(it) = future {
                match it.as_mut().poll(cx) {
                    std::task::Poll::Ready(done) => {
                        *output = Some(done);
                        *future = None;
                    }
                    std::task::Poll::Pending => open = true,
                }
            }
        }
        if open {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    running
        .into_iter()
        .filter_map(|(_, output)| output)
        .collect()
}

#[tokio::test]
async fn an_attacker_locks_nobody_out_of_their_own_device() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let first = house.session(EMAIL, GOOD).await;
        let device = first.device.unwrap();
        let mut guarded = false;
        for attempt in 0..140_u32 {
            let from = format!("203.0.113.{}", attempt % 250);
            match house.try_in(&house.caller(&from), EMAIL, OTHER).await {
                Err(IdentityError::Refused | IdentityError::Wait { .. }) => assert!(!guarded),
                Err(IdentityError::Guarded) => {
                    assert_eq!(attempt, 100, "SP 800-63B-4: at most 100 in a row");
                    guarded = true;
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(guarded);
        // From elsewhere not even the right password is looked at now.
        let elsewhere = house
            .try_in(&house.caller("198.51.100.9"), EMAIL, GOOD)
            .await;
        assert!(matches!(elsewhere, Err(IdentityError::Guarded)));
        // The owner, on their own device, notices nothing.
        session(house.try_in(&house.on(&device), EMAIL, GOOD).await.unwrap());
        // Another device that only says that it is known is not.
        let forged = house.on(&secret(&"A".repeat(43)));
        let forged = house.try_in(&forged, EMAIL, GOOD).await;
        assert!(matches!(forged, Err(IdentityError::Guarded)));
        // The way by mail opens it again, for everybody.
        house
            .identity
            .ask_reset(&house.home(), &EMAIL.parse().unwrap())
            .await
            .unwrap();
        let link = house.link().await;
        house
            .identity
            .reset_password(&house.home(), &link, &secret(OTHER))
            .await
            .unwrap();
        session(
            house
                .try_in(&house.caller("198.51.100.9"), EMAIL, OTHER)
                .await
                .unwrap(),
        );
    }
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_gets_slower_though_it_comes_in_with_its_own() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let mut slow = false;
        for attempt in 0..80 {
            let email = format!("victim{attempt}@fjord.example");
            match house.try_in(&house.home(), &email, OTHER).await {
                Err(IdentityError::Refused) => {}
                Err(IdentityError::Wait { .. }) => {
                    slow = true;
                    break;
                }
                other => panic!("{other:?}"),
            }
            if attempt % 10 == 0 {
                house.session(EMAIL, GOOD).await;
            }
        }
        assert!(slow);
    }
}

#[tokio::test]
async fn who_comes_when_the_queue_is_full_hears_it_at_once() {
    let mut narrow = settings();
    narrow.passwords.threads = 1;
    narrow.passwords.waiting_max = 2;
    narrow.passwords.cost = Params {
        memory_kib: 32 << 10,
        passes: 3,
        lanes: 1,
    };
    for house in House::all_with(narrow).await {
        let emails: Vec<Email> = (0..20)
            .map(|at| format!("n{at}@fjord.example").parse().unwrap())
            .collect();
        let (caller, password) = (house.home(), secret(OTHER));
        let tries = emails
            .iter()
            .map(|email| house.identity.sign_in(&caller, email, &password));
        let outcomes = all(tries).await;
        let busy = outcomes
            .iter()
            .filter(|it| matches!(it, Err(IdentityError::Busy)))
            .count();
        let served = outcomes
            .iter()
            .filter(|it| matches!(it, Err(IdentityError::Refused)))
            .count();
        assert!(
            busy > 0 && served >= 2 && busy + served == 20,
            "{busy} {served}"
        );
    }
}
