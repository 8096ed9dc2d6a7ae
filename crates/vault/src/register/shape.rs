//! What a field's value may be.

/// The kinds of JSON value that a type allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A string of any content.
    Text,
    /// A string in base64; not looked at for card numbers word by word, since it has no words.
    Base64,
    /// A number without fraction or exponent.
    Integer,
    /// Any number.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// `2026-11-23`: a whole calendar day.
    Day,
    /// `2026`, `2026-11` or `2026-11-23`.
    Date,
    /// A date as above, or with a time and a zone.
    DateTime,
    /// A full date, time and zone.
    Instant,
    /// `13:45:00`.
    Time,
    /// A JSON object.
    Object,
    /// Any JSON value.
    Any,
}

impl Form {
    /// What was expected, for error messages.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Base64 => "a string in base64",
            Self::Integer => "a whole number",
            Self::Decimal => "a number",
            Self::Boolean => "true or false",
            Self::Day => "a day such as \"2026-11-23\"",
            Self::Date => "a date such as \"2026\", \"2026-11\" or \"2026-11-23\"",
            Self::DateTime => {
                "a date, or a date and time with zone such as \"2026-11-23T09:30:00+01:00\""
            }
            Self::Instant => "a date and time with zone such as \"2026-11-23T09:30:00.000Z\"",
            Self::Time => "a time such as \"13:45:00\"",
            Self::Object => "an object",
            Self::Any => "any value",
        }
    }

    /// Whether values are written as JSON strings.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Base64
                | Self::Day
                | Self::Date
                | Self::DateTime
                | Self::Instant
                | Self::Time
        )
    }
}

/// A type's name as the register writes it, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The name, e.g. `text` or `HumanName`.
    pub name: &'static str,
    /// What JSON it is.
    pub form: Form,
    /// Whether it is a FHIR primitive, which may have a companion `_name`.
    pub primitive: bool,
}

const fn simple(name: &'static str, form: Form) -> Shape {
    Shape {
        name,
        form,
        primitive: false,
    }
}

const fn primitive(name: &'static str, form: Form) -> Shape {
    Shape {
        name,
        form,
        primitive: true,
    }
}

const fn complex(name: &'static str) -> Shape {
    Shape {
        name,
        form: Form::Object,
        primitive: false,
    }
}

/// Every type that a register may name: our own first, then those of FHIR R4 (hl7.org/fhir/R4/datatypes.html).
pub(super) const SHAPES: &[Shape] = &[
    simple("text", Form::Text),
    primitive("code", Form::Text),
    primitive("integer", Form::Integer),
    primitive("decimal", Form::Decimal),
    primitive("boolean", Form::Boolean),
    simple("day", Form::Day),
    primitive("date", Form::Date),
    simple("datetime", Form::DateTime),
    primitive("instant", Form::Instant),
    primitive("time", Form::Time),
    simple("object", Form::Object),
    simple("any", Form::Any),
    primitive("string", Form::Text),
    primitive("markdown", Form::Text),
    primitive("id", Form::Text),
    primitive("uri", Form::Text),
    primitive("url", Form::Text),
    primitive("canonical", Form::Text),
    primitive("oid", Form::Text),
    primitive("uuid", Form::Text),
    primitive("xhtml", Form::Text),
    primitive("base64Binary", Form::Base64),
    primitive("dateTime", Form::DateTime),
    primitive("positiveInt", Form::Integer),
    primitive("unsignedInt", Form::Integer),
    complex("Address"),
    complex("Age"),
    complex("Annotation"),
    complex("Attachment"),
    complex("BackboneElement"),
    complex("CodeableConcept"),
    complex("Coding"),
    complex("ContactDetail"),
    complex("ContactPoint"),
    complex("Contributor"),
    complex("Count"),
    complex("DataRequirement"),
    complex("Distance"),
    complex("Dosage"),
    complex("Duration"),
    complex("Element"),
    complex("ElementDefinition"),
    complex("Expression"),
    complex("Extension"),
    complex("HumanName"),
    complex("Identifier"),
    complex("MarketingStatus"),
    complex("Meta"),
    complex("Money"),
    complex("MoneyQuantity"),
    complex("Narrative"),
    complex("ParameterDefinition"),
    complex("Period"),
    complex("Population"),
    complex("ProdCharacteristic"),
    complex("ProductShelfLife"),
    complex("Quantity"),
    complex("Range"),
    complex("Ratio"),
    complex("Reference"),
    complex("RelatedArtifact"),
    complex("Resource"),
    complex("SampledData"),
    complex("Signature"),
    complex("SimpleQuantity"),
    complex("SubstanceAmount"),
    complex("Timing"),
    complex("TriggerDefinition"),
    complex("UsageContext"),
];

impl Shape {
    /// The type called `name`.
    pub(super) fn named(name: &str) -> Option<Self> {
        SHAPES.iter().copied().find(|shape| shape.name == name)
    }
}
