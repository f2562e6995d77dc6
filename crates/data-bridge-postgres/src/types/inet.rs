//! `inet` and `cidr`: an address of a host, with or without its network, and a network.

use std::net::IpAddr;

use bytes::{BufMut, BytesMut};

use super::{Codec, DecodeError, EncodeError};

/// An address, and how many of its first bits are those of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Inet {
    /// The address.
    pub address: IpAddr,
    /// 0 to 32, or to 128 for an address of IPv6.
    pub prefix: u8,
}

/// What the wire calls the families: the server's own numbers, the same on all platforms.
const IPV4: u8 = 2;
const IPV6: u8 = 3;

impl Inet {
    /// Reads the bytes of an `inet` or a `cidr`.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`] when they are none, or a network has bits of a host.
    pub fn read(codec: Codec, raw: &[u8]) -> Result<Self, DecodeError> {
        let malformed = |reason| DecodeError::Malformed { codec, reason };
        let &[family, prefix, _is_cidr, length, ref address @ ..] = raw else {
            return Err(malformed("the value ends within its header"));
        };
        let address = match (family, length) {
            (IPV4, 4) => address.try_into().map(<IpAddr as From<[u8; 4]>>::from),
            (IPV6, 16) => address.try_into().map(<IpAddr as From<[u8; 16]>>::from),
            _ => return Err(malformed("the family of the address is unknown")),
        };
        let address = address.map_err(|_| malformed("the address is of another length"))?;
        let value = Self { address, prefix };
        if prefix > value.width() {
            return Err(malformed("the network has more bits than the address"));
        }
        if codec == Codec::Cidr && !value.is_network() {
            return Err(malformed("the network has bits of a host"));
        }
        Ok(value)
    }

    /// Writes the bytes of an `inet` or a `cidr`.
    ///
    /// # Errors
    /// [`EncodeError::Range`] for a prefix longer than the address, [`EncodeError::HostBits`] for a
    /// `cidr` that has any.
    pub fn write(self, codec: Codec, out: &mut BytesMut) -> Result<(), EncodeError> {
        if self.prefix > self.width() {
            return Err(EncodeError::Range(codec));
        }
        let is_cidr = codec == Codec::Cidr;
        if is_cidr && !self.is_network() {
            return Err(EncodeError::HostBits);
        }
        let (family, address) = match &self.address {
            IpAddr::V4(address) => (IPV4, &address.octets()[..]),
            IpAddr::V6(address) => (IPV6, &address.octets()[..]),
        };
        out.put_slice(&[family, self.prefix, u8::from(is_cidr), address.len() as u8]);
        out.put_slice(address);
        Ok(())
    }

    /// Reads an address, with its prefix behind a slash or without: `10.0.0.1/8`.
    ///
    /// # Errors
    /// [`EncodeError::InetSyntax`] for anything else.
    pub fn parse(text: &str) -> Result<Self, EncodeError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let syntax = EncodeError::InetSyntax;
        let address = address.parse().map_err(|_| syntax)?;
        let whole = Self::host(address);
        let prefix = prefix.map_or(Ok(whole.prefix), str::parse);
        match prefix {
            Ok(prefix) if prefix <= whole.prefix => Ok(Self { address, prefix }),
            _ => Err(syntax),
        }
    }

    /// An address alone.
    #[must_use]
    pub const fn host(address: IpAddr) -> Self {
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        Self { address, prefix }
    }

    /// Whether the network is that of this one host.
    #[must_use]
    pub const fn is_host(self) -> bool {
        self.prefix == self.width()
    }

    const fn width(self) -> u8 {
        Self::host(self.address).prefix
    }

    /// Whether all bits behind the prefix are zero.
    fn is_network(self) -> bool {
        let bits = match self.address {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        };
        bits.checked_shl(self.prefix.into()).unwrap_or(0) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(codec: Codec, text: &str) -> Result<Vec<u8>, EncodeError> {
        let mut out = BytesMut::new();
        Inet::parse(text)?.write(codec, &mut out)?;
        Ok(out.to_vec())
    }

    #[test]
    fn an_address_comes_with_its_network() {
        let raw = [2, 8, 0, 4, 10, 0, 0, 1];
        assert_eq!(written(Codec::Inet, "10.0.0.1/8"), Ok(raw.to_vec()));
        assert_eq!(
            Inet::read(Codec::Inet, &raw),
            Inet::parse("10.0.0.1/8").map_err(|_| DecodeError::Utf8)
        );
        assert!(Inet::parse("::1").is_ok_and(Inet::is_host));
        assert!(!Inet::parse("::1/64").is_ok_and(Inet::is_host));
    }

    #[test]
    fn a_network_has_no_bits_of_a_host() {
        assert_eq!(
            written(Codec::Cidr, "10.0.0.0/8"),
            Ok(vec![2, 8, 1, 4, 10, 0, 0, 0])
        );
        for text in ["10.0.0.1/8", "::1/127", "255.0.0.0/7", "::1/0"] {
            assert_eq!(
                written(Codec::Cidr, text),
                Err(EncodeError::HostBits),
                "{text}"
            );
        }
        for text in ["0.0.0.0/0", "::/0", "1.2.3.4/32", "::1/128"] {
            assert!(written(Codec::Cidr, text).is_ok(), "{text}");
        }
        assert!(Inet::read(Codec::Cidr, &[2, 8, 1, 4, 10, 0, 0, 1]).is_err());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "10.0.0",
            "10.0.0.1/33",
            "::1/129",
            "::1/",
            "a/8",
            "10.0.0.1/-1",
        ] {
            assert_eq!(Inet::parse(text), Err(EncodeError::InetSyntax), "{text}");
        }
        for raw in [
            &[2, 33, 0, 4, 10, 0, 0, 1][..],
            &[3, 8, 0, 4, 10, 0, 0, 1],
            &[2, 8, 0, 16, 10, 0, 0, 1],
            &[2, 8, 0, 4, 10, 0, 0, 1, 0],
            &[2, 8, 0],
        ] {
            assert!(Inet::read(Codec::Inet, raw).is_err(), "{raw:?}");
        }
    }
}
