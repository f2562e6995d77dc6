//! The statements of one connection that are kept prepared.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use lru::LruCache;

use super::Statement;
use crate::error::Error;

/// How many statements are known, at most, where none is kept prepared.
const DESCRIBED: NonZeroUsize = NonZeroUsize::new(100).unwrap();

/// What a connection keeps prepared.
#[derive(Clone, Copy, Debug, Default)]
pub struct CacheLimits {
    /// How many statements; with 0 the server keeps none: each is parsed along with its execution.
    pub count: usize,
    /// How long each; `None`: no bound.
    pub lifetime: Option<Duration>,
    /// Up to how many bytes of SQL; `None`: no bound.
    pub sql_bytes: Option<usize>,
}

/// The names that a session gives its statements: no other session's are the same.
///
/// Behind a pooler many sessions share a server. A name that two of them gave would let one run
/// the other's statement.
#[derive(Debug)]
pub(crate) struct StatementNames {
    session: String,
    given: u64,
}

impl StatementNames {
    /// Names of a session of their own. (Numbers from the process would be the same in two that
    /// were forked from one.)
    pub(crate) fn random() -> Result<Self, Error> {
        let session = getrandom::u64()
            .map_err(|e| Error::Config(format!("the system gives no random numbers: {e}")))?;
        Ok(Self::of(&format!("db_{session:016x}")))
    }

    pub(crate) fn of(session: &str) -> Self {
        Self {
            session: session.to_owned(),
            given: 0,
        }
    }

    /// A name for the next statement: even one that is not kept needs its own, since another may
    /// be prepared before it is executed.
    pub(crate) fn next(&mut self) -> String {
        self.given += 1;
        format!("{}_{}", self.session, self.given)
    }
}

/// The statements that are kept, by their SQL; the least recently used leaves first.
#[derive(Debug)]
pub(crate) struct StatementCache<L> {
    entries: LruCache<Box<str>, Arc<Statement<L>>, RandomState>,
    /// Whether the server keeps them, too. If not, they are what it said of them once, and only
    /// those that somebody holds have a name there.
    at_server: bool,
    /// Those that somebody holds: they stay whatever the limits say.
    pinned: HashMap<Box<str>, Pinned<L>>,
    let_go: LetGo,
    lifetime: Option<Duration>,
    sql_bytes: usize,
}

#[derive(Debug)]
struct Pinned<L> {
    holders: usize,
    /// `None` while it is not prepared.
    statement: Option<Arc<Statement<L>>>,
}

