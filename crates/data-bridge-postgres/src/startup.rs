//! From a configuration to a connection that is ready for its first statement.

mod attempt;
mod refusal;
mod target;

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, timeout};

pub(crate) use self::attempt::{AsItIs, Encrypted, Stream, encrypt, open_stream};
use crate::config::{Address, Config, Target};
use crate::connection::Connection;
use crate::error::Error;
use crate::request::Request;

/// The server starts, stops, or recovers: another one may be ready.
const CANNOT_CONNECT_NOW: &str = "57P03";

/// Connects to the first server that answers and is what was asked for.
///
/// # Errors
/// When none does in time, or the server refuses.
pub async fn connect<R: Request>(config: &Config) -> Result<Connection<R>, Error> {
    let Some(patience) = config.timeout else {
        return connect_any(config, None).await;
    };
    let deadline = Instant::now() + patience;
    timeout(patience, connect_any(config, Some(deadline)))
        .await
        .unwrap_or_else(|_| Err(too_late(&listed(config), patience)))
}

async fn connect_any<R: Request>(
    config: &Config,
    deadline: Option<Instant>,
) -> Result<Connection<R>, Error> {
    let mut failures = Vec::new();
    // Where no standby is to be had, a second round takes what there is.
    let rounds: &[Target] = match config.target {
        Target::PreferStandby => &[Target::Standby, Target::Any],
        ref target => std::slice::from_ref(target),
    };
    let mut hosts: Vec<usize> = (0..config.hosts.len()).collect();
    shuffle(&mut hosts, config.shuffled);
    for (round, target) in rounds.iter().enumerate() {
        failures.clear();
        for (tried, number) in hosts.iter().enumerate() {
            let left = (hosts.len() - tried) + (rounds.len() - round - 1) * hosts.len();
            let share = share(deadline, left);
            match connect_host(*number, config, *target, share, deadline).await {
                Ok(connection) => return Ok(connection),
                Err(host) => failures.extend(host),
            }
            // A server that answers with a refusal is the one that was meant.
            if failures.last().is_some_and(is_final) {
                return Err(failures.swap_remove(failures.len() - 1));
            }
        }
    }
    Err(together(failures))
}

/// Tries every address of a host.
async fn connect_host<R: Request>(
    number: usize,
    config: &Config,
    target: Target,
    share: Option<Instant>,
    deadline: Option<Instant>,
) -> Result<Connection<R>, Vec<Error>> {
    let host = &config.hosts[number];
    let resolving = bounded(
        &host.address,
        share,
        config.connect_timeout,
        resolve(&host.address),
    );
    let mut addresses = resolving.await.map_err(|error| vec![error])?;
    shuffle(&mut addresses, config.shuffled);
    let mut failures = Vec::new();
    for (tried, address) in addresses.iter().enumerate() {
        let attempt = attempt::connect(address, number, config, target);
        let left = addresses.len() - tried;
        let share = self::share(share.or(deadline), left).or(share);
        match bounded(address, share, config.connect_timeout, attempt).await {
            Ok(connection) => return Ok(connection),
            Err(error) => failures.push(error),
        }
        if failures.last().is_some_and(is_final) {
            break;
        }
    }
    Err(failures)
}

/// When one of so many attempts must be over, so that the last one has time, too; for that one
/// the deadline itself is enough.
fn share(deadline: Option<Instant>, left: usize) -> Option<Instant> {
    let deadline = deadline.filter(|_| left > 1)?;
    let now = Instant::now();
    let remaining = deadline.saturating_duration_since(now);
    Some(now + remaining / u32::try_from(left).unwrap_or(u32::MAX))
}

/// `connect_timeout`, where it was given, is what the caller wants of each attempt.
async fn bounded<T>(
    address: &Address,
    share: Option<Instant>,
    connect_timeout: Option<Duration>,
    attempt: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let shared = share.map(|share| share.saturating_duration_since(Instant::now()));
    let Some(patience) = connect_timeout.or(shared) else {
        return attempt.await;
    };
    timeout(patience, attempt)
        .await
        .unwrap_or_else(|_| Err(too_late(&address.to_string(), patience)))
}

