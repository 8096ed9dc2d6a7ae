//! Letters over real SMTP, to a server that is as small as the protocol allows: taken, put off, refused, over TLS.

use std::sync::Arc;
use std::time::Duration;

use identity::{Kind, Language, NewAccount};
use parking_lot::Mutex;
use policy::Role;
use server::config::{Encryption, Mail};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::house::{ACME, House};

/// A mail server that answers each recipient as it was told, and keeps what it took.
#[derive(Clone, Default)]
struct Sink {
    taken: Arc<Mutex<Vec<String>>>,
    /// Answers to the next recipients; when they are used up, 250.
    answers: Arc<Mutex<Vec<&'static str>>>,
}

impl Sink {
    async fn open(&self, tls: Option<TlsAcceptor>) -> u16 {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let sink = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                match &tls {
                    None => sink.serve(stream).await,
                    Some(tls) => {
                        // A client that does not trust us goes away here.
                        if let Ok(stream) = tls.accept(stream).await {
                            sink.serve(stream).await;
                        }
                    }
                }
            }
        });
        port
    }

    async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let (read, mut write) = tokio::io::split(stream);
        let mut lines = BufReader::new(read).lines();
        let _ = write.write_all(b"220 sink.test\r\n").await;
        let mut body: Option<String> = None;
        while let Ok(Some(line)) = lines.next_line().await {
            let answer = match &mut body {
                Some(text) if line == "." => {
                    self.taken.lock().push(std::mem::take(text));
                    body = None;
                    "250 taken"
                }
                Some(text) => {
                    text.push_str(&line);
                    text.push('\n');
                    continue;
                }
                None => {
                    let verb = line.split([' ', ':']).next().unwrap().to_uppercase();
                    match verb.as_str() {
                        "EHLO" => "250-sink.test\r\n250 8BITMIME",
                        "RCPT" => self.answers.lock().pop().unwrap_or("250 ok"),
                        "DATA" => {
                            body = Some(String::new());
                            "354 go on"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 ok",
                    }
                }
            };
            let _ = write.write_all(format!("{answer}\r\n").as_bytes()).await;
        }
    }
}

fn smtp(port: u16, encryption: Encryption, ca_file: Option<std::path::PathBuf>) -> Mail {
    Mail::Smtp {
        from: "Records <no-reply@records.example>".into(),
        host: "localhost".into(),
        port,
        encryption,
        user: None,
        password_file: None,
        ca_file,
    }
}

async fn invite(house: &House, email: &str) {
    let (ctx, _) = house.place.local(&ACME.parse().unwrap(), "test");
    let new = NewAccount {
        kind: Kind::Staff,
        role: Role::Clinician,
        person: None,
        email: email.parse().unwrap(),
        name: "Dagny".parse().unwrap(),
        language: Language::Sv,
    };
    house.place.identity.invite(&ctx, &new).await.unwrap();
}

