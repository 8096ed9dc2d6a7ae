//! Removing recovery points whose time is over, and every byte that only they needed. Runs apart from what writes.
//!
//! Their keys go first ([`destroy_keys`]): whether files can be removed, is up to where they lie; and a point without its key opens for nobody.
//!
//! Files go in two steps, a day apart: what nothing needs any more is marked first and removed by a later run, so that a point that is being made
//! meanwhile can still take it over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base::Instant;
use rustic_core::jiff::Span;
use rustic_core::{LimitOption, PruneOptions};

use crate::apart::Opens;
use crate::early::{Destruction, Of};
use crate::progress::Watch;
use crate::repository::{Access, Line, Repository, blocking, line, ours};
use crate::{ContinuityError, sent_files, stream};

/// What is marked is removed by a run so long after; a backup takes less.
pub const SETTLE: Duration = Duration::from_hours(23);

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Points that are gone.
    pub gone: Vec<Line>,
    /// Points that are left.
    pub left: usize,
    /// Keys that were destroyed, of points and of hours.
    pub keys: Destroyed,
    /// Pieces of the stream that are gone.
    pub pieces: u64,
    /// Files that were sent beside them, and are gone.
    pub files: u64,
    /// Bytes that were removed now.
    pub removed_bytes: u64,
    /// Bytes that nothing needs any more, and that a later run removes.
    pub marked_bytes: u64,
}

/// Keys that were destroyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Destroyed {
    /// Of points: nobody opens them any more.
    pub points: u64,
    /// Of hours in which something was sent.
    pub hours: u64,
}

/// Destroy the keys of points that are older than `keep` at `now`, or belong to `early`, and of hours that nothing which is left goes on with.
/// The newest point's key stays, as the point does.
///
/// # Errors
/// [`ContinuityError`]. Where the repository cannot be asked, the keys whose time is over are destroyed all the same.
pub async fn destroy_keys(
    repository: &Repository,
    keep: Duration,
    early: &[Destruction],
    now: Instant,
) -> Result<Destroyed, ContinuityError> {
    let points = match repository.points().await {
        Err(ContinuityError::NoRepository(_)) => Ok(Vec::new()),
        points => points,
    };
    let known = points.as_deref().unwrap_or_default();
    let is_early = |line: &Line| early.iter().any(|it| it.takes(line));
    let before = before(known, is_early, now.before(keep));
    let ids = |lines: &mut dyn Iterator<Item = &Line>| -> BTreeSet<_> {
        lines.filter_map(|line| line.id).collect()
    };
    let gone_early = ids(&mut known.iter().filter(|line| is_early(line)));
    let newest = known.iter().max_by_key(|line| line.taken_at);
    let newest = ids(&mut newest.into_iter());
    let all_until = early.iter().filter(|it| matches!(it.of, Of::All));
    let all_until = all_until.map(|it| it.proposed_at).max();
    let apart = repository.apart().clone();
    let destroyed = blocking(move || {
        let all = apart.all()?;
        let newest_key = all
            .iter()
            .filter(|it| matches!(it.opens, Opens::Point(_)))
            .max_by_key(|it| it.at);
        let newest_key = newest_key.map(|it| it.opens);
        let is_over = |at: Instant| now > at && now.since(at) > keep;
        let mut destroyed = Destroyed::default();
        for kept in &all {
            let over = match kept.opens {
                Opens::Point(id) => {
                    let stays = newest.contains(&id) || newest_key == Some(kept.opens);
                    let early =
                        gone_early.contains(&id) || all_until.is_some_and(|until| kept.at <= until);
                    early || (is_over(kept.at) && !stays)
                }
                Opens::Hour => kept.until() <= before,
                // Who has it could try guesses on blocks of what is gone.
                Opens::Blocks => is_over(kept.at) || !gone_early.is_empty() || all_until.is_some(),
            };
            if over {
                apart.destroy(kept)?;
                match kept.opens {
                    Opens::Point(_) => destroyed.points += 1,
                    Opens::Hour => destroyed.hours += 1,
                    Opens::Blocks => {}
                }
            }
        }
        if apart.is_there() {
            apart.sweep()?;
        }
        Ok(destroyed)
    })
    .await?;
    points?;
    Ok(destroyed)
}

