//! Addresses and networks, of the standard library's `ipaddress` or as text.

use std::net::IpAddr;

use bytes::BytesMut;
use data_bridge_postgres::types::{Codec, Inet};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyType};

use super::ParameterError;
use super::text::utf8;
use crate::value::InetClasses;

pub(super) fn inet(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let py = value.py();
    let classes = InetClasses::get(py)?;
    let is_one_of = |classes: &[Py<PyType>; 2]| -> PyResult<bool> {
        let [v4, v6] = classes;
        Ok(value.is_instance(v4.bind(py))? || value.is_instance(v6.bind(py))?)
    };
    let inet = if let Ok(text) = value.cast::<PyString>() {
        Inet::parse(utf8(text)?)?
    } else if is_one_of(&classes.interfaces)? {
        let network = value.getattr(intern!(py, "network"))?;
        with_prefix(&value.getattr(intern!(py, "ip"))?, &network)?
    } else if is_one_of(&classes.addresses)? {
        Inet::host(address(value)?)
    } else if is_one_of(&classes.networks)? {
        with_prefix(&value.getattr(intern!(py, "network_address"))?, value)?
    } else {
        let expected = "ipaddress address, interface or network, or str";
        return Err(ParameterError::wrong_type(expected, value));
    };
    Ok(inet.write(codec, out)?)
}

fn with_prefix(
    host: &Bound<'_, PyAny>,
    network: &Bound<'_, PyAny>,
) -> Result<Inet, ParameterError> {
    let prefix = network.getattr(intern!(network.py(), "prefixlen"))?;
    Ok(Inet {
        address: address(host)?,
        prefix: prefix.extract()?,
    })
}

fn address(value: &Bound<'_, PyAny>) -> Result<IpAddr, ParameterError> {
    let py = value.py();
    let packed = value.getattr(intern!(py, "packed"))?;
    let packed = packed.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes();
    if let Ok(octets) = <[u8; 4]>::try_from(packed) {
        return Ok(octets.into());
    }
    if !value.getattr(intern!(py, "scope_id"))?.is_none() {
        let reason = "the server keeps no scope of an address (%eth0)";
        return Err(ParameterError::Value(reason.to_owned()));
    }
    let octets = <[u8; 16]>::try_from(packed).map_err(PyErr::from)?;
    Ok(octets.into())
}
