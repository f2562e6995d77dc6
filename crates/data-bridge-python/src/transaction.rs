//! What a transaction's state is called.

use data_bridge_postgres::TransactionStatus;

pub(crate) fn status_name(status: TransactionStatus) -> &'static str {
    match status {
        TransactionStatus::Idle => "idle",
        TransactionStatus::InTransaction => "transaction",
        TransactionStatus::Failed => "failed",
    }
}
