//! Where to connect, as whom, and how: from arguments, a connection string and the environment.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::config::{ChannelBinding, Host, SslMode, TargetSessionAttrs};

use crate::error::Error;
use crate::statement::cache::CacheLimits;

/// The ports and directories that libpq tries when nothing is said.
const DEFAULT_PORT: u16 = 5432;
const SOCKET_DIRECTORIES: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

/// What a caller may say of a connection; what is `None` is taken from the connection string,
/// then from the environment (`PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`,
/// `PGOPTIONS`, `PGAPPNAME`, `PGSSLMODE`), then from libpq's defaults.
#[derive(Clone, Default)]
pub struct Options {
    /// A URI (`postgresql://user@host:port/database`) or `key=value` pairs.
    pub dsn: Option<String>,
    /// A host name, an address, or the directory of a Unix socket.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The role.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// Settings of the session, by name.
    pub server_settings: Vec<(String, String)>,
    /// How long connecting may take in all; for ever when `None`.
    pub timeout: Option<Duration>,
    /// Which statements are kept prepared.
    pub statement_cache: CacheLimits,
}

/// Passwords are left out, here and in [`Config`].
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

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

/// A complete configuration.
#[derive(Clone)]
pub struct Config {
    pub(crate) addresses: Vec<Address>,
    pub(crate) startup: tokio_postgres::Config,
    pub(crate) timeout: Option<Duration>,
    pub(crate) statement_cache: CacheLimits,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("addresses", &self.addresses)
            .field("user", &self.startup.get_user())
            .field("database", &self.startup.get_dbname())
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Completes what the caller said.
    ///
    /// # Errors
    /// When the connection string, or a variable of the environment, cannot be understood.
    pub fn new(options: &Options) -> Result<Self, Error> {
        let dsn = match &options.dsn {
            Some(dsn) => dsn.parse::<tokio_postgres::Config>().map_err(unusable)?,
            None => tokio_postgres::Config::new(),
        };
        refuse_tls(&dsn)?;
        refuse_unmet(&dsn)?;
        let user = options
            .user
            .clone()
            .or_else(|| dsn.get_user().map(str::to_owned))
            .or_else(|| variable("PGUSER"))
            .or_else(|| variable("USER"))
            .ok_or_else(|| Error::Config("no user was given: pass user=, or set PGUSER".into()))?;
        let database = options
            .database
            .clone()
            .or_else(|| dsn.get_dbname().map(str::to_owned))
            .or_else(|| variable("PGDATABASE"))
            .unwrap_or_else(|| user.clone());
        for (name, value) in [("user", &user), ("database", &database)] {
            refuse_nul(name, value.as_bytes())?;
        }
        let mut startup = tokio_postgres::Config::new();
        startup
            .user(user)
            .dbname(database)
            .ssl_mode(SslMode::Disable);
        if let Some(password) = &options.password {
            startup.password(password);
        } else if let Some(password) = dsn.get_password() {
            startup.password(password);
        } else if let Some(password) = variable("PGPASSWORD") {
            startup.password(password);
        }
        refuse_nul("password", startup.get_password().unwrap_or_default())?;
        let application_name = dsn.get_application_name().map(str::to_owned);
        if let Some(name) = application_name.or_else(|| variable("PGAPPNAME")) {
            startup.application_name(name);
        }
        let given = dsn.get_options().map(str::to_owned);
        let given = given.or_else(|| variable("PGOPTIONS"));
        let settings = session_options(given, &options.server_settings)?;
        if !settings.is_empty() {
            startup.options(settings);
        }
        Ok(Self {
            addresses: addresses(options, &dsn)?,
            startup,
            timeout: options.timeout.or(dsn.get_connect_timeout().copied()),
            statement_cache: options.statement_cache,
        })
    }

