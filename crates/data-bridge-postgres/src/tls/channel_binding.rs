//! `tls-server-end-point` (RFC 5929): the hash of the certificate that the server has shown, by
//! which SCRAM-SHA-256-PLUS proves that nobody sits in between.

use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};

use super::certificate::signature_algorithm;

/// What the session is bound to; `None` where the certificate's signature has no hash of its own.
pub(crate) fn server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let (identifier, parameters) = signature_algorithm(certificate)?;
    let algorithm = hash_of(identifier, parameters)?;
    Some(digest(algorithm, certificate).as_ref().to_vec())
}

/// The hash that a signature algorithm uses, but SHA-256 in the place of MD5 and SHA-1.
fn hash_of(identifier: &[u8], parameters: &[u8]) -> Option<&'static Algorithm> {
    // The prefixes of the identifiers: PKCS #1, and ECDSA with SHA-2.
    const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01";
    const ECDSA: &[u8] = b"\x2a\x86\x48\xce\x3d\x04";
    if let Some(rest) = identifier.strip_prefix(RSA) {
        return match rest {
            // With MD5, SHA-1 and SHA-256.
            [4 | 5 | 11] => Some(&SHA256),
            [12] => Some(&SHA384),
            [13] => Some(&SHA512),
            // PSS names the hash among its parameters, and means SHA-1 when it names none.
            [10] => Some(pss_hash(parameters)),
            _ => None,
        };
    }
    match identifier.strip_prefix(ECDSA)? {
        // With SHA-1 and SHA-256.
        [1] | [3, 2] => Some(&SHA256),
        [3, 3] => Some(&SHA384),
        [3, 4] => Some(&SHA512),
        _ => None,
    }
}

fn pss_hash(parameters: &[u8]) -> &'static Algorithm {
    // SHA-2's identifiers end in 1, 2 and 3; the hash's own comes before that of its mask.
    const SHA2: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02";
    let found = parameters.windows(SHA2.len() + 1).find_map(|part| {
        let last = part.strip_prefix(SHA2)?;
        Some(last[0])
    });
    match found {
        Some(2) => &SHA384,
        Some(3) => &SHA512,
        _ => &SHA256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(identifier: &[u8], parameters: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
        let algorithm = wrap(
            0x30,
            &[wrap(0x06, identifier), parameters.to_vec()].concat(),
        );
        wrap(0x30, &[wrap(0x30, b""), algorithm].concat())
    }

    #[test]
    fn the_hash_is_the_one_of_the_signature() {
        const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01";
        for (last, length) in [(4, 32), (5, 32), (11, 32), (12, 48), (13, 64), (10, 32)] {
            let bound = server_end_point(&certificate(&[RSA, &[last]].concat(), b"\x05\x00"));
            assert_eq!(bound.map(|hash| hash.len()), Some(length), "{last}");
        }
        for (last, length) in [(&b"\x01"[..], 32), (b"\x03\x02", 32), (b"\x03\x03", 48)] {
            let identifier = [b"\x2a\x86\x48\xce\x3d\x04", last].concat();
            let bound = server_end_point(&certificate(&identifier, b""));
            assert_eq!(bound.map(|hash| hash.len()), Some(length));
        }
        let pss = [RSA, &[10]].concat();
        let sha512 = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03";
        let bound = server_end_point(&certificate(&pss, sha512));
        assert_eq!(bound.map(|hash| hash.len()), Some(64));
        // Ed25519 has none.
        assert_eq!(server_end_point(&certificate(b"\x2b\x65\x70", b"")), None);
    }
}
