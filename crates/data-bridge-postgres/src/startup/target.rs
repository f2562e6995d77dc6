//! Whether a session is what `target_session_attrs` asks for.

use std::collections::HashMap;
use std::io;

use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::config::Target;

/// No answer to what is asked here is longer.
const LONGEST: usize = 64 * 1024;

/// What is wrong with a session; `None` when it will do. The server is told goodbye else.
pub(super) async fn mismatch<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    reported: &HashMap<String, String>,
    target: Target,
) -> io::Result<Option<&'static str>> {
    let wrong = match target {
        Target::ReadWrite if is_read_only(stream, reported).await? => {
            Some("the session is read-only, and target_session_attrs=read-write")
        }
        Target::ReadOnly if !is_read_only(stream, reported).await? => {
            Some("the session is not read-only, and target_session_attrs=read-only")
        }
        Target::Primary if is_standby(stream, reported).await? => {
            Some("the server is a standby, and target_session_attrs=primary")
        }
        Target::Standby if !is_standby(stream, reported).await? => {
            Some("the server is no standby, which target_session_attrs asks for")
        }
        _ => None,
    };
    if wrong.is_some() {
        let mut goodbye = bytes::BytesMut::new();
        frontend::terminate(&mut goodbye);
        stream.write_all(&goodbye).await?;
        stream.flush().await?;
    }
    Ok(wrong)
}

async fn is_read_only<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    reported: &HashMap<String, String>,
) -> io::Result<bool> {
    let standby = reported.get("in_hot_standby");
    let default = reported.get("default_transaction_read_only");
    if let (Some(standby), Some(default)) = (standby, default) {
        return Ok(standby == "on" || default == "on");
    }
    ask(stream, "SHOW transaction_read_only").await
}

async fn is_standby<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    reported: &HashMap<String, String>,
) -> io::Result<bool> {
    if let Some(standby) = reported.get("in_hot_standby") {
        return Ok(standby == "on");
    }
    ask(stream, "SELECT pg_catalog.pg_is_in_recovery()").await
}

/// Asks a server older than `PostgreSQL` 14, which reports neither; true for "on" and "t".
async fn ask<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, sql: &str) -> io::Result<bool> {
    let mut query = bytes::BytesMut::new();
    frontend::query(sql, &mut query)?;
    stream.write_all(&query).await?;
    stream.flush().await?;
    let mut answer = false;
    loop {
        let tag = stream.read_u8().await?;
        let length = stream.read_u32().await? as usize;
        if !(4..=LONGEST).contains(&length) {
            return Err(malformed());
        }
        let mut body = vec![0; length - 4];
        stream.read_exact(&mut body).await?;
        match (tag, &body[..]) {
            // One column: how many there are, how long it is, its text.
            (b'D', [_, _, _, _, _, _, text @ ..]) => answer = matches!(text, b"on" | b"t"),
            (b'E', _) => return Err(malformed()),
            (b'Z', _) => return Ok(answer),
            _ => {}
        }
    }
}

fn malformed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "it does not say whether it is a standby",
    )
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    fn reported(standby: &str, read_only: &str) -> HashMap<String, String> {
        HashMap::from([
            ("in_hot_standby".to_owned(), standby.to_owned()),
            (
                "default_transaction_read_only".to_owned(),
                read_only.to_owned(),
            ),
        ])
    }

    fn fits(target: Target, reported: &HashMap<String, String>, answer: &[u8]) -> bool {
        let runtime = crate::runtime().expect("a runtime");
        runtime.block_on(async {
            let (mut server, mut ours) = duplex(1024);
            server.write_all(answer).await.expect("room");
            let wrong = mismatch(&mut ours, reported, target).await;
            wrong.expect("an answer").is_none()
        })
    }

    #[test]
    fn what_the_server_reports_decides() {
        let primary = reported("off", "off");
        let standby = reported("on", "off");
        let closed = reported("off", "on");
        for (target, expected) in [
            (Target::Any, [true, true, true]),
            (Target::ReadWrite, [true, false, false]),
            (Target::ReadOnly, [false, true, true]),
            (Target::Primary, [true, false, true]),
            (Target::Standby, [false, true, false]),
        ] {
            let found = [&primary, &standby, &closed].map(|session| fits(target, session, b""));
            assert_eq!(found, expected, "{target:?}");
        }
    }

    #[test]
    fn an_old_server_is_asked() {
        let nothing = HashMap::new();
        let answer = |text: &[u8]| {
            let length = (10 + text.len()) as u8;
            let row = [
                &[b'D', 0, 0, 0, length, 0, 1, 0, 0, 0, text.len() as u8],
                text,
            ]
            .concat();
            [
                &b"T\0\0\0\x06\0\0"[..],
                &row,
                b"C\0\0\0\x09SHOW\0",
                b"Z\0\0\0\x05I",
            ]
            .concat()
        };
        assert!(fits(Target::ReadWrite, &nothing, &answer(b"off")));
        assert!(!fits(Target::ReadWrite, &nothing, &answer(b"on")));
        assert!(fits(Target::Standby, &nothing, &answer(b"t")));
        assert!(!fits(Target::Standby, &nothing, &answer(b"f")));
    }
}