/// The addresses that a host's name stands for.
async fn resolve(address: &Address) -> Result<Vec<Address>, Error> {
    let Address::Tcp(host, port) = address else {
        return Ok(vec![address.clone()]);
    };
    let found = tokio::net::lookup_host((host.as_str(), *port))
        .await
        .map_err(|e| attempt::unreachable(address, &e))?;
    Ok(found
        .map(|found| Address::Tcp(found.ip().to_string(), found.port()))
        .collect())
}

fn is_final(error: &Error) -> bool {
    match error {
        Error::Connection(_) | Error::Unreachable(_) | Error::Timeout(_) => false,
        Error::Server(refusal) => refusal.sqlstate != CANNOT_CONNECT_NOW,
        _ => true,
    }
}

fn too_late(whom: &str, patience: Duration) -> Error {
    Error::Timeout(format!(
        "no connection to {whom} after {} s",
        patience.as_millis() as f64 / 1000.0
    ))
}

/// One error for all that were tried in vain.
fn together(mut failures: Vec<Error>) -> Error {
    let late = failures
        .iter()
        .all(|error| matches!(error, Error::Timeout(_)));
    if let [Error::Server(_) | Error::Timeout(_)] = failures[..] {
        return failures.remove(0);
    }
    let said: Vec<String> = failures.iter().map(ToString::to_string).collect();
    let said = said.join("; ");
    if late && !failures.is_empty() {
        return Error::Timeout(said);
    }
    // Whoever answered is running: then what it said is all there is to say.
    if !failures
        .iter()
        .any(|error| matches!(error, Error::Unreachable(_)))
    {
        return Error::Connection(said);
    }
    Error::Connection(format!(
        "{said}; is the server running there and accepting connections? (pg_isready tells)"
    ))
}

fn listed(config: &Config) -> String {
    let addresses: Vec<String> = config.addresses().map(ToString::to_string).collect();
    addresses.join(", ")
}

/// Fisher and Yates, by the randomness that the standard library seeds its maps with.
fn shuffle<T>(items: &mut [T], wanted: bool) {
    if !wanted {
        return;
    }
    for i in (1..items.len()).rev() {
        let random = RandomState::new().hash_one(i);
        items.swap(i, (random % (i as u64 + 1)) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ServerError;

    #[test]
    fn a_shuffle_gives_every_order_and_loses_nothing() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            let mut items = [1, 2, 3];
            shuffle(&mut items, true);
            seen.insert(items);
        }
        assert_eq!(seen.len(), 6);
        let mut items = [1, 2, 3];
        shuffle(&mut items, false);
        assert_eq!(items, [1, 2, 3]);
    }

    #[test]
    fn each_attempt_has_a_fair_share_of_the_time() {
        let now = Instant::now();
        let deadline = now + Duration::from_secs(9);
        let first = share(Some(deadline), 3).expect("a share") - now;
        assert!(first >= Duration::from_secs(2) && first <= Duration::from_secs(4));
        assert_eq!(share(Some(deadline), 1), None);
        assert_eq!(share(None, 3), None);
    }

    #[test]
    fn what_all_said_is_said_together() {
        let refused = || Error::Unreachable("a: refused".into());
        let late = || Error::Timeout("b: late".into());
        assert!(matches!(together(vec![late(), late()]), Error::Timeout(_)));
        let both = together(vec![refused(), late()]);
        assert!(
            matches!(&both, Error::Connection(said) if said.starts_with("a: refused; b: late;"))
        );
        let standby = Error::Connection("c: a standby".into());
        assert_eq!(together(vec![standby]).to_string(), "c: a standby");
        let starting = Error::Server(Box::new(ServerError {
            sqlstate: CANNOT_CONNECT_NOW.into(),
            ..ServerError::default()
        }));
        assert!(!is_final(&starting));
        assert!(matches!(together(vec![starting]), Error::Server(_)));
    }
}
