//! The vault against real databases. Whole flows stand in the server's tests.

use store::danger_testing::each_engine;
use store::migrations::DATA;

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    for engine in each_engine(DATA, None).await.expect("a database") {
        for sql in vault::STATEMENTS
            .iter()
            .chain(policy::STATEMENTS)
            .chain(consent::STATEMENTS)
        {
            let prepared = engine.prepare(sql).await;
            assert!(prepared.is_ok(), "{}: {prepared:?}", sql.sqlite);
        }
    }
}
