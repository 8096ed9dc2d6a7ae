//! Every page in every language, with somebody signed in: it is whole, closed, and said in that language only.

use super::flows::{add_app, signed_in};
use super::*;
use crate::pages::SOURCES;

/// Every page as it looks to somebody, with a name for it.
async fn pages(house: &House) -> Vec<(String, Browser)> {
    let mut found = Vec::new();
    let mut keep = |name: &str, browser: &Browser| found.push((name.to_owned(), browser.clone()));
    let mut mine = signed_in(house).await;
    let mut nobody = Browser::new(&mine.router);
    let lang = |lang: &web::Lang| format!("?lang={}", lang.code());

    for tongue in web::Lang::ALL {
        let query = lang(&tongue);
        for path in [
            "/sign-in",
            "/sign-up",
            "/forgotten",
            "/account/acme/reset/gone",
            "/consent",
            "/stop/wrong",
            "/stop/over",
            "/stop/signed-out",
        ] {
            nobody.go(&format!("{path}{query}")).await;
            keep(path, &nobody);
        }
        nobody.go(&format!("/sign-in{query}")).await;
        nobody.send("/sign-in", &[]).await;
        keep("/sign-in, empty", &nobody);
        nobody
            .send(
                "/sign-in",
                &[("email", EMAIL), ("password", "wrong, and long enough")],
            )
            .await;
        keep("/sign-in, wrong", &nobody);
        nobody.send("/sign-in/passkey", &[]).await;
        keep("/sign-in/passkey", &nobody);
        nobody.go("/forgotten").await;
        nobody
            .send(
                "/forgotten",
                &[("email", &format!("{}@fjord.example", tongue.code()))],
            )
            .await;
        keep("/forgotten, sent", &nobody);

        for path in [
            "/account",
            "/account/factors",
            "/account/sessions",
            "/account/apps",
            "/account/password",
        ] {
            mine.go(&format!("{path}{query}")).await;
            keep(path, &mine);
        }
        mine.go("/account/password").await;
        mine.send("/account/password", &[("password", "weak")])
            .await;
        keep("/account/password, weak", &mine);
        mine.go("/account/factors/passkey").await;
        keep("/account/factors/passkey", &mine);
        mine.send("/account/factors/passkey", &[]).await;
        keep("/account/factors/passkey, asked", &mine);
        mine.go("/account/factors/app").await;
        keep("/account/factors/app", &mine);
        mine.send("/account/factors/app", &[]).await;
        keep("/account/factors/app, key", &mine);
        mine.send("/account/factors/app/code", &[]).await;
        keep("/account/factors/app, empty", &mine);
    }

    add_app(house, &mut mine).await;
    for tongue in web::Lang::ALL {
        let query = lang(&tongue);
        mine.go(&format!("/account/factors{query}")).await;
        keep("/account/factors, app", &mine);
        let (_, rest) = mine.text.split_once("/account/factor/").unwrap();
        let remove = format!("/account/factor/{}", rest.split('"').next().unwrap());
        mine.go(&remove).await;
        keep("/account/factor/remove", &mine);
        mine.go("/account/factors/codes").await;
        keep("/account/factors/codes", &mine);
        mine.send("/account/factors/codes", &[]).await;
        keep("/account/factors/codes, shown", &mine);
        mine.go("/account").await;
        keep("/account, app", &mine);
        mine.go("/account/sessions").await;
        let (_, rest) = mine.text.split_once("/account/session/").unwrap();
        let name = format!("/account/session/{}/name", rest.split('/').next().unwrap());
        mine.go(&name).await;
        keep("/account/session/name", &mine);

        let mut half = Browser::new(&mine.router);
        half.go(&format!("/sign-in{query}")).await;
        half.send("/sign-in", &[("email", EMAIL), ("password", GOOD)])
            .await;
        keep("/sign-in/second", &half);
        half.go("/sign-in/second?by=recovery").await;
        keep("/sign-in/second, recovery", &half);
    }
    house.pass(Duration::from_secs(11 * 60));
    for tongue in web::Lang::ALL {
        mine.go(&format!("/account/password{}", lang(&tongue)))
            .await;
        keep("/account/confirm", &mine);
    }
    house
        .account("clinic@fjord.example", Role::Clinician, OTHER)
        .await;
    house
        .account("sec@fjord.example", Role::Security, OTHER)
        .await;
    for tongue in web::Lang::ALL {
        for (name, email) in [
            ("clinician", "clinic@fjord.example"),
            ("security", "sec@fjord.example"),
        ] {
            let mut staff = Browser::new(&mine.router);
            staff.go(&format!("/sign-in{}", lang(&tongue))).await;
            staff
                .send("/sign-in", &[("email", email), ("password", OTHER)])
                .await;
            keep(&format!("/sign-in/enrol, {name}"), &staff);
        }
        for (kind, email) in [("invite", format!("new-{}@fjord.example", tongue.code()))] {
            let new = house.new_account(&email, Role::Clinician);
            house.identity.invite(&house.ctx(), &new).await.unwrap();
            let path = format!("/account/acme/{kind}/{}", house.link().await);
            nobody.go(&format!("{path}{}", lang(&tongue))).await;
            keep("/account/invite", &nobody);
        }
    }
    found
}