/// Do what is due at `later` from now.
async fn deliver(house: &House, mail: &Mail, later: Duration) -> usize {
    let place = &house.place;
    let post = server::post::open(Some(mail)).unwrap();
    let jobs = store::jobs::claim(
        &place.db,
        &*place.rng,
        place.clock.now().after(later),
        Duration::from_secs(600),
        100,
    )
    .await
    .unwrap();
    for job in &jobs {
        place.identity.deliver(job, &*post).await.unwrap();
    }
    jobs.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_arrives_readable_and_says_that_a_machine_wrote_it() {
    let house = House::over_sqlite().await;
    let sink = Sink::default();
    let port = sink.open(None).await;
    invite(&house, "dagny@fjord.example").await;
    deliver(&house, &smtp(port, Encryption::None, None), Duration::ZERO).await;
    let taken = sink.taken.lock().clone();
    assert_eq!(taken.len(), 1);
    let letter = &taken[0];
    for line in [
        "To: dagny@fjord.example",
        "From: Records <no-reply@records.example>",
        "Auto-Submitted: auto-generated",
        "Content-Language: sv",
        "Content-Transfer-Encoding: quoted-printable",
    ] {
        assert!(letter.contains(line), "{line}: {letter}");
    }
    // The link is whole once the soft line breaks are taken out.
    let text = letter.replace("=\n", "");
    assert!(
        text.contains("https://strongroom.test/account/acme/invite/"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_puts_off_comes_again_and_what_it_refuses_does_not() {
    let house = House::over_sqlite().await;
    let sink = Sink::default();
    let mail = smtp(sink.open(None).await, Encryption::None, None);
    invite(&house, "dagny@fjord.example").await;
    *sink.answers.lock() = vec!["451 4.3.0 later, dagny@fjord.example"];
    assert_eq!(deliver(&house, &mail, Duration::ZERO).await, 1);
    assert!(sink.taken.lock().is_empty());
    let tenant = ACME.parse().unwrap();
    let open = store::jobs::list(&house.place.db, &tenant, store::jobs::State::Open, None, 10)
        .await
        .unwrap();
    assert!(
        !open[0].error.as_ref().unwrap().contains("dagny"),
        "what the server says is not kept"
    );
    assert_eq!(deliver(&house, &mail, Duration::from_secs(60)).await, 1);
    assert_eq!(sink.taken.lock().len(), 1);

    invite(&house, "gone@fjord.example").await;
    *sink.answers.lock() = vec!["550 5.1.1 nobody here"];
    assert_eq!(deliver(&house, &mail, Duration::from_secs(120)).await, 1);
    assert_eq!(deliver(&house, &mail, Duration::from_hours(48)).await, 0);
    assert_eq!(sink.taken.lock().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_only_a_server_that_is_trusted_gets_anything() {
    let house = House::over_sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    server::tls::development_ca(folder.path()).unwrap();
    let tls = server::tls::server(
        &folder.path().join("server.pem"),
        &folder.path().join("server.key"),
    )
    .unwrap();
    let sink = Sink::default();
    let port = sink.open(Some(TlsAcceptor::from(tls))).await;
    invite(&house, "dagny@fjord.example").await;
    let stranger = smtp(port, Encryption::Tls, None);
    deliver(&house, &stranger, Duration::ZERO).await;
    assert!(sink.taken.lock().is_empty());
    let trusted = smtp(port, Encryption::Tls, Some(folder.path().join("ca.pem")));
    deliver(&house, &trusted, Duration::from_secs(60)).await;
    assert_eq!(sink.taken.lock().len(), 1);
    // A server that offers no TLS is not spoken to in clear, if TLS was asked for.
    let plain = Sink::default();
    let port = plain.open(None).await;
    invite(&house, "else@fjord.example").await;
    let starttls = smtp(port, Encryption::Starttls, None);
    deliver(&house, &starttls, Duration::from_secs(120)).await;
    assert!(plain.taken.lock().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn into_a_folder_for_trying_things_out() {
    let house = House::over_sqlite().await;
    let mail = Mail::Folder {
        from: "no-reply@records.example".into(),
        path: house.folder().join("mail"),
    };
    invite(&house, "dagny@fjord.example").await;
    deliver(&house, &mail, Duration::ZERO).await;
    let files: Vec<_> = std::fs::read_dir(house.folder().join("mail"))
        .unwrap()
        .collect();
    assert_eq!(files.len(), 1);
}

#[test]
fn mail_in_clear_stays_on_this_machine() {
    let text = server::config::SAMPLE.replace("encryption = \"starttls\"", "encryption = \"none\"");
    let config = server::config::Config::parse("sample", &text).unwrap();
    let error = config.check().unwrap_err().to_string();
    assert!(error.contains("mail.encryption"), "{error}");
    let text = text.replace("host = \"mail.records.example\"", "host = \"127.0.0.1\"");
    let config = server::config::Config::parse("sample", &text).unwrap();
    config.check().unwrap();
}
