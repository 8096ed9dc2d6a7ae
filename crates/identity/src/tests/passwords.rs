//! What is taken as a password, and what is said of the rest.

use std::io::Write;
use std::path::Path;

use super::*;
use crate::password::{Breached, Verdict, Weakness, judge};

fn judged(password: &str, words: &[&str], alone: bool) -> Verdict {
    let settings = PasswordSettings::default();
    let own = ["strongroom".to_owned(), "acme".to_owned()];
    judge(password, words, alone, &settings, &own, None)
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.weaknesses.iter().map(Weakness::code).collect()
}

#[test]
fn length_decides_and_no_composition() {
    assert_eq!(codes(&judged("wombat gable 7", &[], true)), ["short"]);
    assert!(judged("wombat gable 7", &[], false).weaknesses.is_empty());
    assert!(
        judged("marmot thirteen gable rust", &[], true)
            .weaknesses
            .is_empty()
    );
    assert!(
        judged("räksmörgås på åttiotvå vis", &[], true)
            .weaknesses
            .is_empty()
    );
    assert!(
        judged("猫が九匹で庭を走り回っている夜更け", &[], true)
            .weaknesses
            .is_empty()
    );
    let long = "marmot gable rust oboe ".repeat(5) + "thirteen cups";
    assert_eq!(long.chars().count(), 128);
    assert!(judged(&long, &[], true).weaknesses.is_empty());
    assert_eq!(codes(&judged(&(long + "!"), &[], true)), ["long"]);
}

#[test]
fn what_everybody_tries_is_refused_however_it_is_dressed() {
    for common in [
        "password",
        "Passw0rd!",
        "P@ssw0rd2027",
        "passwordpassword",
        "iloveyouiloveyou",
        "Sommar2026!!",
        "losenord123",
        "qwertyuiop",
        "1q2w3e4r5t6y",
        "abcdefghijklmno",
        "letmeinnow",
        "Willkommen1",
        "passwort1234567",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "benvenuto!2025",
        "motdepasse1990",
        "adminadmin99",
    ] {
        for alone in [true, false] {
            let verdict = judged(common, &[], alone);
            assert!(
                verdict.weaknesses.contains(&Weakness::Common),
                "{common}: {verdict:?}"
            );
        }
    }
    for own in [
        "banana orbit fifteen",
        "queen of marmots 77",
        "dragonfly over the weir",
    ] {
        assert!(
            !judged(own, &[], true)
                .weaknesses
                .contains(&Weakness::Common),
            "{own}"
        );
    }
}

#[test]
fn own_words_are_refused_whoever_owns_them() {
    for (password, words) in [
        ("halvorsen gable rust oboe", vec!["Dagny Halvorsen"]),
        ("the FJORD gable rust oboe", vec!["dagny@fjord.example"]),
        ("a strongroom of gable rust", vec![]),
        ("gable rust oboe at acme", vec![]),
    ] {
        assert_eq!(
            codes(&judged(password, &words, true)),
            ["own_word"],
            "{password}"
        );
    }
    assert!(
        judged("the rye gable rust oboe", &["Ry Ye"], true)
            .weaknesses
            .is_empty()
    );
}

#[test]
fn the_strictest_rule_wins() {
    let settings = PasswordSettings {
        alone_chars_min: 4,
        second_chars_min: 2,
        score_min: 0,
        ..PasswordSettings::default()
    };
    let lax = judge("gable 7", &[], true, &settings, &[], None);
    assert!(
        lax.weaknesses.contains(&Weakness::Short { least: 15 }),
        "a setting only makes it stricter"
    );
    let lax = judge("zzxxyyaa", &[], false, &settings, &[], None);
    assert!(lax.weaknesses.contains(&Weakness::Guessable));
    let strict = PasswordSettings {
        alone_chars_min: 20,
        ..PasswordSettings::default()
    };
    let verdict = judge("marmot gable rust", &[], true, &strict, &[], None);
    assert!(verdict.weaknesses.contains(&Weakness::Short { least: 20 }));
}

fn list(lines: &[String]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for line in lines {
        writeln!(file, "{line}").unwrap();
    }
    file
}

#[test]
fn leaked_passwords_are_found_in_a_sorted_file_of_sums() {
    let leaked: Vec<String> = (0..3_000)
        .map(|at| format!("leaked password {at}"))
        .collect();
    let mut lines: Vec<String> = leaked
        .iter()
        .enumerate()
        .map(|(at, it)| {
            format!(
                "{}:{at}",
                hex::encode_upper(crypt::hash::sha1_of_leaked(it.as_bytes()))
            )
        })
        .collect();
    lines.sort();
    let file = list(&lines);
    let breached = Breached::open(file.path()).unwrap();
    for it in &leaked {
        assert!(breached.holds(it), "{it}");
    }
    assert!(
        breached.holds("Leaked Password 17"),
        "in small letters it is there"
    );
    for at in 0..3_000 {
        assert!(!breached.holds(&format!("not leaked {at}")));
    }
    let one = list(&lines[..1]);
    let one = Breached::open(one.path()).unwrap();
    assert_eq!(leaked.iter().filter(|it| one.holds(it)).count(), 1);
    let settings = PasswordSettings::default();
    let verdict = judge(
        "leaked password 2999",
        &[],
        true,
        &settings,
        &[],
        Some(&breached),
    );
    assert!(verdict.weaknesses.contains(&Weakness::Breached));
}

#[test]
fn leaked_passwords_are_found_in_a_file_in_clear() {
    let leaked: Vec<String> = (0..100).map(|at| format!("leaked {at} ÅÄÖ")).collect();
    let file = list(&leaked);
    let breached = Breached::open(file.path()).unwrap();
    assert!(leaked.iter().all(|it| breached.holds(it)));
    assert!(!breached.holds("leaked 100 ÅÄÖ"));
}

/// Public lists of common passwords, where they are at hand (`STRONGROOM_TEST_PASSWORDS`: a folder of them).
#[test]
fn public_lists_of_common_passwords_are_refused() {
    let Ok(folder) = std::env::var("STRONGROOM_TEST_PASSWORDS") else {
        eprintln!("skipped: STRONGROOM_TEST_PASSWORDS is not set");
        return;
    };
    for name in ["django-common-passwords-19640.txt", "password.lst"] {
        let path = Path::new(&folder).join(name);
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        let long: Vec<&str> = text
            .lines()
            .filter(|line| line.chars().count() >= 8 && !line.starts_with('#'))
            .collect();
        let taken: Vec<&&str> = long
            .iter()
            .filter(|it| judged(it, &[], false).weaknesses.is_empty())
            .collect();
        eprintln!(
            "{name}: {} of {} are taken without a file",
            taken.len(),
            long.len()
        );
        // What is left looks random and is known from leaks only: that is what the file is for.
        assert!(taken.len() * 20 < long.len(), "{taken:?}");
        let breached = Breached::open(&path).unwrap();
        assert!(long.iter().all(|it| breached.holds(it)));
    }
}
