//! One JSON document: checked against the register, split into parts by class, put together again.
