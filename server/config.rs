//! Every setting: its name, what it means, its default, and where its value comes from.
//!
//! A flag goes before the environment, that before the file, that before the default. Flags, variables, keys of the
//! file and the help text all come from one table, [`SETTINGS`]. Nothing here knows what the program does with a
//! setting, and no file is opened but those that hold values.

mod table;
mod values;

use std::{collections::BTreeMap, fs, net::SocketAddr, path::PathBuf};

use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use clap::{Arg, ArgMatches, Command};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use log::LevelFilter;
use quietline_domain::{
    Span,
    duty::{self, Misordered},
    window::Limit,
};
use toml::de::{DeTable, DeValue};

use crate::store::{Address, Sharing};
use table::{SETTINGS, Setting};

/// What the program runs with. [`Settings::default`] is what it runs with when nothing is set.
#[derive(Clone)]
pub struct Settings {
    /// The folder that holds the database. Default: `./data`.
    pub data: PathBuf,
    /// The folder of keys that must not be backed up. Default: `slots` in `data`.
    pub slots: PathBuf,
    /// Where the database is. Default: the SQLite file `quietline.sqlite` in `data`.
    pub database: Address,
    /// Where to listen. Default: 127.0.0.1:8080; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address that people open, `https://talk.example.org`, as browsers write it in `Origin`. Default: none, which
    /// allows loopback names alone.
    pub origin: Option<String>,
    /// Where figures are shown, to whoever watches the portal. Default: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Whose X-Forwarded-For is believed. Default: nobody's.
    pub trusted_proxies: Vec<IpNet>,
    /// How much the log says; other crates say at most warnings. Default: info.
    pub log: LevelFilter,
    /// Default: text.
    pub log_format: LogFormat,
    /// The other ways to get help, as the pages show them. Default: the shipped text.
    pub help: String,
    /// Where *Leave this page now* leads. Default: `about:blank`.
    pub exit_url: String,
    /// What the intake asks: a file. Default: the shipped definition.
    pub intake: Option<PathBuf>,
    /// An intake is erased after longer without a change, in milliseconds. Default: 30 d.
    pub intake_stale: Span,
    /// How the nicknames begin that visitors without one are given. Default: `guest_`.
    pub guest_prefix: String,
    /// Whether two visitors may have the same nickname. Default: they may.
    pub sharing: Sharing,
    /// When a duty session ends, and when a desk tells of the keyboard. Default: 20 min; 15 min, 5 min and 300 keys.
    pub duty: duty::Rules,
    /// Where a day begins and ends in reports. Default: UTC.
    pub time_zone: TimeZone,
    /// A room closes when both sides were inactive for longer, in milliseconds. Default: 600 s.
    pub inactivity: Span,
    /// How long before that the room is warned, in milliseconds. Default: 120 s.
    pub inactivity_warning: Span,
    /// A room closes when its student was absent for longer. Default: 600 s.
    pub absence: Span,
    /// After how long without a beat the other side of a room is told. Default: 15 s.
    pub notice: Span,
    /// After how long without a beat of its counsellor a room goes back to the queue. Default: 60 s.
    pub release: Span,
    /// A student is away from the site after longer without a beat. Default: 120 s.
    pub away_student: Span,
    /// A counsellor is away from the site after longer without a beat. Default: 60 s.
    pub away_counsellor: Span,
    /// How often a page in a room sends a beat. Default: 5 s.
    pub beat_room: Span,
    /// How often a page outside of rooms sends a beat. Default: 20 s.
    pub beat_site: Span,
    /// How often whatever should have been erased and was not is looked for. Default: 3600 s.
    pub sweep: Span,
    /// How many rooms one counsellor may hold. Default: 3.
    pub rooms_per_counsellor: usize,
    /// How many lines each side of a room may send. Default: 20 in 10 s.
    pub line_limit: Limit,
    /// How many joins one address prefix may make; counted anew every 15 minutes. Default: 100 in 60 s.
    pub join_limit: Limit,
}

/// How a line of the log is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    Text,
    /// One object a line.
    Json,
}

/// What would come of an interval that is as long as a break.
const UNTOLD: &str = "a break would be over before its desk told of work";
/// What would come of a break that is as long as what ends a session.
const TORN: &str = "a session would end while its desk still holds a time back";

/// The settings given as flags; the same for every verb.
pub struct Flags {
    config: Option<String>,
    given: Found,
}

impl Settings {
    /// Reads every source. The error is one sentence that names the cause and the remedy.
    pub fn read(flags: Flags, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let (config, environment) = from_environment(environment)?;
        let mut found = match flags.config.or(config) {
            Some(path) => from_file(&path)?,
            None => Found::default(),
        };
        found.0.extend(environment.0);
        found.0.extend(flags.given.0);
        found.settings()
    }
}

