//! Connecting, from both sides of the API.

use std::time::Duration;

use data_bridge_postgres::{CacheLimits, Config, Options, Patience};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio::task::AbortHandle;

use crate::connection::AsyncConnection;
use crate::error::{interface_error, to_python};
use crate::sync_connection::SyncConnection;
use crate::type_codec::TypeCodec;

/// Where to connect, as whom, and how; checked when it is made.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct ConnectionConfig(Config);

#[pymethods]
impl ConnectionConfig {
    /// Has the connections that are made from now on begin with a codec, or without one.
    fn set_type_codec(&self, codec: &TypeCodec) {
        let custom = codec.custom.clone();
        self.0.set_type_codec(codec.oid, &codec.name, custom);
    }

    /// `parameters` are libpq's keywords and their values; `timeout` seconds bound connecting as
    /// a whole, a `timeout_by_default` only where `connect_timeout` does not bound each attempt.
    #[new]
    #[pyo3(signature = (dsn=None, parameters=None, *, timeout=None, timeout_by_default=false, statement_cache_size=100, max_cached_statement_lifetime=None, max_cacheable_statement_size=None, server_settings=None))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword of connect()")]
    fn new(
        py: Python<'_>,
        dsn: Option<String>,
        parameters: Option<&Bound<'_, PyDict>>,
        timeout: Option<f64>,
        timeout_by_default: bool,
        statement_cache_size: i64,
        max_cached_statement_lifetime: Option<f64>,
        max_cacheable_statement_size: Option<i64>,
        server_settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let options = Options {
            dsn,
            parameters: pairs(parameters)?,
            server_settings: pairs(server_settings)?,
            patience: match bound(py, "timeout", timeout)? {
                Some(timeout) if timeout_by_default => Patience::ByDefault(timeout),
                Some(timeout) => Patience::Within(timeout),
                None => Patience::Endless,
            },
            statement_cache: CacheLimits {
                count: whole(py, "statement_cache_size", statement_cache_size)?,
                // 0 is no bound, either: a statement that is not kept at all is not asked for so.
                lifetime: bound(
                    py,
                    "max_cached_statement_lifetime",
                    max_cached_statement_lifetime,
                )?
                .filter(|lifetime| !lifetime.is_zero()),
                sql_bytes: max_cacheable_statement_size
                    .filter(|size| *size != 0)
                    .map(|size| whole(py, "max_cacheable_statement_size", size))
                    .transpose()?,
            },
        };
        let config = Config::new(&options).map_err(|e| to_python(py, &e))?;
        Ok(Self(config))
    }

    /// The same with another password.
    fn with_password(&self, password: &str) -> Self {
        Self(self.0.with_password(password))
    }

    /// Where it leads, in the order of trying: "host:port", or the path of a socket.
    #[getter]
    fn addresses(&self) -> Vec<String> {
        let mut addresses = Vec::new();
        for address in self.0.addresses() {
            addresses.push(address.to_string());
        }
        addresses
    }

    /// The database.
    #[getter]
    fn database(&self) -> &str {
        self.0.database()
    }

    /// "user@address/database", without the password.
    fn __repr__(&self) -> String {
        let addresses: Vec<_> = self.0.addresses().map(ToString::to_string).collect();
        format!(
            "<ConnectionConfig {}@{}/{}>",
            self.0.user(),
            addresses.join(","),
            self.0.database()
        )
    }
}

/// Names and values, each as the text that `str` gives.
fn pairs(given: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<(String, String)>> {
    let Some(given) = given else {
        return Ok(Vec::new());
    };
    let pairs = given.iter();
    pairs
        .map(|(name, value)| Ok((name.extract()?, value.str()?.extract()?)))
        .collect()
}

/// A whole number of an argument, in the range of its type.
fn whole<T: TryFrom<i64>>(py: Python<'_>, name: &str, given: i64) -> PyResult<T> {
    T::try_from(given).map_err(|_| interface_error(py, &format!("{name}={given} is out of range")))
}

/// A number of seconds; one beyond all clocks is no bound.
fn bound(py: Python<'_>, name: &str, seconds: Option<f64>) -> PyResult<Option<Duration>> {
    match seconds {
        Some(seconds) if seconds.is_nan() || seconds < 0.0 => {
            let problem = format!("{name}={seconds} is no number of seconds");
            Err(interface_error(py, &problem))
        }
        Some(seconds) => Ok(Duration::try_from_secs_f64(seconds).ok()),
        None => Ok(None),
    }
}

/// A connection in the making.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct Connecting(AbortHandle);

#[pymethods]
impl Connecting {
    /// Gives it up. It may have been made already: then it is delivered all the same.
    fn cancel(&self) {
        self.0.abort();
    }
}

/// Connects on the background thread. `done(connection, error)` is then called **on that
/// thread**, with one of the two None; it hands over to the loop.
#[pyfunction]
pub(crate) fn connect(
    py: Python<'_>,
    config: &Bound<'_, ConnectionConfig>,
    event_loop: Py<PyAny>,
    done: Py<PyAny>,
) -> PyResult<Connecting> {
    let runtime = data_bridge_postgres::runtime().map_err(|e| to_python(py, &e))?;
    let config = config.get().0.clone();
    let task = runtime.spawn(async move {
        let connected = data_bridge_postgres::connect(&config).await;
        // An interpreter that is shutting down has nobody left to tell.
        Python::try_attach(|py| {
            let (connection, error) = match connected {
                Ok(engine) => (Some(AsyncConnection::new(engine, event_loop)), None),
                Err(error) => (None, Some(to_python(py, &error))),
            };
            if let Err(error) = done.call1(py, (connection, error.map(|e| e.into_value(py)))) {
                error.write_unraisable(py, None);
            }
        });
    });
    Ok(Connecting(task.abort_handle()))
}

/// How often somebody who waits for a connection looks at the signals that came.
const SIGNALS: Duration = Duration::from_millis(50);

/// Connects, and waits for it; other threads run meanwhile.
#[pyfunction]
pub(crate) fn connect_blocking(
    py: Python<'_>,
    config: &Bound<'_, ConnectionConfig>,
) -> PyResult<SyncConnection> {
    let runtime = data_bridge_postgres::runtime().map_err(|e| to_python(py, &e))?;
    let mut connecting = Box::pin(data_bridge_postgres::connect(&config.get().0));
    loop {
        let waited = py.detach(|| {
            runtime.block_on(async { tokio::time::timeout(SIGNALS, &mut connecting).await })
        });
        match waited {
            Ok(Ok(engine)) => return Ok(SyncConnection::new(engine)),
            Ok(Err(error)) => return Err(to_python(py, &error)),
            Err(_) => py.check_signals()?,
        }
    }
}
