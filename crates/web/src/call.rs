//! What a handler is given.

use std::net::IpAddr;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use base::{ErrorKind, Instant, InvalidId, Purpose, RequestId};
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, HeaderName, Method};
use percent_encoding::percent_decode_str;

use crate::Problem;

/// A request body, piece by piece.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, Problem>> + Send>>;

/// A request body, as the route's limit says.
pub enum Payload {
    /// The route takes none.
    None,
    /// Whole, within the limit.
    Bytes(Bytes),
    /// Piece by piece; the stream fails when the limit is passed.
    /// Behind a lock that nobody ever waits for: it lets a call be borrowed across an await.
    Stream(Mutex<BodyStream>),
}

/// One request, checked and taken apart. `W` is who asks: what the gate made of the token, `()` on open routes.
pub struct Call<W> {
    /// Who asks.
    pub who: W,
    /// The request's id, for the log and for problem details.
    pub request: RequestId,
    /// When it began.
    pub now: Instant,
    /// The method.
    pub method: Method,
    /// `{name}` parts of the path, decoded.
    pub path: Vec<(String, String)>,
    /// The query, decoded.
    pub query: Query,
    /// The query as it came.
    pub raw_query: String,
    /// Host and port as the client addressed us, for links that lead back; `None` where it says nothing usable.
    pub host: Option<String>,
    /// Where the connection comes from; `None` for a call from within.
    pub peer: Option<IpAddr>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub payload: Payload,
}

impl<W> Call<W> {
    /// The path part `name`.
    ///
    /// # Errors
    /// 404 when it is not of the shape that `T` wants: such a thing cannot exist.
    pub fn part<T: FromStr<Err = InvalidId>>(&self, name: &str) -> Result<T, Problem> {
        self.part_text(name)?.parse().map_err(|error: InvalidId| {
            Problem::new(
                ErrorKind::NotFound,
                "http.not_found",
                format!("`{name}` in the address is none: {}.", error.rule),
            )
        })
    }

    /// The path part `name` as text.
    ///
    /// # Errors
    /// 500 when the route has no such part.
    pub fn part_text(&self, name: &str) -> Result<&str, Problem> {
        self.path
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| {
                Problem::new(
                    ErrorKind::Internal,
                    "http.route",
                    "Something went wrong on our side.",
                )
            })
    }

    /// A header's value as text.
    ///
    /// # Errors
    /// 400 when it is not visible ASCII or comes more than once.
    pub fn header(&self, name: &HeaderName) -> Result<Option<&str>, Problem> {
        let mut values = self.headers.get_all(name).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Problem::new(
                ErrorKind::Invalid,
                "http.header_twice",
                format!("The header {name} may come once only."),
            ));
        }
        value.to_str().map(Some).map_err(|_| {
            Problem::new(
                ErrorKind::Invalid,
                "http.header",
                format!("The header {name} must be visible ASCII."),
            )
        })
    }

    /// Why the caller reads: the header `Purpose-Of-Use`.
    ///
    /// # Errors
    /// 400 for what is not a PurposeOfUse code.
    pub fn purpose(&self) -> Result<Option<Purpose>, Problem> {
        static NAME: HeaderName = HeaderName::from_static("purpose-of-use");
        self.header(&NAME)?
            .map(|text| {
                text.parse().map_err(|_| {
                    let known: Vec<_> = Purpose::ALL
                        .iter()
                        .map(|purpose| purpose.as_str())
                        .collect();
                    Problem::new(
                        ErrorKind::Invalid,
                        "http.purpose",
                        format!("Purpose-Of-Use must be one of {}.", known.join(", ")),
                    )
                })
            })
            .transpose()
    }

    /// The whole body.
    ///
    /// # Errors
    /// 500 when the route did not ask for a whole body.
    pub fn bytes(&self) -> Result<&Bytes, Problem> {
        match &self.payload {
            Payload::Bytes(bytes) => Ok(bytes),
            _ => Err(Problem::new(
                ErrorKind::Internal,
                "http.route",
                "Something went wrong on our side.",
            )),
        }
    }

    /// The body as a stream, taken out.
    ///
    /// # Errors
    /// 500 when the route did not ask for a stream, or it was taken before.
    pub fn take_stream(&mut self) -> Result<BodyStream, Problem> {
        match std::mem::replace(&mut self.payload, Payload::None) {
            Payload::Stream(stream) => {
                Ok(stream.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
            _ => Err(Problem::new(
                ErrorKind::Internal,
                "http.route",
                "Something went wrong on our side.",
            )),
        }
    }
}

/// A decoded query string, in order, repeats kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Parse `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// 400 for bytes that are not UTF-8 once decoded.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let decode = |part: &str| {
            let part = part.replace('+', " ");
            percent_decode_str(&part)
                .decode_utf8()
                .map(|text| text.into_owned())
                .map_err(|_| {
                    Problem::new(
                        ErrorKind::Invalid,
                        "http.query",
                        "The query is not UTF-8 once decoded.",
                    )
                })
        };
        text.split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(key)?, decode(value)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The first value of `name`.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All pairs, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// A whole number, within bounds.
    ///
    /// # Errors
    /// 400 when it is not one, or outside.
    pub fn number(
        &self,
        name: &'static str,
        bounds: std::ops::RangeInclusive<usize>,
    ) -> Result<Option<usize>, Problem> {
        self.first(name)
            .map(|text| {
                text.parse()
                    .ok()
                    .filter(|number| bounds.contains(number))
                    .ok_or_else(|| {
                        Problem::new(
                            ErrorKind::Invalid,
                            "http.query",
                            format!(
                                "`{name}` must be a whole number from {} to {}.",
                                bounds.start(),
                                bounds.end()
                            ),
                        )
                    })
            })
            .transpose()
    }
}
