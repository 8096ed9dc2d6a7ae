//! Passkeys: beside a password, alone, and whatever is wrong with them.

use base::Assurance;

use super::soft_key::SoftKey;
use super::*;

const EMAIL: &str = "guard@fjord.example";
const PASSWORD: &str = "eight ok wombat";

/// A security engineer with a passkey.
async fn with_passkey(house: &House) -> (NewSession, SoftKey) {
    house.account(EMAIL, Role::Security, PASSWORD).await;
    let ticket = enrol(house.try_in(&house.home(), EMAIL, PASSWORD).await.unwrap());
    let begun = house
        .identity
        .passkey_begin(&house.home(), Adder::Ticket(ticket.expose()))
        .await
        .unwrap();
    let mut key = SoftKey::new(1);
    let made = key.make(&begun.options);
    let added = house
        .identity
        .passkey_finish(
            &house.home(),
            begun.ticket.text.expose(),
            &made,
            Some(&"yellow key".parse().unwrap()),
        )
        .await
        .unwrap();
    (session(added.step), key)
}

async fn alone(house: &House, key: &mut SoftKey) -> Result<Step, IdentityError> {
    let begun = house
        .identity
        .passkey_sign_in_begin(&house.home())
        .await
        .unwrap();
    let answer = key.answer(&begun.options);
    house
        .identity
        .passkey_sign_in(&house.home(), begun.ticket.text.expose(), &answer)
        .await
}

#[tokio::test]
async fn a_passkey_lets_in_beside_a_password_and_alone() {
    for house in House::all().await {
        let (first, mut key) = with_passkey(&house).await;
        assert_eq!(first.assurance, Assurance::PhishingResistant);
        let (ticket, kinds) = second(house.try_in(&house.home(), EMAIL, PASSWORD).await.unwrap());
        assert_eq!(kinds, [FactorKind::Passkey]);
        let options = house
            .identity
            .passkey_for_ticket(&house.home(), ticket.expose())
            .await
            .unwrap();
        assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
        let answer = Answer::Passkey(key.answer(&options));
        let step = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &answer)
            .await
            .unwrap();
        assert_eq!(session(step).assurance, Assurance::PhishingResistant);

        let begun = house
            .identity
            .passkey_sign_in_begin(&house.home())
            .await
            .unwrap();
        assert_eq!(begun.options["allowCredentials"], serde_json::json!([]));
        let answer = key.answer(&begun.options);
        let step = house
            .identity
            .passkey_sign_in(&house.home(), begun.ticket.text.expose(), &answer)
            .await
            .unwrap();
        assert_eq!(house.who(&session(step)).await.role, Role::Security);
        let again = house
            .identity
            .passkey_sign_in(&house.home(), begun.ticket.text.expose(), &answer)
            .await;
        assert!(
            matches!(again, Err(IdentityError::Ticket)),
            "an answer counts once"
        );
    }
}

#[tokio::test]
async fn an_answer_for_somebody_else_or_by_nobody_is_none() {
    for house in House::all().await {
        let (_, mut key) = with_passkey(&house).await;
        session(alone(&house, &mut key).await.unwrap());
        let wrong = async |key: &mut SoftKey, what: &str| {
            let outcome = alone(&house, key).await;
            assert!(
                matches!(outcome, Err(IdentityError::Code(_))),
                "{what}: {outcome:?}"
            );
        };
        key.origin = "https://records.example.evil.example".into();
        wrong(&mut key, "another page").await;
        key.origin = "https://records.example".into();
        key.rp = "evil.example".into();
        wrong(&mut key, "another host").await;
        key.rp = "records.example".into();
        key.flags = 0b001;
        wrong(&mut key, "a user who was not verified").await;
        key.flags = 0b100;
        wrong(&mut key, "nobody there").await;
        key.flags = 0b10101;
        wrong(&mut key, "backed up though it cannot be").await;
        key.flags = 0b101;
        let mut stranger = SoftKey::new(1);
        wrong(&mut stranger, "another key under the same name").await;
        let mut unknown = SoftKey::new(9);
        wrong(&mut unknown, "an unknown key").await;

        // The answer to another challenge.
        let (one, two) = (
            house
                .identity
                .passkey_sign_in_begin(&house.home())
                .await
                .unwrap(),
            house
                .identity
                .passkey_sign_in_begin(&house.home())
                .await
                .unwrap(),
        );
        let answer = key.answer(&one.options);
        let outcome = house
            .identity
            .passkey_sign_in(&house.home(), two.ticket.text.expose(), &answer)
            .await;
        assert!(matches!(outcome, Err(IdentityError::Code(_))));
        session(alone(&house, &mut key).await.unwrap());
    }
}

