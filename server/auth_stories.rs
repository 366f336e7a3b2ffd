//! Stories of signing in: what is slowed, what costs the same, and how the first account comes to be.
//!
//! They run against the store on SQLite in a folder of their own.

use std::{net::IpAddr, time::Instant};

use super::*;
use crate::{
    place::Places,
    store::{
        accounts::{Accounts, Doer},
        sqlite::Sqlite,
    },
};

const PASSWORD: &str = "correct horse battery";
const START: Time = Time(1_000_000);

struct House {
    _folder: tempfile::TempDir,
    store: Sqlite,
    names: Names,
    staff: Staff,
    places: Places,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quietline.sqlite");
        let store = Sqlite::open(&path).await.unwrap();
        let names = Names::open(&folder.path().join("slots")).unwrap();
        Self { _folder: folder, store, names, staff: Staff::new(), places: Places::new(START).unwrap() }
    }

    async fn with_anna() -> Self {
        let house = Self::new().await;
        let anna = applicant("anna", "Anna").unwrap();
        let anna = anna.into_account(&house.staff, &house.names, StaffRole::Counsellor, START).await.unwrap();
        assert!(house.store.add_account(anna).await.unwrap().is_some());
        house
    }

    fn place(&self, address: &str) -> Place {
        self.places.of(address.parse::<IpAddr>().unwrap(), START)
    }

    async fn sign_in(&self, login: &str, password: &str, from: &str, now: Time) -> Result<AccountRow, SignInRefused> {
        let place = self.place(from);
        let outcome =
            self.staff.sign_in(&self.store, login, password.to_owned().into(), place, Moment::of(now)).await.unwrap();
        outcome.map(|(account, _)| account)
    }
}

fn applicant(login: &str, nickname: &str) -> Result<Applicant, Unfit> {
    Applicant::new(login, nickname, PASSWORD.to_owned().into(), "guest_")
}

