//! The verb `account`: what an operator does to staff accounts at a terminal or in a script.
//!
//! It writes to the database beside a running server, which notices by itself. Passwords come from standard input and
//! are never printed; logins are shown here and nowhere else.

use std::io::{self, Read, Write};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand, ValueEnum};

use crate::{
    auth::{self, Applicant, Staff},
    clock::Clock,
    config::Settings,
    names::Names,
    private,
    store::{self, Access, AccountRow, Changed, StaffRole, Store, accounts::Doer},
};

#[derive(Args)]
pub struct Account {
    #[command(subcommand)]
    deed: Deed,
    /// Print one JSON object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Deed {
    /// Add an account, such as: quietline account add anna --nickname Anna --password-stdin < password.txt
    Add {
        /// What the person signs in with; only operators ever see it
        login: String,
        /// What students see
        #[arg(long, value_name = "NAME")]
        nickname: String,
        #[arg(long, value_enum, default_value = "counsellor")]
        role: Role,
        #[command(flatten)]
        password: Password,
    },
    /// List every account
    List,
    /// Sign the account out everywhere and let it in no more; the last administrator stays
    Disable { login: String },
    /// Change what the account may do; it counts at once, also at an open desk
    Role {
        login: String,
        #[arg(long, value_enum)]
        role: Role,
    },
    /// Set a new password, sign the account out everywhere, and enable it
    Reset {
        login: String,
        #[command(flatten)]
        password: Password,
    },
}

/// A password on the command line would be seen by everyone on the machine, so there is one way to give it.
#[derive(Args)]
struct Password {
    /// Read the password from standard input: at least 12 characters, a newline at the end is left out
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Counsellor,
    /// May do all that counsellors may
    Supervisor,
    /// May do all that supervisors may
    Administrator,
}

pub async fn run(account: Account, settings: &Settings) -> Result<()> {
    let clock = Clock::system();
    let Account { deed, json } = account;
    // Whatever can be refused without the database is refused before there is one.
    let deed = prepare(deed, settings)?;
    // Held no longer than the opening takes: a server may start meanwhile.
    let (store, _) = store::visit(&settings.database).await?;
    let outcome = carry_out(&*store, deed, settings, &clock).await;
    store.close().await;
    let print = if json { print_json } else { print_table };
    match print(&outcome?) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("standard output cannot be written"),
    }
}

enum Prepared {
    Add { applicant: Applicant, login: String, role: StaffRole },
    List,
    Disable { login: String },
    Reset { login: String, password: private::Password },
    SetRole { login: String, role: StaffRole },
}

fn prepare(deed: Deed, settings: &Settings) -> Result<Prepared> {
    Ok(match deed {
        Deed::Add { login, nickname, role, password: Password { .. } } => {
            let applicant = Applicant::new(&login, &nickname, read_password()?, &settings.guest_prefix)?;
            Prepared::Add { applicant, login, role: role.into() }
        }
        Deed::List => Prepared::List,
        Deed::Disable { login } => Prepared::Disable { login },
        Deed::Role { login, role } => Prepared::SetRole { login, role: role.into() },
        Deed::Reset { login, password: Password { .. } } => {
            let password = read_password()?;
            auth::check_password(&password)?;
            Prepared::Reset { login, password }
        }
    })
}

/// The accounts to print: all of them, or the one that was changed.
async fn carry_out(store: &dyn Store, deed: Prepared, settings: &Settings, clock: &Clock) -> Result<Vec<AccountRow>> {
    let staff = Staff::new();
    match deed {
        Prepared::Add { applicant, login, role } => {
            let names = Names::open(&settings.slots)?;
            let account = applicant.into_account(&staff, &names, role, clock.date()).await?;
            match store.add_account(account).await? {
                Some(_) => only(store, &login).await,
                None => bail!("an account has this login or this nickname already: choose another"),
            }
        }
        Prepared::List => Ok(store.accounts().await?),
        Prepared::Disable { login } => {
            let account = of(store, &login).await?.account;
            done(store.disable(account, clock.date(), Doer::Terminal).await?, &login)?;
            only(store, &login).await
        }
        Prepared::Reset { login, password } => {
            let hash = staff.hash_password(password).await?;
            let account = of(store, &login).await?.account;
            done(store.reset(account, &hash, clock.date()).await?, &login)?;
            only(store, &login).await
        }
        Prepared::SetRole { login, role } => {
            let account = of(store, &login).await?.account;
            done(store.set_role(account, role, clock.date(), Doer::Terminal).await?, &login)?;
            only(store, &login).await
        }
    }
}

fn done(changed: Changed, login: &str) -> Result<()> {
    match changed {
        Changed::Done => Ok(()),
        Changed::NoSuchAccount => Err(nobody(login)),
        Changed::LastAdministrator => bail!(
            "{login} is the last administrator, and somebody must remain who can add, disable and reset: make another first, with \
             `quietline account role LOGIN --role administrator` or `quietline account add`"
        ),
    }
}

async fn only(store: &dyn Store, login: &str) -> Result<Vec<AccountRow>> {
    Ok(vec![of(store, login).await?])
}

async fn of(store: &dyn Store, login: &str) -> Result<AccountRow> {
    let known = auth::tidy_login(login).ok_or_else(|| nobody(login))?;
    let found = store.account_by_login(&known).await?;
    found.map(|(account, _)| account).ok_or_else(|| nobody(login))
}

fn nobody(login: &str) -> anyhow::Error {
    anyhow!("there is no account {login:?}: `quietline account list` shows them")
}

/// Longer than any password may be, so that one that is too long is refused and not cut.
fn read_password() -> Result<private::Password> {
    let mut text = String::new();
    io::stdin().take(4096).read_to_string(&mut text).context("standard input holds no text as a password")?;
    let without = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text));
    Ok(without.unwrap_or(&text).to_owned().into())
}

fn print_json(accounts: &[AccountRow]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for account in accounts {
        let line = serde_json::json!({
            "login": account.login,
            "nickname": account.nickname,
            "role": role_word(account.role),
            "disabled": account.access == Access::Disabled,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn print_table(accounts: &[AccountRow]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let width = accounts.iter().map(|account| account.login.len()).max().unwrap_or(0);
    for account in accounts {
        let (login, role, access) = (&account.login, role_word(account.role), account.access.text());
        writeln!(out, "{login:width$}  {role:13}  {access:8}  {}", account.nickname.expose())?;
    }
    Ok(())
}

fn role_word(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Counsellor => "counsellor",
        StaffRole::Supervisor => "supervisor",
        StaffRole::Administrator => "administrator",
    }
}

impl From<Role> for StaffRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Counsellor => Self::Counsellor,
            Role::Supervisor => Self::Supervisor,
            Role::Administrator => Self::Administrator,
        }
    }
}
