//! Postgres: one connection that writes and holds the lock by which a database has one server, and a few that read.
//!
//! How its connections are made and what it says differently; everything else is in `sql/`, compiled here with
//! Postgres's types. It decides nothing.

use std::{cmp::Ordering, collections::HashMap, fmt, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Row, Transaction,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{Kept, MIGRATIONS, NewLine, Scrubbed, Standing, StoreError};

type Db = PgConnection;
type Reader = PgPool;
type Record = PgRow;
type Engine = sqlx::Postgres;

/// Two that want the same row do not wait for each other: the second one finds nothing to have.
macro_rules! unless_another_has_it {
    () => {
        " for update skip locked"
    };
}

#[path = "sql/mod.rs"]
mod sql;

pub use sql::Database as Postgres;

/// Where a database is and who asks, a password among it. Shown without it.
#[derive(Clone)]
pub struct Url(Box<PgConnectOptions>);

impl Url {
    /// `postgres://user:password@host:port/database`, with the parameters that libpq knows too, `sslmode` among them.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"))?;
        if is_cut_by_its_password(rest) {
            return None;
        }
        let options = PgConnectOptions::from_str(text).ok()?.application_name("quietline");
        // The resolver knows IPv6 addresses without the brackets that a URL puts around them.
        let bare = options.get_host().strip_prefix('[').and_then(|host| host.strip_suffix(']')).map(str::to_owned);
        Some(Self(Box::new(match bare {
            Some(host) => options.host(&host),
            None => options,
        })))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(options) = self;
        let database = options.get_database().unwrap_or(options.get_username());
        match options.get_socket() {
            Some(folder) => write!(f, "{database} at {}", folder.display()),
            None => write!(f, "{database} at {}:{}", options.get_host(), options.get_port()),
        }
    }
}

/// Whether a character that ends a part of a URL stands in the password, which is then read as host and database, and
/// would be shown with them.
fn is_cut_by_its_password(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match rest.matches('@').count() {
        0 => false,
        1 => !authority.contains('@'),
        _ => true,
    }
}

/// How often, and for how long between, a start asks for the lock: that of a server which was killed goes within 5 s.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long one batch may take. Postgres may be far away, and a network that swallows everything says nothing; whether
/// the batch was written is then unknown, as after any failure.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(10));

/// One server for each database: "quietlin" in ASCII.
const LOCK: i64 = 0x7175_6965_746c_696e;

/// One writer at a time among the server and verbs.
const ONE_AT_A_TIME: i64 = LOCK + 1;

impl Postgres {
    /// Opens the database for a server, alone, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with a sentence: another server runs on it, it cannot be reached, entered or written, or
    /// it is from a newer version.
    pub async fn serve(url: &Url) -> Kept<Self> {
        let mut source = Source { url: url.clone(), reign: None };
        let mut db = source.enter().await?;
        let mut tries = 0;
        while !source.locks(&mut db).await? {
            tries += 1;
            if tries == TRIES {
                return Err(source.unusable("is served by another Quietline: stop that one first, or name another"));
            }
            sleep(PAUSE).await;
        }
        source.check_encoding(&mut db).await?;
        source.bring_up_to_date(&mut db).await?;
        source.reign = Some(source.begin_reign(&mut db).await?);
        source.warn_of_lost_durability(&mut db).await?;
        Ok(on(source, db))
    }

    /// Opens the database for a verb: under a running server as it is, otherwise brought up to date.
    ///
    /// # Errors
    /// As for [`Postgres::serve`], except that a running server of this version is welcome.
    pub async fn visit(url: &Url) -> Kept<(Self, Standing)> {
        let source = Source { url: url.clone(), reign: None };
        let mut db = source.enter().await?;
        if source.locks(&mut db).await? {
            source.bring_up_to_date(&mut db).await?;
            return Ok((on(source, db), Standing::Alone));
        }
        match super::version(sqlx::query_scalar(super::APPLIED).fetch_one(&mut db).await?) {
            Ordering::Equal => Ok((on(source, db), Standing::BesideServer)),
            Ordering::Greater => Err(source.unusable(NEWER)),
            Ordering::Less => {
                Err(source.unusable("is served by an older version of Quietline: stop that server first"))
            }
        }
    }

