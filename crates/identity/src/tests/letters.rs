//! Letters wait sealed, are tried again, and go.

use super::*;

#[tokio::test]
async fn a_letter_that_is_not_taken_is_sent_later_and_once() {
    static WAITING: Sql = Sql::both("SELECT COUNT(*) FROM letter");
    for house in House::all().await {
        *house.post.refuses.lock() = 2;
        let new = house.new_account("dagny@fjord.example", Role::Person);
        house.identity.invite(&house.ctx(), &new).await.unwrap();
        let waiting = async || {
            house
                .db
                .row(&WAITING, vec![])
                .await
                .unwrap()
                .unwrap()
                .int(0)
                .unwrap()
        };
        assert!(house.letters().await.is_empty());
        assert_eq!(waiting().await, 1);
        house.pass(Duration::from_secs(5));
        assert!(house.letters().await.is_empty());
        house.pass(Duration::from_secs(10));
        assert_eq!(house.letters().await.len(), 1);
        assert_eq!(waiting().await, 0);
        house.pass(Duration::from_hours(1));
        let letters = house.letters().await;
        assert_eq!(letters.len(), 1);
        let (to, subject, text) = &letters[0];
        assert_eq!(to, "dagny@fjord.example");
        assert_eq!(subject, "Du är inbjuden till records.example");
        assert!(
            text.contains("https://records.example/account/acme/invite/"),
            "{text}"
        );
        assert!(!text.contains("Dagny"));
    }
}

#[tokio::test]
async fn asking_for_a_reset_answers_alike_and_writes_to_who_is_there() {
    for house in House::all().await {
        house
            .account("dagny@fjord.example", Role::Person, GOOD)
            .await;
        let before = house.letters().await.len();
        for email in ["dagny@fjord.example", "nobody@fjord.example"] {
            house
                .identity
                .ask_reset(&house.home(), &email.parse().unwrap())
                .await
                .unwrap();
        }
        assert_eq!(house.letters().await.len(), before + 1);
        // Not more mails than somebody can need.
        for _ in 0..4 {
            let _ = house
                .identity
                .ask_reset(&house.home(), &"dagny@fjord.example".parse().unwrap())
                .await;
        }
        let more = house
            .identity
            .ask_reset(
                &house.caller("198.51.100.7"),
                &"dagny@fjord.example".parse().unwrap(),
            )
            .await;
        assert!(matches!(more, Err(IdentityError::Wait { .. })), "{more:?}");
    }
}

#[tokio::test]
async fn nothing_that_proves_or_names_anybody_lies_in_clear() {
    for house in House::all().await {
        house
            .account("dagny@fjord.example", Role::Person, GOOD)
            .await;
        let session = house.session("dagny@fjord.example", GOOD).await;
        house
            .identity
            .ask_reset(&house.home(), &"dagny@fjord.example".parse().unwrap())
            .await
            .unwrap();
        let link = house.letters().await.last().unwrap().2.clone();
        let link = link.lines().find(|it| it.starts_with("https://")).unwrap();
        let Some(folder) = house.db.folder() else {
            continue;
        };
        let needles = [
            GOOD.to_owned(),
            "dagny".to_owned(),
            "Halvorsen".to_owned(),
            "argon2".to_owned(),
            "Firefox".to_owned(),
            session.text.expose()[27..].to_owned(),
            link.rsplit('/').next().unwrap().to_owned(),
        ];
        for file in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for needle in &needles {
                assert!(
                    !bytes
                        .windows(needle.len())
                        .any(|it| it == needle.as_bytes()),
                    "{needle} lies in clear"
                );
            }
        }
    }
}
