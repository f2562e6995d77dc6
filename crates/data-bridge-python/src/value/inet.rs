//! Addresses and networks, as the standard library's `ipaddress` has them.

use std::net::IpAddr;

use data_bridge_postgres::types::Inet;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::error::Failure;

/// The classes of `ipaddress`, that of version 4 and that of version 6.
pub(crate) struct InetClasses {
    pub(crate) addresses: [Py<PyType>; 2],
    /// Subclasses of the addresses.
    pub(crate) interfaces: [Py<PyType>; 2],
    pub(crate) networks: [Py<PyType>; 2],
}

impl InetClasses {
    pub(crate) fn get(py: Python<'_>) -> PyResult<&Self> {
        static CLASSES: PyOnceLock<InetClasses> = PyOnceLock::new();
        CLASSES.get_or_try_init(py, || {
            let module = py.import("ipaddress")?;
            let class = |name: &str| -> PyResult<Py<PyType>> {
                Ok(module.getattr(name)?.cast_into::<PyType>()?.unbind())
            };
            Ok(Self {
                addresses: [class("IPv4Address")?, class("IPv6Address")?],
                interfaces: [class("IPv4Interface")?, class("IPv6Interface")?],
                networks: [class("IPv4Network")?, class("IPv6Network")?],
            })
        })
    }
}

/// An address where it stands alone, an interface where it is one in a network.
pub(super) fn inet(py: Python<'_>, value: Inet) -> Result<Bound<'_, PyAny>, Failure> {
    let classes = InetClasses::get(py)?;
    let place = usize::from(value.address.is_ipv6());
    if value.is_host() {
        let class = classes.addresses[place].bind(py);
        Ok(class.call1((number(py, value.address)?,))?)
    } else {
        with_prefix(py, &classes.interfaces[place], value)
    }
}

pub(super) fn cidr(py: Python<'_>, value: Inet) -> Result<Bound<'_, PyAny>, Failure> {
    let classes = InetClasses::get(py)?;
    let place = usize::from(value.address.is_ipv6());
    with_prefix(py, &classes.networks[place], value)
}

fn with_prefix<'py>(
    py: Python<'py>,
    class: &Py<PyType>,
    value: Inet,
) -> Result<Bound<'py, PyAny>, Failure> {
    let parts = (number(py, value.address)?, value.prefix);
    Ok(class.bind(py).call1((parts,))?)
}

/// The address as the number that the classes take.
fn number(py: Python<'_>, address: IpAddr) -> PyResult<Bound<'_, PyAny>> {
    let number = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    Ok(number.into_pyobject(py)?.into_any())
}