impl<L> StatementCache<L> {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        let count = NonZeroUsize::new(limits.count);
        // Made with its capacity, it would take the memory for that at once.
        let mut entries = LruCache::unbounded_with_hasher(RandomState::default());
        entries.resize(count.unwrap_or(DESCRIBED));
        Self {
            entries,
            at_server: count.is_some(),
            pinned: HashMap::new(),
            let_go: LetGo::default(),
            lifetime: limits.lifetime,
            sql_bytes: limits.sql_bytes.unwrap_or(usize::MAX),
        }
    }

    #[inline]
    pub(crate) fn get(&mut self, sql: &str) -> Option<Arc<Statement<L>>> {
        if let Some(statement) = self.entries.get(sql) {
            return match statement.expires {
                // What replaces it will have it closed.
                Some(expires) if expires <= Instant::now() => None,
                _ => Some(Arc::clone(statement)),
            };
        }
        self.pinned.get(sql)?.statement.clone()
    }

    /// Whether a statement is to have a name, by which the server keeps it.
    pub(crate) fn names(&self, sql: &str) -> bool {
        self.at_server || self.pinned.contains_key(sql)
    }

    /// Keeps a statement; gives the one that had to leave, this one itself when it is not kept,
    /// to be closed at the server.
    pub(crate) fn insert(&mut self, mut statement: Statement<L>) -> Kept<L> {
        if let Some(pinned) = self.pinned.get_mut(&statement.sql) {
            let statement = Arc::new(statement);
            let left = pinned.statement.replace(Arc::clone(&statement));
            return Kept { statement, left };
        }
        statement.expires = self
            .lifetime
            .and_then(|l| statement.prepared.checked_add(l));
        let statement = Arc::new(statement);
        let left = self.push(Arc::clone(&statement));
        Kept { statement, left }
    }

    fn push(&mut self, statement: Arc<Statement<L>>) -> Option<Arc<Statement<L>>> {
        if statement.sql.len() > self.sql_bytes || (statement.is_named() && !self.at_server) {
            return Some(statement);
        }
        Some(self.entries.push(statement.sql.clone(), statement)?.1)
    }

    /// Forgets a statement, to be prepared anew; false when it was not kept (any more).
    pub(crate) fn remove(&mut self, statement: &Statement<L>) -> bool {
        let sql = &*statement.sql;
        let mut removed = false;
        let known = self.entries.peek(sql);
        if known.is_some_and(|known| known.name == statement.name) {
            removed = self.entries.pop(sql).is_some();
        }
        if let Some(pinned) = self.pinned.get_mut(sql) {
            let known = &mut pinned.statement;
            removed |= known
                .take_if(|known| known.name == statement.name)
                .is_some();
        }
        removed
    }

    /// Forgets all of them.
    pub(crate) fn drain(&mut self) -> Vec<Arc<Statement<L>>> {
        let mut all = Vec::new();
        while let Some((_, statement)) = self.entries.pop_lru() {
            all.push(statement);
        }
        let pinned = self.pinned.values_mut();
        all.extend(pinned.filter_map(|pinned| pinned.statement.take()));
        all
    }

    /// Keeps a statement, once it is prepared, as long as somebody holds the pin.
    pub(crate) fn pin(&mut self, sql: &str) -> Pin {
        self.hold(sql);
        Pin {
            sql: sql.into(),
            let_go: Arc::clone(&self.let_go),
        }
    }

    /// Lets go of the statements whose pins were dropped; gives those that had to leave.
    pub(crate) fn unpin_dropped(&mut self) -> Vec<Arc<Statement<L>>> {
        let dropped = self.let_go.lock().map(|mut d| std::mem::take(&mut *d));
        let dropped = dropped.unwrap_or_default().into_iter();
        dropped.filter_map(|sql| self.unpin(&sql)).collect()
    }

    fn hold(&mut self, sql: &str) {
        if let Some(pinned) = self.pinned.get_mut(sql) {
            pinned.holders += 1;
            return;
        }
        let statement = self.entries.pop(sql);
        let pinned = Pinned {
            holders: 1,
            // What the server does not keep has no name: it is prepared once more, with one.
            statement: statement.filter(|_| self.at_server),
        };
        self.pinned.insert(sql.into(), pinned);
    }

    /// Lets a statement go, as often as it was pinned; gives what had to leave, as
    /// [`StatementCache::insert`] does.
    fn unpin(&mut self, sql: &str) -> Option<Arc<Statement<L>>> {
        let pinned = self.pinned.get_mut(sql)?;
        pinned.holders -= 1;
        if pinned.holders > 0 {
            return None;
        }
        let statement = self.pinned.remove(sql)?.statement?;
        self.push(statement)
    }
}

/// The SQL of the pins that were dropped.
type LetGo = Arc<Mutex<Vec<Box<str>>>>;

/// Keeps a statement prepared until it is dropped, on whatever thread: the server hears of it when
/// the next statement is prepared.
#[derive(Debug)]
pub struct Pin {
    sql: Box<str>,
    let_go: LetGo,
}

impl Drop for Pin {
    fn drop(&mut self) {
        if let Ok(mut let_go) = self.let_go.lock() {
            let_go.push(std::mem::take(&mut self.sql));
        }
    }
}

/// A statement, and what had to leave for it.
#[derive(Debug)]
pub(crate) struct Kept<L> {
    pub(crate) statement: Arc<Statement<L>>,
    pub(crate) left: Option<Arc<Statement<L>>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(count: usize) -> StatementCache<u8> {
        StatementCache::new(CacheLimits {
            count,
            lifetime: None,
            sql_bytes: None,
        })
    }

    /// Keeps a statement; the name of the one that left.
    fn insert(cache: &mut StatementCache<u8>, sql: &str, name: &str) -> Option<String> {
        let statement = Statement::new(sql.into(), name.to_owned(), Vec::new(), Vec::new());
        cache.insert(statement).left.map(|left| left.name.clone())
    }

    fn name(cache: &mut StatementCache<u8>, sql: &str) -> Option<String> {
        cache.get(sql).map(|statement| statement.name.clone())
    }

