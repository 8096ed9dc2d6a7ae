//! From bytes on a socket to a typed call, and back.
//!
//! A route is declared once, in its area's table, with who may call it, whether it is logged, and how much it takes in: all
//! required arguments. The table makes the router, the OpenAPI description, the metrics' labels and the tests that walk
//! every route.
//!
//! Invariant: a logged route answers only with the index of its entry in the log ([`Logged`]); there is no other way to
//! make its answer.
//!
//! Invariant: a form's handler runs only once the form is known to come from one of our own pages, in the same visit and session
//! ([`Form`]); a page that is looked at changes nothing.

mod answer;
mod assets;
mod call;
mod dispatch;
mod ids;
mod lang;
mod listen;
mod metrics;
mod openapi;
mod page;
mod problem;
mod route;
mod unread;
pub mod words;

pub use answer::{Answer, Logged, stream};
pub use assets::{PROOFS_SCRIPT, assets};
pub use call::{BodyStream, Call, Payload, Query};
pub use dispatch::{App, Gate, authorization};
pub use lang::{Lang, format};
pub use listen::{ListenError, Listener, Peer, plain, secure};
pub use metrics::Metrics;
pub use openapi::{describe, readable};
pub use page::{
    Act, Button, Cell, Choice, Cookie, FORM_BYTES_MAX, Field, Form, FormPage, Frame, LANG, Message,
    PasskeyAct, PasskeyPage, Place, Row, SESSION, SameSite, SetCookie, Shown, Site, TOKEN_FIELD,
    TablePage, Visit, language, onward, show, unsigned,
};
pub use problem::{Challenge, Problem};
pub use route::{Access, Doc, ErrorStyle, Limit, Param, ParamIn, Route, Routes};
