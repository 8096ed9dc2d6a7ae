//! What is kept about a person: the register that says what may be kept, and the documents it lets in.

pub mod document;
pub mod fhir;
pub mod register;
pub mod synth;
