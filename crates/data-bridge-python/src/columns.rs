//! Many rows as one array for each column: how bulk statements get their values.
#![expect(
    unsafe_code,
    reason = "values are lent to other threads while this one waits for them"
)]

mod records;

use std::sync::OnceLock;

use bytes::BytesMut;
use data_bridge_postgres::types::array::Encoder;
use data_bridge_postgres::types::column::{Elements, Values, encode as encode_piece, header};
use data_bridge_postgres::types::composed::{ARRAY, Kind};
use data_bridge_postgres::types::{AnyCodec, Codec, DataType};
use data_bridge_postgres::write_value;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

pub(crate) use self::records::ColumnRecords;
use crate::error::{Failure, interface_error, parameter_error};
use crate::model_layout::ModelLayout;
use crate::parameter::{ParameterError, column, encode};

/// Rows from which a second core is worth its start: 0.99 of the time of one core at 2,000 rows,
/// 1.14 to 1.2 times as fast from 5,000 up, measured by `python -m benchmarks.bulk_encoding`.
const PARALLEL_ROWS: usize = 5_000;

/// Rows that are handed over at once: their values stay in the cache that the cores share.
const PIECE: usize = 2_048;

/// Rows, and the columns of them that are bound: `$1` is an array of all values of the first. For
/// COPY they are an iterable of tuples.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct Columns {
    rows: Py<PyList>,
    names: Py<PyTuple>,
    layout: Option<Py<ModelLayout>>,
    required: Vec<bool>,
    parallel: Option<bool>,
    keys: Option<Py<PyList>>,
}

#[pymethods]
impl Columns {
    /// `rows` are instances of the layout's class, or dicts with a value for each of `columns`.
    /// `required` says of each column whether None is refused, and where it says nothing None is
    /// taken. Whether other cores encode is decided by the number of rows, unless `parallel` says
    /// it.
    #[new]
    #[pyo3(signature = (rows, columns, layout, *, required=Vec::new(), parallel=None))]
    fn new(
        rows: Py<PyList>,
        columns: Py<PyTuple>,
        layout: Option<Py<ModelLayout>>,
        required: Vec<bool>,
        parallel: Option<bool>,
    ) -> Self {
        Self {
            rows,
            names: columns,
            layout,
            required,
            parallel,
            keys: None,
        }
    }

    /// The same with the values of one more column of the tuples, which stand nowhere in the rows.
    fn with_keys(&self, py: Python<'_>, keys: Py<PyList>) -> Self {
        Self {
            rows: self.rows.clone_ref(py),
            names: self.names.clone_ref(py),
            layout: self.layout.as_ref().map(|layout| layout.clone_ref(py)),
            required: self.required.clone(),
            parallel: self.parallel,
            keys: Some(keys),
        }
    }

    fn __iter__(&self, py: Python<'_>) -> PyResult<ColumnRecords> {
        ColumnRecords::new(py, self)
    }
}

impl Columns {
    pub(crate) fn len(&self, py: Python<'_>) -> usize {
        self.names.bind(py).len()
    }

    /// Writes one array parameter for each column.
    pub(crate) fn encode(
        &self,
        py: Python<'_>,
        parameters: &[DataType],
        out: &mut BytesMut,
    ) -> Result<(), Failure> {
        let rows = self.rows.bind(py);
        let parallel = self
            .parallel
            .unwrap_or_else(|| rows.len() >= PARALLEL_ROWS && rayon::current_num_threads() > 1);
        if parallel && self.encode_overlapped(py, parameters, out)? {
            return Ok(());
        }
        let mut arrays = Vec::with_capacity(parameters.len());
        for (place, parameter) in parameters.iter().enumerate() {
            let source = self.source(py, place)?;
            let required = self.required(place);
            arrays.push(Array::new(
                py,
                source,
                required,
                place,
                parameter,
                rows.len(),
            )?);
        }
        // Row by row, so that each row is fetched into the cache once.
        for (i, row) in rows.iter().enumerate() {
            for array in &mut arrays {
                let value = array.source.read(&row, i)?;
                array
                    .push(&value)
                    .map_err(|error| refused(py, error, array.place, i, array.parameter))?;
            }
        }
        for mut array in arrays {
            array
                .encoder
                .finish(&mut array.bytes)
                .map_err(|error| refused(py, error.into(), array.place, 0, array.parameter))?;
            write_array(&array.bytes, out)?;
        }
        Ok(())
    }