impl Default for Settings {
    fn default() -> Self {
        match Found::default().settings() {
            Ok(settings) => settings,
            Err(error) => unreachable!("the defaults are sound, as a test proves: {error}"),
        }
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config").value_name("FILE").help("A TOML file with settings [env: QUIETLINE_CONFIG]");
        let rest = SETTINGS.iter().map(|setting| {
            let default = match setting.default {
                "" => String::new(),
                default => format!(" [default: {default}]"),
            };
            let help = format!("{}{default} [env: {}]", setting.meaning, setting.variable());
            Arg::new(setting.id()).long(setting.flag()).value_name(setting.takes).help(help)
        });
        let all = [config.long("config")].into_iter().chain(rest);
        command.args(all.map(|arg| arg.global(true).help_heading("Settings").hide_short_help(true)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Found::default();
        for setting in &SETTINGS {
            if let Some(text) = matches.get_one::<String>(setting.id()) {
                given.insert(setting.name, text, format!("--{}", setting.flag()));
            }
        }
        Ok(Self { config: matches.get_one::<String>("config").cloned(), given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The path in `QUIETLINE_CONFIG`, and the settings that other variables hold or point at.
fn from_environment(variables: impl IntoIterator<Item = (String, String)>) -> Result<(Option<String>, Found)> {
    let mut config = None;
    let mut found = Found::default();
    for (variable, value) in variables {
        let Some(rest) = variable.strip_prefix("QUIETLINE_") else { continue };
        if rest == "CONFIG" {
            config = Some(value).filter(|path| !path.is_empty());
        } else if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == variable) {
            found.insert_once(setting, &value, &variable)?;
        } else if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() + "_FILE" == variable) {
            let held = fs::read_to_string(&value)
                .with_context(|| format!("{variable} names {value}, which cannot be read: name a text file"))?;
            let lines = held.trim().lines().count();
            let is_one = lines == 1 || (1 < lines && setting.name == "help");
            ensure!(is_one, "{variable} names {value}, which has {lines} lines instead of one");
            found.insert_once(setting, held.trim(), &variable)?;
        } else if !rest.starts_with("TEST_") {
            let known = SETTINGS.iter().map(Setting::variable).chain(["QUIETLINE_CONFIG".into()]);
            bail!("{variable} is not a setting; the nearest is {}", nearest(&variable, known));
        }
    }
    Ok((config, found))
}

fn from_file(path: &str) -> Result<Found> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{path} cannot be read: --config names a TOML file"))?;
    let table = DeTable::parse(&text).map_err(|error| {
        let at = position(&text, error.span().unwrap_or_default().start);
        anyhow!("{path}:{at}: {}", error.message().replace('\n', ", "))
    })?;
    let mut found = Found::default();
    for (key, value) in table.get_ref() {
        let name: &str = key.get_ref();
        let at = position(&text, key.span().start);
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            let known = SETTINGS.iter().map(|setting| setting.name.to_owned());
            bail!("{path}:{at}: {name} is not a setting; the nearest is {}", nearest(name, known));
        };
        let value = plain(value.get_ref())
            .ok_or_else(|| anyhow!("{path}:{at}: {name} must be a text, a whole number or a list of texts"))?;
        found.insert(setting.name, &value, format!("{name} at {path}:{at}"));
    }
    Ok(found)
}

fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Array(list) => {
            let texts: Option<Vec<_>> = list.iter().map(|one| one.get_ref().as_str()).collect();
            Some(texts?.join(","))
        }
        _ => None,
    }
}

/// Line and column, both from 1.
fn position(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    format!("{line}:{column}")
}

fn nearest(name: &str, known: impl Iterator<Item = String>) -> String {
    known.min_by_key(|known| strsim::damerau_levenshtein(name, known)).unwrap_or_default()
}

