//! What carries mail: a mail server over SMTP, or a folder.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use identity::mail::{Letter, Post, PostError};
use keys::seal::read_secret_file;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::config::{Encryption, Mail};
use crate::{Failure, private};

/// A server that takes longer to answer is tried again later.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The post of a configuration; without one, letters are dropped.
///
/// # Errors
/// [`Failure`] where a file cannot be read or an address is none.
pub fn open(config: Option<&Mail>) -> Result<Arc<dyn Post>, Failure> {
    let sender = |from: &str| {
        from.parse::<Mailbox>()
            .map_err(|_| Failure::usage("mail.from is no address"))
    };
    Ok(match config {
        None => Arc::new(None_),
        Some(Mail::Folder { from, path }) => {
            private::folder(path).map_err(|error| Failure::file(path, &error))?;
            Arc::new(Folder {
                from: sender(from)?,
                path: path.clone(),
            })
        }
        Some(Mail::Smtp {
            from,
            host,
            port,
            encryption,
            user,
            password_file,
            ca_file,
        }) => {
            let mut tls = TlsParameters::builder(host.clone());
            if let Some(path) = ca_file {
                let pem = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
                let authority = Certificate::from_pem(&pem)
                    .map_err(|_| Failure::text(format!("{} is no certificate", path.display())))?;
                tls = tls.add_root_certificate(authority);
            }
            let tls = tls
                .build()
                .map_err(|error| Failure::text(format!("mail: {error}")))?;
            let mut transport =
                AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.clone())
                    .port(*port)
                    .timeout(Some(TIMEOUT))
                    .tls(match encryption {
                        Encryption::Tls => Tls::Wrapper(tls),
                        Encryption::Starttls => Tls::Required(tls),
                        Encryption::None => Tls::None,
                    });
            if let (Some(user), Some(path)) = (user, password_file) {
                let bytes = read_secret_file(path)?;
                let password = std::str::from_utf8(&bytes)
                    .map_err(|_| Failure::text(format!("{} is not UTF-8", path.display())))?;
                transport = transport.credentials(Credentials::new(
                    user.clone(),
                    password.trim_end().to_owned(),
                ));
            }
            Arc::new(Smtp {
                from: sender(from)?,
                transport: transport.build(),
            })
        }
    })
}

/// No post.
struct None_;

impl Post for None_ {
    fn send<'a>(
        &'a self,
        _: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), PostError>> + Send + 'a>> {
        Box::pin(async {
            Err(PostError {
                reason: "the configuration has no [mail]".to_owned(),
                for_good: true,
            })
        })
    }
}

struct Smtp {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Post for Smtp {
    fn send<'a>(
        &'a self,
        letter: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), PostError>> + Send + 'a>> {
        Box::pin(async move {
            let message = message(&self.from, letter)?;
            self.transport
                .send(message)
                .await
                .map(drop)
                .map_err(|error| PostError {
                    // What the server says may repeat the address; its code does not.
                    reason: match error.status() {
                        Some(code) => format!("the server answered {code}"),
                        None if error.is_timeout() => "the server took too long".to_owned(),
                        None => "the server could not be reached".to_owned(),
                    },
                    for_good: error.is_permanent(),
                })
        })
    }
}

struct Folder {
    from: Mailbox,
    path: PathBuf,
}

impl Post for Folder {
    fn send<'a>(
        &'a self,
        letter: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), PostError>> + Send + 'a>> {
        Box::pin(async move {
            let bytes = message(&self.from, letter)?.formatted();
            let file = self.path.join(format!("{}.eml", letter.id));
            tokio::task::spawn_blocking(move || private::write(&file, &bytes))
                .await
                .map_err(|error| error.to_string())
                .and_then(|written| written.map_err(|error| error.to_string()))
                .map_err(|reason| PostError {
                    reason,
                    for_good: false,
                })
        })
    }
}

fn message(from: &Mailbox, letter: &Letter) -> Result<Message, PostError> {
    let failed = |reason: &str| PostError {
        reason: reason.to_owned(),
        for_good: true,
    };
    let to = letter
        .to
        .parse()
        .map_err(|_| failed("not an address that mail can go to"))?;
    let host = from.email.domain();
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(letter.subject.clone())
        .message_id(Some(format!("<{}@{host}>", letter.id)))
        .raw_header(header("Content-Language", letter.language)?)
        // No answers by machines to a machine (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated")?)
        .header(ContentType::TEXT_PLAIN)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(letter.text.clone())
        .map_err(|_| failed("the letter cannot be put together"))
}

fn header(name: &str, value: &str) -> Result<lettre::message::header::HeaderValue, PostError> {
    let name =
        lettre::message::header::HeaderName::new_from_ascii(name.to_owned()).map_err(|_| {
            PostError {
                reason: "a header's name".to_owned(),
                for_good: true,
            }
        })?;
    Ok(lettre::message::header::HeaderValue::new(
        name,
        value.to_owned(),
    ))
}
