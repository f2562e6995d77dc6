//! What the server says without being asked, told to Python.

use data_bridge_postgres::{Event, Notification};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::server_fields;

/// Tells a connection's listeners. What they raise is theirs, and is reported, not raised.
#[cold]
pub(crate) fn tell(py: Python<'_>, listeners: &Py<PyAny>, events: impl IntoIterator<Item = Event>) {
    for event in events {
        let told = match event {
            Event::Notification(Notification {
                pid,
                channel,
                payload,
            }) => listeners
                .call_method1(py, intern!(py, "notified"), (pid, channel, payload))
                .map(drop),
            Event::Notice(notice) => {
                let fields = PyDict::new(py);
                server_fields(&fields, &notice).and_then(|()| {
                    listeners
                        .call_method1(py, intern!(py, "noticed"), (fields,))
                        .map(drop)
                })
            }
        };
        report(py, listeners, told);
    }
}

/// Tells them that the connection has ended.
#[cold]
pub(crate) fn tell_end(py: Python<'_>, listeners: &Py<PyAny>) {
    let told = listeners.call_method0(py, intern!(py, "terminated"));
    report(py, listeners, told.map(drop));
}

fn report(py: Python<'_>, listeners: &Py<PyAny>, told: PyResult<()>) {
    if let Err(error) = told {
        error.write_unraisable(py, Some(listeners.bind(py)));
    }
}
