//! What comes by itself on a connection that an event loop drives.

use pyo3::prelude::*;

use super::AsyncConnection;
use crate::event;

impl AsyncConnection {
    /// Tells the listeners what has come.
    #[cold]
    pub(super) fn tell(slf: &Bound<'_, Self>) {
        let (events, listeners) = {
            let mut this = slf.borrow_mut();
            let listeners = this.listeners.as_ref().map(|all| all.clone_ref(slf.py()));
            (this.engine.take_events(), listeners)
        };
        if let Some(listeners) = listeners {
            event::tell(slf.py(), &listeners, events);
        }
    }

    /// Tells them, once, that the connection has ended.
    pub(super) fn tell_end(slf: &Bound<'_, Self>) {
        let listeners = slf.borrow_mut().listeners.take();
        if let Some(listeners) = listeners {
            event::tell_end(slf.py(), &listeners);
        }
    }
}
