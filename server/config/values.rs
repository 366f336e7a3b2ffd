//! Texts of settings into values: `None` for whatever makes no sense.
//!
//! They do not know which setting they read, nor where its text comes from; the sentence of a refusal is `config.rs`'s.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use jiff::tz::TimeZone;
use quietline_domain::{Span, window::Limit};

use super::LogFormat;
use crate::{
    private::Nickname,
    store::{Address, Sharing, postgres},
};

/// What the shipped binary shows to people it cannot help, until an operator says better.
const SHIPPED_HELP: &str = include_str!("../help.txt");

pub fn database(text: &str, data: &Path) -> Option<Address> {
    if text.is_empty() {
        return Some(Address::Sqlite(data.join("quietline.sqlite")));
    }
    if let Some(url) = postgres::Url::parse(text) {
        return Some(Address::Postgres(url));
    }
    let path = text.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    // A database in memory would break every promise of durability.
    (!path.is_empty() && !path.contains(":memory:")).then(|| Address::Sqlite(path.into()))
}

/// In the data folder, unless the operator gives the keys a place of their own.
pub fn slots(text: &str, data: &Path) -> PathBuf {
    if text.is_empty() { data.join("slots") } else { text.into() }
}

pub fn optional_address(text: &str) -> Option<Option<SocketAddr>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

pub fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

/// As a browser writes it: lower case, without the scheme's own port.
pub fn origin(text: &str) -> Option<Option<String>> {
    if text.is_empty() {
        return Some(None);
    }
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let (scheme, host) = text.split_once("://")?;
    let own_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let authority: actix_web::http::uri::Authority = host.parse().ok()?;
    let is_plain = !authority.host().is_empty() && !host.contains('@') && !host.ends_with(':');
    is_plain.then(|| Some(format!("{scheme}://{}", host.strip_suffix(own_port).unwrap_or(host))))
}

pub fn proxies(text: &str) -> Option<Vec<IpNet>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok().or_else(|| Some(part.parse::<IpAddr>().ok()?.into()))).collect()
}

/// Lines that begin with `#` are notes to the operator.
pub fn help(path: &str) -> Option<String> {
    let text = if path.is_empty() { SHIPPED_HELP.to_owned() } else { fs::read_to_string(path).ok()? };
    let shown: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    (text.len() <= 8 * 1024).then(|| shown.join("\n").trim().to_owned())
}

pub fn exit_url(text: &str) -> Option<String> {
    let leads_out = text.starts_with("https://") || text.starts_with("http://") || text == "about:blank";
    let is_address = text.parse::<actix_web::http::Uri>().is_ok_and(|uri| uri.host().is_some());
    (leads_out && (text == "about:blank" || is_address)).then(|| text.to_owned())
}

pub fn prefix(text: &str) -> Option<String> {
    // What cannot be a nickname's beginning would leave visitors without one nameless, or shut out everyone.
    Nickname::parse(text).filter(|_| text.chars().count() <= 20).map(|name| name.expose().to_owned())
}

/// At most ten years, so that adding it to a time never overflows.
pub fn time(text: &str) -> Option<Span> {
    let time = humantime::parse_duration(text).ok()?;
    (time <= Duration::from_secs(10 * 366 * 86_400)).then_some(Span(time.as_millis() as i64))
}

/// What is done again and again must not be done without pause.
pub fn pause(text: &str) -> Option<Span> {
    time(text).filter(|&time| Span(0) < time)
}

pub fn sharing(unique_nicknames: &str) -> Option<Sharing> {
    match unique_nicknames {
        "on" => Some(Sharing::Refused),
        "off" => Some(Sharing::Allowed),
        _ => None,
    }
}

pub fn count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|&count| 1 <= count)
}

pub fn limit(text: &str) -> Option<Limit> {
    let (most, within) = text.split_once(" in ")?;
    Some(Limit { most: count(most.trim())?, within: pause(within.trim())? })
}

/// By its name in the database of time zones, in any case.
pub fn time_zone(text: &str) -> Option<TimeZone> {
    TimeZone::get(text).ok().filter(|zone| !zone.is_unknown())
}
