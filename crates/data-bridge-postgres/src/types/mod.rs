//! `PostgreSQL`'s types in the binary format, in both directions.
//!
//! A [`Codec`] names the type of a column or parameter; [`decode`] reads a value of it and hands it to a
//! [`Sink`], which makes whatever it makes of it: the Python binding makes Python objects, [`value::Values`]
//! makes [`Value`]s. The way back is a plain function per family that writes into a `BytesMut`, which
//! [`value::encode`] ties together for [`Value`]s. Lengths and NULL are the caller's: these functions see
//! and write the bytes of one value that is there.

pub mod array;
pub mod bit;
pub mod codec;
pub mod column;
pub mod composed;
pub mod composite;
mod data_type;
pub mod date;
pub mod error;
pub mod geometry;
pub mod hstore;
pub mod inet;
pub mod int_vector;
pub mod interval;
pub mod json;
pub mod lsn;
pub mod mac_address;
pub mod number;
pub mod numeric;
pub mod range;
pub mod sink;
pub mod snapshot;
pub mod text;
pub mod tid;
pub mod time;
pub mod timestamp;
pub mod uuid;
pub mod value;
pub mod vector;

pub use codec::{Codec, Format, TextForm};
pub use composed::Composed;
pub use data_type::{AnyCodec, DataType};
pub use date::Date;
pub use error::{DecodeError, EncodeError};
pub use geometry::Geometry;
pub use inet::Inet;
pub use interval::Interval;
pub use numeric::Numeric;
pub use sink::{Sink, decode};
pub use tid::Tid;
pub use time::{Time, TimeTz};
pub use timestamp::Timestamp;
pub use value::{Value, encode};
