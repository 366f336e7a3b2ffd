//! The writer's connection: after any failure it is not trusted any more, and a new one is made before the next write.
//!
//! It says in the log, once, that the database cannot be written, and once that it can again. It knows nothing of what
//! is written.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sqlx::Connection;

use super::{Db, Source, in_time};
use crate::store::{Kept, StoreError};

pub struct Link {
    source: Source,
    db: Option<Db>,
    failing: bool,
    superseded: Arc<AtomicBool>,
}

impl Link {
    /// `superseded` becomes true when another server has had the database since; it never becomes false again.
    pub fn over(source: Source, db: Db, superseded: Arc<AtomicBool>) -> Self {
        Self { source, db: Some(db), failing: false, superseded }
    }

    /// The connection, made anew when the last one failed.
    pub async fn ready(&mut self) -> Kept<&mut Db> {
        let db = match self.db.take() {
            Some(db) => db,
            None => in_time(self.source.connect()).await?,
        };
        Ok(self.db.insert(db))
    }

    pub fn worked(&mut self) {
        if std::mem::take(&mut self.failing) {
            log::info!("the database can be written again");
        }
    }

    pub fn failed(&mut self, error: &StoreError) {
        self.db = None;
        if matches!(error, StoreError::Superseded) {
            self.superseded.store(true, Ordering::Relaxed);
        }
        if !std::mem::replace(&mut self.failing, true) {
            log::error!("the database cannot be written, and people are asked to wait until it can: {error}");
        }
    }

    pub async fn close(self) {
        if let Some(db) = self.db
            && let Err(error) = db.close().await
        {
            log::warn!("database close failed: {error}");
        }
    }
}
