//! The database itself refuses to change what was logged.

use audit::verify::{Depth, ProblemKind};
use store::WriteSet;

use crate::support::{Logs, leaked};

#[tokio::test]
async fn both_engines_refuse_to_change_or_remove_what_was_logged() {
    for logs in Logs::each().await {
        logs.fill(300, 100).await;
        let engine = logs.db.engine;
        let mut refused = vec![
            "UPDATE log_chunk SET count = count",
            "UPDATE log_chunk SET hashes = hashes WHERE first = 0",
            "DELETE FROM log_chunk",
            "DELETE FROM log_chunk WHERE first = 200",
            "UPDATE log_node SET hash = hash",
            "DELETE FROM log_node",
            "DELETE FROM log_head",
            "UPDATE log_head SET size = size - 1",
            "UPDATE log_head SET root = frontier WHERE 1 = 0 OR length(root) = 32",
            "UPDATE log_head SET tenant = 'other'",
        ];
        if engine == "SQLite" {
            refused.extend([
                "INSERT OR REPLACE INTO log_chunk SELECT * FROM log_chunk WHERE first = 0",
                "REPLACE INTO log_node SELECT * FROM log_node",
                "REPLACE INTO log_head SELECT * FROM log_head",
                "INSERT INTO log_chunk (tenant, first, count, generation, hashes, sealed) \
                 SELECT tenant, 7, 1, 1, substr(hashes, 1, 32), sealed FROM log_chunk WHERE first = 0",
                "INSERT INTO log_head SELECT * FROM log_head WHERE 1 = 1 \
                 ON CONFLICT (tenant) DO UPDATE SET size = 1",
            ]);
        } else {
            refused.extend([
                "TRUNCATE log_chunk",
                "TRUNCATE log_node",
                "TRUNCATE log_head",
                "INSERT INTO log_head SELECT * FROM log_head ON CONFLICT (tenant) DO UPDATE SET size = 1",
            ]);
        }
        for text in refused {
            let set = WriteSet::new().run(leaked(text), vec![]);
            let answer = logs.db.commit(set).await;
            assert!(answer.is_err(), "{engine} took: {text}");
        }
        let report = logs.verify(Depth::Entries).await;
        assert!(report.ok, "{engine}: {report:#?}");
        assert_eq!(logs.append(300, 1).await, [300]);
    }
}

#[tokio::test]
async fn a_guard_that_is_gone_is_reported() {
    for logs in Logs::each().await {
        logs.fill(10, 10).await;
        let on = if logs.db.engine == "SQLite" {
            ""
        } else {
            " ON log_chunk"
        };
        logs.danger_sql(format!("DROP TRIGGER log_chunk_delete{on}"), vec![])
            .await;
        let report = logs.verify(Depth::Hashes).await;
        assert!(!report.ok);
        let problems: Vec<_> = report.problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(problems, [ProblemKind::Unguarded], "{}", logs.db.engine);
        assert!(report.problems[0].text.contains("log_chunk_delete"));
    }
}
