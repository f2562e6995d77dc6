//! What the states of a transaction, and of its begin, are called.

use data_bridge_postgres::{OpeningState, TransactionStatus};

pub(crate) fn status_name(status: TransactionStatus) -> &'static str {
    match status {
        TransactionStatus::Idle => "idle",
        TransactionStatus::InTransaction => "transaction",
        TransactionStatus::Failed => "failed",
    }
}

pub(crate) fn opening_name(state: OpeningState) -> &'static str {
    match state {
        OpeningState::Sent => "sent",
        OpeningState::Unsent => "unsent",
        OpeningState::Failed => "failed",
    }
}
