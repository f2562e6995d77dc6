//! Where to connect, as whom, and how: from arguments, a connection string, a service file, the
//! environment and libpq's defaults, in this order.

mod authentication;
mod dsn;
mod environment;
mod host;
mod keepalive;
mod parameters;
mod passfile;
mod service;
mod session;
#[cfg(test)]
mod tests;
mod tls;
mod uri;

use std::fmt;
use std::time::Duration;

use tokio_postgres::config::{ChannelBinding, SslMode, SslNegotiation};

pub(crate) use self::authentication::{Method, Methods};
pub use self::host::Address;
pub(crate) use self::host::Host;
pub(crate) use self::keepalive::Keepalive;
use self::parameters::Parameters;
use self::passfile::PassFile;
use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::statement::cache::CacheLimits;
use crate::tls::Tls;
use crate::types::composed::Custom;

/// How long connecting may take in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// So long, as somebody has said.
    Within(Duration),
    /// So long, unless `connect_timeout` bounds each attempt.
    ByDefault(Duration),
    /// For ever.
    #[default]
    Endless,
}

/// What a caller may say of a connection; what is not said is taken from the connection string,
/// then from the service file, from the environment, and from libpq's defaults.
#[derive(Clone, Default)]
pub struct Options {
    /// A URI (`postgresql://user@host:port/database`) or `key=value` pairs.
    pub dsn: Option<String>,
    /// Values by the keywords of libpq's connection strings.
    pub parameters: Vec<(String, String)>,
    /// Settings of the session, by name.
    pub server_settings: Vec<(String, String)>,
    /// How long connecting may take in all.
    pub patience: Patience,
    /// Which statements are kept prepared.
    pub statement_cache: CacheLimits,
}

/// Values are left out: one may be a password.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.parameters.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("Options")
            .field("parameters", &names)
            .finish_non_exhaustive()
    }
}

/// What a session must be for its server to be the one that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// A complete configuration.
#[derive(Clone)]
pub struct Config {
    pub(crate) hosts: Vec<Host>,
    pub(crate) timeout: Option<Duration>,
    /// How long each attempt may take: a host may have several addresses.
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) target: Target,
    /// Whether the hosts are tried in a random order.
    pub(crate) shuffled: bool,
    pub(crate) tls: Option<Tls>,
    pub(crate) keepalive: Keepalive,
    pub(crate) methods: Methods,
    pub(crate) statement_cache: CacheLimits,
    /// What its connections share: a clone shares it, too.
    pub(crate) catalogue: Catalogue,
    /// Why a password file was not read.
    pub(crate) passfile_problem: Option<String>,
    startup: tokio_postgres::Config,
    /// The password of each host, where no other was given.
    passwords: Vec<Option<String>>,
}

/// Passwords are left out.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("hosts", &self.hosts)
            .field("user", &self.user())
            .field("database", &self.database())
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Completes what the caller said.
    ///
    /// # Errors
    /// When something of it cannot be understood, or a file that it names cannot be read.
    pub fn new(options: &Options) -> Result<Self, Error> {
        let given = Parameters::gather(options.dsn.as_deref(), &options.parameters)?;
        let hosts = host::hosts(&given)?;
        let startup = startup(&given, &options.server_settings)?;
        let connect_timeout = given.number::<f64>("connect_timeout")?;
        let shuffled = given.choice(
            "load_balance_hosts",
            false,
            &[("disable", false), ("random", true)],
        )?;
        let target = given.choice(
            "target_session_attrs",
            Target::Any,
            &[
                ("any", Target::Any),
                ("read-write", Target::ReadWrite),
                ("read-only", Target::ReadOnly),
                ("primary", Target::Primary),
                ("standby", Target::Standby),
                ("prefer-standby", Target::PreferStandby),
            ],
        )?;
        let mut config = Self {
            tls: tls::tls(&given, &hosts)?,
            hosts,
            timeout: match options.patience {
                Patience::ByDefault(_) if connect_timeout.is_some() => None,
                Patience::Within(timeout) | Patience::ByDefault(timeout) => Some(timeout),
                Patience::Endless => None,
            },
            // As in libpq, zero and less mean that there is no bound.
            connect_timeout: connect_timeout
                .filter(|seconds| *seconds > 0.0)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            target,
            shuffled,
            keepalive: Keepalive::new(&given)?,
            methods: Methods::new(given.get("require_auth"))?,
            statement_cache: options.statement_cache,
            catalogue: Catalogue::default(),
            startup,
            passfile_problem: None,
            passwords: Vec::new(),
        };
        if config.startup.get_password().is_none() {
            config.look_passwords_up(&PassFile::open(&given));
        }
        Ok(config)
    }

    fn look_passwords_up(&mut self, file: &PassFile) {
        let hosts = self.hosts.iter();
        self.passwords = hosts
            .map(|host| file.password(host.listed_as(), host.port, self.database(), self.user()))
            .collect();
        self.passfile_problem.clone_from(&file.problem);
    }

    /// What tokio-postgres must know to open a session at the host with this number.
    pub(crate) fn startup(&self, host: usize) -> tokio_postgres::Config {
        let mut startup = self.startup.clone();
        if let Some(Some(password)) = self.passwords.get(host) {
            startup.password(password);
        }
        startup
    }

    /// Has the connections that are made from now on begin with a codec of somebody's own for a
    /// type, by its object identifier, or without one.
    pub fn set_type_codec(&self, oid: u32, name: &str, custom: Option<Custom>) {
        self.catalogue.set_custom(oid, name.into(), custom);
    }

    /// The same with another password; connections of both share what they learn of types.
    #[must_use]
    pub fn with_password(&self, password: &str) -> Self {
        let mut config = self.clone();
        config.startup.password(password);
        config.passwords.clear();
        config.passfile_problem = None;
        config
    }

    /// The places that are tried, in this order.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.hosts.iter().map(|host| &host.address)
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

fn startup(
    given: &Parameters,
    settings: &[(String, String)],
) -> Result<tokio_postgres::Config, Error> {
    let user = given
        .get("user")
        .map(str::to_owned)
        .or_else(environment::login)
        .ok_or_else(|| Error::Config("no user was given: pass user=, or set PGUSER".into()))?;
    let mut startup = tokio_postgres::Config::new();
    startup.dbname(given.get("dbname").unwrap_or(&user));
    startup.user(user);
    // The stream that it is given is encrypted already, where it is to be.
    startup.ssl_mode(SslMode::Require);
    startup.ssl_negotiation(SslNegotiation::Direct);
    if let Some(password) = given.get("password") {
        startup.password(password);
    }
    let fallback = given.get("fallback_application_name");
    if let Some(name) = given.get("application_name").or(fallback) {
        startup.application_name(name);
    }
    if let Some(options) = session::options(given, settings)? {
        startup.options(options);
    }
    startup.channel_binding(given.choice(
        "channel_binding",
        ChannelBinding::Prefer,
        &[
            ("disable", ChannelBinding::Disable),
            ("prefer", ChannelBinding::Prefer),
            ("require", ChannelBinding::Require),
        ],
    )?);
    Ok(startup)
}
