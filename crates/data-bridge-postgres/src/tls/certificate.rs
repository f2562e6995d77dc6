//! The few parts of an X.509 certificate that are needed beside what rustls reads of it.

/// A DER element: its tag, its content, and what follows.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    rest: &'a [u8],
}

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;

fn element(der: &[u8]) -> Option<Element<'_>> {
    let [tag, first, rest @ ..] = der else {
        return None;
    };
    let (length, rest) = match usize::from(*first) {
        short @ 0..=0x7f => (short, rest),
        // No certificate is longer than three bytes can say.
        long @ 0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(long - 0x80)?;
            let length = bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some(Element {
        tag: *tag,
        content,
        rest,
    })
}

fn of(tag: u8, der: &[u8]) -> Option<Element<'_>> {
    element(der).filter(|element| element.tag == tag)
}

/// The algorithm that the certificate is signed by: its identifier, and its parameters in DER.
pub(super) fn signature_algorithm(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let body = of(SEQUENCE, certificate)?.content;
    let signed = of(SEQUENCE, body)?;
    let algorithm = of(SEQUENCE, signed.rest)?.content;
    let identifier = of(OBJECT_IDENTIFIER, algorithm)?;
    Some((identifier.content, identifier.rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_that_lie_are_refused() {
        for der in [
            &b""[..],
            b"\x30",
            b"\x30\x80",
            b"\x30\x84\0\0\0\0",
            b"\x30\x82\x01",
            b"\x30\x05\x30\x00",
            b"\x30\x02\x30\x7f",
            b"\x30\x04\x30\x00\x30\x00",
        ] {
            assert_eq!(signature_algorithm(der), None, "{der:?}");
        }
    }

    #[test]
    fn the_algorithm_stands_behind_what_is_signed() {
        let der = b"\x30\x0b\x30\x00\x30\x05\x06\x01\x2a\x05\x00\x03\x00";
        assert_eq!(
            signature_algorithm(der),
            Some((&b"\x2a"[..], &b"\x05\x00"[..]))
        );
        // A long form of a length.
        let der = b"\x30\x81\x0b\x30\x00\x30\x05\x06\x01\x2a\x05\x00\x03\x00";
        assert_eq!(
            signature_algorithm(der),
            Some((&b"\x2a"[..], &b"\x05\x00"[..]))
        );
    }
}
