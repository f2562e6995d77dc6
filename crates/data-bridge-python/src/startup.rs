//! Connecting, from both sides of the API.

use std::time::Duration;

use data_bridge_postgres::{Config, Options};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::connection::AsyncConnection;
use crate::error::to_python;
use crate::sync_connection::SyncConnection;

/// Where to connect, as whom, and how; checked when it is made.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct ConnectionConfig(Config);

#[pymethods]
impl ConnectionConfig {
    #[new]
    #[pyo3(signature = (dsn=None, *, host=None, port=None, user=None, password=None, database=None, timeout=None, statement_cache_size=100, server_settings=None))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword of connect()")]
    fn new(
        py: Python<'_>,
        dsn: Option<String>,
        host: Option<String>,
        port: Option<u16>,
        user: Option<String>,
        password: Option<String>,
        database: Option<String>,
        timeout: Option<f64>,
        statement_cache_size: usize,
        server_settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let settings = server_settings.map(|s| {
            let pairs = s
                .iter()
                .map(|(k, v)| Ok((k.extract()?, v.str()?.extract()?)));
            pairs.collect::<PyResult<Vec<(String, String)>>>()
        });
        let options = Options {
            dsn,
            host,
            port,
            user,
            password,
            database,
            server_settings: settings.transpose()?.unwrap_or_default(),
            timeout: timeout.map(Duration::from_secs_f64),
            statement_cache_size,
        };
        let config = Config::new(&options).map_err(|e| to_python(py, &e))?;
        Ok(Self(config))
    }

    /// "user@address/database", without the password.
    fn __repr__(&self) -> String {
        let addresses: Vec<_> = self.0.addresses().iter().map(ToString::to_string).collect();
        format!(
            "<ConnectionConfig {}@{}/{}>",
            self.0.user(),
            addresses.join(","),
            self.0.database()
        )
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
) -> PyResult<()> {
    let runtime = data_bridge_postgres::runtime().map_err(|e| to_python(py, &e))?;
    let config = config.get().0.clone();
    runtime.spawn(async move {
        let connected = data_bridge_postgres::connect(&config).await;
        Python::attach(|py| {
            let (connection, error) = match connected {
                Ok(engine) => (Some(AsyncConnection::new(engine, event_loop)), None),
                Err(error) => (None, Some(to_python(py, &error))),
            };
            // Should the loop be closed, the connection is dropped here, and closed with it.
            if let Err(error) = done.call1(py, (connection, error.map(|e| e.into_value(py)))) {
                error.write_unraisable(py, None);
            }
        });
    });
    Ok(())
}

/// Connects, and waits for it; other threads run meanwhile.
#[pyfunction]
pub(crate) fn connect_blocking(
    py: Python<'_>,
    config: &Bound<'_, ConnectionConfig>,
) -> PyResult<SyncConnection> {
    let runtime = data_bridge_postgres::runtime().map_err(|e| to_python(py, &e))?;
    let config = &config.get().0;
    let engine = py
        .detach(|| runtime.block_on(data_bridge_postgres::connect(config)))
        .map_err(|e| to_python(py, &e))?;
    Ok(SyncConnection::new(engine))
}
