//! A point that is being filled in, taken forward.

use base::Instant;
use store::snapshot::Filling;

use super::read;
use crate::ContinuityError;
use crate::manifest::StreamAt;
use crate::pieces::{self, BROKEN, MISSING};
use crate::repository::Repository;
use crate::stream::Forwarded;

/// Take what is being filled in, as a point had it that says `from`, forward to `until`.
///
/// # Errors
/// [`ContinuityError::Broken`] where a piece is missing or is not what was written; then nothing was filled in.
pub async fn forward(
    repository: &Repository,
    from: &StreamAt,
    until: Instant,
    filling: &mut Filling,
) -> Result<Forwarded, ContinuityError> {
    let position = from.position.ok_or(ContinuityError::Broken(
        "its manifest does not say where the stream goes on",
    ))?;
    let there = pieces::from(repository, &from.chain, from.next).await?;
    let last = there.iter().rposition(|it| it.at <= until);
    let count = last.map_or(0, |last| last + 1);
    let mut done = Forwarded {
        goes_on: count < there.len(),
        ..Forwarded::default()
    };
    // Behind a piece that is a part of more nobody stops: whoever sent it was interrupted, and sent all of it anew.
    let mut taken = there.get(..count).unwrap_or_default();
    let end = loop {
        let Some((piece, before)) = taken.split_last() else {
            return Ok(done);
        };
        let (head, _) = read(&pieces::open(repository, &from.chain, piece).await?)?;
        if head.ends {
            break head.position;
        }
        taken = before;
    };
    if end < position {
        // The point already is the later state; this would take it back.
        return Ok(done);
    }
    let mut expected = from.next;
    for piece in taken {
        // Two of one number begin with the same: a sender that was given up for lost put one of them.
        if piece.number != expected && Some(piece.number) != expected.checked_sub(1) {
            return Err(MISSING);
        }
        let (head, changes) = read(&pieces::open(repository, &from.chain, piece).await?)?;
        let named = (piece.number, piece.at.micros());
        if (head.number, head.at) != named || head.chain != from.chain {
            return Err(BROKEN);
        }
        filling.forward(&changes).await?;
        expected = piece.number + 1;
        done.pieces += 1;
        if head.ends {
            done.until = Some(head.since());
        }
    }
    Ok(done)
}
