//! What goes in comes out; what must not come in is refused with its place.

mod real;
mod synthetic;
