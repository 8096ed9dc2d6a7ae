//! What a sealed thing opened to: overwritten when it is let go.

use std::fmt;
use std::ops::Deref;

/// Opened bytes. Mute in `Debug`, never grown (a grown vector leaves a copy behind), overwritten on drop: in one go, since byte by
/// byte it took longer than deciphering them.
pub struct Plain(Box<[u8]>);

impl Plain {
    pub(crate) fn zeros(len: usize) -> Self {
        Self(vec![0; len].into_boxed_slice())
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Deref for Plain {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.0.fill(0);
        // What the compiler believes somebody still reads, it does not leave out.
        zeroize::optimization_barrier(&*self.0);
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plain({} bytes)", self.0.len())
    }
}
