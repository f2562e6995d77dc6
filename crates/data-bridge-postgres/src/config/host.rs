//! The places where a server may be.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::parameters::Parameters;
use crate::error::Error;

/// The port and the directories that are tried when nothing is said.
const DEFAULT_PORT: u16 = 5432;
const SOCKET_DIRECTORIES: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

/// A place where a server may listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket.
    Unix(PathBuf),
    /// A host and a port.
    Tcp(String, u16),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "{}", path.display()),
            Self::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp(host, port) => write!(f, "{host}:{port}"),
        }
    }
}

/// A server that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) address: Address,
    /// What a certificate must be for, and the password file knows it by: the name that was given,
    /// though an address may save its look-up.
    pub(crate) name: String,
    pub(crate) port: u16,
}

/// Every host that was given, in its order, or libpq's default.
pub(super) fn hosts(given: &Parameters) -> Result<Vec<Host>, Error> {
    let names = listed(given, "host");
    let addresses = listed(given, "hostaddr");
    let ports = ports(given)?;
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(Error::Config(format!(
            "{} hosts and {} hostaddrs were given: give one for each host",
            names.len(),
            addresses.len()
        )));
    }
    let count = names.len().max(addresses.len()).max(1);
    if ports.len() > 1 && ports.len() != count {
        return Err(Error::Config(format!(
            "{count} hosts and {} ports were given: give one port, or one for each host",
            ports.len()
        )));
    }
    let mut hosts = Vec::with_capacity(count);
    for i in 0..count {
        let port = ports[if ports.len() == 1 { 0 } else { i }];
        let address = addresses.get(i).map_or("", String::as_str);
        let name = names.get(i).map_or("", String::as_str);
        if !address.is_empty() {
            if address.parse::<IpAddr>().is_err() {
                return Err(Error::Config(format!(
                    "hostaddr={address:?} is not an IP address: a name belongs into host"
                )));
            }
            hosts.push(Host {
                address: Address::Tcp(address.to_owned(), port),
                name: if name.is_empty() { address } else { name }.to_owned(),
                port,
            });
        } else if name.is_empty() {
            hosts.extend(default_hosts(port));
        } else {
            hosts.push(Host::named(name, port));
        }
    }
    Ok(hosts)
}

impl Host {
    fn named(name: &str, port: u16) -> Self {
        let address = match name.as_bytes() {
            [b'/', ..] => Address::Unix(socket_path(name, port)),
            // A socket in the abstract namespace has no file.
            [b'@', rest @ ..] if !rest.is_empty() => {
                let path = format!("\0{}/.s.PGSQL.{port}", &name[1..]);
                Address::Unix(PathBuf::from(path))
            }
            _ => Address::Tcp(name.to_owned(), port),
        };
        let name = name.to_owned();
        Self {
            address,
            name,
            port,
        }
    }

    /// As what a password file lists it.
    pub(super) fn listed_as(&self) -> &str {
        if SOCKET_DIRECTORIES.contains(&self.name.as_str()) {
            return "localhost";
        }
        &self.name
    }
}

/// The sockets that are there, and then this machine by TCP.
fn default_hosts(port: u16) -> impl Iterator<Item = Host> {
    SOCKET_DIRECTORIES
        .into_iter()
        .filter(move |directory| socket_path(directory, port).exists())
        .chain(["localhost"])
        .map(move |name| Host::named(name, port))
}

fn listed(given: &Parameters, keyword: &str) -> Vec<String> {
    let items = given.get(keyword).map(|value| value.split(','));
    items
        .into_iter()
        .flatten()
        .map(|item| item.trim().to_owned())
        .collect()
}

fn ports(given: &Parameters) -> Result<Vec<u16>, Error> {
    let mut ports = Vec::new();
    for port in listed(given, "port") {
        ports.push(match port.as_str() {
            "" => DEFAULT_PORT,
            port => match port.parse() {
                Ok(port) if port > 0 => port,
                _ => {
                    return Err(Error::Config(format!(
                        "port={port:?} is not a port: it is a number from 1 to 65535"
                    )));
                }
            },
        });
    }
    if ports.is_empty() {
        ports.push(DEFAULT_PORT);
    }
    Ok(ports)
}

fn socket_path(directory: &str, port: u16) -> PathBuf {
    Path::new(directory).join(format!(".s.PGSQL.{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(given: &[(&str, &str)]) -> Result<Vec<Host>, Error> {
        hosts(&Parameters::of(given))
    }

    fn tcp(name: &str, port: u16) -> Host {
        Host::named(name, port)
    }

    #[test]
    fn several_hosts_have_a_port_each_or_one_in_common() {
        let one = of(&[("host", "one,two"), ("port", "1")]).expect("hosts");
        assert_eq!(one, [tcp("one", 1), tcp("two", 1)]);
        let each = of(&[("host", "one,::1"), ("port", "1,")]).expect("hosts");
        assert_eq!(each, [tcp("one", 1), tcp("::1", DEFAULT_PORT)]);
        assert_eq!(each[1].address.to_string(), "[::1]:5432");
        let error = of(&[("host", "a,b,c"), ("port", "1,2")]).expect_err("too few ports");
        assert!(error.to_string().contains("3 hosts and 2 ports"));
    }

    #[test]
    fn an_address_saves_the_look_up_of_a_name() {
        let hosts = of(&[("host", "db.example,"), ("hostaddr", "10.0.0.1,10.0.0.2")]);
        let hosts = hosts.expect("hosts");
        assert_eq!(hosts[0].address, Address::Tcp("10.0.0.1".into(), 5432));
        assert_eq!(hosts[0].name, "db.example");
        assert_eq!(hosts[1].name, "10.0.0.2");
        assert!(of(&[("hostaddr", "db.example")]).is_err());
        assert!(of(&[("host", "a"), ("hostaddr", "10.0.0.1,10.0.0.2")]).is_err());
    }

    #[test]
    fn a_directory_is_one_of_sockets() {
        let hosts = of(&[("host", "/var/sockets"), ("port", "7")]).expect("hosts");
        let path = PathBuf::from("/var/sockets/.s.PGSQL.7");
        assert_eq!(hosts[0].address, Address::Unix(path));
        assert_eq!(hosts[0].listed_as(), "/var/sockets");
        assert_eq!(tcp("/tmp", 1).listed_as(), "localhost");
    }

    #[test]
    fn a_port_is_a_number_that_a_port_can_have() {
        for port in ["x", "0", "65536", "-1"] {
            assert!(of(&[("port", port)]).is_err(), "{port}");
        }
    }
}
