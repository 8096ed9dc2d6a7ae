//! A limit on everything, with its unit in the name and its reason beside it.

/// One record's JSON text. The largest official FHIR R4 example resource is about 3 MB (a bundle of profiles).
pub const RECORD_BYTES_MAX: usize = 4 << 20;
/// One JSON request body that is not a batch or a bundle.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// A batch or a FHIR transaction bundle: a large synthetic patient is about 25 MB.
pub const BATCH_BYTES_MAX: usize = 64 << 20;
/// Items in one batch.
pub const BATCH_ITEMS_MAX: usize = 10_000;
/// How deep JSON may nest. FHIR needs about 20 (Questionnaire items, contained extensions).
pub const JSON_DEPTH_MAX: usize = 64;
/// Digits in one JSON number: beyond this no reader agrees with another.
pub const NUMBER_DIGITS_MAX: usize = 64;
/// Items on one page of a list.
pub const PAGE_ITEMS_MAX: usize = 1_000;
/// Items on one page of a list when nobody says.
pub const PAGE_ITEMS_DEFAULT: usize = 50;
/// One uploaded file: 64 GiB. Segment numbers would allow far more.
pub const FILE_BYTES_MAX: u64 = 64 << 30;
/// A file's name, in bytes of UTF-8 (the limit of common file systems).
pub const FILE_NAME_BYTES_MAX: usize = 255;
/// One header's value.
pub const HEADER_BYTES_MAX: usize = 8 << 10;
/// An `Idempotency-Key`.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 128;
/// One entry of the log: `tlog-tiles` frames it by a 16-bit length.
pub const LOG_ENTRY_BYTES_MAX: usize = 65_535;
