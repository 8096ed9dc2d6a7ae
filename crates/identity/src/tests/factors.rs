//! Codes by time, recovery codes, and what cannot be taken away.

use base::Assurance;

use super::*;

const EMAIL: &str = "dagny@fjord.example";

/// What an authenticator app shows at this moment.
pub(super) fn code(house: &House, secret: &TotpSecret) -> String {
    let bytes = decode(secret.secret.expose());
    crypt::otp::code(&bytes, house.now().seconds() / 30)
}

pub(super) fn decode(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = text
        .bytes()
        .map(|c| format!("{:05b}", alphabet.iter().position(|it| *it == c).unwrap()))
        .collect();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

/// A person with a code app: their session, and the app's secret.
async fn with_totp(house: &House) -> (NewSession, TotpSecret) {
    house.account(EMAIL, Role::Person, GOOD).await;
    let first = house.session(EMAIL, GOOD).await;
    let who = house.who(&first).await;
    let secret = house
        .identity
        .totp_begin(&house.home(), Adder::Session(&who))
        .await
        .unwrap();
    let added = house
        .identity
        .totp_finish(
            &house.home(),
            secret.ticket.text.expose(),
            &code(house, &secret),
            None,
        )
        .await
        .unwrap();
    (session(added.step), secret)
}

#[tokio::test]
async fn a_code_is_asked_for_and_used_once() {
    for house in House::all().await {
        let (session_now, secret_of) = with_totp(&house).await;
        assert_eq!(session_now.assurance, Assurance::TwoFactor);
        let (ticket, kinds) = second(house.try_in(&house.home(), EMAIL, GOOD).await.unwrap());
        assert_eq!(kinds, [FactorKind::Totp]);
        let used = Answer::Totp(secret(&code(&house, &secret_of)));
        let replay = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &used)
            .await;
        assert!(
            matches!(replay, Err(IdentityError::Code(_))),
            "it was used when it was added"
        );
        house.pass(Duration::from_secs(30));
        let fresh = Answer::Totp(secret(&code(&house, &secret_of)));
        let step = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &fresh)
            .await
            .unwrap();
        let new = session(step);
        assert_eq!(house.who(&new).await.assurance, Assurance::TwoFactor);
        let ticket_again = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &fresh)
            .await;
        assert!(matches!(ticket_again, Err(IdentityError::Ticket)));
        let (other, _) = second(house.try_in(&house.home(), EMAIL, GOOD).await.unwrap());
        let replay = house
            .identity
            .second_factor(&house.home(), other.expose(), &fresh)
            .await;
        assert!(matches!(replay, Err(IdentityError::Code(_))));
        // An hour without a call, and a session of two factors is over.
        house.pass(Duration::from_mins(61));
        let idle = house.identity.session(new.text.expose(), house.now()).await;
        assert!(matches!(idle, Err(IdentityError::Session)));
    }
}

#[tokio::test]
async fn of_two_who_show_the_same_code_one_comes_in() {
    for house in House::all().await {
        let (_, secret_of) = with_totp(&house).await;
        house.pass(Duration::from_secs(30));
        let (one, _) = second(house.try_in(&house.home(), EMAIL, GOOD).await.unwrap());
        let (two, _) = second(house.try_in(&house.home(), EMAIL, GOOD).await.unwrap());
        let answer = Answer::Totp(secret(&code(&house, &secret_of)));
        let caller = house.home();
        let (a, b) = tokio::join!(
            house.identity.second_factor(&caller, one.expose(), &answer),
            house.identity.second_factor(&caller, two.expose(), &answer),
        );
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1, "{a:?} {b:?}");
    }
}

#[tokio::test]
async fn codes_are_guessed_apart_from_passwords_and_end_the_ticket() {
    for house in House::all().await {
        let (_, secret_of) = with_totp(&house).await;
        house.pass(Duration::from_secs(30));
        let (ticket, _) = second(house.try_in(&house.home(), EMAIL, GOOD).await.unwrap());
        let wrong = Answer::Totp(secret("000000"));
        for _ in 0..5 {
            let outcome = house
                .identity
                .second_factor(&house.home(), ticket.expose(), &wrong)
                .await;
            assert!(
                matches!(outcome, Err(IdentityError::Code(_))),
                "{outcome:?}"
            );
        }
        let right = Answer::Totp(secret(&code(&house, &secret_of)));
        let over = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &right)
            .await;
        assert!(matches!(over, Err(IdentityError::Ticket)), "{over:?}");
        // The password is not slowed by that; the codes are.
        let (ticket, _) = second(house.try_in(&house.home(), EMAIL, GOOD).await.unwrap());
        let slowed = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &wrong)
            .await;
        assert!(
            matches!(slowed, Err(IdentityError::Wait { .. })),
            "{slowed:?}"
        );
    }
}