/// What was given: each setting's text, and the words that name where it came from.
#[derive(Default)]
struct Found(BTreeMap<&'static str, (String, String)>);

impl Found {
    /// An empty text counts as not given: compose files hand on variables that nobody has set.
    fn insert(&mut self, name: &'static str, text: &str, source: String) {
        if !text.trim().is_empty() {
            self.0.insert(name, (text.trim().to_owned(), source));
        }
    }

    fn insert_once(&mut self, setting: &Setting, text: &str, variable: &str) -> Result<()> {
        let twice = self.0.contains_key(setting.name);
        ensure!(!twice, "{0} and {0}_FILE are both set: keep one of them", setting.variable());
        self.insert(setting.name, text, variable.to_owned());
        Ok(())
    }

    fn settings(&self) -> Result<Settings> {
        let data = PathBuf::from(self.text("data"));
        let database = |url: &str| values::database(url, &data);
        let settings = Settings {
            database: self.parse(
                "database",
                "sqlite:PATH or postgres://user:password@host/name, with signs in the password percent-encoded",
                database,
            )?,
            slots: values::slots(self.text("slots"), &data),
            data,
            listen: self.parse("listen", "an address and a port, such as 127.0.0.1:8080", |text| text.parse().ok())?,
            metrics_listen: self.parse(
                "metrics_listen",
                "an address and a port, such as 127.0.0.1:9100",
                values::optional_address,
            )?,
            origin: self.parse("origin", "scheme://host[:port], such as https://talk.example.org", values::origin)?,
            trusted_proxies: self.parse(
                "trusted_proxies",
                "addresses or networks, such as 10.0.0.0/8,::1",
                values::proxies,
            )?,
            log: self.parse("log", "off, error, warn, info, debug or trace", |text| text.parse().ok())?,
            log_format: self.parse("log_format", "text or json", values::log_format)?,
            help: self.parse("help", "a readable text file of at most 8 KiB", values::help)?,
            exit_url: self.parse("exit_url", "an http or https address, or about:blank", values::exit_url)?,
            intake: Some(self.text("intake")).filter(|path| !path.is_empty()).map(PathBuf::from),
            intake_stale: self.pause("intake_stale")?,
            guest_prefix: self.parse("guest_prefix", "1 to 20 visible characters", values::prefix)?,
            sharing: self.parse("unique_nicknames", "on or off", values::sharing)?,
            inactivity: self.time("inactivity")?,
            inactivity_warning: self.time("inactivity_warning")?,
            absence: self.time("absence")?,
            notice: self.time("notice")?,
            release: self.time("release")?,
            away_student: self.time("away_student")?,
            away_counsellor: self.time("away_counsellor")?,
            beat_room: self.pause("beat_room")?,
            beat_site: self.pause("beat_site")?,
            sweep: self.pause("sweep")?,
            duty: self.duty()?,
            time_zone: self.parse("time_zone", "a name such as UTC or Europe/Berlin", values::time_zone)?,
            rooms_per_counsellor: self.parse("rooms_per_counsellor", "a number from 1", values::count)?,
            line_limit: self.parse("line_limit", "so many in so long, such as 20 in 10s", values::limit)?,
            join_limit: self.parse("join_limit", "so many in so long, such as 100 in 60s", values::limit)?,
        };
        self.check_addresses(&settings)?;
        self.check_order(&settings)?;
        Ok(settings)
    }

    /// Figures are not for everybody who can reach the pages. Port 0 is another port each time.
    fn check_addresses(&self, settings: &Settings) -> Result<()> {
        let is_same = settings.listen.port() != 0 && settings.metrics_listen == Some(settings.listen);
        let [figures, pages] = [self.source("metrics_listen"), self.source("listen")];
        ensure!(!is_same, "{figures} must not be the same as {pages}: name another port, or a private address");
        Ok(())
    }

    /// Which time must be shorter than which, and what would come of it otherwise.
    fn check_order(&self, settings: &Settings) -> Result<()> {
        let Settings { inactivity, inactivity_warning, notice, release, .. } = *settings;
        let Settings { away_student, away_counsellor, beat_room, beat_site, .. } = *settings;
        let everybody = "everybody would seem gone between two beats";
        for (shorter, longer, otherwise) in [
            (("inactivity_warning", inactivity_warning), ("inactivity", inactivity), "nobody could be warned"),
            (("beat_room", beat_room), ("notice", notice), everybody),
            (("notice", notice), ("release", release), "a room would be released before its student was told why"),
            (("beat_site", beat_site), ("away_counsellor", away_counsellor), everybody),
            (("beat_site", beat_site), ("away_student", away_student), everybody),
        ] {
            if longer.1 <= shorter.1 {
                return Err(self.too_long(shorter.0, longer.0, otherwise));
            }
        }
        Ok(())
    }

    fn too_long(&self, shorter: &'static str, longer: &'static str, otherwise: &str) -> Error {
        let [first, second] = [self.source(shorter), self.source(longer)];
        anyhow!("{first} must be shorter than {second}, or {otherwise}: make the first shorter or the second longer")
    }

    /// Which must be shorter than which is the domain's to say; here it gets its sentence. D6
    fn duty(&self) -> Result<duty::Rules> {
        let [expire, pause] = [self.time("duty_expire")?, self.time("duty_break")?];
        let interval = self.pause("duty_interval")?;
        let keys = self.parse("duty_keys", "a number from 1", values::count)?;
        duty::Rules::new(expire, pause, interval, keys).map_err(|misordered| match misordered {
            Misordered::NoInterval | Misordered::IntervalAndPause => {
                self.too_long("duty_interval", "duty_break", UNTOLD)
            }
            Misordered::PauseAndExpire => self.too_long("duty_break", "duty_expire", TORN),
        })
    }

    fn time(&self, name: &'static str) -> Result<Span> {
        self.parse(name, "a time such as 90s, 10min or 1h", values::time)
    }

    fn pause(&self, name: &'static str) -> Result<Span> {
        self.parse(name, "a time longer than none, such as 5s, 10min or 1h", values::pause)
    }

    /// The value is not repeated in the sentence: it may hold what belongs to nobody else.
    fn parse<T>(&self, name: &'static str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        parse(self.text(name)).ok_or_else(|| anyhow!("{} must be {expected}", self.source(name)))
    }

    fn text(&self, name: &'static str) -> &str {
        let default = || SETTINGS.iter().find(|setting| setting.name == name).map_or("", |setting| setting.default);
        self.0.get(name).map_or_else(default, |(text, _)| text)
    }

    fn source(&self, name: &'static str) -> String {
        let default = || format!("QUIETLINE_{}", name.to_uppercase());
        self.0.get(name).map_or_else(default, |(_, source)| source.clone())
    }
}

#[cfg(test)]
#[path = "config_stories.rs"]
mod stories;
