//! Connection URIs, as libpq reads them: several hosts, percent escapes, keywords behind a `?`.

use super::dsn::unusable;
use crate::error::Error;

const ESCAPES: &str = "an \"@\", \":\", \"/\", \"?\" or \"%\" of a user or password is written %40, %3A, \
                       %2F, %3F or %25";

/// What stands behind the scheme.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, Error> {
    let mut given = Vec::new();
    let mut add = |keyword: &str, value: String| {
        if !value.is_empty() {
            given.push((keyword.to_owned(), value));
        }
    };
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let (authority, database) = text.split_once('/').unwrap_or((text, ""));
    let hosts = match authority.split_once('@') {
        Some((credentials, hosts)) => {
            let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
            add("user", decode(user)?);
            add("password", decode(password)?);
            hosts
        }
        None => authority,
    };
    if hosts.contains('@') {
        return Err(unusable(&format!("it has more than one \"@\" ({ESCAPES})")));
    }
    let (names, ports) = split_hosts(hosts)?;
    add("host", names);
    add("port", ports);
    add("dbname", decode(database)?);
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let Some((keyword, value)) = parameter.split_once('=') else {
            return Err(unusable("a parameter behind its \"?\" has no \"=\""));
        };
        match (decode(keyword)?.as_str(), decode(value)?) {
            // As JDBC writes it; libpq understands it, too.
            ("ssl", value) if value == "true" => add("sslmode", "require".to_owned()),
            (keyword, value) => add(keyword, value),
        }
    }
    Ok(given)
}

/// The hosts and the ports, each separated by commas; ports are "" when none has one.
fn split_hosts(text: &str) -> Result<(String, String), Error> {
    let mut names = Vec::new();
    let mut ports = Vec::new();
    for host in text.split(',') {
        let (name, port) = match host.strip_prefix('[') {
            Some(rest) => {
                let Some((address, behind)) = rest.split_once(']') else {
                    return Err(unusable("an IPv6 address in it has no \"]\""));
                };
                match (behind, behind.strip_prefix(':')) {
                    ("", _) => (address, ""),
                    (_, Some(port)) => (address, port),
                    _ => return Err(unusable("something else than a port follows a \"]\"")),
                }
            }
            None => host.split_once(':').unwrap_or((host, "")),
        };
        if !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unusable(&format!(
                "a port in it is not a number ({ESCAPES})"
            )));
        }
        names.push(decode(name)?);
        ports.push(port);
    }
    if ports.iter().all(|port| port.is_empty()) {
        ports.clear();
    }
    let none = names.iter().all(String::is_empty) && names.len() == 1;
    let names = if none { String::new() } else { names.join(",") };
    Ok((names, ports.join(",")))
}

fn decode(text: &str) -> Result<String, Error> {
    let malformed = || unusable(&format!("a \"%\" in it begins no escape ({ESCAPES})"));
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || {
            let digit = bytes.next().and_then(|b| char::from(b).to_digit(16));
            digit.ok_or_else(malformed)
        };
        let value = digit()? * 16 + digit()?;
        if value == 0 {
            return Err(unusable("it holds a NUL (%00)"));
        }
        decoded.push(value as u8);
    }
    String::from_utf8(decoded).map_err(|_| unusable("its escapes are not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(uri: &str) -> Vec<(String, String)> {
        parse(uri).unwrap_or_else(|e| panic!("{uri}: {e}"))
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
        expected.iter().map(owned).collect()
    }

    #[test]
    fn each_part_may_be_left_out() {
        for (uri, expected) in [
            ("", &[][..]),
            ("/", &[]),
            ("h", &[("host", "h")]),
            ("h:1", &[("host", "h"), ("port", "1")]),
            ("/d", &[("dbname", "d")]),
            ("u@", &[("user", "u")]),
            ("u:p@h", &[("user", "u"), ("password", "p"), ("host", "h")]),
            ("u@/d", &[("user", "u"), ("dbname", "d")]),
            ("?user=u&port=1", &[("user", "u"), ("port", "1")]),
            (
                "h?sslmode=require&",
                &[("host", "h"), ("sslmode", "require")],
            ),
            ("h/?ssl=true", &[("host", "h"), ("sslmode", "require")]),
            (
                "[::1]:5/d",
                &[("host", "::1"), ("port", "5"), ("dbname", "d")],
            ),
        ] {
            assert_eq!(parsed(uri), pairs(expected), "{uri}");
        }
    }

    #[test]
    fn several_hosts_have_a_port_each_or_none() {
        assert_eq!(parsed("a,b/d")[0].1, "a,b");
        let given = parsed("a:1,[::1]:2,c");
        assert_eq!(given, pairs(&[("host", "a,::1,c"), ("port", "1,2,")]));
    }

    #[test]
    fn escapes_are_undone_in_every_part() {
        let given = parsed("u%40:p%3A%2f%25@%2Fvar%2Frun/d%20b?options=-c%20a%3Db");
        let expected = [
            ("user", "u@"),
            ("password", "p:/%"),
            ("host", "/var/run"),
            ("dbname", "d b"),
            ("options", "-c a=b"),
        ];
        assert_eq!(given, pairs(&expected));
        // A plus is a plus.
        assert_eq!(parsed("u:a+b@h")[1].1, "a+b");
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_its_values() {
        for uri in [
            "u:hunter2@x@h",
            "u:hun/ter2@h",
            "u:hunter2%@h",
            "u:hunter2%0@h",
            "u:hunter2%zz@h",
            "u:hunter2%00@h",
            "u:hunter2%ff@h",
            "u:hunter2@[::1",
            "u:hunter2@[::1]x",
            "u:hunter2@h:x",
            "u:hunter2@h?password",
        ] {
            let error = parse(uri).expect_err(uri).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
