//! A codec of somebody's own.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::types::{Codec, DecodeError, Format, json};

/// How somebody reads and writes the values of a type in a way of his own.
#[derive(Clone, Debug)]
pub struct Custom {
    /// In which form he takes and gives them.
    pub form: Format,
    /// How the type's binary form differs from its text form.
    pub binary: BinaryForm,
    /// The caller's own.
    pub handle: Handle,
}

/// How a type's binary form differs from its text form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryForm {
    /// It is another.
    Other,
    /// Not at all: its values travel in binary even for a codec that takes text, so that they are
    /// found inside of other values, too.
    Text,
    /// By the version in front, as that of `jsonb`.
    VersionedText,
}

/// What the caller keeps with a codec of his own.
#[derive(Clone)]
pub struct Handle(pub Arc<dyn Any + Send + Sync>);

impl fmt::Debug for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Handle")
    }
}

impl Custom {
    /// The format in which the values travel.
    #[must_use]
    pub const fn format(&self) -> Format {
        match (self.form, self.binary) {
            (Format::Text, BinaryForm::Other) => Format::Text,
            _ => Format::Binary,
        }
    }

    /// What stands in front of what the codec gives.
    #[must_use]
    pub const fn prefix(&self) -> &'static [u8] {
        match (self.form, self.binary) {
            (Format::Text, BinaryForm::VersionedText) => &[1],
            _ => &[],
        }
    }

    /// What the codec takes, of the bytes of a value.
    pub(super) fn strip<'a>(&self, raw: &'a [u8]) -> Result<&'a [u8], DecodeError> {
        match (self.form, self.binary) {
            (Format::Text, BinaryForm::VersionedText) => json::unversioned(Codec::Jsonb, raw),
            _ => Ok(raw),
        }
    }
}
