//! Duty as a spreadsheet takes it, as RFC 4180 has it: sessions, or what days or weeks come to.
//!
//! Totals are the spreadsheet's to make. What somebody chose as a name cannot become a formula here.

use jiff::tz::TimeZone;
use quietline_domain::duty::Session;

use super::{
    days,
    report::{Row, Total},
};

/// In the order given.
pub fn sessions<'w>(rows: impl IntoIterator<Item = (&'w str, Session)>, zone: &TimeZone) -> String {
    let mut csv = String::from("who,day,start,end,minutes,reply_count\r\n");
    for (who, session) in rows {
        let total = Total::from(session);
        let day = days::day(session.start, zone);
        let (start, end) = (days::written(session.start, zone), days::written(session.end, zone));
        csv += &format!("{},{day},{start},{end},{},{}\r\n", cell(who), total.minutes(), total.reply_count);
    }
    csv
}

/// `day` names the column: a day, or the Monday of a week.
pub fn totals<'w>(day: &str, rows: impl IntoIterator<Item = Row<&'w str>>) -> String {
    let mut csv = format!("who,{day},sessions,minutes,reply_count\r\n");
    for Row { who, day, total } in rows {
        csv += &format!("{},{day},{},{},{}\r\n", cell(who), total.sessions, total.minutes(), total.reply_count);
    }
    csv
}

/// A spreadsheet takes a cell that begins so for a formula and runs it; behind an apostrophe it is text.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn cell(text: &str) -> String {
    let mut held = if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() };
    if held.contains(['"', ',', '\r', '\n']) {
        held = format!("\"{}\"", held.replace('"', "\"\""));
    }
    held
}

#[cfg(test)]
mod stories {
    use quietline_domain::Time;

    use super::*;

    // D7
    #[test]
    fn a_spreadsheet_gets_text_and_never_a_formula() {
        for (who, held) in [
            ("anna", "anna"),
            ("=1+2", "'=1+2"),
            ("+49", "'+49"),
            ("-anna", "'-anna"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("=HYPERLINK(\"a\",\"b\")", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\""),
            ("Anna, the \"first\"", "\"Anna, the \"\"first\"\"\""),
            ("a=b", "a=b"),
        ] {
            let nine = Time(1_767_603_600_000);
            let session = Session { start: nine, end: Time(nine.0 + 2_459_000), reply_count: 2 };
            let expected = format!(
                "who,day,start,end,minutes,reply_count\r\n\
                 {held},2026-01-05,2026-01-05T10:00:00+01:00,2026-01-05T10:40:59+01:00,40,2\r\n"
            );
            assert_eq!(sessions([(who, session)], &TimeZone::get("Europe/Berlin").unwrap()), expected);
            let row = Row { who, day: days::day(nine, &TimeZone::UTC), total: Total::from(session) };
            let expected = format!("who,week,sessions,minutes,reply_count\r\n{held},2026-01-05,1,40,2\r\n");
            assert_eq!(totals("week", [row]), expected);
        }
    }
}
