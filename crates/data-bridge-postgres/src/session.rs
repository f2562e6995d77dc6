//! What leaves something behind in a session, so that a pool must reset it.
//!
//! A pool that resets after every use pays a round trip each time; one that never does hands one
//! caller's settings and locks to the next.

use memchr::memmem;

/// What a command, by its tag, does beyond its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// It changes the session.
    Session,
    /// It drops prepared statements, or changes what they were prepared for.
    Statements,
}

/// What a command does, by its tag.
///
/// `SET LOCAL` has the tag of `SET`; a reset too many is no harm.
#[inline]
pub(crate) fn effect(tag: &[u8]) -> Effect {
    // The tags of ordinary statements are told apart by their first two bytes.
    match tag {
        [b'S', b'E', b'T', b'\0', ..] => Effect::Session,
        [b'A' | b'L' | b'P' | b'D', ..] => effect_of_rare(tag),
        _ => Effect::None,
    }
}

fn effect_of_rare(tag: &[u8]) -> Effect {
    let starts = |words: &[&str]| words.iter().any(|word| tag.starts_with(word.as_bytes()));
    if starts(&["LISTEN", "LOAD", "PREPARE\0", "DECLARE CURSOR", "DO\0"]) {
        Effect::Session
    } else if starts(&["ALTER ", "DROP ", "DEALLOCATE", "DISCARD ALL"]) {
        Effect::Statements
    } else {
        Effect::None
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
            assert_eq!(effect(format!("{tag}\0").as_bytes()), Effect::None, "{tag}");
        }
    }

    #[test]
    fn settings_cursors_and_listeners_stay() {
        for tag in ["SET", "LISTEN", "LOAD", "PREPARE", "DECLARE CURSOR", "DO"] {
            let effect = effect(format!("{tag}\0").as_bytes());
            assert_eq!(effect, Effect::Session, "{tag}");
        }
    }

    #[test]
    fn what_becomes_of_prepared_statements_is_seen() {
        assert_eq!(effect(b"ALTER TABLE\0"), Effect::Statements);
        assert_eq!(effect(b"DROP VIEW\0"), Effect::Statements);
        assert_eq!(effect(b"DEALLOCATE ALL\0"), Effect::Statements);
        assert_eq!(effect(b"DISCARD ALL\0"), Effect::Statements);
        assert_eq!(effect(b"DISCARD PLANS\0"), Effect::None);
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