    /// Takes the values out of Python piece by piece, while rayon's threads encode the pieces
    /// before; false, with nothing written, when there is a value that this cannot do, or that
    /// is to be refused.
    fn encode_overlapped(
        &self,
        py: Python<'_>,
        parameters: &[DataType],
        out: &mut BytesMut,
    ) -> Result<bool, Failure> {
        let mut elements = Vec::with_capacity(parameters.len());
        let mut sources = Vec::with_capacity(parameters.len());
        for (place, parameter) in parameters.iter().enumerate() {
            let AnyCodec::BuiltIn(Codec::Array(&element)) = parameter.codec else {
                return Ok(false);
            };
            elements.push(element);
            sources.push((self.source(py, place)?, self.required(place)));
        }
        let rows = self.rows.bind(py);
        let count = rows.len();
        let pieces: Vec<OnceLock<Option<Vec<Elements>>>> = (0..count.div_ceil(PIECE))
            .map(|_| OnceLock::new())
            .collect();
        let elements = &elements[..];
        let texts = elements
            .iter()
            .filter(|e| matches!(e, Codec::Text | Codec::Varchar))
            .count();
        let mut held = Vec::with_capacity(count * texts);
        let taken = rayon::in_place_scope(|scope| {
            for (number, piece) in pieces.iter().enumerate() {
                let start = number * PIECE;
                let end = count.min(start + PIECE);
                let mut values: Vec<Values<'_>> = elements
                    .iter()
                    .map(|element| column::piece(*element, end - start))
                    .collect::<Option<_>>()?;
                for i in start..end {
                    let row = rows.get_item(i).ok()?;
                    for ((source, required), values) in sources.iter().zip(&mut values) {
                        let object = source.read(&row, i).ok()?;
                        if *required && object.is_none() {
                            return None;
                        }
                        // SAFETY: `held` is dropped behind the scope.
                        unsafe { column::push(values, object, &mut held)? };
                    }
                }
                scope.spawn(move |_| {
                    let encoded = elements.iter().zip(&values);
                    let encoded =
                        encoded.map(|(element, values)| encode_piece(*element, values).ok());
                    piece.get_or_init(|| encoded.collect());
                });
            }
            Some(())
        });
        let pieces: Option<Vec<Vec<Elements>>> = pieces
            .into_iter()
            .map(|piece| piece.into_inner().flatten())
            .collect();
        let (Some(()), Some(pieces), Ok(count)) = (taken, pieces, i32::try_from(count)) else {
            return Ok(false);
        };
        let size: usize = pieces.iter().flatten().map(|piece| piece.bytes.len()).sum();
        out.reserve(size + elements.len() * 24);
        for (place, element) in elements.iter().enumerate() {
            let column = pieces.iter().map(|piece| &piece[place]);
            let nulls = column.clone().any(|piece| piece.nulls);
            write_value(out, |out| {
                header(*element, count, nulls, out);
                column.for_each(|piece| out.extend_from_slice(&piece.bytes));
                Ok::<_, Failure>(true)
            })?;
        }
        Ok(true)
    }

    /// Whether None is refused in a column.
    fn required(&self, place: usize) -> bool {
        self.required.get(place).copied().unwrap_or(false)
    }

    /// Where the values of a column come from.
    fn source(&self, py: Python<'_>, place: usize) -> PyResult<Source> {
        let name = self
            .names
            .bind(py)
            .get_item(place)?
            .cast_into::<PyString>()?;
        let Some(layout) = &self.layout else {
            return Ok(Source::Key(name.unbind()));
        };
        let Some(column) = layout.get().position(name.to_str()?) else {
            let reason = format!("the model has no column {name:?}");
            return Err(interface_error(py, &reason));
        };
        Ok(Source::Slot {
            layout: layout.clone_ref(py),
            column,
            name: name.unbind(),
        })
    }
}

/// Where a value of a row comes from.
#[derive(Debug)]
enum Source {
    /// A dict's key.
    Key(Py<PyString>),
    /// An instance's slot.
    Slot {
        layout: Py<ModelLayout>,
        column: usize,
        name: Py<PyString>,
    },
}

impl Source {
    #[inline]
    fn read<'py>(&self, row: &Bound<'py, PyAny>, number: usize) -> PyResult<Bound<'py, PyAny>> {
        let py = row.py();
        let (value, name) = match self {
            Self::Key(name) => (row.cast::<PyDict>()?.get_item(name.bind(py))?, name),
            Self::Slot {
                layout,
                column,
                name,
            } => (layout.get().read(row, *column)?, name),
        };
        value.ok_or_else(|| {
            let (number, name) = (number + 1, name.bind(py));
            interface_error(py, &format!("row {number}: no value for column {name:?}"))
        })
    }
}

/// The array of a column, on its way to be a parameter.
struct Array<'a> {
    source: Source,
    required: bool,
    place: usize,
    parameter: &'a DataType,
    element: AnyCodec,
    encoder: Encoder,
    bytes: BytesMut,
}

impl<'a> Array<'a> {
    fn new(
        py: Python<'_>,
        source: Source,
        required: bool,
        place: usize,
        parameter: &'a DataType,
        rows: usize,
    ) -> Result<Self, Failure> {
        let (codec, element) = match &parameter.codec {
            AnyCodec::BuiltIn(codec @ Codec::Array(element)) => (*codec, (**element).into()),
            AnyCodec::Composed(composed) if let Kind::Array(element) = &composed.kind => {
                (ARRAY, element.clone())
            }
            _ => {
                let reason = format!("a bulk statement binds arrays, and ${} is none", place + 1);
                return Err(interface_error(py, &reason).into());
            }
        };
        let mut bytes = BytesMut::with_capacity(20 + rows * 16);
        let format = element.format();
        let encoder = Encoder::bounded(codec, element.oid, format, &[rows], &[], &mut bytes)
            .map_err(|error| refused(py, error.into(), place, 0, parameter))?;
        Ok(Self {
            source,
            required,
            place,
            parameter,
            element: element.codec,
            encoder,
            bytes,
        })
    }

    #[inline]
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), ParameterError> {
        if value.is_none() {
            if self.required {
                return Err(ParameterError::missing());
            }
            self.encoder.null(&mut self.bytes);
            return Ok(());
        }
        let element = &self.element;
        self.encoder
            .element(&mut self.bytes, |out| encode(value, element, out))
    }
}

fn write_array(array: &[u8], out: &mut BytesMut) -> Result<(), Failure> {
    write_value(out, |out| {
        out.extend_from_slice(array);
        Ok(true)
    })
}

/// `place` and `row` count from 0; the message from 1.
fn refused(
    py: Python<'_>,
    error: ParameterError,
    place: usize,
    row: usize,
    parameter: &DataType,
) -> Failure {
    parameter_error(py, error, place + 1, Some(row + 1), parameter).into()
}
