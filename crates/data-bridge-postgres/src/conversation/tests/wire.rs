//! The messages of a server, as bytes.

pub(super) const INT4: u32 = 23;
pub(super) const TEXT: u32 = 25;

pub(super) const PARSED: &[u8] = b"1\0\0\0\x04";
pub(super) const BOUND: &[u8] = b"2\0\0\0\x04";
pub(super) const NO_DATA: &[u8] = b"n\0\0\0\x04";
pub(super) const READY: &[u8] = b"Z\0\0\0\x05I";
pub(super) const READY_INSIDE: &[u8] = b"Z\0\0\0\x05T";
pub(super) const READY_FAILED: &[u8] = b"Z\0\0\0\x05E";

pub(super) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 4).to_be_bytes();
    [&[tag], &length[..], body].concat()
}

pub(super) fn parameters(oids: &[u32]) -> Vec<u8> {
    let mut body = (oids.len() as u16).to_be_bytes().to_vec();
    for oid in oids {
        body.extend(oid.to_be_bytes());
    }
    message(b't', &body)
}

pub(super) fn columns(columns: &[(&str, u32)]) -> Vec<u8> {
    let mut body = (columns.len() as u16).to_be_bytes().to_vec();
    for (name, oid) in columns {
        body.extend(name.as_bytes());
        body.extend([0; 7]);
        body.extend(oid.to_be_bytes());
        body.extend([0; 8]);
    }
    message(b'T', &body)
}

/// The whole answer to a Parse, a Describe and a Sync.
pub(super) fn described(oids: &[u32], names: &[(&str, u32)]) -> Vec<u8> {
    let rows = if names.is_empty() {
        NO_DATA.to_vec()
    } else {
        columns(names)
    };
    [PARSED, &parameters(oids), &rows, READY].concat()
}

pub(super) fn row(values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut body = (values.len() as u16).to_be_bytes().to_vec();
    for value in values {
        let length = value.map_or(-1, |v| v.len() as i32);
        body.extend(length.to_be_bytes());
        body.extend(value.unwrap_or_default());
    }
    message(b'D', &body)
}

pub(super) fn int4(value: i32) -> Vec<u8> {
    row(&[Some(&value.to_be_bytes())])
}

pub(super) fn complete(tag: &str) -> Vec<u8> {
    message(b'C', format!("{tag}\0").as_bytes())
}

/// The whole answer to a Bind, an Execute and a Sync that gives one integer.
pub(super) fn selected(value: i32) -> Vec<u8> {
    [BOUND, &int4(value), &complete("SELECT 1"), READY].concat()
}

pub(super) fn error(sqlstate: &str, text: &str) -> Vec<u8> {
    failure("ERROR", sqlstate, text)
}

/// What the server says of a statement whose plan would give other columns, in whatever language.
pub(super) fn outdated() -> Vec<u8> {
    let text = "gecachter Plan darf den Ergebnistyp nicht ändern";
    let body = format!("SFEHLER\0VERROR\0C0A000\0M{text}\0RRevalidateCachedQuery\0\0");
    message(b'E', body.as_bytes())
}

pub(super) fn failure(severity: &str, sqlstate: &str, text: &str) -> Vec<u8> {
    let body = format!("S{severity}\0V{severity}\0C{sqlstate}\0M{text}\0\0");
    message(b'E', body.as_bytes())
}

/// An error inside of a function.
pub(super) fn failure_in(context: &str, sqlstate: &str, text: &str) -> Vec<u8> {
    let body = format!("SERROR\0VERROR\0C{sqlstate}\0M{text}\0W{context}\0\0");
    message(b'E', body.as_bytes())
}
