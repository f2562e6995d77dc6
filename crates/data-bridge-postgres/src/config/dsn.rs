//! Connection strings: URIs, and `keyword=value` pairs, as libpq reads them.
//!
//! Errors never show a value: it may be a password.

use super::uri;
use crate::error::Error;

const SCHEMES: [&str; 2] = ["postgresql://", "postgres://"];

/// The keywords and values of a connection string, in its order.
pub(super) fn parse(dsn: &str) -> Result<Vec<(String, String)>, Error> {
    for scheme in SCHEMES {
        if let Some(rest) = dsn.strip_prefix(scheme) {
            return uri::parse(rest);
        }
    }
    match dsn.split_once("://") {
        Some((scheme, _)) if !scheme.contains(['=', ' ']) => Err(unusable(&format!(
            "it begins with {scheme}://, not with postgresql://"
        ))),
        _ => pairs(dsn),
    }
}

pub(super) fn unusable(why: &str) -> Error {
    Error::Config(format!(
        "the connection string cannot be used: {why}; \
         it reads postgresql://user:password@host:port/database"
    ))
}

fn pairs(dsn: &str) -> Result<Vec<(String, String)>, Error> {
    let mut given = Vec::new();
    let mut rest = dsn.trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let keyword = &rest[..end];
        let Some(value) = rest[end..].trim_start().strip_prefix('=') else {
            return Err(unusable(
                "it is no URI, and a keyword in it has no \"=\" behind it",
            ));
        };
        if keyword.is_empty() {
            return Err(unusable("there is a \"=\" without a keyword before it"));
        }
        let (value, behind) = value_of(value.trim_start())?;
        given.push((keyword.to_owned(), value));
        rest = behind.trim_start();
    }
    Ok(given)
}

/// The value at the front, and what is behind it.
fn value_of(text: &str) -> Result<(String, &str), Error> {
    let quoted = text.starts_with('\'');
    let text = if quoted { &text[1..] } else { text };
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            c if !quoted && c.is_whitespace() => return Ok((value, &text[at..])),
            c => value.push(c),
        }
    }
    if quoted {
        return Err(unusable("a quoted value in it does not end"));
    }
    Ok((value, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(dsn: &str) -> Vec<(String, String)> {
        parse(dsn).unwrap_or_else(|e| panic!("{dsn}: {e}"))
    }

    #[test]
    fn pairs_are_separated_by_space_and_may_be_quoted() {
        let expected = [
            ("host", "a"),
            ("password", r"it's \ b"),
            ("user", "a b"),
            ("options", ""),
        ];
        let expected = expected.map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(
            parsed(r" host = a password='it\'s \\ b'  user=a\ b options='' "),
            expected
        );
        assert_eq!(parsed(""), []);
    }

    #[test]
    fn what_is_cut_short_is_refused_without_its_value() {
        for dsn in [
            "hunter2",
            "password='hunter2",
            "=hunter2",
            "password hunter2",
            "mysql://u:hunter2@h",
        ] {
            let error = parse(dsn).expect_err(dsn).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn another_scheme_is_named() {
        let error = parse("postgresql+asyncpg://u@h/d").expect_err("a scheme");
        assert!(error.to_string().contains("postgresql+asyncpg://"));
    }
}