/// Remove the points that are older than `keep` at `now`, and what only they needed once it has been marked for `settle`. The newest point
/// stays, however old it is: who makes none has none to spare.
///
/// # Errors
/// [`ContinuityError`]; can be repeated.
pub async fn prune(
    repository: &Repository,
    (keep, settle): (Duration, Duration),
    now: Instant,
    watch: Arc<dyn Watch>,
) -> Result<Pruned, ContinuityError> {
    prune_also(repository, (keep, settle), &[], now, watch).await
}

/// [`prune`], and the points of `early`, however young they are: with them goes what was sent since a point that is gone.
///
/// # Errors
/// [`ContinuityError`]; can be repeated.
pub async fn prune_also(
    repository: &Repository,
    (keep, settle): (Duration, Duration),
    early: &[Destruction],
    now: Instant,
    watch: Arc<dyn Watch>,
) -> Result<Pruned, ContinuityError> {
    let keys = destroy_keys(repository, keep, early, now).await?;
    let early = early.to_vec();
    let is_early = move |line: &Line| early.iter().any(|it| it.takes(line));
    let points = repository.points().await?;
    let before = before(&points, is_early.clone(), now.before(keep));
    let (pieces, piece_bytes) = stream::prune(repository, Access::Prune, before).await?;
    let (files, file_bytes) = sent_files::prune(repository, Access::Prune, before).await?;
    let this = repository.clone();
    blocking(move || {
        let opened = this.open(Access::Prune, Arc::default(), watch)?;
        let mut all = ours(&opened)?;
        all.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.time.timestamp()));
        let is_over = |line: &Line| now > line.taken_at && now.since(line.taken_at) > keep;
        let (gone, ids): (Vec<_>, Vec<_>) = all
            .iter()
            .enumerate()
            .map(|(at, snapshot)| (at, line(snapshot), snapshot.id))
            .filter(|(at, line, _)| (*at > 0 && is_over(line)) || is_early(line))
            .map(|(_, line, id)| (line, id))
            .unzip();
        if !ids.is_empty() {
            opened.delete_snapshots(&ids)?;
        }
        let seconds = i64::try_from(settle.as_secs()).unwrap_or(i64::MAX);
        let span = Span::new()
            .try_seconds(seconds)
            .map_err(|_| ContinuityError::Internal("a time that is too long"))?;
        // To the last byte: what is left over of a point whose time is over is as bad as the point.
        let mut options = PruneOptions::default();
        options.keep_delete = span;
        options.max_unused = LimitOption::Percentage(0);
        options.max_repack = LimitOption::Unlimited;
        let plan = opened.prune_plan(&options)?;
        let sizes = plan.stats.size_sum();
        let pruned = Pruned {
            left: all.len() - gone.len(),
            keys,
            pieces,
            files,
            gone,
            removed_bytes: piece_bytes
                + file_bytes
                + plan.stats.size_to_delete.remove
                + plan.stats.size_unref,
            marked_bytes: sizes.remove + sizes.repackrm + plan.stats.size_to_delete.keep,
        };
        opened.prune(&options, plan)?;
        Ok(pruned)
    })
    .await
}

/// The moment before which nothing that was sent is of use: `over`, or, where points go early, that of the oldest point that stays, or of the
/// newest that goes, where none stays. What was sent between two points goes on from the older one, and leads nowhere without it.
fn before(points: &[Line], is_early: impl Fn(&Line) -> bool, over: Instant) -> Instant {
    let (gone, left): (Vec<_>, Vec<_>) = points.iter().partition(|line| is_early(line));
    let useless = match left.iter().map(|line| line.taken_at).min() {
        _ if gone.is_empty() => None,
        Some(oldest) => Some(oldest),
        None => gone.iter().map(|line| line.taken_at).max(),
    };
    useless.map_or(over, |useless| over.max(useless))
}
