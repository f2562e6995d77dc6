//! The floor: what the server and the socket cost when the client does nothing.
//!
//! Standard input is a connected, authenticated, blocking socket to `PostgreSQL`; standard output is one end of a socket
//! pair over which the owner sends rounds and gets their times (`benchmarks/adapters/floor.py`). A round:
//!
//! - in: `u32` number of calls; for each call a `u32` number of requests; for each request a `u32` length and as many bytes,
//!   which end in one Sync. All numbers are big-endian.
//! - out: one line, `nanoseconds rows tag`: the time of all calls, the rows received in it, and the tag of the last statement;
//!   or `error` and the server's message.
//!
//! A request is written whole, then messages are read up to `ReadyForQuery`. Only their headers are looked at. A server or
//! an owner that is gone ends the process with status 1 and no word: the owner sees it by the closed socket, and says so.

#![expect(
    clippy::print_stderr,
    reason = "what the owner cannot know is said where it is looked for"
)]

mod conversation;
mod round;

use std::io::{self, BufReader, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::Instant;

use conversation::Conversation;
use round::Round;

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !is_gone(error.kind()) {
                eprintln!("error: the floor cannot go on: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Whether an error says no more than that the other side of a socket is not there any more.
fn is_gone(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof
    )
}

fn serve() -> io::Result<()> {
    // Both descriptors are sockets that the owner handed over, whatever their number suggests.
    let server = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let owner = UnixStream::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut rounds = BufReader::new(owner.try_clone()?);
    let mut answers = owner;
    let mut conversation = Conversation::new(server);
    while let Some(round) = Round::read(&mut rounds)? {
        let start = Instant::now();
        for request in round.requests() {
            conversation.exchange(request)?;
        }
        let elapsed = start.elapsed().as_nanos();
        let line = match conversation.take_error() {
            Some(message) => format!("error {message}\n"),
            None => format!(
                "{elapsed} {} {}\n",
                conversation.take_rows(),
                conversation.tag()
            ),
        };
        answers.write_all(line.as_bytes())?;
    }
    Ok(())
}