    /// The places that are tried, in this order.
    #[must_use]
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// The role that connects.
    #[must_use]
    pub fn user(&self) -> &str {
        self.startup.get_user().unwrap_or_default()
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &str {
        self.startup.get_dbname().unwrap_or_default()
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The startup packet ends every value with a NUL.
fn refuse_nul(name: &str, value: &[u8]) -> Result<(), Error> {
    if value.contains(&0) {
        return Err(Error::Config(format!("the {name} holds a NUL")));
    }
    Ok(())
}

/// A parse error names the key, never the value: that may be a password.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn unusable(error: tokio_postgres::Error) -> Error {
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    Error::Config(format!(
        "the connection string cannot be used: {}; it reads postgresql://user:password@host:port/database",
        cause.unwrap_or_else(|| error.to_string())
    ))
}

fn refuse_tls(dsn: &tokio_postgres::Config) -> Result<(), Error> {
    let by_environment = matches!(
        variable("PGSSLMODE").as_deref(),
        Some("require" | "verify-ca" | "verify-full")
    );
    if dsn.get_ssl_mode() == SslMode::Require || by_environment {
        return Err(Error::Config(
            "TLS is not supported yet: use sslmode=prefer or disable, or a Unix socket".to_owned(),
        ));
    }
    Ok(())
}

/// What would not be so, though the connection string asks for it.
fn refuse_unmet(dsn: &tokio_postgres::Config) -> Result<(), Error> {
    let unmet = if dsn.get_channel_binding() == ChannelBinding::Require {
        "channel_binding=require needs TLS, which"
    } else if dsn.get_target_session_attrs() != TargetSessionAttrs::Any {
        "target_session_attrs"
    } else {
        return Ok(());
    };
    Err(Error::Config(format!("{unmet} is not supported yet")))
}

fn addresses(options: &Options, dsn: &tokio_postgres::Config) -> Result<Vec<Address>, Error> {
    let mut ports: Vec<u16> = options.port.into_iter().collect();
    if ports.is_empty() {
        ports = dsn.get_ports().to_vec();
    }
    if ports.is_empty() {
        let port = match variable("PGPORT") {
            Some(port) => port
                .parse()
                .map_err(|_| Error::Config(format!("PGPORT is not a port: {port:?}")))?,
            None => DEFAULT_PORT,
        };
        ports.push(port);
    }
    let hosts: Vec<String> = match (&options.host, dsn.get_hosts()) {
        (Some(host), _) => host.split(',').map(str::to_owned).collect(),
        (None, [_, ..]) => {
            let hosts = dsn.get_hosts().iter().map(|host| match host {
                Host::Tcp(host) => host.clone(),
                Host::Unix(path) => path.to_string_lossy().into_owned(),
            });
            // An address given beside a name saves its look-up.
            let addresses = dsn.get_hostaddrs().iter().map(ToString::to_string);
            if dsn.get_hostaddrs().is_empty() {
                hosts.collect()
            } else {
                addresses.collect()
            }
        }
        (None, []) => match variable("PGHOST") {
            Some(hosts) => hosts.split(',').map(str::to_owned).collect(),
            None => SOCKET_DIRECTORIES
                .into_iter()
                .filter(|directory| socket_path(directory, ports[0]).exists())
                .chain(["localhost"])
                .map(str::to_owned)
                .collect(),
        },
    };
    if ports.len() > 1 && ports.len() != hosts.len() {
        return Err(Error::Config(format!(
            "{} hosts and {} ports were given: give one port, or one for each host",
            hosts.len(),
            ports.len()
        )));
    }
    let last = ports[ports.len() - 1];
    Ok(hosts
        .into_iter()
        .enumerate()
        .map(|(i, host)| {
            let port = ports.get(i).copied().unwrap_or(last);
            if host.starts_with('/') {
                Address::Unix(socket_path(&host, port))
            } else {
                Address::Tcp(host, port)
            }
        })
        .collect())
}

fn socket_path(directory: &str, port: u16) -> PathBuf {
    Path::new(directory).join(format!(".s.PGSQL.{port}"))
}

/// The session's settings as the startup packet's `options` carries them: `-c name=value`, with
/// spaces and backslashes escaped.
fn session_options(given: Option<String>, settings: &[(String, String)]) -> Result<String, Error> {
    let mut options = given.unwrap_or_default();
    for (name, value) in settings {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if name.is_empty() || !name.chars().all(plain) || value.contains('\0') {
            return Err(Error::Config(format!(
                "server_settings has a name or value that cannot be sent: {name:?}"
            )));
        }
        if !options.is_empty() {
            options.push(' ');
        }
        options.push_str("-c ");
        options.push_str(name);
        options.push('=');
        for c in value.chars() {
            if c == '\\' || c.is_whitespace() {
                options.push('\\');
            }
            options.push(c);
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(dsn: &str) -> Config {
        let dsn = Some(dsn.to_owned());
        Config::new(&Options {
            dsn,
            ..Options::default()
        })
        .unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn a_uri_names_everything() {
        let config = config("postgresql://ann:s%20t@db.example:6543/shop");
        assert_eq!(config.addresses, [Address::Tcp("db.example".into(), 6543)]);
        assert_eq!((config.user(), config.database()), ("ann", "shop"));
        assert_eq!(config.startup.get_password(), Some(&b"s t"[..]));
    }

    #[test]
    fn arguments_go_before_the_connection_string() {
        let options = Options {
            dsn: Some("postgresql://ann@db.example:6543/shop".into()),
            host: Some("/var/sockets".into()),
            user: Some("bob".into()),
            ..Options::default()
        };
        let config = Config::new(&options).unwrap_or_else(|e| panic!("{e}"));
        let socket = PathBuf::from("/var/sockets/.s.PGSQL.6543");
        assert_eq!(config.addresses, [Address::Unix(socket)]);
        assert_eq!(config.user(), "bob");
    }

    #[test]
    fn several_hosts_have_a_port_each() {
        let config = config("postgresql://ann@one:1,two:2/shop");
        let expected = [Address::Tcp("one".into(), 1), Address::Tcp("two".into(), 2)];
        assert_eq!(config.addresses, expected);
    }

    #[test]
    fn settings_are_escaped() {
        let settings = [("search_path".to_owned(), r"a b\c".to_owned())];
        assert_eq!(
            session_options(Some("-c x=1".into()), &settings)
                .ok()
                .as_deref(),
            Some(r"-c x=1 -c search_path=a\ b\\c")
        );
        assert!(session_options(None, &[("a b".into(), String::new())]).is_err());
    }

    #[test]
    fn what_cannot_be_met_is_refused() {
        for wish in [
            "sslmode=require",
            "channel_binding=require",
            "target_session_attrs=read-write",
        ] {
            let dsn = Some(format!("postgresql://ann@db/shop?{wish}"));
            let options = Options {
                dsn,
                ..Options::default()
            };
            let error = Config::new(&options).expect_err(wish);
            assert!(error.to_string().contains("not supported yet"), "{error}");
        }
    }

    #[test]
    fn secrets_stay_out_of_messages() {
        let options = Options {
            dsn: Some("postgresql://ann:hunter2@db:port/shop".into()),
            ..Options::default()
        };
        let error = Config::new(&options).expect_err("a port that is none");
        assert!(!error.to_string().contains("hunter2"));
        let fine = config("postgresql://ann:hunter2@db/shop");
        assert!(!format!("{fine:?}{options:?}").contains("hunter2"));
    }
}
