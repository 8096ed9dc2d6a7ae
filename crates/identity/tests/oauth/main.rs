//! OAuth 2.0 and OpenID Connect through the real routes, over real databases: what must work, and what must be refused.
//!
//! docs/reference/conformance.md says which test stands for which module of the OpenID conformance suite.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests say by falling over"
)]

mod api;
mod apps;
mod attacks;
mod authorize;
mod client;
mod dpop;
mod exchange;
mod keys;
mod pushed;
mod refresh;
mod tokens;
mod tools;
mod wrong;

use identity::oauth::STATEMENTS;
use store::danger_testing::each_engine;
use store::migrations::DATA;

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    for engine in each_engine(DATA, None).await.unwrap() {
        for sql in STATEMENTS {
            let prepared = engine.prepare(sql).await;
            assert!(prepared.is_ok(), "{}: {prepared:?}", sql.sqlite);
        }
    }
}
