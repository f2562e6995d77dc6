//! The connections of a pool, and which one a statement of the pool's goes to.

use data_bridge_postgres::{Manner, Manners};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::connection::AsyncConnection;
use crate::model_layout::ModelLayout;
use crate::operation::{Call, Want};
use crate::reply::Reply;

/// Somebody has taken it.
const LENT: u8 = 1;
/// It is kept free for somebody who waits for one of his own.
const CLAIMED: u8 = 1 << 1;
/// It has been idle for so long that it must be tried before it is used.
const DOUBTFUL: u8 = 1 << 2;
/// It is used no more.
const RETIRED: u8 = 1 << 3;
/// What is in flight on it stands alone.
const ALONE: u8 = 1 << 4;
/// What is in flight on it takes long.
const STALLED: u8 = 1 << 5;

/// What keeps every statement of the pool's from a connection.
const UNUSABLE: u8 = LENT | CLAIMED | DOUBTFUL | RETIRED;

struct Member {
    connection: Py<AsyncConnection>,
    state: u8,
    uses: u64,
    /// How often it had been used when it was surveyed last, and since when it is idle.
    surveyed: u64,
    idle_since: f64,
    /// The request that was at the front when that was looked at.
    front: u64,
}

impl Member {
    fn is(&self, state: u8) -> bool {
        self.state & state != 0
    }

    fn lend(&mut self, py: Python<'_>, most: u64) -> Py<AsyncConnection> {
        self.state = LENT;
        self.used(py, most);
        self.connection.clone_ref(py)
    }

    fn used(&mut self, py: Python<'_>, most: u64) {
        self.uses += 1;
        if self.uses >= most {
            self.state |= RETIRED;
            self.connection.borrow_mut(py).eager = true;
        }
    }
}

/// The connections of a pool that an event loop drives.
///
/// A statement goes to one where nothing is in flight; when there is none, behind as few others
/// as possible, if it may. What is free is seen from the connections themselves: nothing is
/// counted up and down, so nothing is lost on the way.
#[pyclass(module = "data_bridge._engine", weakref)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Sharing {
    members: Vec<Member>,
    manners: Manners,
    /// How many statements may be in flight on a connection.
    depth: usize,
    /// How many a connection serves before it is replaced.
    max_uses: u64,
    /// Called when statements begin to stand behind others; `look` is then called again and again.
    crowded: Py<PyAny>,
    looking: bool,
    eager: bool,
    /// Whether statements are taken at all.
    #[pyo3(get, set)]
    enabled: bool,
    /// Whether more connections may be opened: then nothing is put behind others.
    #[pyo3(get, set)]
    growing: bool,
    /// Whether others wait for a place: newcomers wait behind them.
    #[pyo3(get, set)]
    queued: bool,
    /// How many statements and acquisitions there were.
    #[pyo3(get)]
    requests: u64,
    /// How many of them stood behind others.
    #[pyo3(get)]
    shared: u64,
}

impl Sharing {
    /// The connection that a statement goes to, and whether others are before it there.
    #[inline]
    fn place(&mut self, py: Python<'_>, sql: &str, waited: bool) -> Option<(usize, bool)> {
        if !self.enabled || (self.queued && !waited) {
            return None;
        }
        let manner = self.manners.of(sql);
        let mut least = match manner {
            Manner::Own => return None,
            Manner::Together if waited => usize::MAX,
            Manner::Together if !self.growing => self.depth,
            Manner::Together | Manner::Alone => 1,
        };
        let mut found = None;
        for (index, member) in self.members.iter().enumerate() {
            if member.is(UNUSABLE) {
                continue;
            }
            match load(py, &member.connection) {
                Some(0) => {
                    found = Some((index, false));
                    break;
                }
                Some(load) if load < least && !member.is(ALONE | STALLED) => {
                    least = load;
                    found = Some((index, true));
                }
                _ => {}
            }
        }
        let (index, behind) = found?;
        let member = &mut self.members[index];
        if !behind {
            member.state &= !(ALONE | STALLED);
            if manner == Manner::Alone {
                member.state |= ALONE;
            }
        }
        member.used(py, self.max_uses);
        self.requests += 1;
        self.shared += u64::from(behind);
        found
    }

    #[inline]
    fn submit(
        slf: &Bound<'_, Self>,
        sql: &str,
        waited: bool,
        call: impl FnOnce() -> PyResult<Call>,
    ) -> PyResult<Option<Py<Reply>>> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        let Some((index, behind)) = this.place(py, sql, waited) else {
            return Ok(None);
        };
        let connection = this.members[index].connection.clone_ref(py);
        let begins = behind && !this.looking;
        this.looking |= behind;
        let crowded = begins.then(|| this.crowded.clone_ref(py));
        drop(this);
        let reply = AsyncConnection::submit(connection.bind(py), sql, call()?)?;
        if let Some(crowded) = crowded {
            crowded.call0(py)?;
        }
        Ok(Some(reply))
    }

    fn member(&mut self, connection: &Bound<'_, AsyncConnection>) -> Option<&mut Member> {
        self.members
            .iter_mut()
            .find(|member| member.connection.is(connection))
    }
}

