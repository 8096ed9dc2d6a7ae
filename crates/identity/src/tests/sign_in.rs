//! Signing in, and not being let in.

use super::*;

#[tokio::test]
async fn who_was_invited_comes_in_with_a_password() {
    for house in House::all().await {
        let account = house
            .account("dagny@fjord.example", Role::Person, GOOD)
            .await;
        assert_eq!(account.state, State::Active);
        let session = house.session("Dagny@Fjord.Example", GOOD).await;
        let who = house.who(&session).await;
        assert_eq!(who.account, account.id);
        assert_eq!(who.person, account.person);
        assert_eq!(who.assurance, base::Assurance::Single);
        let log = house.log().await;
        let last = log.last().unwrap();
        assert_eq!((last.0.as_str(), last.1.as_str()), ("session.start", "ok"));
    }
}

#[tokio::test]
async fn the_answer_is_the_same_whether_the_account_is_there_or_not() {
    for house in House::all().await {
        house
            .account("dagny@fjord.example", Role::Person, GOOD)
            .await;
        let invited = house.new_account("waits@fjord.example", Role::Person);
        house.identity.invite(&house.ctx(), &invited).await.unwrap();
        let stopped = house
            .account("stopped@fjord.example", Role::Person, GOOD)
            .await;
        house.identity.stop(&house.ctx(), stopped.id).await.unwrap();
        for (email, password) in [
            ("dagny@fjord.example", OTHER),
            ("nobody@fjord.example", GOOD),
            ("waits@fjord.example", GOOD),
            ("stopped@fjord.example", GOOD),
        ] {
            let before = house.log().await.len();
            let error = house
                .try_in(&house.home(), email, password)
                .await
                .unwrap_err();
            assert!(
                matches!(error, IdentityError::Refused),
                "{email}: {error:?}"
            );
            let log = house.log().await;
            assert_eq!(log.len(), before + 1, "{email}");
            let last = log.last().unwrap();
            assert_eq!(
                (last.1.as_str(), last.2.as_str()),
                ("denied", "identity.refused")
            );
        }
    }
}

#[tokio::test]
async fn who_is_not_there_costs_as_much_as_who_is() {
    // The work is counted, not the time: a clock on a busy machine proves nothing.
    for house in House::all().await {
        house
            .account("dagny@fjord.example", Role::Person, GOOD)
            .await;
        for email in ["dagny@fjord.example", "nobody@fjord.example"] {
            let before = house.identity.hashers.checks();
            house.try_in(&house.home(), email, OTHER).await.unwrap_err();
            assert_eq!(house.identity.hashers.checks(), before + 1, "{email}");
        }
    }
}

#[tokio::test]
async fn a_password_is_hashed_anew_when_its_cost_changes() {
    for house in House::all().await {
        let account = house
            .account("dagny@fjord.example", Role::Person, GOOD)
            .await;
        let mut dearer = settings();
        dearer.passwords.cost.passes = 2;
        let identity = House::identity(&house.db, &house.clock, &house.rng, dearer);
        let before = identity
            .kept_password(&house.tenant, account.id)
            .await
            .unwrap()
            .unwrap();
        let step = identity
            .sign_in(
                &house.home(),
                &"dagny@fjord.example".parse().unwrap(),
                &secret(GOOD),
            )
            .await
            .unwrap();
        session(step);
        let after = identity
            .kept_password(&house.tenant, account.id)
            .await
            .unwrap()
            .unwrap();
        assert!(std::str::from_utf8(&before.hash).unwrap().contains("t=1,"));
        assert!(std::str::from_utf8(&after.hash).unwrap().contains("t=2,"));
    }
}

#[tokio::test]
async fn unicode_is_taken_in_any_of_its_spellings() {
    for house in House::all().await {
        let composed = "Ångström förvånar åsnor vid ån";
        let decomposed: String =
            unicode_normalization::UnicodeNormalization::nfd(composed).collect();
        assert_ne!(composed, decomposed);
        house
            .account("dagny@fjord.example", Role::Person, composed)
            .await;
        house.session("dagny@fjord.example", &decomposed).await;
    }
}

#[tokio::test]
async fn an_invitation_is_good_once_and_not_for_ever() {
    for house in House::all().await {
        let new = house.new_account("dagny@fjord.example", Role::Person);
        let first = house.identity.invite(&house.ctx(), &new).await.unwrap();
        let again = house
            .identity
            .invite_again(&house.ctx(), first.account)
            .await
            .unwrap();
        let accept = async |link: &Secret<String>| {
            house
                .identity
                .accept(&house.home(), link.expose(), None, &secret(GOOD))
                .await
        };
        assert!(
            matches!(accept(&first.link).await, Err(IdentityError::Link)),
            "replaced"
        );
        house.pass(Duration::from_hours(24 * 8));
        assert!(
            matches!(accept(&again.link).await, Err(IdentityError::Link)),
            "too old"
        );
        let third = house
            .identity
            .invite_again(&house.ctx(), first.account)
            .await
            .unwrap();
        accept(&third.link).await.unwrap();
        assert!(
            matches!(accept(&third.link).await, Err(IdentityError::Link)),
            "used"
        );
        let taken = house.identity.invite(&house.ctx(), &new).await.unwrap_err();
        assert!(matches!(taken, IdentityError::Taken));
    }
}

