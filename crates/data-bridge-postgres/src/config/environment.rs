//! The keywords of libpq's connection strings, and the variables of the environment that stand
//! for them: all that is read of the environment is read here.

use std::env;
use std::path::PathBuf;

/// Every keyword of a connection string, and its variable.
pub(super) const KEYWORDS: [(&str, Option<&str>); 55] = [
    ("application_name", Some("PGAPPNAME")),
    ("channel_binding", Some("PGCHANNELBINDING")),
    // The engine speaks UTF-8, whatever a terminal wants: PGCLIENTENCODING is not for it.
    ("client_encoding", None),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    ("dbname", Some("PGDATABASE")),
    ("fallback_application_name", None),
    ("gssdelegation", Some("PGGSSDELEGATION")),
    ("gssencmode", Some("PGGSSENCMODE")),
    ("gsslib", Some("PGGSSLIB")),
    ("host", Some("PGHOST")),
    ("hostaddr", Some("PGHOSTADDR")),
    ("keepalives", None),
    ("keepalives_count", None),
    ("keepalives_idle", None),
    ("keepalives_interval", None),
    ("krbsrvname", Some("PGKRBSRVNAME")),
    ("load_balance_hosts", Some("PGLOADBALANCEHOSTS")),
    ("max_protocol_version", Some("PGMAXPROTOCOLVERSION")),
    ("min_protocol_version", Some("PGMINPROTOCOLVERSION")),
    ("oauth_client_id", None),
    ("oauth_client_secret", None),
    ("oauth_issuer", None),
    ("oauth_scope", None),
    ("options", Some("PGOPTIONS")),
    ("passfile", Some("PGPASSFILE")),
    ("password", Some("PGPASSWORD")),
    ("port", Some("PGPORT")),
    ("replication", None),
    ("require_auth", Some("PGREQUIREAUTH")),
    ("requirepeer", Some("PGREQUIREPEER")),
    ("requiressl", Some("PGREQUIRESSL")),
    ("scram_client_key", None),
    ("scram_server_key", None),
    ("service", Some("PGSERVICE")),
    ("servicefile", Some("PGSERVICEFILE")),
    ("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION")),
    ("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION")),
    ("sslcert", Some("PGSSLCERT")),
    ("sslcertmode", Some("PGSSLCERTMODE")),
    ("sslcompression", Some("PGSSLCOMPRESSION")),
    ("sslcrl", Some("PGSSLCRL")),
    ("sslcrldir", Some("PGSSLCRLDIR")),
    ("sslkey", Some("PGSSLKEY")),
    ("sslkeylogfile", None),
    ("sslmode", Some("PGSSLMODE")),
    ("sslnegotiation", Some("PGSSLNEGOTIATION")),
    ("sslpassword", None),
    ("sslrootcert", Some("PGSSLROOTCERT")),
    ("sslsni", Some("PGSSLSNI")),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS")),
    ("tcp_user_timeout", None),
    ("tty", None),
    ("user", Some("PGUSER")),
    // Settings of the session that libpq takes from the environment only: no keywords.
    ("-DateStyle", Some("PGDATESTYLE")),
    ("-TimeZone", Some("PGTZ")),
];

/// A variable of the environment; an empty one is none.
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The name of the user of the operating system: the process's own, as for libpq, and what the
/// environment says where that has no name. A container often has neither variable.
pub(super) fn login() -> Option<String> {
    let own = whoami::username().ok().filter(|name| !name.is_empty());
    own.or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
}

/// A file below the home directory, where there is one.
pub(super) fn below_home(path: &str) -> Option<PathBuf> {
    env::home_dir()
        .filter(|home| !home.as_os_str().is_empty())
        .map(|home| home.join(path))
}

/// Where the settings of the whole machine are: its service file, above all.
pub(super) fn system_directory() -> PathBuf {
    variable("PGSYSCONFDIR").map_or_else(|| "/etc/postgresql-common".into(), PathBuf::from)
}
