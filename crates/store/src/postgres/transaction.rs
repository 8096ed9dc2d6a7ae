//! One batch in one transaction. Two ways: all statements sent ahead without waiting, or, when something in there failed,
//! set by set under savepoints.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use base::TenantId;
use futures_util::TryStreamExt;
use tokio_postgres::{Client, Error};

use super::connection::Connection;
use super::error::{classify, is_collision};
use super::value;
use crate::batch::{Batch, Member};
use crate::{Committed, Expect, Journal, Row, Sql, Statement, StoreError, Value};

static TRANSACTION_ID: Sql = Sql::both("SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)");

/// How the sets of a batch are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nothing is awaited before all is sent; one failure undoes all.
    Ahead,
    /// Each set under its savepoint.
    Apart,
}

/// Why a transaction was undone.
pub(crate) enum Undone {
    /// Storage failed; it failed for everybody.
    All(StoreError),
    /// One tenant's log could not be written; the others can go on without it.
    Tenant(TenantId, StoreError),
    /// A set failed; run them apart to find out which.
    Apart,
    /// Another node was in the way, perhaps at the head of one tenant's log; the same may hold next time.
    Collision(Option<TenantId>, StoreError),
}

/// Something that was sent and whose answer is awaited later. Awaited in the order of sending, or the connection stands still.
pub(super) enum Sent<'a, T> {
    Done(Result<T, Error>),
    Open(Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>),
}

impl<'a, T> Sent<'a, T> {
    /// Send now: the driver writes at the first poll.
    pub(super) async fn new(future: impl Future<Output = Result<T, Error>> + Send + 'a) -> Self {
        let mut future: Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>> =
            Box::pin(future);
        match poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
            Poll::Ready(done) => Self::Done(done),
            Poll::Pending => Self::Open(future),
        }
    }

    pub(super) async fn answer(self) -> Result<T, Error> {
        match self {
            Self::Done(done) => done,
            Self::Open(future) => future.await,
        }
    }
}

impl Connection {
    /// Run all that holds of `batch` up to the commit, without it. `Ok` names the transaction, or `None` if nothing holds.
    pub(crate) async fn run(
        &mut self,
        batch: &mut Batch,
        way: Way,
        journal: Option<&dyn Journal>,
    ) -> Result<Option<i64>, Undone> {
        self.prepare_all(batch).await?;
        if !batch.any_holds() {
            return Ok(None);
        }
        let tenants: Vec<TenantId> = batch.entries().into_keys().collect();
        let heads: Vec<Statement> = journal.map_or_else(Vec::new, |journal| {
            tenants
                .iter()
                .map(|tenant| journal.head_query(tenant))
                .collect()
        });
        for head in &heads {
            self.prepared(head.sql).await.map_err(Undone::All)?;
        }
        self.prepared(&TRANSACTION_ID).await.map_err(Undone::All)?;
        let (id, heads) = match way {
            Way::Ahead => self.run_ahead(batch, &tenants, &heads).await?,
            Way::Apart => self.run_apart(batch, &tenants, &heads).await?,
        };
        if !batch.any_holds() {
            return Ok(None);
        }
        let heads: BTreeMap<TenantId, Option<Row>> = tenants.into_iter().zip(heads).collect();
        self.append(batch, journal, &heads).await?;
        Ok(Some(id))
    }

