//! One call of a connection: its arguments, and what becomes of its rows.
#![expect(
    unsafe_code,
    reason = "the interpreter is attached whenever the engine calls back"
)]

use data_bridge_postgres::types::AnyCodec;
use data_bridge_postgres::{Binder, Column, Connection, DataRow, Error, Request, Statement};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyNone, PyString, PyTuple};

use crate::arguments::Arguments;
use crate::copy::Copied;
use crate::description::Description;
use crate::error::{Failure, interface_error};
use crate::model_layout::ModelLayout;
use crate::record::{RecordBuilder, RecordShape, record_type};
use crate::value::{decode, is_atom};

/// What a call gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// The tag of the command; rows are dropped.
    Status,
    /// All rows, in a list.
    Rows,
    /// The first column of all rows, in a list.
    Column,
    /// The first row, or None.
    Row,
    /// A value of the first row, by its column's index.
    Value(usize),
}

impl Want {
    /// The column that is wanted, where one is.
    const fn column(self) -> usize {
        match self {
            Self::Value(column) => column,
            _ => 0,
        }
    }

    /// A value by its column's index, from 0.
    pub(crate) fn value(py: Python<'_>, column: isize) -> PyResult<Self> {
        usize::try_from(column)
            .map(Self::Value)
            .map_err(|_| interface_error(py, &format!("there is no column {column}")))
    }
}

/// What is kept with a prepared statement.
#[derive(Debug)]
pub(crate) struct StatementLayout {
    codecs: Vec<AnyCodec>,
    atoms: bool,
    shape: Py<RecordShape>,
}

impl StatementLayout {
    pub(crate) fn new(py: Python<'_>, columns: &[Column]) -> PyResult<Self> {
        let names = PyTuple::new(py, columns.iter().map(|c| PyString::intern(py, &c.name)))?;
        let codecs: Vec<AnyCodec> = columns.iter().map(|c| c.data_type.codec.clone()).collect();
        Ok(Self {
            atoms: codecs.iter().all(is_atom),
            shape: Py::new(py, RecordShape::new(&names)?)?,
            codecs,
        })
    }

    /// The record of a row that has as many values as there are columns.
    #[inline]
    pub(crate) fn record<'py>(
        &self,
        py: Python<'py>,
        row: &mut DataRow<'_>,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        let shape = self.shape.bind(py);
        let mut record = RecordBuilder::new(record_type(py)?, shape, self.codecs.len())?;
        for codec in &self.codecs {
            record.push(decode(py, codec, row.next_value()?)?);
        }
        Ok(record.finish(self.atoms))
    }

    /// How many columns there are.
    pub(crate) fn len(&self) -> usize {
        self.codecs.len()
    }
}

/// What Python asks of a connection.
#[derive(Debug)]
pub(crate) struct Call {
    want: Want,
    /// `None` for a script, which takes none.
    arguments: Option<Arguments>,
    model: Option<Py<ModelLayout>>,
}

impl Call {
    /// A statement's execution; a script's when no arguments are given.
    pub(crate) fn new(want: Want, arguments: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        Ok(Self {
            want,
            arguments: arguments.map(Arguments::from_python).transpose()?,
            model: None,
        })
    }

    /// An execution for each of many rows.
    pub(crate) const fn for_rows(want: Want, rows: Py<PyList>) -> Self {
        Self {
            want,
            arguments: Some(Arguments::Rows(rows)),
            model: None,
        }
    }

    /// What it gives back.
    pub(crate) const fn want(&self) -> Want {
        self.want
    }

    /// What it was given, as Python knows it; nothing for a script.
    pub(crate) fn arguments(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        Some(match self.arguments.as_ref()? {
            Arguments::Row(row) => row.clone_ref(py).into_any(),
            Arguments::Rows(rows) => rows.clone_ref(py).into_any(),
            Arguments::Columns(columns) => columns.clone_ref(py).into_any(),
            Arguments::Description => return None,
        })
    }

    /// No execution: the description of a statement.
    pub(crate) const fn describe() -> Self {
        Self {
            want: Want::Row,
            arguments: Some(Arguments::Description),
            model: None,
        }
    }

    /// Its rows become instances of a model.
    pub(crate) fn into_model(self, model: Option<Py<ModelLayout>>) -> Self {
        Self { model, ..self }
    }