#[tokio::test]
async fn recovery_codes_stand_in_each_once() {
    for house in House::all().await {
        let (now, _) = with_totp(&house).await;
        let who = house.who(&now).await;
        let ctx = who.ctx(RequestId::random(&*house.rng), house.now());
        let (codes, _) = house
            .identity
            .make_recovery_codes(&ctx, &who)
            .await
            .unwrap();
        assert_eq!(codes.len(), 10);
        let answer = Answer::Recovery(secret(&codes[3].expose().to_lowercase()));
        let (ticket, kinds) = second(house.try_in(&house.home(), EMAIL, GOOD).await.unwrap());
        assert!(kinds.contains(&FactorKind::Recovery));
        session(
            house
                .identity
                .second_factor(&house.home(), ticket.expose(), &answer)
                .await
                .unwrap(),
        );
        let (ticket, _) = second(house.try_in(&house.home(), EMAIL, GOOD).await.unwrap());
        let again = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &answer)
            .await;
        assert!(matches!(again, Err(IdentityError::Code(_))));
        // A new set ends the old one.
        let (newer, _) = house
            .identity
            .make_recovery_codes(&ctx, &who)
            .await
            .unwrap();
        let old = Answer::Recovery(secret(codes[4].expose()));
        let old = house
            .identity
            .second_factor(&house.home(), ticket.expose(), &old)
            .await;
        assert!(matches!(old, Err(IdentityError::Code(_))));
        let new = Answer::Recovery(secret(newer[4].expose()));
        session(
            house
                .identity
                .second_factor(&house.home(), ticket.expose(), &new)
                .await
                .unwrap(),
        );
    }
}

#[tokio::test]
async fn a_reset_leaves_the_second_factor_where_it_is() {
    for house in House::all().await {
        let (before, secret_of) = with_totp(&house).await;
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
        let out = house
            .identity
            .session(before.text.expose(), house.now())
            .await;
        assert!(
            matches!(out, Err(IdentityError::Session)),
            "all sessions end"
        );
        house.pass(Duration::from_secs(30));
        let (ticket, _) = second(house.try_in(&house.home(), EMAIL, OTHER).await.unwrap());
        let answer = Answer::Totp(secret(&code(&house, &secret_of)));
        session(
            house
                .identity
                .second_factor(&house.home(), ticket.expose(), &answer)
                .await
                .unwrap(),
        );
        let again = house
            .identity
            .reset_password(&house.home(), &link, &secret(GOOD))
            .await;
        assert!(matches!(again, Err(IdentityError::Link)));
    }
}

#[tokio::test]
async fn staff_enrol_before_they_are_in_and_keep_what_they_need() {
    for house in House::all().await {
        house
            .account(EMAIL, Role::Clinician, "eight ok wombat")
            .await;
        let ticket = enrol(
            house
                .try_in(&house.home(), EMAIL, "eight ok wombat")
                .await
                .unwrap(),
        );
        let secret_of = house
            .identity
            .totp_begin(&house.home(), Adder::Ticket(ticket.expose()))
            .await
            .unwrap();
        let spent = house
            .identity
            .totp_begin(&house.home(), Adder::Ticket(ticket.expose()))
            .await;
        assert!(
            matches!(spent, Err(IdentityError::Ticket)),
            "each step has a ticket of its own"
        );
        let added = house
            .identity
            .totp_finish(
                &house.home(),
                secret_of.ticket.text.expose(),
                &code(&house, &secret_of),
                Some(&"phone".parse().unwrap()),
            )
            .await
            .unwrap();
        let session = session(added.step);
        let who = house.who(&session).await;
        let ctx = who.ctx(RequestId::random(&*house.rng), house.now());
        let last = house.identity.remove_factor(&ctx, &who, added.factor).await;
        assert!(matches!(last, Err(IdentityError::Needed(_))), "{last:?}");
        let letters = house.letters().await;
        assert!(letters.last().unwrap().1.contains("nytt sätt att logga in"));
    }
}

