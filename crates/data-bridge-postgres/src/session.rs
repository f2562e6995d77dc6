//! What leaves something behind in a session, so that a pool must reset it.
//!
//! A pool that resets after every use pays a round trip each time; one that never does hands one
//! caller's settings and locks to the next.

use memchr::memmem;

/// Whether a command, by its tag, changes the session beyond its transaction.
///
/// `SET LOCAL` has the tag of `SET`; a reset too many is no harm.
#[inline]
pub(crate) fn changed_by_command(tag: &[u8]) -> bool {
    // The tags of ordinary statements are told apart by their first two bytes.
    match tag {
        [b'S', b'E', b'T', b'\0', ..] => true,
        [b'L' | b'P' | b'D', ..] => {
            tag.starts_with(b"LISTEN")
                || tag.starts_with(b"LOAD")
                || tag.starts_with(b"PREPARE\0")
                || tag.starts_with(b"DECLARE CURSOR")
                || tag.starts_with(b"DO\0")
        }
        _ => false,
    }
}

/// Whether a statement changes the session by something that no tag tells: a function that it
/// calls, or a temporary table that it makes.
///
/// Asked once for each statement, when it is prepared; what a function of the database's own does
/// inside is not seen.
pub(crate) fn changed_by_statement(sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    let says = |name: &str| memmem::find(lower.as_bytes(), name.as_bytes()).is_some();
    says("set_config")
        || says("pg_advisory_lock")
        || says("pg_try_advisory_lock")
        || (says("temp") && makes_temporary(&lower))
}

/// Whether a text in small letters makes something temporary.
fn makes_temporary(sql: &str) -> bool {
    let mut making = false;
    let mut before = "";
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .any(|word| {
            making |= matches!(word, "create" | "into");
            let before = std::mem::replace(&mut before, word);
            match word {
                "temp" | "temporary" => {
                    matches!(before, "create" | "into" | "local" | "global" | "replace")
                }
                word => making && word == "pg_temp",
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_commands_leave_nothing_behind() {
        let tags = [
            "SELECT 1",
            "INSERT 0 1",
            "UPDATE 3",
            "DELETE 0",
            "BEGIN",
            "COMMIT",
            "PREPARE TRANSACTION",
        ];
        for tag in tags {
            assert!(!changed_by_command(format!("{tag}\0").as_bytes()), "{tag}");
        }
    }

    #[test]
    fn settings_cursors_and_listeners_stay() {
        for tag in ["SET", "LISTEN", "LOAD", "PREPARE", "DECLARE CURSOR", "DO"] {
            assert!(changed_by_command(format!("{tag}\0").as_bytes()), "{tag}");
        }
    }

    #[test]
    fn functions_are_found_in_the_text() {
        assert!(changed_by_statement(
            "SELECT pg_catalog.SET_CONFIG('a.b', 'c', false)"
        ));
        assert!(changed_by_statement("select pg_advisory_lock(1)"));
        assert!(!changed_by_statement("SELECT pg_advisory_xact_lock(1)"));
    }

    #[test]
    fn temporary_tables_are_found_in_the_text() {
        for sql in [
            "CREATE TEMP TABLE t (a int)",
            "create local temporary view v as select 1",
            "CREATE TABLE pg_temp.t (a int)",
            "SELECT 1 AS a INTO TEMPORARY t",
        ] {
            assert!(changed_by_statement(sql), "{sql}");
        }
        for sql in [
            "SELECT temp FROM weather",
            "INSERT INTO weather (temp) VALUES (1)",
            "CREATE TABLE weather (temperature int)",
            "SELECT * FROM pg_temp.t",
        ] {
            assert!(!changed_by_statement(sql), "{sql}");
        }
    }
}
