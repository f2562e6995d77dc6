//! Which statements may stand behind others on one connection, though nobody asked for that.
//!
//! A statement that waits for its turn must not wait for something else first: for a lock whose
//! owner may wait for this very statement, or for a slow one that could have run elsewhere.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::session;

/// So many statements are remembered; others are looked at anew.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// A longer text is looked at each time, and not kept.
const LONGEST: usize = 64 * 1024;

/// How long a statement counts as slow that was found to be so.
const SLOW_FOR: Duration = Duration::from_secs(60);

/// How a statement may use the connections of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Together with others: it waits for nobody, and leaves nothing behind.
    Together,
    /// With nothing else in flight: it leaves nothing behind, but may wait for a lock, or is slow.
    Alone,
    /// On a connection that is looked at afterwards: it may change the session, or is no single
    /// statement that has its effect as a whole or not at all.
    Own,
}

/// What is known of the statements of a pool.
#[derive(Debug)]
pub struct Manners(LruCache<Box<str>, Known, foldhash::fast::RandomState>);

#[derive(Debug)]
struct Known {
    manner: Manner,
    slow_until: Option<Instant>,
}

impl Default for Manners {
    fn default() -> Self {
        // Made with its capacity, it would take the memory for that at once.
        let mut known = LruCache::unbounded_with_hasher(foldhash::fast::RandomState::default());
        known.resize(REMEMBERED);
        Self(known)
    }
}

impl Manners {
    /// How a statement may use the connections.
    #[inline]
    pub fn of(&mut self, sql: &str) -> Manner {
        match self.0.get(sql) {
            Some(Known {
                manner,
                slow_until: None,
            }) => *manner,
            _ => self.look(sql),
        }
    }

    #[cold]
    fn look(&mut self, sql: &str) -> Manner {
        if let Some(known) = self.0.get_mut(sql) {
            if known.slow_until.is_some_and(|until| Instant::now() < until) {
                return Manner::Alone;
            }
            known.slow_until = None;
            return known.manner;
        }
        let manner = manner(sql);
        if sql.len() <= LONGEST {
            let known = Known {
                manner,
                slow_until: None,
            };
            self.0.push(sql.into(), known);
        }
        manner
    }

    /// A statement was found to keep others waiting: for a while it stands alone.
    pub fn slow(&mut self, sql: &str) {
        if let Some(known) = self.0.peek_mut(sql)
            && known.manner == Manner::Together
        {
            known.slow_until = Some(Instant::now() + SLOW_FOR);
        }
    }
}

/// By its words; one in a string or a name counts, too, which costs no more than company.
fn manner(sql: &str) -> Manner {
    if session::changed_by_statement(sql) {
        return Manner::Own;
    }
    let mut words = sql
        .trim_start()
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is = |word: &str, known: &[&str]| known.iter().any(|k| word.eq_ignore_ascii_case(k));
    let first = words.next().unwrap_or_default();
    if is(first, &["insert", "update", "delete", "merge"]) {
        return Manner::Alone;
    }
    if !is(first, &["select", "with", "values"]) {
        return Manner::Own;
    }
    let mut manner = Manner::Together;
    for word in words {
        if is(word, &["into"]) {
            return Manner::Own;
        }
        if is(word, &["for", "insert", "update", "delete", "merge"]) || waits(word) {
            manner = Manner::Alone;
        }
    }
    manner
}

/// Whether it is the name of a function whose purpose it is to wait.
fn waits(word: &str) -> bool {
    ["pg_sleep", "pg_advisory", "pg_terminate"].iter().any(|w| {
        word.get(..w.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(w))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_stand_together() {
        for sql in [
            "SELECT 1",
            "  select * from t where a = $1",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "VALUES (1)",
            "SELECT \"update_count\" FROM t",
        ] {
            assert_eq!(manner(sql), Manner::Together, "{sql}");
        }
    }

    #[test]
    fn what_may_wait_for_a_lock_stands_alone() {
        for sql in [
            "INSERT INTO t VALUES ($1)",
            "update t set a = 1",
            "SELECT * FROM t FOR UPDATE",
            "select * from t for no key update",
            "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
            "SELECT pg_advisory_xact_lock(1)",
            "SELECT pg_sleep(1)",
        ] {
            assert_eq!(manner(sql), Manner::Alone, "{sql}");
        }
    }

    #[test]
    fn all_else_takes_a_connection_of_its_own() {
        for sql in [
            "",
            "SET work_mem = '1MB'",
            "/* ? */ SELECT 1",
            "CALL p()",
            "COPY t TO STDOUT",
            "SELECT set_config('a.b', 'c', false)",
            "SELECT pg_advisory_lock(1)",
            "SELECT 1 AS a INTO TEMP t",
            "BEGIN",
        ] {
            assert_eq!(manner(sql), Manner::Own, "{sql}");
        }
    }

    #[test]
    fn a_slow_one_stands_alone_for_a_while() {
        let mut manners = Manners::default();
        assert_eq!(manners.of("SELECT 1"), Manner::Together);
        manners.slow("SELECT 1");
        assert_eq!(manners.of("SELECT 1"), Manner::Alone);
        if let Some(known) = manners.0.peek_mut("SELECT 1") {
            known.slow_until = Some(Instant::now());
        }
        assert_eq!(manners.of("SELECT 1"), Manner::Together);
    }
}