    /// Opens the database without asking who else has it open, and brings its tables up to date.
    ///
    /// # Errors
    /// As for [`Postgres::serve`], except that other servers are welcome.
    pub async fn open(url: &Url) -> Kept<Self> {
        let source = Source { url: url.clone(), reign: None };
        let mut db = source.enter().await?;
        source.bring_up_to_date(&mut db).await?;
        Ok(on(source, db))
    }
}

/// Where connections come from.
struct Source {
    url: Url,
    /// How many servers had begun on this database when this one did; none for verbs.
    reign: Option<i64>,
}

impl Source {
    /// A server's connection writes only while it holds the lock, and only if no other server had it in between: what
    /// this one remembers would be of another time.
    async fn connect(&self) -> Kept<Db> {
        let Some(reign) = self.reign else {
            // A verb has one connection; another one would not have its lock.
            return Err(self.unusable("has cut the connection in the middle of this command: look, and repeat it"));
        };
        let mut db = self.enter().await?;
        if !self.locks(&mut db).await? {
            return Err(self.unusable("is locked, perhaps by the connection that was lost: trying again"));
        }
        let now: i64 = sqlx::query_scalar("select value from counter where name = 'reign'").fetch_one(&mut db).await?;
        if now == reign { Ok(db) } else { Err(StoreError::Superseded) }
    }

    async fn enter(&self) -> Kept<Db> {
        const DURABLE: &str = "select set_config('synchronous_commit', 'on', false)
            where current_setting('synchronous_commit') = 'off'";
        let made = timeout(CONNECT_WITHIN, PgConnection::connect_with(&self.options())).await;
        let mut db = match made {
            Ok(made) => made.map_err(|error| self.sentence(&error))?,
            Err(_) => return Err(self.unusable("does not answer: start it, or correct QUIETLINE_DATABASE")),
        };
        sqlx::query(DURABLE).execute(&mut db).await?;
        Ok(db)
    }

    fn options(&self) -> PgConnectOptions {
        let said = [
            // Everything that is asked is a look-up by a key: plans that statistics cannot change, because the tables begin
            // empty, so that no line's cost grows with the number of rooms.
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("plan_cache_mode", "force_generic_plan"),
            // The database notices within half a minute that this machine is gone, and lets go of the lock.
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
        ];
        // A statement may hold what belongs in no log.
        (*self.url.0).clone().options(said).disable_statement_logging()
    }

    async fn locks(&self, db: &mut Db) -> Kept<bool> {
        Ok(sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LOCK).fetch_one(db).await?)
    }

    async fn bring_up_to_date(&self, db: &mut Db) -> Kept<()> {
        MIGRATIONS.run(db).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => self.unusable(NEWER),
            MigrateError::VersionMismatch(version) => self.unusable(&format!(
                "was made by a build whose migration {version} differs from this one: start that build, or name another"
            )),
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => self.sentence(&error),
            other => self.unusable(&format!("could not be brought up to date ({other})")),
        })
    }

    async fn begin_reign(&self, db: &mut Db) -> Kept<i64> {
        const BEGIN: &str = "insert into counter (name, value) values ('reign', 1)
             on conflict (name) do update set value = counter.value + 1 returning value";
        sqlx::query_scalar(BEGIN).fetch_one(db).await.map_err(|error| self.sentence(&error))
    }

    /// People write in every script.
    async fn check_encoding(&self, db: &mut Db) -> Kept<()> {
        let encoding: String = sqlx::query_scalar("select current_setting('server_encoding')").fetch_one(db).await?;
        if encoding == "UTF8" {
            return Ok(());
        }
        Err(self.unusable(&format!("keeps text as {encoding}: create it anew with `createdb --encoding UTF8`")))
    }

    async fn warn_of_lost_durability(&self, db: &mut Db) -> Kept<()> {
        let fsync: String = sqlx::query_scalar("select current_setting('fsync')").fetch_one(db).await?;
        if fsync != "on" {
            log::warn!("this Postgres runs with fsync = {fsync}: what was said is lost at a power cut; set it to on");
        }
        Ok(())
    }

    fn unusable(&self, why: &str) -> StoreError {
        StoreError::Unusable(format!("The database {} {why}", self.url))
    }

    fn sentence(&self, error: &sqlx::Error) -> StoreError {
        let user = self.url.0.get_username();
        let code = error.as_database_error().and_then(|error| error.code());
        match (code.as_deref(), error) {
            (Some("28P01" | "28000"), _) => self.unusable(&format!(
                "does not let the user {user} in: correct the name or the password in QUIETLINE_DATABASE"
            )),
            (Some("3D000"), _) => {
                self.unusable(&format!("does not exist: create it, for instance with `createdb --owner {user}`"))
            }
            (Some("42501" | "25006"), _) => self.unusable(&format!(
                "may not be written by the user {user}: make that user its owner, and the server no standby"
            )),
            (Some("53300"), _) => self.unusable("has no connection left: raise its max_connections"),
            (Some("57P03"), _) => self.unusable("is just starting or stopping: try again in a moment"),
            (None, sqlx::Error::Io(error)) => {
                self.unusable(&format!("cannot be reached ({error}): start it, or correct QUIETLINE_DATABASE"))
            }
            _ => self.unusable(&format!("cannot be used ({error})")),
        }
    }
}

