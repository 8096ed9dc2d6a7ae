//! dpop
