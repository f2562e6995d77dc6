//! Whose turn it is: one thread at a time, the others waiting detached from the interpreter.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::error::interface_error;

/// How often somebody who waits for a turn looks at the signals that came.
const SIGNALS: Duration = Duration::from_millis(50);

/// How long one who takes turn after turn stands back for the others.
const WAY: Duration = Duration::from_millis(1);

thread_local! {
    /// Its address tells the threads apart.
    static MARK: u8 = const { 0 };
}

/// What threads take turns with.
///
/// A mutex alone would not do: one cannot wait for it with a bound, nor be interrupted, and the
/// thread that holds it already (in a signal handler, say) would wait for itself.
#[derive(Debug)]
pub(super) struct Turns<T> {
    value: Mutex<T>,
    /// The mark of the thread whose turn it is; 0 when it is nobody's.
    owner: AtomicUsize,
    /// Who alone gets a turn: the number of a COPY, or one of the two below.
    holder: AtomicU64,
    /// The mark of the thread that began the COPY.
    holding: AtomicUsize,
    waiting: AtomicUsize,
    gate: Mutex<()>,
    freed: Condvar,
}

/// As the holder: nobody holds it.
pub(super) const NOBODY: u64 = 0;

/// As whose turn it is: whoever holds it, for what disturbs nobody.
pub(super) const ANYONE: u64 = u64::MAX;

/// Why it did not come to a turn.
pub(super) enum NoTurn {
    Timeout,
    /// A signal handler raised, or it is this thread's turn already.
    Raised(PyErr),
}

impl<T> Turns<T> {
    /// Who alone gets turns.
    #[inline]
    pub(super) fn holder(&self) -> Option<u64> {
        let holder = self.holder.load(Ordering::Relaxed);
        (holder != NOBODY).then_some(holder)
    }

    /// The same, when this very thread began that.
    #[inline]
    pub(super) fn held_here(&self) -> Option<u64> {
        self.holder()
            .filter(|_| self.holding.load(Ordering::Relaxed) == mark())
    }

    /// Whether this very thread has its turn: then a signal handler or a finalizer asks.
    pub(super) fn is_mine(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == mark()
    }

    /// Whether somebody else than this holder alone gets turns.
    #[inline]
    fn is_held(&self, from: u64) -> bool {
        let holder = self.holder.load(Ordering::SeqCst);
        holder != NOBODY && holder != from && from != ANYONE
    }
}

impl<T: Send> Turns<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            value: Mutex::new(value),
            owner: AtomicUsize::new(0),
            holder: AtomicU64::new(NOBODY),
            holding: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            gate: Mutex::new(()),
            freed: Condvar::new(),
        }
    }

    /// Waits for a turn, no longer than until the deadline.
    #[inline]
    pub(super) fn take(
        &self,
        py: Python<'_>,
        holder: u64,
        deadline: Option<Instant>,
    ) -> Result<Turn<'_, T>, NoTurn> {
        match self.try_take(holder) {
            Some(turn) => Ok(turn),
            None => self.wait(py, holder, deadline),
        }
    }

    /// Lets everybody have turns again.
    pub(super) fn release(&self, holder: u64) {
        let order = Ordering::SeqCst;
        // Another may hold it by now.
        let _ = self.holder.compare_exchange(holder, NOBODY, order, order);
        drop(self.gate.lock());
        self.freed.notify_one();
    }

    /// From the turn on in which this is called, only the holder gets one, until it is released.
    pub(super) fn hold(&self, holder: u64) {
        self.holding.store(mark(), Ordering::Relaxed);
        self.holder.store(holder, Ordering::SeqCst);
    }

    fn wait(
        &self,
        py: Python<'_>,
        holder: u64,
        deadline: Option<Instant>,
    ) -> Result<Turn<'_, T>, NoTurn> {
        if self.is_mine() {
            let problem = "the connection is in use by this very thread: \
                 by a statement that a signal handler or a finalizer has interrupted";
            return Err(NoTurn::Raised(interface_error(py, problem)));
        }
        loop {
            let left = deadline.map_or(SIGNALS, |d| d.saturating_duration_since(Instant::now()));
            py.detach(|| self.wait_for_end(holder, left.min(SIGNALS)));
            if let Some(turn) = self.try_take(holder) {
                return Ok(turn);
            }
            py.check_signals().map_err(NoTurn::Raised)?;
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(NoTurn::Timeout);
            }
        }
    }

    /// Waits until a turn ends, or the time is over.
    fn wait_for_end(&self, holder: u64, time: Duration) {
        let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_add(1, Ordering::SeqCst);
        // A turn that ends now either is seen here, or sees that somebody waits and must pass the
        // gate, which is only open once the wait has begun.
        let free = !self.is_held(holder)
            && !matches!(self.value.try_lock(), Err(TryLockError::WouldBlock));
        if !free {
            let waited = self.freed.wait_timeout(gate, time);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    /// Lets those have their turn who wait for one: whoever takes turn after turn is quicker.
    pub(super) fn give_way(&self, py: Python<'_>) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            py.detach(|| std::thread::sleep(WAY));
        }
    }

    #[inline]
    fn try_take(&self, holder: u64) -> Option<Turn<'_, T>> {
        let guard = match self.value.try_lock() {
            Ok(guard) => guard,
            // A panic leaves the engine between two messages, at worst out of step, which the
            // next answer shows.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        if self.is_held(holder) {
            return None;
        }
        self.owner.store(mark(), Ordering::Relaxed);
        Some(Turn {
            owner: &self.owner,
            guard,
            _end: End(self),
        })
    }
}

fn mark() -> usize {
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

/// A turn: it ends when this is dropped.
pub(super) struct Turn<'a, T> {
    owner: &'a AtomicUsize,
    guard: MutexGuard<'a, T>,
    /// Dropped behind the guard.
    _end: End<'a, T>,
}

impl<T> Deref for Turn<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for Turn<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        self.owner.store(0, Ordering::Relaxed);
    }
}

/// Tells one of those who wait that a turn has ended.
struct End<'a, T>(&'a Turns<T>);

impl<T> Drop for End<'_, T> {
    #[inline]
    fn drop(&mut self) {
        fence(Ordering::SeqCst);
        if self.0.waiting.load(Ordering::SeqCst) > 0 && !self.0.is_held(NOBODY) {
            drop(self.0.gate.lock());
            self.0.freed.notify_one();
        }
    }
}