/// Writers go one after the other, as on SQLite: a verb beside the server, which adds the nickname that a student is just
/// asking for, must see the student or be seen. A batch of lines alone needs none of this.
async fn begin(db: &mut Db) -> sqlx::Result<Transaction<'_, sqlx::Postgres>> {
    let mut transaction = db.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(ONE_AT_A_TIME).execute(&mut *transaction).await?;
    Ok(transaction)
}

/// Nothing to do: Postgres lets go of deleted rows and of its log in its own time.
async fn scrub(_: &mut Db) -> sqlx::Result<Scrubbed> {
    Ok(Scrubbed::Done)
}

/// One statement is a transaction of its own.
async fn save_lines(db: &mut Db, lines: &[&NewLine]) -> sqlx::Result<HashMap<Uuid, i64>> {
    insert_lines(db, lines).await
}

/// Saves lines of different rooms with one statement, each numbered in the transaction that saves it. Returns the
/// numbers by room; a line that is there already, or whose room is gone, has none.
async fn insert_lines(db: &mut Db, lines: &[&NewLine]) -> sqlx::Result<HashMap<Uuid, i64>> {
    const INSERT: &str = "with sent as (
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::uuid[], $7::bigint[])
                as sent (room, cid, sender, said_at, body, account, dated)
         ), saved as (
            insert into line (room, seq, cid, sender, said_at, body)
            select room.id, coalesce((select max(seq) from line where line.room = room.id), 0) + 1,
                sent.cid, sent.sender, sent.said_at, sent.body
            from sent join room on room.id = sent.room
            on conflict (room, cid) do nothing
            returning room, seq
         ), noted as (
            insert into activity (nth, account, at, kind)
            select coalesce((select max(nth) from activity), 0) + row_number() over (), account, dated, 'work'
            from sent
            -- Not a join: without statistics on what was just saved, that would go through all of it for each line.
            where account is not null and (room in (select room from saved)) is true
         )
         select room, seq from saved";
    let column = |value: fn(&NewLine) -> i64| lines.iter().map(|line| value(line)).collect::<Vec<_>>();
    let ids = |value: fn(&NewLine) -> u128| lines.iter().map(|line| Uuid::from_u128(value(line))).collect::<Vec<_>>();
    let rows = sqlx::query(INSERT)
        .bind(ids(|line| line.room.0))
        .bind(ids(|line| line.cid.0))
        .bind(lines.iter().map(|line| sql::sender_word(line.from)).collect::<Vec<_>>())
        .bind(column(|line| line.at.at.0))
        .bind(lines.iter().map(|line| line.body.to_text()).collect::<Vec<_>>())
        .bind(lines.iter().map(|line| line.by.map(|by| Uuid::from_u128(by.0))).collect::<Vec<_>>())
        .bind(column(|line| line.at.date.0))
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

fn on(source: Source, db: Db) -> Postgres {
    let readers = PgPoolOptions::new().max_connections(4).acquire_timeout(CONNECT_WITHIN);
    let reader = readers.connect_lazy_with(source.options());
    Postgres::on(source, db, reader)
}

const NEWER: &str = "is from a newer version of Quietline: start that version, or name another";