    /// Prepare what the batch needs before its transaction begins: a mistake in a text then concerns its own set alone.
    async fn prepare_all(&mut self, batch: &mut Batch) -> Result<(), Undone> {
        for member in batch.members.iter_mut().filter(|member| member.holds()) {
            for statement in &member.set.statements {
                match self.prepared(statement.sql).await {
                    Ok(_) => {}
                    Err(error @ StoreError::Unavailable(_)) => return Err(Undone::All(error)),
                    Err(error) => {
                        member.outcome = Err(error);
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Send everything, then read the answers: the transaction's id and the heads of `tenants`.
    ///
    /// The heads are locked first, so that every guard sees what was committed before this batch's entries: one that looked
    /// before it waited for the lock would not see what the other node changed meanwhile.
    async fn run_ahead(
        &self,
        batch: &mut Batch,
        tenants: &[TenantId],
        heads: &[Statement],
    ) -> Result<(i64, Vec<Option<Row>>), Undone> {
        let alone = batch.members.iter().filter(|member| member.holds()).count() == 1;
        let begin = Sent::new(self.client.batch_execute("BEGIN")).await;
        let heads = self.send_heads(heads).await?;
        let mut sent = Vec::new();
        for member in batch.members.iter_mut().filter(|member| member.holds()) {
            let Member { set, outcome, .. } = member;
            let mut answers = Vec::with_capacity(set.statements.len());
            for statement in &set.statements {
                answers.push((statement.expect, self.send(statement).await?));
            }
            sent.push((outcome, answers));
        }
        let id = self.send_id().await?;

        begin
            .answer()
            .await
            .map_err(|error| Undone::All(classify(&error)))?;
        let rows = read_heads(tenants, heads).await?;
        for (outcome, answers) in sent {
            let mut rows = Vec::with_capacity(answers.len());
            let mut failed = None;
            for (expect, answer) in answers {
                match answer.answer().await {
                    Ok(count) => {
                        failed = failed.or_else(|| unmet(expect, count));
                        rows.push(count);
                    }
                    Err(error) => {
                        failed = Some(member_failure(&error)?);
                        break;
                    }
                }
            }
            match failed {
                None => {
                    *outcome = Ok(Committed {
                        rows,
                        log_indexes: Vec::new(),
                    })
                }
                Some(_) if !alone => return Err(Undone::Apart),
                Some(error) => {
                    *outcome = Err(error);
                    return Ok((0, Vec::new()));
                }
            }
        }
        Ok((read_id(id).await?, rows))
    }

    /// Run the sets one by one, behind the heads; each keeps or loses its own.
    async fn run_apart(
        &self,
        batch: &mut Batch,
        tenants: &[TenantId],
        heads: &[Statement],
    ) -> Result<(i64, Vec<Option<Row>>), Undone> {
        self.batch("BEGIN").await.map_err(Undone::All)?;
        let heads = self.send_heads(heads).await?;
        let rows = read_heads(tenants, heads).await?;
        let mut before = "SAVEPOINT member";
        for member in batch.members.iter_mut().filter(|member| member.holds()) {
            let outcome = self.run_one(before, &member.set.statements).await?;
            before = match &outcome {
                Ok(_) => "RELEASE member; SAVEPOINT member",
                Err(_) => "ROLLBACK TO member; RELEASE member; SAVEPOINT member",
            };
            member.outcome = outcome;
        }
        let end = before.replace("; SAVEPOINT member", "");
        self.batch(&end).await.map_err(Undone::All)?;
        let id = self.send_id().await?;
        Ok((read_id(id).await?, rows))
    }

    async fn send_heads<'a>(
        &'a self,
        heads: &'a [Statement],
    ) -> Result<Vec<Sent<'a, Option<tokio_postgres::Row>>>, Undone> {
        let mut sent = Vec::with_capacity(heads.len());
        for head in heads {
            let asked = first_row(&self.client, self.find(head.sql)?, &head.params);
            sent.push(Sent::new(asked).await);
        }
        Ok(sent)
    }

    async fn send_id(&self) -> Result<Sent<'_, Option<tokio_postgres::Row>>, Undone> {
        let id = self.find(&TRANSACTION_ID)?;
        Ok(Sent::new(first_row(&self.client, id, &[])).await)
    }

    fn find(&self, sql: &'static Sql) -> Result<&tokio_postgres::Statement, Undone> {
        let prepared = self.statements.get(&std::ptr::from_ref(sql).addr());
        prepared
            .ok_or_else(|| Undone::All(StoreError::Internal("a statement is not prepared".into())))
    }

    async fn run_one(
        &self,
        before: &str,
        statements: &[Statement],
    ) -> Result<Result<Committed, StoreError>, Undone> {
        let before = Sent::new(self.client.batch_execute(before)).await;
        let mut sent = Vec::with_capacity(statements.len());
        for statement in statements {
            sent.push(self.send(statement).await?);
        }
        before
            .answer()
            .await
            .map_err(|error| Undone::All(classify(&error)))?;
        let mut rows = Vec::with_capacity(sent.len());
        let mut failed = None;
        for (answer, statement) in sent.into_iter().zip(statements) {
            match answer.answer().await {
                Ok(count) => {
                    failed = failed.or_else(|| unmet(statement.expect, count));
                    rows.push(count);
                }
                Err(error) => return Ok(Err(failed.unwrap_or(member_failure(&error)?))),
            }
        }
        Ok(failed.map_or(
            Ok(Committed {
                rows,
                log_indexes: Vec::new(),
            }),
            Err,
        ))
    }

    async fn send<'a>(&'a self, statement: &'a Statement) -> Result<Sent<'a, u64>, Undone> {
        let prepared = self.find(statement.sql)?;
        Ok(Sent::new(self.client.execute_raw(prepared, &statement.params)).await)
    }

    /// Let the journal write the log of all that held.
    async fn append(
        &mut self,
        batch: &mut Batch,
        journal: Option<&dyn Journal>,
        heads: &BTreeMap<TenantId, Option<Row>>,
    ) -> Result<(), Undone> {
        let mut firsts = BTreeMap::new();
        let mut appends = Vec::new();
        for (tenant, entries) in batch.entries() {
            let journal = journal.ok_or_else(|| {
                refused(
                    &tenant,
                    &StoreError::Internal("this database has no log".into()),
                )
            })?;
            let head = heads.get(&tenant).and_then(Option::as_ref);
            let appended = journal
                .append(&tenant, head, &entries)
                .map_err(|error| refused(&tenant, &error))?;
            firsts.insert(tenant.clone(), appended.first);
            appends.push((tenant, appended.statements));
        }
        for statement in appends.iter().flat_map(|(_, statements)| statements) {
            self.prepared(statement.sql).await.map_err(Undone::All)?;
        }
        let mut sent = Vec::new();
        for (tenant, statements) in &appends {
            for statement in statements {
                sent.push((tenant, statement.expect, self.send(statement).await?));
            }
        }
        for (tenant, expect, answer) in sent {
            let count = answer
                .answer()
                .await
                .map_err(|error| log_failure(tenant, &error))?;
            if let Some(error) = unmet(expect, count) {
                return Err(Undone::Collision(Some(tenant.clone()), error));
            }
        }
        batch.number(&firsts);
        Ok(())
    }
}

async fn read_heads(
    tenants: &[TenantId],
    heads: Vec<Sent<'_, Option<tokio_postgres::Row>>>,
) -> Result<Vec<Option<Row>>, Undone> {
    let mut rows = Vec::with_capacity(heads.len());
    for (tenant, head) in tenants.iter().zip(heads) {
        let head = head
            .answer()
            .await
            .map_err(|error| log_failure(tenant, &error))?;
        let head = head
            .map(|row| value::row(&row))
            .transpose()
            .map_err(|error| refused(tenant, &error))?;
        rows.push(head);
    }
    Ok(rows)
}

async fn read_id(id: Sent<'_, Option<tokio_postgres::Row>>) -> Result<i64, Undone> {
    let id = id
        .answer()
        .await
        .map_err(|error| Undone::All(classify(&error)))?;
    id.as_ref()
        .map_or(Ok(0), |row| row.try_get(0))
        .map_err(|error| Undone::All(classify(&error)))
}

async fn first_row(
    client: &Client,
    statement: &tokio_postgres::Statement,
    params: &[Value],
) -> Result<Option<tokio_postgres::Row>, Error> {
    let rows = client.query_raw(statement, params).await?;
    let rows: Vec<tokio_postgres::Row> = rows.try_collect().await?;
    Ok(rows.into_iter().next())
}

fn unmet(expect: Expect, rows: u64) -> Option<StoreError> {
    match expect {
        Expect::Rows(wanted, guard) if wanted != rows => Some(StoreError::Guard(guard)),
        _ => None,
    }
}

/// What a set's own failure is; `Err` if it concerns all.
fn member_failure(error: &Error) -> Result<StoreError, Undone> {
    match classify(error) {
        why if is_collision(error) => Err(Undone::Collision(None, why)),
        why @ StoreError::Unavailable(_) => Err(Undone::All(why)),
        why => Ok(why),
    }
}

fn log_failure(tenant: &TenantId, error: &Error) -> Undone {
    match member_failure(error) {
        // Nobody can lock a head that is not there yet: two nodes may begin a log at once, and one of them finds it begun.
        Ok(why @ StoreError::Duplicate) => Undone::Collision(Some(tenant.clone()), why),
        Ok(why) => refused(tenant, &why),
        Err(undone) => undone,
    }
}

fn refused(tenant: &TenantId, why: &StoreError) -> Undone {
    match why {
        StoreError::Unavailable(_) => Undone::All(why.clone()),
        why => Undone::Tenant(tenant.clone(), StoreError::Journal(why.to_string())),
    }
}