#[tokio::test]
async fn the_right_password_opens_a_session_and_the_wrong_one_does_not() {
    let house = House::with_anna().await;
    assert_eq!(house.sign_in("anna", "wrong", "10.0.0.1", START).await.err(), Some(SignInRefused::Wrong));
    assert_eq!(house.sign_in("berta", PASSWORD, "10.0.0.1", START).await.err(), Some(SignInRefused::Wrong));

    let place = house.place("10.0.0.1");
    let signed_in =
        house.staff.sign_in(&house.store, " Anna", PASSWORD.to_owned().into(), place, Moment::of(START)).await.unwrap();
    let (account, credential) = signed_in.unwrap();
    assert_eq!(account.nickname.expose(), "Anna");
    let session = credential.digest();
    assert!(house.store.session(session, START).await.unwrap().is_some());
    assert!(house.store.session(session, START.plus(SESSION)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_disabled_account_is_wrong() {
    let house = House::with_anna().await;
    let (anna, _) = house.store.account_by_login("anna").await.unwrap().unwrap();
    house.store.disable(anna.account, START, Doer::Terminal).await.unwrap();
    assert_eq!(house.sign_in("anna", PASSWORD, "10.0.0.1", START).await.err(), Some(SignInRefused::Wrong));
}

#[tokio::test]
async fn five_wrong_passwords_slow_a_login_from_everywhere() {
    let house = House::with_anna().await;
    for second in 0..5 {
        let from = format!("10.0.{second}.1");
        let now = START.plus(Span::seconds(second));
        assert_eq!(house.sign_in("anna", "wrong", &from, now).await.err(), Some(SignInRefused::Wrong));
    }
    let slowed = house.sign_in("anna", PASSWORD, "10.0.9.1", START.plus(Span::seconds(5))).await;
    assert_eq!(slowed.err(), Some(SignInRefused::TooMany { retry: Span::seconds(55) }));
    assert!(house.sign_in("anna", PASSWORD, "10.0.9.1", START.plus(Span::seconds(60))).await.is_ok());
}

#[tokio::test]
async fn twenty_wrong_passwords_slow_a_place_also_when_sent_at_once() {
    let house = House::with_anna().await;
    let logins: Vec<_> = (0..30).map(|n| format!("nobody{n}")).collect();
    let attempts = logins.iter().map(|login| house.sign_in(login, "wrong", "10.0.0.1", START));
    let outcomes = futures_util::future::join_all(attempts).await;
    let verified = outcomes.iter().filter(|outcome| matches!(outcome, Err(SignInRefused::Wrong))).count();
    assert_eq!(verified, 20);
    assert!(house.sign_in("anna", PASSWORD, "10.0.0.99", START).await.is_err(), "the same /24");
    assert!(house.sign_in("anna", PASSWORD, "10.0.1.1", START).await.is_ok(), "another place");
}

#[tokio::test]
async fn an_unknown_login_costs_as_much_as_a_wrong_password() {
    let house = House::with_anna().await;
    let mut took = [Span(0); 2];
    for (login, took) in ["anna", "berta"].into_iter().zip(&mut took) {
        let started = Instant::now();
        for _ in 0..3 {
            let _ = house.sign_in(login, "wrong", "10.0.0.1", START).await;
        }
        took.0 = started.elapsed().as_millis() as i64;
    }
    assert!(took[0].0 < took[1].0 * 3 && took[1].0 < took[0].0 * 3, "{took:?}");
}

#[tokio::test]
async fn the_first_account_is_made_once_with_the_newest_token() {
    let house = House::new().await;
    let old = house.staff.offer_first(&house.store).await.unwrap().unwrap().expose();
    let token = house.staff.offer_first(&house.store).await.unwrap().unwrap().expose();
    let first = async |token: &str, applicant| {
        let outcome =
            house.staff.first(&house.store, &house.names, Credential::parse(token), applicant, START).await.unwrap();
        outcome.map(|(account, _)| (account.login, account.role))
    };
    let gone = Err(FirstRefused::Gone);
    assert_eq!(first(&old, applicant("anna", "Anna")).await, gone);
    assert_eq!(first("", applicant("anna", "Anna")).await, gone);
    assert_eq!(first(&token, applicant("anna!", "Anna")).await, Err(FirstRefused::Unfit(Unfit::Login)));
    let made = first(&token, applicant("Anna", "Anna")).await;
    assert_eq!(made, Ok(("anna".to_owned(), StaffRole::Administrator)));
    assert_eq!(first(&token, applicant("berta", "Berta")).await, gone);
    assert!(house.staff.offer_first(&house.store).await.unwrap().is_none());
}

// U4
#[tokio::test]
async fn an_account_brings_the_forms_of_its_nickname_and_the_guests_prefix() {
    let house = House::new().await;
    let made = applicant("anna", " ANNA ").unwrap();
    let made = made.into_account(&house.staff, &house.names, StaffRole::Counsellor, START).await.unwrap();
    assert_eq!(made.forms.folded_first, house.names.forms(&Nickname::parse("Anna").unwrap()).folded_first);
    assert_eq!(made.renamed_prefix, "guest_");
}

#[test]
fn what_does_not_do_is_named() {
    let unfit = |login: &str, nickname: &str, password: &str| {
        Applicant::new(login, nickname, password.to_owned().into(), "guest_").err()
    };
    assert_eq!(unfit("Anna.B@example-1.org", "Anna", PASSWORD), None);
    assert_eq!(unfit("", "Anna", PASSWORD), Some(Unfit::Login));
    assert_eq!(unfit("änna", "Anna", PASSWORD), Some(Unfit::Login));
    assert_eq!(unfit(&"a".repeat(65), "Anna", PASSWORD), Some(Unfit::Login));
    assert_eq!(unfit("anna", " Guest_7", PASSWORD), Some(Unfit::Nickname));
    assert_eq!(unfit("anna", "gu\u{435}st_7", PASSWORD), Some(Unfit::Nickname), "a Cyrillic letter");
    assert_eq!(unfit("anna", "An\u{202E}na", PASSWORD), Some(Unfit::Nickname));
    assert_eq!(unfit("anna", "  ", PASSWORD), Some(Unfit::Nickname));
    assert_eq!(unfit("anna", "Anna", "elevenchars"), Some(Unfit::Password));
    assert_eq!(unfit("anna", "Anna", "pässwörter12"), None);
    assert_eq!(unfit("anna", "Anna", &"a".repeat(1025)), Some(Unfit::Password));
}

#[test]
fn the_cookie_is_bound_to_the_host_wherever_there_is_tls() {
    let credential = Credential::random().unwrap();
    let cookie = |origin: Option<&str>| {
        let settings = Settings { origin: origin.map(str::to_owned), ..Settings::default() };
        session_cookie(&credential, &settings).to_string()
    };
    let value = credential.expose();
    let bound = format!("__Host-quietline={value}; HttpOnly; SameSite=Strict; Secure; Path=/");
    assert_eq!(cookie(Some("https://talk.example.org")), bound);
    let plain = format!("quietline={value}; HttpOnly; SameSite=Strict; Path=/");
    assert_eq!(cookie(None), plain);
    assert_eq!(cookie(Some("http://localhost:8080")), plain);
    assert_eq!(cookie(Some("http://[::1]:8080")), plain);
    assert_eq!(cookie(Some("http://localhost.example.org")), bound);
}
