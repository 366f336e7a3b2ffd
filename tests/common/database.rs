//! A database of a test's own, of either kind, and a way past the store to what lies in it.
//!
//! Postgres is at `QUIETLINE_TEST_POSTGRES`, the address of a server on which databases may be made; `./dev test` starts
//! a throwaway one. Without it a test says that it skips Postgres, and in continuous integration it fails.

use std::{io::Write, path::PathBuf, sync::Arc};

use quietline::store::{Address, Store, postgres, postgres::Postgres, sqlite::Sqlite};
use sqlx::{Connection, PgConnection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use uuid::Uuid;

#[derive(Clone)]
pub enum Database {
    Sqlite(Arc<tempfile::TempDir>),
    Postgres(String),
}

impl Database {
    /// One of each kind, empty.
    pub async fn each() -> Vec<Self> {
        let postgres = Self::postgres().await;
        [Some(Self::sqlite()), postgres].into_iter().flatten().collect()
    }

    /// The kind that stories are run on: `QUIETLINE_TEST_DATABASE=postgres`, or else SQLite.
    pub async fn of_stories() -> Self {
        match std::env::var("QUIETLINE_TEST_DATABASE").as_deref() {
            Ok("postgres") => Self::postgres().await.expect("QUIETLINE_TEST_POSTGRES names a server"),
            Ok(other) => panic!("QUIETLINE_TEST_DATABASE is postgres or not set, not {other}"),
            Err(_) => Self::sqlite(),
        }
    }

    pub fn sqlite() -> Self {
        Self::Sqlite(Arc::new(tempfile::tempdir().expect("a folder")))
    }

    /// A new database on the server that tests may use, if there is one.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("QUIETLINE_TEST_POSTGRES") else {
            assert!(
                !std::env::var("CI").is_ok_and(|ci| ci != "false"),
                "QUIETLINE_TEST_POSTGRES is not set: ./dev test starts a Postgres for tests"
            );
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED on Postgres: QUIETLINE_TEST_POSTGRES is not set; ./dev test starts a server for tests"
            );
            return None;
        };
        Some(Self::on(&server).await)
    }

    /// A new database on this server.
    pub async fn on(server: &str) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(server).await.expect("the server of QUIETLINE_TEST_POSTGRES answers");
        // Names cannot be parameters; this one is of our own making.
        let create = sqlx::AssertSqlSafe(format!("create database {name}"));
        sqlx::raw_sql(create).execute(&mut admin).await.expect("a database");
        Self::Postgres(at(server, &name))
    }

    /// As `--database` takes it.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(_) => format!("sqlite:{}", self.file().display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    pub fn address(&self) -> Address {
        match self {
            Self::Sqlite(_) => Address::Sqlite(self.file()),
            Self::Postgres(url) => Address::Postgres(postgres::Url::parse(url).expect("is an address")),
        }
    }

    pub fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("quietline.sqlite"),
            Self::Postgres(_) => panic!("Postgres is no file"),
        }
    }

    /// The store on it, brought up to date, whoever else has it open.
    pub async fn open(&self) -> Arc<dyn Store> {
        match self.address() {
            Address::Sqlite(path) => Arc::new(Sqlite::open(&path).await.expect("opens")),
            Address::Postgres(url) => Arc::new(Postgres::open(&url).await.expect("opens")),
        }
    }

    /// Carries out statements past the store, for what no promise lets a store do.
    pub async fn run(&self, statements: &'static str) {
        match self {
            Self::Sqlite(_) => {
                sqlx::raw_sql(statements).execute(&mut self.sqlite_file().await).await.expect("runs");
            }
            Self::Postgres(_) => {
                sqlx::raw_sql(statements).execute(&mut self.postgres_server().await).await.expect("runs");
            }
        }
    }

    /// The same, where the two need other words for it.
    pub async fn run_on_each(&self, sqlite: &'static str, postgres: &'static str) {
        self.run(if let Self::Sqlite(_) = self { sqlite } else { postgres }).await;
    }

    /// The one number that a query past the store answers.
    pub async fn number(&self, query: &'static str) -> i64 {
        match self {
            Self::Sqlite(_) => sqlx::query(query).fetch_one(&mut self.sqlite_file().await).await.expect("reads").get(0),
            Self::Postgres(_) => {
                sqlx::query(query).fetch_one(&mut self.postgres_server().await).await.expect("reads").get(0)
            }
        }
    }

    /// The texts that a query past the store answers with.
    pub async fn texts(&self, query: &'static str) -> Vec<String> {
        match self {
            Self::Sqlite(_) => sqlx::query_scalar(query).fetch_all(&mut self.sqlite_file().await).await.expect("reads"),
            Self::Postgres(_) => {
                sqlx::query_scalar(query).fetch_all(&mut self.postgres_server().await).await.expect("reads")
            }
        }
    }

    pub async fn sqlite_file(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.file()).create_if_missing(true);
        SqliteConnection::connect_with(&options).await.expect("connects")
    }

    pub async fn postgres_server(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.expect("connects")
    }
}

/// The same server, another database: the path of the address is its name.
pub fn at(server: &str, name: &str) -> String {
    let (before, query) = server.split_once('?').unwrap_or((server, ""));
    let authority = before.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    format!("{authority}/{name}?{query}")
}
