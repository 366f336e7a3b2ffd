//! Counsellors: signing in, staying signed in, and the very first account.
//!
//! Passwords meet argon2id and are kept nowhere; a session is a random cookie of which the store has the digest.
//! Wrong passwords slow down the login and the place they come from. Students have none of this: their key goes with
//! the first frame of a socket, and nothing here knows of rooms.

use std::sync::{Mutex, PoisonError};

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};
use anyhow::{Context, Result, anyhow};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use quietline_domain::{AccountId, Span, Time, window::Limit};
use tokio::sync::Semaphore;

use crate::{
    clock::Moment,
    config::Settings,
    names::{self, Names},
    place::{Place, Windows},
    private::{Credential, Digested, Nickname, Password},
    store::{Access, AccountRow, Kept, NewAccount, StaffRole, Store},
};

/// How long a session lasts.
pub const SESSION: Span = Span::seconds(12 * 3_600);

/// Wrong passwords for one login.
pub const WRONG_PER_LOGIN: Limit = Limit { most: 5, within: Span::seconds(60) };

/// Wrong passwords from one place.
pub const WRONG_PER_PLACE: Limit = Limit { most: 20, within: Span::seconds(60) };

/// What the server remembers about signing in; all of it ends with the process.
pub struct Staff {
    wrong: Mutex<Wrong>,
    /// One password at a time: that bounds the memory argon2 takes, and nobody else counts between the look at what
    /// was wrong and the next count of it.
    one_password: Semaphore,
    first: tokio::sync::Mutex<Option<Digested>>,
}

#[derive(Default)]
struct Wrong {
    by_login: Windows<String>,
    by_place: Windows<Place>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignInRefused {
    /// The same for an unknown login, a wrong password and a disabled account.
    Wrong,
    TooMany {
        retry: Span,
    },
}

/// Why the first account was not made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FirstRefused {
    /// Not this token, or an account exists.
    Gone,
    Unfit(Unfit),
}

/// Which part of a new account does not do, with the rule it breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    #[error("the login must be 1 to 64 letters a-z, digits, or . _ @ -")]
    Login,
    #[error("the nickname must be 1 to 50 visible characters in at most 400 bytes and must not begin like a guest's")]
    Nickname,
    #[error("the password must have at least 12 characters and at most 1024 bytes")]
    Password,
}

/// Somebody new whose names do.
pub struct Newcomer {
    login: String,
    nickname: Nickname,
    /// What a visitor who has this nickname will be renamed with.
    renamed_prefix: String,
}

/// A new account whose parts all do.
pub struct Applicant {
    newcomer: Newcomer,
    password: Password,
}

/// Costs as much to verify as a real one, and no password fits it.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Default for Staff {
    fn default() -> Self {
        Self { wrong: Mutex::default(), one_password: Semaphore::new(1), first: tokio::sync::Mutex::default() }
    }
}

impl Staff {
    pub fn new() -> Self {
        Self::default()
    }

    /// The session's credential is for the cookie; the store has its digest. An attempt that is slowed is not verified.
    pub async fn sign_in(
        &self,
        store: &dyn Store,
        login: &str,
        password: Password,
        place: Place,
        now: Moment,
    ) -> Result<Result<(AccountRow, Credential), SignInRefused>> {
        // No account has a login that does not do, so those share one window.
        let login = tidy_login(login).unwrap_or_default();
        if let Err(retry) = self.look(&login, place, now.at) {
            return Ok(Err(SignInRefused::TooMany { retry }));
        }
        let _turn = self.one_password.acquire().await?;
        if let Err(retry) = self.look(&login, place, now.at) {
            return Ok(Err(SignInRefused::TooMany { retry }));
        }
        let found = store.account_by_login(&login).await?;
        // Who was invited has no password that could be compared.
        let found = found.filter(|(account, _)| account.access != Access::Invited);
        let (account, hash) = found.map_or((None, NOBODYS_HASH.to_owned()), |(account, hash)| (Some(account), hash));
        let verified = hash.clone();
        let fits = tokio::task::spawn_blocking(move || verify(&password, &hash)).await??;
        match account.filter(|account| fits && account.access == Access::Enabled) {
            Some(account) => {
                let credential = start_session(store, account.account, now.date).await?;
                // Reset or disabled while the password was compared: whoever did that has ended sessions before this one.
                let still = store.account_by_login(&login).await?;
                if still.is_none_or(|(account, hash)| account.access != Access::Enabled || hash != verified) {
                    store.end_session(credential.digest(), now.date).await?;
                    return Ok(Err(SignInRefused::Wrong));
                }
                Ok(Ok((account, credential)))
            }
            None => {
                self.count_wrong(login, place, now.at);
                Ok(Err(SignInRefused::Wrong))
            }
        }
    }