    /// Queues it on a connection; gives the number of the request.
    #[inline]
    pub(crate) fn submit<T>(
        self,
        py: Python<'_>,
        sql: &str,
        caller: T,
        engine: &mut Connection<Operation<T>>,
    ) -> PyResult<u64> {
        let Self {
            want,
            arguments,
            model,
        } = self;
        let submitted = match arguments {
            Some(Arguments::Description) => engine.submit_fresh(
                sql,
                Operation::new(py, Arguments::Description, want, model, caller),
            ),
            Some(arguments) => {
                engine.submit(sql, Operation::new(py, arguments, want, model, caller))
            }
            None => {
                let none = Arguments::Row(PyTuple::empty(py).unbind());
                engine.script(sql, Operation::new(py, none, want, model, caller))
            }
        };
        submitted.map_err(|refused| refused.error.into())
    }
}

impl Call {
    /// Ends a transaction that may have ended by itself; gives the number of the request.
    pub(crate) fn unwind<T>(
        self,
        py: Python<'_>,
        sql: &str,
        caller: T,
        engine: &mut Connection<Operation<T>>,
    ) -> PyResult<u64> {
        let request = self.into_operation(py, caller);
        let unwound = engine.unwind(sql, request);
        unwound.map_err(|refused| refused.error.into())
    }

    /// Opens a portal and asks for its first rows; gives its number.
    pub(crate) fn open<T>(
        self,
        py: Python<'_>,
        sql: &str,
        rows: u32,
        caller: T,
        engine: &mut Connection<Operation<T>>,
    ) -> PyResult<u64> {
        let request = self.into_operation(py, caller);
        let opened = engine.portal(sql, rows, request);
        opened.map_err(|refused| refused.error.into())
    }

    /// Asks a portal for more rows.
    pub(crate) fn more<T>(
        self,
        py: Python<'_>,
        portal: u64,
        rows: u32,
        caller: T,
        engine: &mut Connection<Operation<T>>,
    ) -> PyResult<u64> {
        let request = self.into_operation(py, caller);
        let asked = engine.more(portal, rows, request);
        asked.map_err(|refused| refused.error.into())
    }

    /// The request itself, for who hands it over otherwise.
    pub(crate) fn into_operation<T>(self, py: Python<'_>, caller: T) -> Operation<T> {
        let none = || Arguments::Row(PyTuple::empty(py).unbind());
        let arguments = self.arguments.unwrap_or_else(none);
        Operation::new(py, arguments, self.want, self.model, caller)
    }
}

/// A request of Python's.
#[derive(Debug)]
pub(crate) struct Operation<T> {
    arguments: Arguments,
    want: Want,
    model: Option<Py<ModelLayout>>,
    rows: Option<Py<PyList>>,
    first: Option<Py<PyAny>>,
    tag: Option<Py<PyAny>>,
    /// What a COPY gives.
    copied: Option<Copied>,
    /// Whom to tell when it is done.
    pub(crate) caller: T,
}

impl<T> Operation<T> {
    fn new(
        py: Python<'_>,
        arguments: Arguments,
        want: Want,
        model: Option<Py<ModelLayout>>,
        caller: T,
    ) -> Self {
        Self {
            arguments,
            want,
            model,
            rows: matches!(want, Want::Rows | Want::Column).then(|| PyList::empty(py).unbind()),
            first: None,
            tag: None,
            copied: None,
            caller,
        }
    }

    /// A COPY, which gives its tag, and whatever data it gives to `copied`.
    pub(crate) fn copy(py: Python<'_>, copied: Copied, caller: T) -> Self {
        Self {
            copied: Some(copied),
            ..Self::new(py, Arguments::Description, Want::Status, None, caller)
        }
    }

    /// The result, once the request has been answered.
    pub(crate) fn result(self, py: Python<'_>) -> (T, Py<PyAny>) {
        let value = match self.want {
            Want::Status => self.tag,
            Want::Rows | Want::Column => self.rows.map(Py::into_any),
            Want::Row | Want::Value(_) => self.first,
        };
        (self.caller, value.unwrap_or_else(|| py.None()))
    }

