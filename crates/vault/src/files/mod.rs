//! Files: sealed in segments as they stream in, opened in any range, refused whole when one bit is wrong.

mod delete;
mod download;
mod list;
mod row;
mod upload;

pub(crate) use row::{FileRow, lies};

pub use download::{Download, Span};
pub use list::{FileLine, FilePage};
pub use row::FileHead;
pub use upload::{Source, Upload, Uploaded};