    /// A token that makes the first account, while there is none. A new one makes the one before worthless.
    pub async fn offer_first(&self, store: &dyn Store) -> Result<Option<Credential>> {
        if !store.accounts().await?.is_empty() {
            return Ok(None);
        }
        let token = Credential::random()?;
        *self.first.lock().await = Some(token.digest());
        Ok(Some(token))
    }

    /// Makes the first account, an administrator's, and signs it in.
    pub async fn first(
        &self,
        store: &dyn Store,
        names: &Names,
        token: Option<Credential>,
        applicant: Result<Applicant, Unfit>,
        now: Time,
    ) -> Result<Result<(AccountRow, Credential), FirstRefused>> {
        // Held to the end, so that two at once cannot both be the first.
        let mut first = self.first.lock().await;
        let fits = token.is_some_and(|token| Some(token.digest()) == *first);
        if !fits || !store.accounts().await?.is_empty() {
            return Ok(Err(FirstRefused::Gone));
        }
        let applicant = match applicant {
            Ok(applicant) => applicant,
            Err(unfit) => return Ok(Err(FirstRefused::Unfit(unfit))),
        };
        let account = applicant.into_account(self, names, StaffRole::Administrator, now).await?;
        let Some(id) = store.add_account(account).await? else { return Ok(Err(FirstRefused::Gone)) };
        *first = None;
        let account = store.account(id).await?.context("the first account has vanished")?;
        Ok(Ok((account, start_session(store, id, now).await?)))
    }

    /// Somebody who was invited chooses their password, and is signed in.
    pub async fn choose_password(
        &self,
        store: &dyn Store,
        token: Option<Credential>,
        password: Password,
        now: Time,
    ) -> Result<Result<(AccountRow, Credential), FirstRefused>> {
        let Some(link) = token.map(|token| token.digest()) else {
            return Ok(Err(FirstRefused::Gone));
        };
        // Before the hash is made, which costs: a link of 256 random bits is not guessed.
        if store.invited_by(link, now).await?.is_none() {
            return Ok(Err(FirstRefused::Gone));
        }
        if let Err(unfit) = check_password(&password) {
            return Ok(Err(FirstRefused::Unfit(unfit)));
        }
        let hash = self.hash_password(password).await?;
        let Some(id) = store.choose_password(link, &hash, now).await? else { return Ok(Err(FirstRefused::Gone)) };
        let account = store.account(id).await?.context("an account has vanished")?;
        Ok(Ok((account, start_session(store, id, now).await?)))
    }

    /// A hash in PHC form, with its own salt and what it costs.
    pub async fn hash_password(&self, password: Password) -> Result<String> {
        let _turn = self.one_password.acquire().await?;
        tokio::task::spawn_blocking(move || hash(&password)).await?
    }

    fn look(&self, login: &String, place: Place, now: Time) -> Result<(), Span> {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let by_login = wrong.by_login.room(login, now, WRONG_PER_LOGIN);
        by_login.and(wrong.by_place.room(&place, now, WRONG_PER_PLACE))
    }

    fn count_wrong(&self, login: String, place: Place, now: Time) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        // Both had room a moment ago, and only the holder of the turn counts.
        let _ = wrong.by_login.count(login, now, WRONG_PER_LOGIN);
        let _ = wrong.by_place.count(place, now, WRONG_PER_PLACE);
    }
}

impl Newcomer {
    pub fn new(login: &str, nickname: &str, guest_prefix: &str) -> Result<Self, Unfit> {
        let login = tidy_login(login).ok_or(Unfit::Login)?;
        let nickname = Nickname::parse(nickname).filter(|name| !names::is_like_a_guest(name, guest_prefix));
        let nickname = nickname.ok_or(Unfit::Nickname)?;
        Ok(Self { login, nickname, renamed_prefix: guest_prefix.to_owned() })
    }

