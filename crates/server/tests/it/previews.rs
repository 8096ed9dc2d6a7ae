//! Previews over HTTP: a picture made anew, in a box of its own, each look in the log; and originals only ever saved.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use policy::Role;
use serde_json::json;

use crate::house::{ACME, House, on_each_engine};
use crate::pages::look;

/// A GIF of one point.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

async fn upload(house: &House, media_type: &str, name: &str, bytes: &[u8]) -> String {
    let person = house.person(ACME);
    let got = house
        .ask(Method::POST, format!("/v1/persons/{person}/files"))
        .by(house.token(ACME, Role::App))
        .header("content-type", media_type)
        .header(
            "content-disposition",
            format!("attachment; filename=\"{name}\""),
        )
        .body(bytes.to_vec())
        .send()
        .await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["file"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_preview_is_a_look() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let look = async |file: &str| {
            house
                .ask(
                    Method::GET,
                    format!("/v1/persons/{person}/files/{file}/preview"),
                )
                .by(house.token(ACME, Role::Person))
                .purpose("PATRQT")
                .send()
                .await
        };
        // A picture that is a script as well, under a name that lies.
        let mut two = GIF.to_vec();
        two.extend_from_slice(b"/*<script>alert('thistle')</script>*/");
        let file = upload(&house, "text/html", "photo.html", &two).await;
        let got = look(&file).await;
        assert_eq!(
            (got.status, &got.json()["kind"]),
            (200, &json!("picture")),
            "{}",
            got.text()
        );
        let png = STANDARD
            .decode(got.json()["png"].as_str().unwrap())
            .unwrap();
        assert!(png.starts_with(b"\x89PNG") && !crate::house::holds(&png, b"thistle"));
        let entry = house.entry(ACME, got.log_index().unwrap()).await;
        assert_eq!(
            (&entry["action"], &entry["file"]),
            (&json!("file.read"), &json!(file)),
            "{entry}"
        );
        assert_eq!(got.header("cache-control"), Some("no-store"));

        let svg =
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert('thistle')</script></svg>";
        for (kind, name, bytes) in [
            ("image/svg+xml", "drawing.svg", &svg[..]),
            ("image/png", "drawing.png", svg),
            ("application/pdf", "scan.pdf", b"%PDF-1.7 thistle"),
            ("application/dicom", "scan.dcm", b"\0\0DICM thistle"),
            ("text/plain", "empty.txt", b""),
        ] {
            let got = look(&upload(&house, kind, name, bytes).await).await;
            assert_eq!(
                (got.status, got.json()),
                (200, json!({ "kind": "none" })),
                "{kind}"
            );
            assert!(got.log_index().is_some());
        }
        let text = upload(&house, "text/plain", "note.txt", b"one\n<b>two</b>").await;
        assert_eq!(
            look(&text).await.json(),
            json!({ "kind": "text", "lines": ["one", "<b>two</b>"] })
        );
        let nothing = look("00000000-0000-4000-8000-000000000000").await;
        assert_eq!(nothing.status, 404);
        let theirs = house
            .ask(
                Method::GET,
                format!("/v1/persons/{person}/files/{file}/preview"),
            )
            .by(house.token(crate::house::OTHER, Role::Person))
            .purpose("PATRQT")
            .send()
            .await;
        assert_eq!(theirs.status, 404, "{}", theirs.text());
    })
    .await;
}

/// On pages: a picture in a box of its own, lines as text, a tile for the rest; the original is only ever saved.
#[tokio::test(flavor = "multi_thread")]
async fn a_preview_on_a_page_runs_nothing() {
    let house = House::over_sqlite().await;
    let (mut jar, person) = crate::portal::somebody(&house).await;
    let store = async |media_type: &str, bytes: &[u8]| {
        let got = house
            .ask(Method::POST, format!("/v1/persons/{person}/files"))
            .by(house.token(ACME, Role::App))
            .header("content-type", media_type)
            .body(bytes.to_vec())
            .send()
            .await;
        got.json()["file"].as_str().unwrap().to_owned()
    };
    let picture = store("image/gif", GIF).await;
    let broken = store("image/png", b"\x89PNG\r\n\x1a\n thistle").await;
    store("text/plain", b"first <script>alert(1)</script>\nsecond").await;
    let page = look(&house, &mut jar, "/portal/files").await.text();
    for part in [
        format!("src=\"/portal/files/{picture}/preview\""),
        format!("src=\"/portal/files/{broken}/preview\""),
        "second".to_owned(),
        ">PDF<".to_owned(),
    ] {
        assert!(page.contains(&part), "{part}: {page}");
    }
    assert!(!page.contains("<script>alert"), "{page}");
    for (file, kind) in [(picture, "image/png"), (broken, "image/svg+xml")] {
        let size = house.log_size(ACME).await;
        let got = look(&house, &mut jar, &format!("/portal/files/{file}/preview")).await;
        assert_eq!((got.status, got.header("content-type")), (200, Some(kind)));
        let policy = got.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("sandbox; default-src 'none'"),
            "{policy}"
        );
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
        assert!(got.header("cache-control").unwrap().contains("no-store"));
        assert!(!got.text().contains("thistle"));
        assert!(house.log_size(ACME).await > size, "each is a look");
        let original = look(&house, &mut jar, &format!("/portal/files/{file}")).await;
        let saved = original.header("content-disposition").unwrap();
        assert!(saved.starts_with("attachment"), "{saved}");
    }
}

/// Real files, where they are: none is shown that is no picture, and none breaks anything.
#[tokio::test(flavor = "multi_thread")]
async fn real_documents_have_no_preview() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let files = ["pdf-corpus", "dicom-pydicom"]
        .into_iter()
        .flat_map(|name| {
            walkdir::WalkDir::new(folder.join(name))
                .into_iter()
                .filter_map(Result::ok)
                .filter(|it| it.file_type().is_file())
                .filter(|it| it.metadata().is_ok_and(|it| it.len() < 2 << 20))
                .take(40)
        });
    let mut seen = 0;
    for file in files {
        let bytes = std::fs::read(file.path()).unwrap();
        let binary = bytes.starts_with(b"%PDF") || bytes.get(128..132) == Some(b"DICM");
        let got = server::previews::of("application/octet-stream", bytes, true).await;
        assert!(
            !binary || got == server::previews::Preview::None,
            "{}",
            file.path().display()
        );
        seen += 1;
    }
    if seen == 0 {
        eprintln!("skipped: {} is not here", folder.display());
    }
}
