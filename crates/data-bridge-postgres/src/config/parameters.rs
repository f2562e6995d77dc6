//! What was said of a connection, keyword by keyword, and by whom it is said first.

use std::collections::HashMap;
use std::str::FromStr;

use super::environment::{KEYWORDS, variable};
use super::{dsn, service};
use crate::error::Error;

/// Keywords of libpq's that would be false promises here.
const UNSUPPORTED: [&str; 10] = [
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "replication",
    "requirepeer",
    "scram_client_key",
    "scram_server_key",
    "sslcrldir",
    "sslkeylogfile",
];

/// What other drivers call it.
const OTHER_NAMES: [(&str, &str); 7] = [
    ("database", "dbname"),
    ("hostname", "host"),
    ("pass", "password"),
    ("ssl", "sslmode"),
    ("sslrootcertificate", "sslrootcert"),
    ("timeout", "connect_timeout"),
    ("username", "user"),
];

/// The value of each keyword that somebody gave one, none of them empty.
pub(super) struct Parameters(HashMap<&'static str, String>);

impl Parameters {
    /// Arguments go before the connection string, that before the service file, and that before
    /// the environment.
    pub(super) fn gather(dsn: Option<&str>, arguments: &[(String, String)]) -> Result<Self, Error> {
        let mut all = Self(HashMap::new());
        all.take(arguments.iter().cloned())?;
        let given = dsn.map(dsn::parse).transpose()?.unwrap_or_default();
        if all.get("host").is_some() && all.get("hostaddr").is_none() {
            // The string's addresses are those of the string's hosts.
            let others = given.into_iter().filter(|(name, _)| name != "hostaddr");
            all.take(others.collect::<Vec<_>>().into_iter().rev())?;
        } else {
            // Of a keyword given twice, the last counts.
            all.take(given.into_iter().rev())?;
        }
        let from_service = service::look_up(&all)?;
        all.take(from_service.into_iter())?;
        for (keyword, name) in KEYWORDS {
            if let Some(value) = name.and_then(variable) {
                all.0.entry(keyword).or_insert(value);
            }
        }
        all.refuse_unsupported()?;
        Ok(all)
    }

    /// Takes what is not given yet.
    fn take(&mut self, given: impl Iterator<Item = (String, String)>) -> Result<(), Error> {
        for (name, value) in given {
            let keyword = known(&name)?;
            if value.contains('\0') {
                return Err(Error::Config(format!("the {name} holds a NUL")));
            }
            if !value.is_empty() {
                self.0.entry(keyword).or_insert(value);
            }
        }
        Ok(())
    }

    fn refuse_unsupported(&self) -> Result<(), Error> {
        for name in UNSUPPORTED {
            if self.get(name).is_some() {
                return Err(Error::Config(format!(
                    "{name} is not supported: leave it out"
                )));
            }
        }
        if self.get("gssencmode") == Some("require") {
            let problem = "gssencmode=require is not supported: use TLS, by sslmode";
            return Err(Error::Config(problem.to_owned()));
        }
        if let Some(encoding) = self.get("client_encoding") {
            let plain: String = encoding.chars().filter(|c| c.is_alphanumeric()).collect();
            if !matches!(
                plain.to_ascii_lowercase().as_str(),
                "utf8" | "unicode" | "auto"
            ) {
                return Err(Error::Config(format!(
                    "client_encoding={encoding:?} is not supported: it is always UTF8, \
                     to and from which the server converts"
                )));
            }
        }
        Ok(())
    }

    pub(super) fn get(&self, keyword: &str) -> Option<&str> {
        self.0.get(keyword).map(String::as_str)
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(
        &self,
        keyword: &str,
        default: T,
        choices: &[(&str, T)],
    ) -> Result<T, Error> {
        let Some(given) = self.get(keyword) else {
            return Ok(default);
        };
        if let Some((_, chosen)) = choices.iter().find(|(name, _)| *name == given) {
            return Ok(*chosen);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        Err(Error::Config(format!(
            "{keyword} is none of {}",
            names.join(", ")
        )))
    }

    /// A number, as libpq writes it.
    pub(super) fn number<T: FromStr>(&self, keyword: &str) -> Result<Option<T>, Error> {
        let Some(given) = self.get(keyword) else {
            return Ok(None);
        };
        let number = given.trim().parse();
        number
            .map(Some)
            .map_err(|_| Error::Config(format!("{keyword} is not a number it can be")))
    }
}

fn known(name: &str) -> Result<&'static str, Error> {
    let found = KEYWORDS.iter().find(|(keyword, _)| *keyword == name);
    if let Some((keyword, _)) = found {
        return Ok(keyword);
    }
    let meant = OTHER_NAMES.iter().find(|(other, _)| *other == name);
    let hint = meant.map_or_else(String::new, |(_, meant)| format!("; did you mean {meant}?"));
    Err(Error::Config(format!(
        "there is no connection option {name:?}{hint}"
    )))
}

#[cfg(test)]
impl Parameters {
    pub(super) fn of(given: &[(&str, &str)]) -> Self {
        let owned = given
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let mut all = Self(HashMap::new());
        all.take(owned).unwrap_or_else(|e| panic!("{e}"));
        all
    }
}