#[tokio::test]
async fn a_copy_is_noticed_by_its_counter() {
    for house in House::all().await {
        let (_, mut key) = with_passkey(&house).await;
        key.counter = 7;
        session(alone(&house, &mut key).await.unwrap());
        for stale in [7, 3, 0] {
            key.counter = stale;
            let outcome = alone(&house, &mut key).await;
            assert!(matches!(outcome, Err(IdentityError::Code(_))), "{stale}");
        }
        key.counter = 8;
        session(alone(&house, &mut key).await.unwrap());
    }
}

#[tokio::test]
async fn where_a_passkey_is_due_no_code_leads_past_it() {
    for house in House::all().await {
        let (now, mut key) = with_passkey(&house).await;
        let who = house.who(&now).await;
        let totp = house
            .identity
            .totp_begin(&house.home(), Adder::Session(&who))
            .await
            .unwrap();
        let code = factors::code(&house, &totp);
        house
            .identity
            .totp_finish(&house.home(), totp.ticket.text.expose(), &code, None)
            .await
            .unwrap();
        house.pass(Duration::from_secs(30));
        let (ticket, kinds) = second(house.try_in(&house.home(), EMAIL, PASSWORD).await.unwrap());
        assert_eq!(kinds, [FactorKind::Passkey]);
        let code = factors::code(&house, &totp);
        let outcome = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &Answer::Totp(secret(&code)))
            .await;
        assert!(matches!(outcome, Err(IdentityError::Code(_))));
        let who = house
            .who(&session(alone(&house, &mut key).await.unwrap()))
            .await;
        let ctx = who.ctx(RequestId::random(&*house.rng), house.now());
        let (lines, _) = house.identity.factors(&ctx, &who).await.unwrap();
        let passkey = lines
            .iter()
            .find(|it| it.kind == FactorKind::Passkey)
            .unwrap();
        let last = house.identity.remove_factor(&ctx, &who, passkey.id).await;
        assert!(
            matches!(last, Err(IdentityError::Needed(_))),
            "a code app does not replace it"
        );
    }
}

#[tokio::test]
async fn a_passkey_steps_a_session_up() {
    for house in House::all().await {
        let (now, mut key) = with_passkey(&house).await;
        house.pass(Duration::from_mins(12));
        let who = house.who(&now).await;
        assert!(who.must_be_fresh(house.now()).is_err());
        let begun = house
            .identity
            .passkey_step_up(&house.home(), &who)
            .await
            .unwrap();
        let answer = Answer::Passkey(key.answer(&begun.options));
        let proof = Proof::Passkey(begun.ticket.text.expose(), &answer);
        let (renewed, _) = house
            .identity
            .step_up(&house.home(), &who, proof)
            .await
            .unwrap();
        house
            .who(&renewed)
            .await
            .must_be_fresh(house.now())
            .unwrap();
    }
}

#[tokio::test]
async fn one_authenticator_belongs_to_one_account() {
    for house in House::all().await {
        let (_, mut key) = with_passkey(&house).await;
        house
            .account("else@fjord.example", Role::Person, GOOD)
            .await;
        let who = house
            .who(&house.session("else@fjord.example", GOOD).await)
            .await;
        let begun = house
            .identity
            .passkey_begin(&house.home(), Adder::Session(&who))
            .await
            .unwrap();
        let made = key.make(&begun.options);
        let outcome = house
            .identity
            .passkey_finish(&house.home(), begun.ticket.text.expose(), &made, None)
            .await;
        assert!(matches!(outcome, Err(IdentityError::Taken)), "{outcome:?}");
    }
}