const EMAIL: &str = "ylva@fjord.example";

#[tokio::test]
async fn every_page_is_whole_in_every_language() {
    let house = House::all().await.remove(0);
    let pages = pages(&house).await;
    assert!(pages.len() > 120, "{}", pages.len());
    let keys = web::words::keys(&SOURCES);
    for (name, page) in &pages {
        let text = &page.text;
        let lang = attribute(text, "lang");
        let what = format!("{name} in {lang} ({})", page.status);
        assert!(
            matches!(page.status, 200 | 400 | 410 | 422),
            "{what}: {text}"
        );
        assert_eq!(text.matches("<h1>").count(), 1, "{what}");
        for part in [
            "<main id=\"main\"",
            "class=\"skip\" href=\"#main\"",
            "<footer",
            "<header",
            "name=\"viewport\"",
        ] {
            assert!(text.contains(part), "{what} lacks {part}");
        }
        for never in [
            " style=",
            " onclick",
            " onload",
            "<style",
            "javascript:",
            "<script>",
            "http://",
        ] {
            let clean = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!clean.contains(never), "{what} holds {never}");
        }
        // Each form carries its token, and each field its label.
        let forms = text.matches("<form ").count();
        assert_eq!(text.matches("name=\"form_token\"").count(), forms, "{what}");
        assert_eq!(
            text.matches("method=\"post\"").count(),
            forms,
            "{what}: nothing typed gets into an address"
        );
        for input in text.split("<input ").skip(1) {
            let input = input.split('>').next().unwrap();
            if input.contains("type=\"hidden\"") || input.ends_with("hidden") {
                continue;
            }
            let id = attribute(input, "id");
            assert!(
                text.contains(&format!("<label for=\"{id}\">")),
                "{what}: {id} has no label"
            );
            if input.contains("aria-describedby") {
                for by in attribute(input, "aria-describedby").split(' ') {
                    assert!(
                        text.contains(&format!("id=\"{by}\"")),
                        "{what}: {by} is not there"
                    );
                }
            }
        }
        if page.status == 422 {
            assert!(
                text.contains("role=\"alert\""),
                "{what}: the mistakes are told first"
            );
        }
        // No key shows through where its message should be.
        for key in keys.iter().filter(|key| key.contains('-')) {
            for around in [
                format!(">{key}<"),
                format!("aria-label=\"{key}\""),
                format!(">{key} "),
            ] {
                assert!(!text.contains(&around), "{what} shows the key {key}");
            }
        }
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{what}");
        assert_eq!(
            policy.contains("script-src"),
            text.contains("<script "),
            "{what}"
        );
        assert_eq!(page.headers["cache-control"], "no-store", "{what}");
    }
    for lang in web::Lang::ALL {
        let of = |code: &str| {
            let mut names: Vec<_> = pages
                .iter()
                .filter(|(_, page)| attribute(&page.text, "lang") == code)
                .map(|(name, _)| name.as_str())
                .collect();
            names.sort_unstable();
            names
        };
        assert_eq!(
            of(lang.code()),
            of("en"),
            "each page was seen in {}",
            lang.code()
        );
    }
}

#[tokio::test]
async fn the_pages_read_like_this() {
    let house = House::all().await.remove(0);
    let mut read = String::new();
    for (name, page) in pages(&house).await {
        let lang = attribute(&page.text, "lang");
        if matches!(
            name.as_str(),
            "/sign-in, wrong"
                | "/sign-in/second"
                | "/account/factors/app, key"
                | "/account, app"
                | "/account/confirm"
                | "/consent"
                | "/stop/wrong"
        ) {
            read.push_str(&format!("== {name} ({lang})\n{}\n", spoken(&page.text)));
        }
    }
    insta::assert_snapshot!(read);
}

/// What a page says, line by line, without what is between the angles.
fn spoken(page: &str) -> String {
    let (_, main) = page.split_once("<main").unwrap();
    let main = main.split("</main>").next().unwrap();
    let mut out = String::new();
    let mut lines = Vec::new();
    for piece in main.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        if tag.starts_with("span class=\"key\"") {
            out.push_str("(the key)");
            continue;
        }
        if !tag.starts_with("span")
            && !tag.starts_with("/span")
            && !tag.starts_with('a')
            && !tag.starts_with("/a")
        {
            lines.push(std::mem::take(&mut out));
        }
        out.push_str(text);
    }
    lines.push(out);
    let lines: Vec<_> = lines
        .iter()
        .map(|line| unescaped(line.trim()))
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}
