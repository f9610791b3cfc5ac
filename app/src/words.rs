//! Times and lifetimes in words. The same text on the server and in the browser, so that a page reads alike however it was reached:
//! times are told in UTC.

pub(crate) mod event;

use auth::session::LastSignIn;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A span to wait for, rounded up: `30 seconds`, `2 minutes`.
pub(crate) fn wait(seconds: u64) -> String {
    match seconds {
        0..=89 => count(seconds.max(1), "second"),
        _ => count(seconds.div_ceil(60), "minute"),
    }
}

/// What is left of a token's minutes: `8:42`.
pub(crate) fn countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What is left of a session: a number and its unit, `("30", "days")`.
pub(crate) fn left(seconds: i64) -> (i64, &'static str) {
    let (number, one, more) = match seconds.max(0) {
        // Half a day short of a month is a month to a person.
        seconds @ 172_800.. => ((seconds + 43_200) / 86_400, "day", "days"),
        seconds @ 7200.. => (seconds / 3600, "hour", "hours"),
        seconds => (seconds / 60, "minute", "minutes"),
    };
    (number, if number == 1 { one } else { more })
}

/// A time of RFC 3339 in UTC, to the minute: `23 Nov, 20:14 UTC`. No session lasts a year.
pub fn moment(time: &str) -> String {
    match (date(time), time.get(11..16)) {
        (Some((day, month, _)), Some(clock)) => {
            format!("{day} {}, {clock} UTC", &month[..3])
        }
        _ => time.to_owned(),
    }
}

/// The day of a time of RFC 3339: `23 November 2026`.
pub fn day(time: &str) -> String {
    date(time).map_or_else(
        || time.to_owned(),
        |(day, month, year)| format!("{day} {month} {year}"),
    )
}

/// A time of RFC 3339 in UTC, to the minute and with its year: `23 November 2026, 20:14 UTC`.
pub(crate) fn day_and_time(time: &str) -> String {
    match time.get(11..16) {
        Some(clock) if date(time).is_some() => format!("{}, {clock} UTC", day(time)),
        _ => time.to_owned(),
    }
}

/// When somebody signed in before, and what has been tried since.
pub(crate) fn last_sign_in(last: &LastSignIn) -> String {
    let on = format!("Last signed in on {}.", day_and_time(&last.at));
    match last.failures {
        ..=0 => on,
        LastSignIn::MOST.. => format!("{on} {} wrong passwords since, or more.", LastSignIn::MOST),
        some => {
            let passwords = count(some.unsigned_abs(), "wrong password");
            format!("{on} {passwords} since.")
        }
    }
}

fn date(time: &str) -> Option<(u8, &'static str, &str)> {
    let month: usize = time.get(5..7)?.parse().ok()?;
    Some((
        time.get(8..10)?.parse().ok()?,
        MONTHS.get(month.checked_sub(1)?)?,
        time.get(..4)?,
    ))
}