#[tokio::test]
async fn two_who_accept_at_once_are_one() {
    for house in House::all().await {
        let new = house.new_account("dagny@fjord.example", Role::Person);
        let invited = house.identity.invite(&house.ctx(), &new).await.unwrap();
        let (caller, passwords) = (house.home(), [secret(GOOD), secret(OTHER)]);
        let link = invited.link.expose();
        let (one, other) = tokio::join!(
            house.identity.accept(&caller, link, None, &passwords[0]),
            house.identity.accept(&caller, link, None, &passwords[1]),
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    }
}

#[tokio::test]
async fn anybody_signs_up_where_the_tenant_lets_them() {
    for mut house in House::all().await {
        let email: Email = "d@fjord.example".parse().unwrap();
        let name: Label = "Dagny Halvorsen".parse().unwrap();
        let closed = house
            .identity
            .sign_up(&house.home(), &email, Language::De)
            .await;
        assert!(matches!(closed, Err(IdentityError::Closed)));
        house.tenant = "open".parse().unwrap();
        let sign_up = async || {
            house
                .identity
                .sign_up(&house.home(), &email, Language::De)
                .await
                .unwrap();
            house.link().await
        };
        let verify = async |link: &str, password: &str| {
            house
                .identity
                .verify(&house.home(), link, &name, &secret(password))
                .await
        };
        let first = sign_up().await;
        let link = sign_up().await;
        assert!(matches!(
            verify(&first, GOOD).await,
            Err(IdentityError::Link)
        ));
        assert!(matches!(
            verify(&link, "Dagny Halvorsen 2026").await,
            Err(IdentityError::Weak(_))
        ));
        let account = verify(&link, GOOD).await.unwrap();
        assert!(account.person.is_some());
        assert!(matches!(
            verify(&link, OTHER).await,
            Err(IdentityError::Link)
        ));
        let session = house.session("d@fjord.example", GOOD).await;
        assert_eq!(house.who(&session).await.person, account.person);

        // Once more: the same answer, another mail, and nothing changes.
        house
            .identity
            .sign_up(&house.home(), &email, Language::It)
            .await
            .unwrap();
        house.session("d@fjord.example", GOOD).await;
        let letters = house.letters().await;
        assert_eq!(letters.len(), 3);
        assert!(letters[1].1.contains("bestätigen") && letters[2].1.contains("schon ein Konto"));
    }
}

#[tokio::test]
async fn staff_come_in_when_they_have_what_their_role_asks_for() {
    for house in House::all().await {
        house
            .account("nurse@fjord.example", Role::Clinician, "eight ok wombat")
            .await;
        let step = house
            .try_in(&house.home(), "nurse@fjord.example", "eight ok wombat")
            .await
            .unwrap();
        assert!(
            matches!(
                step,
                Step::Enrol {
                    least: base::Assurance::TwoFactor,
                    ..
                }
            ),
            "{step:?}"
        );
        house
            .account("guard@fjord.example", Role::Security, "eight ok wombat")
            .await;
        let step = house
            .try_in(&house.home(), "guard@fjord.example", "eight ok wombat")
            .await
            .unwrap();
        assert!(
            matches!(
                step,
                Step::Enrol {
                    least: base::Assurance::PhishingResistant,
                    ..
                }
            ),
            "{step:?}"
        );
    }
}

#[tokio::test]
async fn an_account_goes_with_everything_that_is_about_it() {
    static LEFT: Sql = Sql::both(
        "SELECT (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM password) + (SELECT COUNT(*) FROM session) + \
         (SELECT COUNT(*) FROM device) + (SELECT COUNT(*) FROM letter) + (SELECT COUNT(*) FROM link)",
    );
    for house in House::all().await {
        let account = house
            .account("dagny@fjord.example", Role::Person, GOOD)
            .await;
        let session = house.session("dagny@fjord.example", GOOD).await;
        house.who(&session).await;
        house
            .identity
            .forget_person(&house.ctx(), account.person.unwrap())
            .await
            .unwrap();
        let gone = house
            .identity
            .session(session.text.expose(), house.now())
            .await;
        assert!(matches!(gone, Err(IdentityError::Session)));
        let left = house.db.row(&LEFT, vec![]).await.unwrap().unwrap();
        assert_eq!(left.int(0).unwrap(), 0);
        // A letter that waits goes too; its job finds nothing, and ends.
        let before = house.letters().await.len();
        let new = house.new_account("else@fjord.example", Role::Person);
        let invited = house.identity.invite(&house.ctx(), &new).await.unwrap();
        house
            .identity
            .forget(&house.ctx(), invited.account)
            .await
            .unwrap();
        assert_eq!(house.letters().await.len(), before);
    }
}
