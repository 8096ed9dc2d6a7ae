//! The machine's source of chance.

use base::Rng;

/// Random bytes of the cipher library: a generator per thread, seeded and reseeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    /// # Panics
    /// When the machine has no randomness to give: to go on with a guessable key would be worse.
    #[expect(
        clippy::expect_used,
        reason = "Invariant: nothing is sealed with a key that could be guessed"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the machine has no randomness");
    }
}