    #[test]
    fn the_least_recently_used_leaves() {
        let mut cache = cache(2);
        assert_eq!(insert(&mut cache, "a", "1"), None);
        assert_eq!(insert(&mut cache, "b", "2"), None);
        assert!(cache.get("a").is_some());
        assert_eq!(insert(&mut cache, "c", "3").as_deref(), Some("2"));
        assert!(cache.get("b").is_none());
        // Prepared twice, the older one leaves.
        let old = cache.get("a").expect("it was kept");
        assert_eq!(insert(&mut cache, "a", "4").as_deref(), Some("1"));
        assert!(!cache.remove(&old));
        assert_eq!(name(&mut cache, "a").as_deref(), Some("4"));
        let new = cache.get("a").expect("it was kept");
        assert!(cache.remove(&new));
        assert!(cache.get("a").is_none());
    }

    #[test]
    fn without_room_only_what_the_server_does_not_keep_is() {
        let mut cache = cache(0);
        assert!(!cache.names("a"));
        assert_eq!(insert(&mut cache, "a", ""), None);
        assert_eq!(name(&mut cache, "a").as_deref(), Some(""));
        assert_eq!(insert(&mut cache, "b", "1").as_deref(), Some("1"));
        assert!(cache.get("b").is_none());
        // As many are known as would be kept by default, at most.
        for i in 0..DESCRIBED.get() {
            insert(&mut cache, &i.to_string(), "");
        }
        assert!(cache.get("a").is_none());
        assert_eq!(cache.drain().len(), DESCRIBED.get());
    }

    #[test]
    fn what_is_too_old_or_too_long_is_not_kept() {
        let mut cache: StatementCache<u8> = StatementCache::new(CacheLimits {
            count: 10,
            lifetime: Some(Duration::ZERO),
            sql_bytes: Some(3),
        });
        assert_eq!(insert(&mut cache, "long", "1").as_deref(), Some("1"));
        assert_eq!(insert(&mut cache, "abc", "2"), None);
        assert!(cache.get("abc").is_none());
        // It leaves when it has been prepared anew.
        assert_eq!(insert(&mut cache, "abc", "3").as_deref(), Some("2"));
        // What somebody holds is neither.
        let pin = cache.pin("long");
        assert_eq!(insert(&mut cache, "long", "4"), None);
        assert_eq!(name(&mut cache, "long").as_deref(), Some("4"));
        assert!(cache.unpin_dropped().is_empty());
        drop(pin);
        assert_eq!(cache.unpin_dropped()[0].name, "4");
    }

    #[test]
    fn what_somebody_holds_stays() {
        let mut cache = cache(1);
        insert(&mut cache, "a", "1");
        cache.hold("a");
        cache.hold("a");
        assert_eq!(insert(&mut cache, "b", "2"), None);
        assert_eq!(name(&mut cache, "a").as_deref(), Some("1"));
        assert!(cache.unpin("a").is_none());
        // Replaced, the older one leaves.
        assert_eq!(insert(&mut cache, "a", "3").as_deref(), Some("1"));
        let left = cache.unpin("a").map(|left| left.name.clone());
        assert_eq!(left.as_deref(), Some("2"));
        assert_eq!(name(&mut cache, "a").as_deref(), Some("3"));
        assert!(cache.unpin("a").is_none());
    }

    #[test]
    fn what_is_held_can_be_forgotten_and_prepared_anew() {
        let mut cache = cache(1);
        cache.hold("a");
        assert!(cache.get("a").is_none());
        insert(&mut cache, "a", "1");
        let held = cache.get("a").expect("it was kept");
        assert!(cache.remove(&held));
        assert!(cache.get("a").is_none());
        insert(&mut cache, "a", "2");
        insert(&mut cache, "b", "3");
        assert_eq!(cache.drain().len(), 2);
        assert!(cache.get("a").is_none());
        insert(&mut cache, "a", "4");
        assert_eq!(name(&mut cache, "a").as_deref(), Some("4"));
    }

    #[test]
    fn no_two_sessions_give_the_same_names() {
        let mut names = StatementNames::random().expect("random numbers");
        let mut others = StatementNames::random().expect("random numbers");
        let given = [names.next(), names.next(), others.next(), others.next()];
        for (i, name) in given.iter().enumerate() {
            assert!(!given[..i].contains(name));
            // The server cuts off what is longer.
            assert!(name.len() < 63 - 20, "{name}");
        }
    }
}
