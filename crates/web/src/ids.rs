//! Ids of requests. Every request takes one, and asking the source of chance for 16 bytes costs twenty times what they cost in bulk.

use std::sync::{Arc, Mutex, PoisonError};

use base::{RequestId, Rng};

/// Ids that are asked for at once.
const AT_ONCE: usize = 64;
const ID_BYTES: usize = 16;

/// Gives out request ids. An id is no secret once its answer has left, so what waits here is not wiped.
pub(crate) struct RequestIds {
    rng: Arc<dyn Rng>,
    ahead: Mutex<Vec<RequestId>>,
}

impl RequestIds {
    pub(crate) fn new(rng: Arc<dyn Rng>) -> Self {
        Self {
            rng,
            ahead: Mutex::new(Vec::with_capacity(AT_ONCE)),
        }
    }

    /// An id that no other request has.
    pub(crate) fn next(&self) -> RequestId {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = ahead.pop() {
            return id;
        }
        let mut bytes = [0; AT_ONCE * ID_BYTES];
        self.rng.fill(&mut bytes);
        let (ids, _) = bytes.as_chunks();
        ahead.extend(ids.iter().map(|bytes| RequestId::from_random(*bytes)));
        ahead.pop().unwrap_or_else(|| RequestId::random(&*self.rng))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_requests_share_an_id() {
        let ids = RequestIds::new(Arc::new(base::SeededRng::new(1)));
        let given: HashSet<_> = (0..AT_ONCE * 3).map(|_| ids.next()).collect();
        assert_eq!(given.len(), AT_ONCE * 3);
    }
}