#[tokio::test]
async fn a_person_may_do_without_a_second_factor_when_the_password_is_long_enough() {
    for house in House::all().await {
        let (now, _) = with_totp(&house).await;
        let who = house.who(&now).await;
        let ctx = who.ctx(RequestId::random(&*house.rng), house.now());
        let (lines, _) = house.identity.factors(&ctx, &who).await.unwrap();
        house
            .identity
            .change_password(&ctx, &who, &secret("wombat gable 7"))
            .await
            .unwrap();
        let short = house.identity.remove_factor(&ctx, &who, lines[0].id).await;
        assert!(matches!(short, Err(IdentityError::Needed(_))), "{short:?}");
        house
            .identity
            .change_password(&ctx, &who, &secret(OTHER))
            .await
            .unwrap();
        house
            .identity
            .remove_factor(&ctx, &who, lines[0].id)
            .await
            .unwrap();
        session(house.try_in(&house.home(), EMAIL, OTHER).await.unwrap());
        // With the second factor gone, a short password will not do again.
        let short = house
            .identity
            .change_password(&ctx, &who, &secret("wombat gable 7"))
            .await;
        assert!(matches!(short, Err(IdentityError::Weak(_))), "{short:?}");
    }
}

/// A short password or no second factor, whichever of the two comes first; never both, nor no factor at all beside a short one.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_account_is_left_with_is_never_too_little_whoever_is_first() {
    static LEFT: Sql = Sql::both(
        "SELECT p.alone, (SELECT COUNT(*) FROM factor f WHERE f.tenant = p.tenant AND f.account = p.account AND f.kind <> 'recovery') \
         FROM password p WHERE p.account = $1",
    );
    for house in House::all().await {
        let (now, _) = with_totp(&house).await;
        let who = house.who(&now).await;
        let ctx = || who.ctx(RequestId::random(&*house.rng), house.now());
        let home = house.home();
        let (mut removed, mut shortened) = (0, 0);
        for _ in 0..12 {
            let (lines, _) = house.identity.factors(&ctx(), &who).await.unwrap();
            let totp = lines.iter().find(|it| it.kind == FactorKind::Totp);
            let Some(totp) = totp.map(|it| it.id) else {
                let again = house.identity.totp_begin(&home, Adder::Session(&who));
                let again = again.await.unwrap();
                let (ticket, shown) = (again.ticket.text.expose(), code(&house, &again));
                let added = house.identity.totp_finish(&home, ticket, &shown, None);
                added.await.unwrap();
                continue;
            };
            house
                .identity
                .change_password(&ctx(), &who, &secret(OTHER))
                .await
                .unwrap();
            let short = secret("wombat gable 7");
            let (one, two) = (ctx(), ctx());
            let (gone, changed) =
                tokio::join!(house.identity.remove_factor(&one, &who, totp), async {
                    // Both have looked before either writes, in some turns.
                    house.identity.change_password(&two, &who, &short).await
                },);
            removed += u32::from(gone.is_ok());
            shortened += u32::from(changed.is_ok());
            let row = house
                .db
                .row(&LEFT, vec![who.account.into()])
                .await
                .unwrap()
                .unwrap();
            let (alone, factors) = (row.int(0).unwrap(), row.int(1).unwrap());
            assert!(alone == 1 || factors > 0, "{gone:?} {changed:?}");
        }
        assert!(removed + shortened > 0, "neither ever came through");
    }
}

#[tokio::test]
async fn a_session_steps_up_by_its_second_factor_and_not_by_less() {
    for house in House::all().await {
        let (now, secret_of) = with_totp(&house).await;
        house.pass(Duration::from_mins(12));
        let who = house.who(&now).await;
        let less = house
            .identity
            .step_up(&house.home(), &who, Proof::Password(&secret(GOOD)))
            .await;
        assert!(matches!(less, Err(IdentityError::Needed(_))), "{less:?}");
        let answer = Answer::Totp(secret(&code(&house, &secret_of)));
        let (renewed, _) = house
            .identity
            .step_up(&house.home(), &who, Proof::Code(&answer))
            .await
            .unwrap();
        let who = house.who(&renewed).await;
        who.must_be_fresh(house.now()).unwrap();
        house.pass(Duration::from_mins(10));
        assert!(who.must_be_fresh(house.now()).is_err());
    }
}
