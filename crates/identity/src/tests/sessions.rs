//! Sessions end, are listed, named, renewed.

use super::*;

const EMAIL: &str = "dagny@fjord.example";

#[tokio::test]
async fn a_session_ends_when_nothing_comes_and_at_its_time() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let session = house.session(EMAIL, GOOD).await;
        let live = async || {
            house
                .identity
                .session(session.text.expose(), house.now())
                .await
        };
        live().await.unwrap();
        house.pass(Duration::from_hours(24 * 29));
        live().await.unwrap();
        // It was seen, but thirty days are thirty days.
        house.pass(Duration::from_hours(25));
        assert!(matches!(live().await, Err(IdentityError::Session)));
    }
}

#[tokio::test]
async fn what_is_not_a_session_lets_nobody_in() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let session = house.session(EMAIL, GOOD).await;
        let text = session.text.expose();
        let other = house.session(EMAIL, GOOD).await;
        let swapped = format!("{}{}", &text[..27], &other.text.expose()[27..]);
        for bad in [
            "",
            "srs_",
            "srs_garbage",
            &swapped,
            &text[..69],
            &text.replace("srs_", "sri_"),
        ] {
            let outcome = house.identity.session(bad, house.now()).await;
            assert!(matches!(outcome, Err(IdentityError::Session)), "{bad}");
        }
        house.who(&session).await;
    }
}

#[tokio::test]
async fn sessions_are_listed_named_and_ended() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        house
            .account("else@fjord.example", Role::Person, OTHER)
            .await;
        let (one, two) = (
            house.session(EMAIL, GOOD).await,
            house.session(EMAIL, GOOD).await,
        );
        let stranger = house.session("else@fjord.example", OTHER).await;
        let who = house.who(&one).await;
        let ctx = who.ctx(RequestId::random(&*house.rng), house.now());
        house
            .identity
            .name_session(&ctx, &who, two.id, &"the old laptop".parse().unwrap())
            .await
            .unwrap();
        let (lines, _) = house.identity.sessions(&ctx, &who).await.unwrap();
        assert_eq!(lines.len(), 2);
        let line = lines.iter().find(|it| it.id == two.id).unwrap();
        assert_eq!(line.name.as_ref().unwrap().as_str(), "the old laptop");
        assert!(!line.this && lines.iter().any(|it| it.this));
        let not_theirs = house.identity.end_session(&ctx, &who, stranger.id).await;
        assert!(matches!(not_theirs, Err(IdentityError::NotFound(_))));
        house
            .identity
            .end_session(&ctx, &who, two.id)
            .await
            .unwrap();
        let ended = house.identity.session(two.text.expose(), house.now()).await;
        assert!(matches!(ended, Err(IdentityError::Session)));
        house.who(&one).await;
        house.who(&stranger).await;
    }
}

#[tokio::test]
async fn a_session_looks_but_changes_what_matters_only_when_fresh() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let session = house.session(EMAIL, GOOD).await;
        house.pass(Duration::from_mins(11));
        let who = house.who(&session).await;
        let ctx = who.ctx(RequestId::random(&*house.rng), house.now());
        let stale = house
            .identity
            .change_password(&ctx, &who, &secret(OTHER))
            .await;
        assert!(matches!(stale, Err(IdentityError::Stale)));
        let wrong = house
            .identity
            .step_up(&house.home(), &who, Proof::Password(&secret(OTHER)))
            .await;
        assert!(matches!(wrong, Err(IdentityError::Refused)));
        let (renewed, _) = house
            .identity
            .step_up(&house.home(), &who, Proof::Password(&secret(GOOD)))
            .await
            .unwrap();
        assert_eq!(renewed.id, session.id);
        let old = house
            .identity
            .session(session.text.expose(), house.now())
            .await;
        assert!(
            matches!(old, Err(IdentityError::Session)),
            "the old secret is over"
        );
        let who = house.who(&renewed).await;
        house
            .identity
            .change_password(&ctx, &who, &secret(OTHER))
            .await
            .unwrap();
        assert!(house.try_in(&house.home(), EMAIL, GOOD).await.is_err());
        house.session(EMAIL, OTHER).await;
        let letters = house.letters().await;
        assert!(letters.last().unwrap().1.contains("lösenord är bytt"));
    }
}

#[tokio::test]
async fn a_stopped_account_is_out_at_once() {
    for house in House::all().await {
        let account = house.account(EMAIL, Role::Person, GOOD).await;
        let session = house.session(EMAIL, GOOD).await;
        house.who(&session).await;
        house.identity.stop(&house.ctx(), account.id).await.unwrap();
        let out = house
            .identity
            .session(session.text.expose(), house.now())
            .await;
        assert!(matches!(out, Err(IdentityError::Session)));
        house
            .identity
            .resume(&house.ctx(), account.id)
            .await
            .unwrap();
        let out = house
            .identity
            .session(session.text.expose(), house.now())
            .await;
        assert!(
            matches!(out, Err(IdentityError::Session)),
            "the session stays ended"
        );
        house.session(EMAIL, GOOD).await;
    }
}

#[tokio::test]
async fn the_oldest_session_makes_room() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let first = house.session(EMAIL, GOOD).await;
        for _ in 0..48 {
            house.pass(Duration::from_secs(2));
            house.session(EMAIL, GOOD).await;
        }
        let out = house
            .identity
            .session(first.text.expose(), house.now())
            .await;
        assert!(matches!(out, Err(IdentityError::Session)));
    }
}