/// The seconds since 1970 of a time of RFC 3339 in UTC. Years are taken to begin in March, as by [`day_of`].
pub(crate) fn timestamp(time: &str) -> Option<i64> {
    let number = |from: usize| time.get(from..from + 2)?.parse::<i64>().ok();
    let (year, month, day) = (time.get(..4)?.parse::<i64>().ok()?, number(5)?, number(8)?);
    let (hours, minutes, seconds) = (number(11)?, number(14)?, number(17)?);
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    Some((days - 719_469) * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

/// The time of day of a moment counted in seconds since 1970: `20:14:05 UTC`.
pub(crate) fn time_of_day(timestamp: i64) -> String {
    let seconds = timestamp.rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02} UTC",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// A moment counted in seconds since 1970: `23 Nov, 20:14:05 UTC`. No session lasts a year.
pub(crate) fn moment_of(timestamp: i64) -> String {
    let (day, month) = day_of(timestamp.div_euclid(86_400));
    let month = MONTHS.get(month).map_or("", |month| &month[..3]);
    format!("{day} {month}, {}", time_of_day(timestamp))
}

/// The day of the month and the month, from nought, of a day counted since 1970.
///
/// Years are taken to begin in March, so that a leap day is the last of its year, and to come in eras of four centuries, which are all of
/// the same length (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn day_of(days: i64) -> (i64, usize) {
    let day = (days + 719_468).rem_euclid(146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    (day, usize::try_from((month + 2) % 12).unwrap_or_default())
}

/// A long id by its two ends: `0192f3c4…9b1e`. A short one is told whole.
pub(crate) fn short(id: &str) -> String {
    match (
        id.get(..8),
        id.len().checked_sub(4).and_then(|end| id.get(end..)),
    ) {
        (Some(start), Some(end)) if id.len() > 13 => format!("{start}…{end}"),
        _ => id.to_owned(),
    }
}

/// A browser and its system: `Firefox on Linux`, `Unknown browser on an unknown system`.
pub(crate) fn device(browser: &str, system: &str) -> String {
    match system.strip_prefix("Unknown ") {
        Some(what) => format!("{browser} on an unknown {what}"),
        None => format!("{browser} on {system}"),
    }
}

/// So many of something: `1 session`, `2 sessions`.
pub(crate) fn count(number: u64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_said_too_short() {
        assert_eq!(
            [0, 1, 30, 89, 90, 120, 121].map(wait),
            [
                "1 second",
                "1 second",
                "30 seconds",
                "89 seconds",
                "2 minutes",
                "2 minutes",
                "3 minutes"
            ]
        );
    }

    #[test]
    fn minutes_run_down_to_nothing_and_not_below() {
        assert_eq!(
            [600, 522, 9, 0, -3].map(countdown),
            ["10:00", "8:42", "0:09", "0:00", "0:00"]
        );
    }

    #[test]
    fn a_session_is_counted_in_the_unit_that_suits() {
        assert_eq!(left(30 * 86_400), (30, "days"));
        assert_eq!(left(30 * 86_400 - 90), (30, "days"));
        assert_eq!(left(47 * 3600), (47, "hours"));
        assert_eq!(left(60), (1, "minute"));
        assert_eq!(left(-1), (0, "minutes"));
    }

    #[test]
    fn times_are_told_in_utc() {
        assert_eq!(moment("2026-11-03T20:14:05.123Z"), "3 Nov, 20:14 UTC");
        assert_eq!(day("2026-01-31T00:00:00Z"), "31 January 2026");
        assert_eq!(
            day_and_time("2026-01-31T08:05:59Z"),
            "31 January 2026, 08:05 UTC"
        );
        assert_eq!(time_of_day(1_795_464_845), "20:14:05 UTC");
        assert_eq!(moment_of(1_795_464_845), "23 Nov, 20:14:05 UTC");
    }

    #[test]
    fn the_last_sign_in_is_told_with_what_was_tried_since() {
        let told = |failures| {
            last_sign_in(&LastSignIn {
                at: "2026-11-03T20:14:05Z".to_owned(),
                failures,
            })
        };
        assert_eq!(told(0), "Last signed in on 3 November 2026, 20:14 UTC.");
        assert_eq!(
            told(1),
            "Last signed in on 3 November 2026, 20:14 UTC. 1 wrong password since."
        );
        assert!(told(3).ends_with("3 wrong passwords since."));
        assert!(told(100).ends_with("100 wrong passwords since, or more."));
    }

    #[test]
    fn every_day_has_its_place_in_the_calendar() {
        for (timestamp, moment) in [
            (0, "1 Jan, 00:00:00 UTC"),
            (951_782_399, "28 Feb, 23:59:59 UTC"),
            (951_782_400, "29 Feb, 00:00:00 UTC"),
            (951_868_800, "1 Mar, 00:00:00 UTC"),
            (1_798_761_599, "31 Dec, 23:59:59 UTC"),
            (4_107_542_400, "1 Mar, 00:00:00 UTC"),
            (-1, "31 Dec, 23:59:59 UTC"),
        ] {
            assert_eq!(moment_of(timestamp), moment);
        }
    }

    #[test]
    fn a_time_is_counted_in_seconds() {
        for (time, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-28T23:59:59Z", 951_782_399),
            ("2000-02-29T00:00:00Z", 951_782_400),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("2026-11-23T20:14:05.123Z", 1_795_464_845),
            ("2026-12-31T23:59:59Z", 1_798_761_599),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            assert_eq!(timestamp(time), Some(seconds), "{time}");
        }
        assert_eq!(timestamp("soon"), None);
        assert_eq!(timestamp("2026-11-23"), None);
    }

    #[test]
    fn a_long_id_is_told_by_its_ends() {
        assert_eq!(
            short("0192f3c4-7d1e-7c3a-a1b2-0242ac129b1e"),
            "0192f3c4…9b1e"
        );
        assert_eq!(short("2026-11-a"), "2026-11-a");
    }

    #[test]
    fn a_device_is_told_as_a_part_of_a_sentence() {
        assert_eq!(device("Firefox", "Linux"), "Firefox on Linux");
        assert_eq!(
            device("Unknown browser", "Unknown system"),
            "Unknown browser on an unknown system"
        );
    }

    #[test]
    fn what_is_no_time_is_shown_as_it_is() {
        for odd in ["", "soon", "2026-13-01T00:00:00Z", "2026-00-01", "éé-é-é"] {
            assert_eq!(day(odd), odd);
        }
        assert_eq!(moment("soon"), "soon");
        assert_eq!(day_and_time("soon"), "soon");
    }
}
