//! The table of all settings: their names, what they take, their defaults, and what they mean, as the help says it.
//!
//! It knows no values; what a text means is in `values.rs`.

/// One row of the table. An empty default means: none.
pub(super) struct Setting {
    /// Lower case, as in the file.
    pub name: &'static str,
    pub takes: &'static str,
    pub default: &'static str,
    pub meaning: &'static str,
}

#[rustfmt::skip]
pub(super) const SETTINGS: [Setting; 33] = [
    Setting { name: "data", takes: "DIR", default: "./data", meaning: "The folder that holds the database" },
    Setting { name: "slots", takes: "DIR", default: "", meaning: "The folder of keys that must not be backed up; without it, slots in the data folder" },
    Setting { name: "database", takes: "URL", default: "", meaning: "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME; without it, quietline.sqlite in the data folder" },
    Setting { name: "listen", takes: "ADDRESS:PORT", default: "127.0.0.1:8080", meaning: "Where to listen; port 0 takes any free one" },
    Setting { name: "metrics_listen", takes: "ADDRESS:PORT", default: "", meaning: "A second, private address that shows figures for Prometheus at /metrics; without it, none are gathered" },
    Setting { name: "origin", takes: "URL", default: "", meaning: "The address people open, such as https://talk.example.org; without it, pages work at loopback names alone" },
    Setting { name: "trusted_proxies", takes: "LIST", default: "", meaning: "Addresses or networks whose X-Forwarded-For is believed, separated by commas" },
    Setting { name: "log", takes: "LEVEL", default: "info", meaning: "off, error, warn, info, debug or trace; other crates say at most warnings" },
    Setting { name: "log_format", takes: "text|json", default: "text", meaning: "How the log is written; json is one object a line" },
    Setting { name: "help", takes: "FILE", default: "", meaning: "A text file with the other ways to get help, for people you cannot answer; without it, the shipped text" },
    Setting { name: "exit_url", takes: "URL", default: "about:blank", meaning: "Where 'Leave this page now' leads" },
    Setting { name: "intake", takes: "FILE", default: "", meaning: "A definition of what the intake asks, as `quietline intake check` finds sound; without it, the shipped one" },
    Setting { name: "intake_stale", takes: "TIME", default: "30d", meaning: "After how long without a change an intake is erased" },
    Setting { name: "guest_prefix", takes: "TEXT", default: "guest_", meaning: "How the nicknames begin that visitors without one are given" },
    Setting { name: "unique_nicknames", takes: "on|off", default: "off", meaning: "Whether a visitor is refused a nickname that another visitor has" },
    Setting { name: "inactivity", takes: "TIME", default: "600s", meaning: "A room closes when both sides were inactive for longer" },
    Setting { name: "inactivity_warning", takes: "TIME", default: "120s", meaning: "How long before that the room is warned" },
    Setting { name: "absence", takes: "TIME", default: "600s", meaning: "A room closes when its student was absent for longer" },
    Setting { name: "notice", takes: "TIME", default: "15s", meaning: "After how long without a beat the other side of a room is told" },
    Setting { name: "release", takes: "TIME", default: "60s", meaning: "After how long without its counsellor's beat a room goes back to the queue" },
    Setting { name: "away_student", takes: "TIME", default: "120s", meaning: "A student is away from the site after longer without a beat" },
    Setting { name: "away_counsellor", takes: "TIME", default: "60s", meaning: "A counsellor is away from the site after longer without a beat" },
    Setting { name: "beat_room", takes: "TIME", default: "5s", meaning: "How often a page in a room says that it is there" },
    Setting { name: "beat_site", takes: "TIME", default: "20s", meaning: "How often a page outside of rooms says that it is there" },
    Setting { name: "sweep", takes: "TIME", default: "3600s", meaning: "How often whatever should have been erased and was not is looked for" },
    Setting { name: "duty_expire", takes: "TIME", default: "20min", meaning: "A counsellor's duty session ends when nothing was recognised for longer" },
    Setting { name: "duty_break", takes: "TIME", default: "15min", meaning: "After longer without the keyboard a desk tells of the last time before as well; shorter than duty_expire" },
    Setting { name: "duty_interval", takes: "TIME", default: "5min", meaning: "How often a desk tells that its keyboard is used; shorter than duty_break" },
    Setting { name: "duty_keys", takes: "NUMBER", default: "300", meaning: "After more keys than this within duty_interval a desk tells at once" },
    Setting { name: "time_zone", takes: "ZONE", default: "UTC", meaning: "Where a day begins and ends in reports, such as Europe/Berlin" },
    Setting { name: "rooms_per_counsellor", takes: "NUMBER", default: "3", meaning: "How many rooms one counsellor may hold" },
    Setting { name: "line_limit", takes: "LIMIT", default: "20 in 10s", meaning: "How many lines each side of a room may send" },
    Setting { name: "join_limit", takes: "LIMIT", default: "100 in 60s", meaning: "How many joins one address prefix may make; counted anew every 15 minutes" },
];

impl Setting {
    /// `--help` is taken by the program's own help.
    pub fn id(&self) -> &'static str {
        if self.name == "help" { "help_text" } else { self.name }
    }

    pub fn flag(&self) -> String {
        self.id().replace('_', "-")
    }

    pub fn variable(&self) -> String {
        format!("QUIETLINE_{}", self.name.to_uppercase())
    }
}
