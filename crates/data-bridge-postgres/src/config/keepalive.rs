//! How a peer that vanished is noticed.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

use super::parameters::Parameters;
use crate::error::Error;

/// What is asked of the system for a TCP socket; what is `None` is the system's own default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keepalive {
    enabled: bool,
    idle: Option<Duration>,
    interval: Option<Duration>,
    count: Option<u32>,
    user_timeout: Option<Duration>,
}

impl Keepalive {
    pub(super) fn new(given: &Parameters) -> Result<Self, Error> {
        // As in libpq, zero and less stand for the system's default.
        let positive = |keyword: &str| -> Result<Option<u32>, Error> {
            let number = given.number::<i32>(keyword)?;
            Ok(number
                .and_then(|n| u32::try_from(n).ok())
                .filter(|n| *n > 0))
        };
        let seconds = |keyword: &str| -> Result<Option<Duration>, Error> {
            Ok(positive(keyword)?.map(|n| Duration::from_secs(n.into())))
        };
        Ok(Self {
            enabled: given.number::<i32>("keepalives")? != Some(0),
            idle: seconds("keepalives_idle")?,
            interval: seconds("keepalives_interval")?,
            count: positive("keepalives_count")?,
            user_timeout: positive("tcp_user_timeout")?.map(|n| Duration::from_millis(n.into())),
        })
    }

    pub(crate) fn apply(&self, stream: &TcpStream) -> io::Result<()> {
        let socket = SockRef::from(stream);
        if self.enabled {
            // Even a connection that only waits then learns of it.
            let mut parameters = TcpKeepalive::new();
            if let Some(idle) = self.idle {
                parameters = parameters.with_time(idle);
            }
            if let Some(interval) = self.interval {
                parameters = parameters.with_interval(interval);
            }
            if let Some(count) = self.count {
                parameters = parameters.with_retries(count);
            }
            socket.set_keepalive(true)?;
            socket.set_tcp_keepalive(&parameters)?;
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if self.user_timeout.is_some() {
            socket.set_tcp_user_timeout(self.user_timeout)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_told() {
        let given = Parameters::of(&[
            ("keepalives_idle", "11"),
            ("keepalives_interval", "12"),
            ("keepalives_count", "13"),
            ("tcp_user_timeout", "14000"),
        ]);
        let keepalive = Keepalive::new(&given).expect("numbers");
        let runtime = crate::runtime().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
            let listener = listener.expect("a port");
            let address = listener.local_addr().expect("bound");
            let stream = TcpStream::connect(address).await.expect("a listener");
            keepalive.apply(&stream).expect("a TCP socket");
            let socket = SockRef::from(&stream);
            assert!(socket.keepalive().expect("readable"));
            let idle = socket.tcp_keepalive_time().expect("readable");
            assert_eq!(idle, Duration::from_secs(11));
            let interval = socket.tcp_keepalive_interval().expect("readable");
            assert_eq!(interval, Duration::from_secs(12));
            assert_eq!(socket.tcp_keepalive_retries().expect("readable"), 13);
            let patience = socket.tcp_user_timeout().expect("readable");
            assert_eq!(patience, Some(Duration::from_secs(14)));
            let off = Keepalive::new(&Parameters::of(&[("keepalives", "0")]));
            let stream = TcpStream::connect(address).await.expect("a listener");
            off.expect("a number").apply(&stream).expect("a TCP socket");
            assert!(!SockRef::from(&stream).keepalive().expect("readable"));
        });
        let wrong = Parameters::of(&[("keepalives_idle", "often")]);
        assert!(Keepalive::new(&wrong).is_err());
    }
}