    /// Rows are refused before the statement runs when they could not be read.
    fn check_columns(&self, py: Python<'_>, columns: &[Column]) -> Result<(), Failure> {
        if self.want == Want::Status {
            return Ok(());
        }
        match (&self.model, self.want) {
            (Some(model), _) if model.get().len() != columns.len() => Err(interface_error(
                py,
                &format!(
                    "the query gives {} columns, and the model has {}",
                    columns.len(),
                    model.get().len()
                ),
            )
            .into()),
            (None, Want::Value(index)) if !columns.is_empty() && index >= columns.len() => {
                Err(interface_error(
                    py,
                    &format!(
                        "there is no column {index}: the query gives {}",
                        columns.len()
                    ),
                )
                .into())
            }
            _ => Ok(()),
        }
    }
}

impl<T> Request for Operation<T> {
    type Error = Failure;
    type Layout = StatementLayout;

    #[inline]
    fn bind(
        &mut self,
        statement: &Statement<StatementLayout>,
        binder: &mut Binder<'_>,
    ) -> Result<(), Failure> {
        // SAFETY: requests are submitted, and answers processed, by methods of Python classes
        // that are attached while they do; only waiting for the socket is done detached.
        let py = unsafe { Python::assume_attached() };
        statement.layout_or_try_init(|columns| StatementLayout::new(py, columns))?;
        self.check_columns(py, statement.columns())?;
        let max_rows = u32::from(matches!(self.want, Want::Row | Want::Value(_)));
        self.arguments
            .bind(py, statement.parameters(), max_rows, binder)
    }

    fn describe(&mut self, statement: &Statement<StatementLayout>) -> Option<Result<(), Failure>> {
        if !matches!(self.arguments, Arguments::Description) {
            return None;
        }
        // SAFETY: as in `bind`.
        let py = unsafe { Python::assume_attached() };
        let described = Description::new(py, statement).and_then(|made| Py::new(py, made));
        Some(match described {
            Ok(description) => {
                self.first = Some(description.into_any());
                Ok(())
            }
            Err(error) => Err(error.into()),
        })
    }

    fn columns_changed(&mut self, statement: &Statement<StatementLayout>) -> Result<(), Failure> {
        // SAFETY: as in `bind`.
        let py = unsafe { Python::assume_attached() };
        statement.layout_or_try_init(|columns| StatementLayout::new(py, columns))?;
        self.check_columns(py, statement.columns())
    }

    #[inline]
    fn row(
        &mut self,
        statement: &Statement<StatementLayout>,
        mut row: DataRow<'_>,
    ) -> Result<(), Failure> {
        // SAFETY: as in `bind`.
        let py = unsafe { Python::assume_attached() };
        let (Some(layout), false) = (statement.layout(), self.want == Want::Status) else {
            return Ok(());
        };
        if row.len() != layout.codecs.len() {
            return Err(Error::Protocol("a row of another width".to_owned()).into());
        }
        let object = match (&self.model, self.want) {
            (Some(model), _) => {
                let mut instance = model.get().instance(py)?;
                for codec in &layout.codecs {
                    instance.push(decode(py, codec, row.next_value()?)?);
                }
                instance.finish(layout.atoms)
            }
            (None, Want::Column | Want::Value(_)) => {
                let wanted = self.want.column();
                for _ in 0..wanted {
                    row.next_value()?;
                }
                match layout.codecs.get(wanted) {
                    Some(codec) => decode(py, codec, row.next_value()?)?,
                    None => PyNone::get(py).to_owned().into_any(),
                }
            }
            (None, _) => layout.record(py, &mut row)?,
        };
        match &self.rows {
            Some(rows) => rows.bind(py).append(object)?,
            None => {
                self.first.get_or_insert_with(|| object.unbind());
            }
        }
        Ok(())
    }

    fn is_untouched(&self) -> bool {
        // SAFETY: as in `bind`.
        let py = unsafe { Python::assume_attached() };
        self.first.is_none()
            && self
                .rows
                .as_ref()
                .is_none_or(|rows| rows.bind(py).is_empty())
    }

    fn command_complete(&mut self, tag: &[u8]) {
        if self.want == Want::Status {
            // SAFETY: as in `bind`.
            let py = unsafe { Python::assume_attached() };
            let tag = PyString::new(py, &String::from_utf8_lossy(tag));
            self.tag = Some(tag.into_any().unbind());
        }
    }

    fn copy_data(&mut self, data: &[u8]) {
        if let Some(copied) = &self.copied {
            copied.push(data);
        }
    }

    fn is_full(&self) -> bool {
        self.copied.as_ref().is_some_and(Copied::is_full)
    }
}
