//! Stories of settings: which source goes before which, and what is refused with which sentence.
//!
//! They know nothing of the program around it; `tests/settings.rs` runs that.

use std::path::Path;

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Settings> {
    let flags = Flags { config: None, given: Found::default() };
    Settings::read(flags, variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())))
}

fn refusal(variables: &[(&str, &str)]) -> String {
    read(variables).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn the_defaults_are_sound() {
    let settings = Settings::default();
    assert_eq!(settings.database.to_string(), "./data/quietline.sqlite");
    assert_eq!(settings.line_limit, Limit { most: 20, within: Span::seconds(10) });
    assert_eq!((settings.inactivity, settings.inactivity_warning), (Span::seconds(600), Span::seconds(120)));
    assert_eq!(settings.slots, PathBuf::from("./data/slots"));
    assert_eq!(settings.sharing, Sharing::Allowed);
    assert_eq!((settings.metrics_listen, settings.log_format), (None, LogFormat::Text));
    assert_eq!([settings.absence, settings.notice, settings.release], [600, 15, 60].map(Span::seconds));
    assert_eq!([settings.away_student, settings.away_counsellor], [120, 60].map(Span::seconds));
    assert_eq!([settings.beat_room, settings.beat_site, settings.sweep], [5, 20, 3_600].map(Span::seconds));
    let duty = settings.duty;
    assert_eq!([duty.expire(), duty.pause(), duty.interval()], [20, 15, 5].map(|minutes| Span::seconds(minutes * 60)));
    assert_eq!((duty.keys(), settings.time_zone), (300, TimeZone::UTC));
    assert!(settings.help.contains("116 123") && !settings.help.contains('#'));
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quietline.toml");
    fs::write(&file, "inactivity = '1h'\nrooms_per_counsellor = 7\nline_limit = '9 in 9s'\n").unwrap();
    let mut given = Found::default();
    given.insert("line_limit", "1 in 1s", "--line-limit".into());
    let flags = Flags { config: Some(file.to_str().unwrap().into()), given };
    let environment = [("QUIETLINE_ROOMS_PER_COUNSELLOR", "5"), ("QUIETLINE_LINE_LIMIT", "2 in 2s")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = Settings::read(flags, environment).unwrap();
    assert_eq!(settings.inactivity, Span::seconds(3_600));
    assert_eq!(settings.rooms_per_counsellor, 5);
    assert_eq!(settings.line_limit, Limit { most: 1, within: Span::seconds(1) });
}

#[test]
fn an_unknown_name_is_told_the_nearest() {
    let environment = refusal(&[("QUIETLINE_INACTIVTY", "1h")]);
    assert_eq!(environment, "QUIETLINE_INACTIVTY is not a setting; the nearest is QUIETLINE_INACTIVITY");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("q.toml");
    fs::write(&file, "# mine\n\n  lisen = '127.0.0.1:1'\n").unwrap();
    let file = refusal(&[("QUIETLINE_CONFIG", file.to_str().unwrap())]);
    assert!(file.ends_with("q.toml:3:3: lisen is not a setting; the nearest is listen"), "{file}");
}

#[test]
fn a_value_may_stand_in_a_file_of_its_own_but_not_twice() {
    let folder = tempfile::tempdir().unwrap();
    let held = folder.path().join("limit");
    fs::write(&held, "4\n").unwrap();
    let by_file = ("QUIETLINE_ROOMS_PER_COUNSELLOR_FILE", held.to_str().unwrap());
    assert_eq!(read(&[by_file, ("QUIETLINE_TEST_ANY", "1")]).unwrap().rooms_per_counsellor, 4);
    let twice = refusal(&[by_file, ("QUIETLINE_ROOMS_PER_COUNSELLOR", "2")]);
    assert!(twice.contains("are both set"), "{twice}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (variable, value) in [
        ("QUIETLINE_DATABASE", "postgres://anna:secret@db:port/quietline"),
        ("QUIETLINE_DATABASE", "mysql://anna:secret@db/quietline"),
        ("QUIETLINE_DATABASE", "sqlite::memory:"),
        ("QUIETLINE_ORIGIN", "talk.example.org"),
        ("QUIETLINE_ORIGIN", "https://talk.example.org/desk"),
        ("QUIETLINE_EXIT_URL", "javascript:alert(1)"),
        ("QUIETLINE_LINE_LIMIT", "0 in 10s"),
        ("QUIETLINE_JOIN_LIMIT", "10 in 0s"),
        ("QUIETLINE_ROOMS_PER_COUNSELLOR", "0"),
        ("QUIETLINE_INACTIVITY", "600"),
        ("QUIETLINE_INACTIVITY", "60s"),
        ("QUIETLINE_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("QUIETLINE_UNIQUE_NICKNAMES", "yes"),
        ("QUIETLINE_LOG_FORMAT", "xml"),
        ("QUIETLINE_METRICS_LISTEN", "9100"),
        ("QUIETLINE_METRICS_LISTEN", "127.0.0.1:8080"),
        ("QUIETLINE_GUEST_PREFIX", "gue\u{200B}st_"),
        ("QUIETLINE_GUEST_PREFIX", "\u{FE0F}"),
        ("QUIETLINE_BEAT_ROOM", "0s"),
        ("QUIETLINE_BEAT_SITE", "0s"),
        ("QUIETLINE_SWEEP", "10us"),
        ("QUIETLINE_DUTY_INTERVAL", "0s"),
        ("QUIETLINE_DUTY_KEYS", "0"),
        ("QUIETLINE_TIME_ZONE", "Europe/Atlantis"),
        ("QUIETLINE_TIME_ZONE", "../../etc/passwd"),
        ("QUIETLINE_TIME_ZONE", "Etc/Unknown"),
    ] {
        let sentence = refusal(&[(variable, value)]);
        assert!(sentence.contains(variable) && !sentence.contains("secret"), "{value}: {sentence}");
    }
}

#[test]
fn times_that_contradict_each_other_are_refused() {
    for (variable, value, other) in [
        ("BEAT_ROOM", "15s", "NOTICE"),
        ("NOTICE", "60s", "RELEASE"),
        ("BEAT_SITE", "60s", "AWAY_COUNSELLOR"),
        ("INACTIVITY_WARNING", "600s", "INACTIVITY"),
    ] {
        let variable = format!("QUIETLINE_{variable}");
        let sentence = refusal(&[(&variable, value)]);
        assert!(sentence.starts_with(&format!("{variable} must be shorter than QUIETLINE_{other}, or ")), "{sentence}");
    }
    // D6, also as equal times
    for (interval, pause, expire, sentence) in [
        ("15min", "15min", "20min", "QUIETLINE_DUTY_INTERVAL must be shorter than QUIETLINE_DUTY_BREAK, or "),
        ("16min", "15min", "20min", "QUIETLINE_DUTY_INTERVAL must be shorter than QUIETLINE_DUTY_BREAK, or "),
        ("5min", "20min", "20min", "QUIETLINE_DUTY_BREAK must be shorter than QUIETLINE_DUTY_EXPIRE, or "),
        ("5min", "15min", "10min", "QUIETLINE_DUTY_BREAK must be shorter than QUIETLINE_DUTY_EXPIRE, or "),
    ] {
        let names = ["QUIETLINE_DUTY_INTERVAL", "QUIETLINE_DUTY_BREAK", "QUIETLINE_DUTY_EXPIRE"];
        let told = refusal(&[(names[0], interval), (names[1], pause), (names[2], expire)]);
        assert!(told.starts_with(sentence), "{told}");
    }
    let sentence = refusal(&[("QUIETLINE_AWAY_STUDENT", "20s")]);
    assert!(sentence.starts_with("QUIETLINE_BEAT_SITE must be shorter than QUIETLINE_AWAY_STUDENT"), "{sentence}");
    assert!(read(&[("QUIETLINE_BEAT_ROOM", "14999ms"), ("QUIETLINE_NOTICE", "15s")]).is_ok());
}

// U5
#[test]
fn an_operator_may_refuse_shared_nicknames_and_keep_the_keys_elsewhere() {
    let settings = read(&[("QUIETLINE_UNIQUE_NICKNAMES", "on"), ("QUIETLINE_SLOTS", "/srv/slots")]).unwrap();
    assert_eq!((settings.sharing, settings.slots.as_path()), (Sharing::Refused, Path::new("/srv/slots")));
    let moved = read(&[("QUIETLINE_DATA", "/srv/talk")]).unwrap();
    assert_eq!(moved.slots, Path::new("/srv/talk/slots"));
}

#[test]
fn figures_have_an_address_of_their_own() {
    let same = refusal(&[("QUIETLINE_METRICS_LISTEN", "127.0.0.1:8080")]);
    assert!(same.starts_with("QUIETLINE_METRICS_LISTEN must not be the same as QUIETLINE_LISTEN"), "{same}");
    let own = read(&[("QUIETLINE_METRICS_LISTEN", "127.0.0.1:9100"), ("QUIETLINE_LOG_FORMAT", "json")]).unwrap();
    assert_eq!(own.metrics_listen, "127.0.0.1:9100".parse().ok());
    assert_eq!(own.log_format, LogFormat::Json);
    let any = [("QUIETLINE_METRICS_LISTEN", "127.0.0.1:0"), ("QUIETLINE_LISTEN", "127.0.0.1:0")];
    assert!(read(&any).is_ok());
}

#[test]
fn an_origin_is_read_as_browsers_write_it() {
    for (given, read_as) in [
        ("https://Talk.Example.org/", "https://talk.example.org"),
        ("https://talk.example.org:443", "https://talk.example.org"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        assert_eq!(read(&[("QUIETLINE_ORIGIN", given)]).unwrap().origin.as_deref(), Some(read_as));
    }
    assert_eq!(read(&[("QUIETLINE_ORIGIN", "")]).unwrap().origin, None);
}

// D6
#[test]
fn an_operator_may_say_when_a_duty_session_ends_and_where_a_day_begins() {
    let variables =
        [("QUIETLINE_DUTY_EXPIRE", "1h"), ("QUIETLINE_DUTY_KEYS", "50"), ("QUIETLINE_TIME_ZONE", "europe/berlin")];
    let settings = read(&variables).unwrap();
    assert_eq!((settings.duty.expire(), settings.duty.keys()), (Span::seconds(3_600), 50));
    assert_eq!(settings.time_zone.iana_name(), Some("Europe/Berlin"));
}
