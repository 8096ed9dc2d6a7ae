//! From bytes on a socket to a typed call, and back.
//!
//! A route is declared once, in its area's table, with who may call it, whether it is logged, and how much it takes in: all
//! required arguments. The table makes the router, the OpenAPI description, the metrics' labels and the tests that walk
//! every route.
//!
//! Invariant: a logged route answers only with the index of its entry in the log ([`Logged`]); there is no other way to
//! make its answer.

mod answer;
mod assets;
mod call;
mod dispatch;
mod listen;
mod metrics;
mod openapi;
mod problem;
mod route;

pub use answer::{Answer, Logged, stream};
pub use assets::assets;
pub use call::{BodyStream, Call, Payload, Query};
pub use dispatch::{App, Gate, authorization};
pub use listen::{ListenError, Listener, Peer, plain, secure};
pub use metrics::Metrics;
pub use openapi::{describe, readable};
pub use problem::Problem;
pub use route::{Access, Doc, ErrorStyle, Limit, Param, ParamIn, Route, Routes};