    /// With this hash of a password; with an empty one no password fits.
    pub fn into_account(self, names: &Names, role: StaffRole, password_hash: String, now: Time) -> NewAccount {
        let Self { login, nickname, renamed_prefix } = self;
        let account = AccountId(uuid::Uuid::new_v4().as_u128());
        let forms = names.forms(&nickname);
        NewAccount { account, login, nickname, forms, renamed_prefix, role, password_hash, now }
    }
}

impl Applicant {
    pub fn new(login: &str, nickname: &str, password: Password, guest_prefix: &str) -> Result<Self, Unfit> {
        let newcomer = Newcomer::new(login, nickname, guest_prefix)?;
        check_password(&password)?;
        Ok(Self { newcomer, password })
    }

    pub async fn into_account(self, staff: &Staff, names: &Names, role: StaffRole, now: Time) -> Result<NewAccount> {
        let hash = staff.hash_password(self.password).await?;
        Ok(self.newcomer.into_account(names, role, hash, now))
    }
}

/// As the store knows it: lower case; `None` when no account can have this login.
pub fn tidy_login(text: &str) -> Option<String> {
    let login = text.trim().to_ascii_lowercase();
    let is_known = |one: u8| one.is_ascii_lowercase() || one.is_ascii_digit() || b"._@-".contains(&one);
    ((1..=64).contains(&login.len()) && login.bytes().all(is_known)).then_some(login)
}

pub fn check_password(password: &Password) -> Result<(), Unfit> {
    let password = password.expose();
    let fits = 12 <= password.chars().count() && password.len() <= 1024;
    if fits { Ok(()) } else { Err(Unfit::Password) }
}

/// The account that the request's cookie is signed in as.
pub async fn session(
    request: &HttpRequest,
    settings: &Settings,
    store: &dyn Store,
    now: Time,
) -> Kept<Option<AccountRow>> {
    match session_of(request, settings) {
        Some(session) => store.session(session, now).await,
        None => Ok(None),
    }
}

/// The session that the request's cookie names, whether or not there is one.
pub fn session_of(request: &HttpRequest, settings: &Settings) -> Option<Digested> {
    let cookie = request.cookie(cookie_name(settings))?;
    Credential::parse(cookie.value()).map(|credential| credential.digest())
}

/// Lives as long as the browser's window; the session behind it ends earlier, after [`SESSION`].
pub fn session_cookie(credential: &Credential, settings: &Settings) -> Cookie<'static> {
    let cookie = Cookie::build(cookie_name(settings), credential.expose()).path("/").http_only(true);
    cookie.same_site(SameSite::Strict).secure(!is_plain_loopback(settings)).finish()
}

/// Takes the cookie out of the browser.
pub fn no_cookie(settings: &Settings) -> Cookie<'static> {
    let cookie = Cookie::build(cookie_name(settings), "").path("/").http_only(true).max_age(Duration::ZERO);
    cookie.same_site(SameSite::Strict).secure(!is_plain_loopback(settings)).finish()
}

/// Browsers keep a `__Host-` cookie only with TLS; without it the portal works on loopback alone.
fn cookie_name(settings: &Settings) -> &'static str {
    if is_plain_loopback(settings) { "quietline" } else { "__Host-quietline" }
}

fn is_plain_loopback(settings: &Settings) -> bool {
    let Some(origin) = &settings.origin else { return true };
    origin.strip_prefix("http://").is_some_and(is_loopback)
}

/// Whether this host, perhaps with a port, is a name of the machine itself.
pub fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<actix_web::http::uri::Authority>() else { return false };
    let name = authority.host().trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

async fn start_session(store: &dyn Store, account: AccountId, now: Time) -> Result<Credential> {
    let credential = Credential::random()?;
    store.add_session(credential.digest(), account, now.plus(SESSION), now).await?;
    Ok(credential)
}

/// 19 MiB, two passes, one lane: what OWASP asks of argon2id.
fn argon() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| anyhow!("argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Password) -> Result<String> {
    let hash: PasswordHash =
        argon()?.hash_password(password.expose().as_bytes()).map_err(|error| anyhow!("hashing a password: {error}"))?;
    Ok(hash.to_string())
}

fn verify(password: &Password, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| anyhow!("a password hash in the store is damaged: {error}"))?;
    Ok(argon()?.verify_password(password.expose().as_bytes(), &hash).is_ok())
}

#[cfg(test)]
#[path = "auth_stories.rs"]
mod stories;
