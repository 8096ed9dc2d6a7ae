//! A password is judged while somebody types it. That is a kindness, and may cost those who sign in nothing: one judgement at a time,
//! on a thread of the hashers, and so many a minute for one network. Who gets none is told once the form is sent.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base::{Instant, Secret};
use parking_lot::Mutex;

use super::Verdict;
use crate::guess::network;
use crate::identity::Identity;
use crate::{Caller, IdentityError};

/// Judgements that a network has in hand. Somebody who types a long password, with pauses, asks for about twenty.
const BURST: u32 = 60;
/// One comes back after so long.
const EACH: Duration = Duration::from_millis(500);
/// Networks that are remembered. A crowd of them only means that the oldest begin anew.
const NETWORKS_MAX: usize = 1_024;

/// How much is being judged.
#[derive(Default)]
pub(crate) struct Typing {
    busy: AtomicBool,
    /// Until when each network has used up what comes back. A limit on work, so memory is good enough for it.
    spent: Mutex<HashMap<Vec<u8>, Instant>>,
}

/// The one judgement that runs. It ends when this is dropped, however the work ended.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Typing {
    fn turn(&self, network: Vec<u8>, now: Instant) -> Option<Turn<'_>> {
        if !self.may(network, now) {
            return None;
        }
        self.busy
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .ok()
            .map(|_| Turn(&self.busy))
    }

    fn may(&self, network: Vec<u8>, now: Instant) -> bool {
        let mut spent = self.spent.lock();
        if spent.len() >= NETWORKS_MAX {
            spent.retain(|_, until| *until > now);
            if spent.len() >= NETWORKS_MAX {
                spent.clear();
            }
        }
        let until = spent.entry(network).or_insert(now);
        let next = (*until).max(now).after(EACH);
        if next.since(now) > EACH * BURST {
            return false;
        }
        *until = next;
        true
    }
}

impl Identity {
    /// What is to be said of a password that is being typed, which is neither kept nor written down anywhere. `words` are the person's
    /// own; `alone`: it will be the only factor.
    ///
    /// # Errors
    /// [`IdentityError::Busy`]: not now; ask again after the next pause.
    pub async fn judge_while_typing(
        &self,
        caller: &Caller,
        password: &Secret<String>,
        words: &[&str],
        alone: bool,
    ) -> Result<Verdict, IdentityError> {
        let _turn = self
            .typing
            .turn(network(caller.address), caller.now)
            .ok_or(IdentityError::Busy)?;
        self.judge_password(&caller.tenant, password, words, alone)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros((1_700_000_000 + seconds) * 1_000_000)
    }

    #[test]
    fn one_at_a_time() {
        let typing = Typing::default();
        let turn = typing.turn(vec![1], at(0));
        assert!(turn.is_some());
        assert!(typing.turn(vec![2], at(0)).is_none());
        drop(turn);
        assert!(typing.turn(vec![2], at(0)).is_some());
    }

    #[test]
    fn a_network_that_asks_without_end_is_not_answered_and_others_are() {
        let typing = Typing::default();
        let asked = (0..1_000).filter(|_| typing.may(vec![1], at(0))).count();
        assert_eq!(asked, BURST as usize);
        assert!(typing.may(vec![2], at(0)));
        // Two a second come back, and no more than there were.
        assert_eq!((0..10).filter(|_| typing.may(vec![1], at(1))).count(), 2);
        let later = (0..1_000).filter(|_| typing.may(vec![1], at(600))).count();
        assert_eq!(later, BURST as usize);
    }

    #[test]
    fn a_crowd_of_networks_takes_no_more_room() {
        let typing = Typing::default();
        for n in 0..10_000_u32 {
            typing.may(n.to_be_bytes().to_vec(), at(0));
        }
        assert!(typing.spent.lock().len() <= NETWORKS_MAX);
    }
}
