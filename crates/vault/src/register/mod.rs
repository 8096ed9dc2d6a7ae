//! The data register: which collections and fields there are, and how each is protected.