/// How many are in flight on a connection, if another may be.
#[inline]
fn load(py: Python<'_>, connection: &Py<AsyncConnection>) -> Option<usize> {
    connection.try_borrow_mut(py).ok()?.engine.shared_load()
}

#[pymethods]
impl Sharing {
    #[new]
    fn new(depth: usize, max_uses: Option<u64>, crowded: Py<PyAny>) -> Self {
        Self {
            members: Vec::new(),
            manners: Manners::default(),
            depth,
            max_uses: max_uses.unwrap_or(u64::MAX),
            crowded,
            looking: false,
            eager: false,
            enabled: true,
            growing: false,
            queued: false,
            requests: 0,
            shared: 0,
        }
    }

    // Statements: as those of a connection; None when there is no place for one.

    #[pyo3(signature = (sql, args, waited=false))]
    fn execute(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        waited: bool,
    ) -> PyResult<Option<Py<Reply>>> {
        Self::submit(slf, sql, waited, || Call::new(Want::Status, Some(args)))
    }

    #[pyo3(signature = (sql, args, model=None, waited=false))]
    fn fetch(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        model: Option<Py<ModelLayout>>,
        waited: bool,
    ) -> PyResult<Option<Py<Reply>>> {
        Self::submit(slf, sql, waited, || {
            Ok(Call::new(Want::Rows, Some(args))?.into_model(model))
        })
    }

    #[pyo3(signature = (sql, args, waited=false))]
    fn fetchcolumn(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        waited: bool,
    ) -> PyResult<Option<Py<Reply>>> {
        Self::submit(slf, sql, waited, || Call::new(Want::Column, Some(args)))
    }

    #[pyo3(signature = (sql, args, model=None, waited=false))]
    fn fetchrow(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        model: Option<Py<ModelLayout>>,
        waited: bool,
    ) -> PyResult<Option<Py<Reply>>> {
        Self::submit(slf, sql, waited, || {
            Ok(Call::new(Want::Row, Some(args))?.into_model(model))
        })
    }

    #[pyo3(signature = (sql, args, column, waited=false))]
    fn fetchval(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        column: isize,
        waited: bool,
    ) -> PyResult<Option<Py<Reply>>> {
        let py = slf.py();
        Self::submit(slf, sql, waited, || {
            Call::new(Want::value(py, column)?, Some(args))
        })
    }

    /// Whether a statement may stand behind others.
    fn is_shareable(&mut self, sql: &str) -> bool {
        self.enabled && self.depth > 1 && self.manners.of(sql) == Manner::Together
    }

    // Connections

    /// Adds a connection; `lent` when somebody has it already.
    fn add(&mut self, py: Python<'_>, connection: Py<AsyncConnection>, now: f64, lent: bool) {
        connection.borrow_mut(py).eager = self.eager;
        self.members.push(Member {
            connection,
            state: if lent { LENT } else { 0 },
            uses: 0,
            surveyed: 0,
            idle_since: now,
            front: 0,
        });
    }

    /// Forgets a connection.
    fn remove(&mut self, connection: &Bound<'_, AsyncConnection>) {
        self.members
            .retain(|member| !member.connection.is(connection));
    }

    /// Lends a connection where nothing is in flight, one that need not be tried first if there is
    /// one; whether it must be comes with it.
    fn take(&mut self, py: Python<'_>) -> Option<(Py<AsyncConnection>, bool)> {
        let most = self.max_uses;
        let free = |member: &&mut Member| {
            !member.is(LENT | RETIRED) && member.connection.borrow_mut(py).engine.is_clean()
        };
        let idle = self.members.iter_mut().filter(free);
        let member = idle.min_by_key(|member| member.state & DOUBTFUL)?;
        let doubtful = member.is(DOUBTFUL);
        self.requests += 1;
        Some((member.lend(py, most), doubtful))
    }

    /// Lends a connection that can be used there and then, if there is one.
    fn take_ready(&mut self, py: Python<'_>) -> Option<Py<AsyncConnection>> {
        let most = self.max_uses;
        let free = |member: &&mut Member| {
            !member.is(LENT | RETIRED | DOUBTFUL)
                && member.connection.borrow_mut(py).engine.is_clean()
        };
        let member = self.members.iter_mut().find(free)?;
        self.requests += 1;
        Some(member.lend(py, most))
    }

    /// Takes a connection back whose session is as it was, for others to use; false where more is
    /// to be done.
    fn give_clean(&mut self, connection: &Bound<'_, AsyncConnection>) -> bool {
        connection.borrow_mut().engine.is_clean() && self.give(connection)
    }

    /// Takes a connection back; false when it is to be used no more.
    fn give(&mut self, connection: &Bound<'_, AsyncConnection>) -> bool {
        let Some(member) = self.member(connection) else {
            return false;
        };
        member.state &= !LENT;
        !member.is(RETIRED)
    }

    /// Keeps so many connections free of new statements, those with the fewest in flight.
    fn claim(&mut self, py: Python<'_>, count: usize) {
        let mut loads = Vec::new();
        for (index, member) in self.members.iter_mut().enumerate() {
            let claimed = member.is(CLAIMED);
            member.state &= !CLAIMED;
            if !member.is(LENT | RETIRED)
                && let Some(load) = load(py, &member.connection)
            {
                // Who has begun to drain goes on.
                loads.push((!claimed, load, index));
            }
        }
        loads.sort_unstable();
        for (_, _, index) in loads.into_iter().take(count) {
            self.members[index].state |= CLAIMED;
        }
    }

    /// Whether each answer is to be told of, since somebody waits for a place.
    fn set_eager(&mut self, py: Python<'_>, eager: bool) {
        self.eager = eager;
        for member in &self.members {
            member.connection.borrow_mut(py).eager = eager || member.is(RETIRED);
        }
    }

    /// How many statements have room behind others, or where nothing is in flight.
    fn places(&self, py: Python<'_>) -> usize {
        let open = |member: &&Member| !member.is(UNUSABLE | ALONE | STALLED);
        let loads = self.members.iter().filter(open);
        let loads = loads.filter_map(|member| load(py, &member.connection));
        loads.map(|load| self.depth.saturating_sub(load)).sum()
    }

    /// Looks at what the connections are at: where it is the same as at the last look, nothing
    /// more is put behind it. False when nothing stands behind others any more.
    fn look(&mut self, py: Python<'_>) -> bool {
        self.looking = false;
        for member in &mut self.members {
            if member.is(LENT) {
                continue;
            }
            let connection = member.connection.borrow(py);
            let Some((front, sql)) = connection.engine.front() else {
                member.state &= !STALLED;
                continue;
            };
            if front == member.front {
                member.state |= STALLED;
                self.manners.slow(sql);
            } else {
                member.state &= !STALLED;
                member.front = front;
            }
            self.looking |= connection.engine.in_flight() > 1;
        }
        self.looking
    }

    // Housekeeping

    /// Every connection: for how many seconds it has been idle, how often it was used, and whether
    /// somebody has it.
    fn survey(&mut self, py: Python<'_>, now: f64) -> Vec<(Py<AsyncConnection>, f64, u64, bool)> {
        let mut found = Vec::with_capacity(self.members.len());
        for member in &mut self.members {
            let lent = member.is(LENT);
            if lent || member.uses != member.surveyed || load(py, &member.connection) != Some(0) {
                member.surveyed = member.uses;
                member.idle_since = now;
            }
            let connection = member.connection.clone_ref(py);
            found.push((connection, now - member.idle_since, member.uses, lent));
        }
        found
    }

    /// A connection must be tried before it is used.
    fn doubt(&mut self, connection: &Bound<'_, AsyncConnection>) {
        if let Some(member) = self.member(connection) {
            member.state |= DOUBTFUL;
        }
    }

    /// A connection is used no more than by those who use it now.
    fn retire(&mut self, connection: &Bound<'_, AsyncConnection>) {
        if let Some(member) = self.member(connection) {
            member.state |= RETIRED;
            connection.borrow_mut().eager = true;
        }
    }

    /// Those that nobody uses and nobody will: closed ones, and retired ones.
    fn leaving(&self, py: Python<'_>) -> Vec<Py<AsyncConnection>> {
        let leaves = |member: &&Member| {
            let engine = &member.connection.borrow(py).engine;
            let ended = engine.closed().is_some();
            !member.is(LENT) && (ended || (member.is(RETIRED) && engine.in_flight() == 0))
        };
        let leaving = self.members.iter().filter(leaves);
        leaving.map(|m| m.connection.clone_ref(py)).collect()
    }

    /// How many connections nobody uses.
    fn idle(&self, py: Python<'_>) -> usize {
        let free = |member: &&Member| {
            !member.is(LENT | RETIRED) && load(py, &member.connection) == Some(0)
        };
        self.members.iter().filter(free).count()
    }

    /// How many connections somebody has taken.
    #[getter]
    fn lent(&self) -> usize {
        self.members.iter().filter(|m| m.is(LENT)).count()
    }

    fn __len__(&self) -> usize {
        self.members.len()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.crowded)?;
        for member in &self.members {
            visit.call(&member.connection)?;
        }
        Ok(())
    }

    fn __clear__(&mut self) {
        self.members.clear();
    }
}
