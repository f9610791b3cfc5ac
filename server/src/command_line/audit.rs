//! `latchkey audit`

use std::time::Duration;

use auth::{
    audit::{AuditFilter, AuditKind, AuditRecord},
    clock::{Clock as _, SystemClock, Timestamp},
    flow::administration,
};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use serde::Serialize;
use uuid::Uuid;

use super::{end::End, office, output, user};

/// Which events are read.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Only what concerns the account of this user: a username, email address or id; of a deleted user the id
    #[arg(long)]
    user: Option<String>,
    /// Only what is of this kind
    #[arg(
        long,
        value_parser = PossibleValuesParser::new(AuditKind::ALL.iter().map(|kind| kind.as_str())).try_map(|name| name.parse::<AuditKind>())
    )]
    kind: Option<AuditKind>,
    /// Only from this moment on: a day or a time (UTC), as 2026-01-31 or 2026-01-31T08:00:00Z, or how long ago, as 90m, 12h or 7d
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    since: Option<Timestamp>,
    /// Only before this moment
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    until: Option<Timestamp>,
    #[command(flatten)]
    listing: output::Listing,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    at: String,
    kind: String,
    actor: String,
    operator: Option<String>,
    user_id: Option<String>,
    username: Option<String>,
    session_id: Option<String>,
    detail: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
}

impl From<AuditRecord> for Shown {
    fn from(record: AuditRecord) -> Self {
        Self {
            id: record.id.to_string(),
            at: record.at.to_rfc3339(),
            kind: record.kind,
            actor: record.actor,
            operator: record.operator_name,
            user_id: record.user_id.map(|id| id.to_string()),
            username: record.username,
            session_id: record.session_id.map(|id| id.to_string()),
            detail: record.detail,
            address: record.address,
            user_agent: record.user_agent,
        }
    }
}

impl Audit {
    pub(super) fn run(self) -> Result<(), End> {
        office::run(async |settings| {
            let engine = office::engine(settings).await?;
            let user = match &self.user {
                // Their log outlives a user, so that an id need not be anybody's.
                Some(user) => match Uuid::try_parse(user) {
                    Ok(id) => Some(id.into()),
                    Err(_) => Some(user::find(&engine, user).await?.id),
                },
                None => None,
            };
            let filter = AuditFilter {
                user,
                kind: self.kind,
                since: self.since,
                until: self.until,
            };
            let records = administration::audit_log(&engine, &filter, self.listing.page()).await?;
            list(records, self.listing.json)
        })
    }
}

fn list(records: Vec<AuditRecord>, json: bool) -> Result<(), End> {
    let shown: Vec<Shown> = records.into_iter().map(Shown::from).collect();
    if json {
        return output::json(&shown);
    }
    let rows: Vec<_> = shown
        .into_iter()
        .map(|event| {
            let actor = match event.operator {
                Some(name) => format!("{}:{name}", event.actor),
                None => event.actor,
            };
            [
                event.id,
                event.at,
                event.kind,
                actor,
                event.username.or(event.user_id).unwrap_or_default(),
                event.address.unwrap_or_default(),
                event.detail.unwrap_or_default(),
                event.user_agent.unwrap_or_default(),
            ]
        })
        .collect();
    output::table(
        [
            "ID", "AT", "KIND", "BY", "USER", "ADDRESS", "DETAIL", "BROWSER",
        ],
        &rows,
        "There is no such event",
    )
}

/// Reads a moment: a day, a time, or how long ago it was.
fn moment(text: &str) -> Result<Timestamp, String> {
    let read = ago(text).map(|ago| SystemClock.now().minus(ago));
    read.or_else(|| Timestamp::parse_rfc3339(text))
        .or_else(|| Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| {
            "not a day as 2026-01-31, a time as 2026-01-31T08:00:00Z, or how long ago, as 90m, 12h or 7d"
                .to_owned()
        })
}

/// So many minutes, hours or days.
fn ago(text: &str) -> Option<Duration> {
    let (seconds, number) = [("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)]
        .into_iter()
        .find_map(|(unit, seconds)| Some((seconds, text.strip_suffix(unit)?)))?;
    let number: u32 = number.parse().ok()?;
    Some(Duration::from_secs(u64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_a_time_or_how_long_ago() {
        let read = |text| moment(text).map(Timestamp::to_rfc3339);
        assert_eq!(read("2026-01-31").unwrap(), "2026-01-31T00:00:00Z");
        assert_eq!(
            read("2026-01-31T08:30:00+01:00").unwrap(),
            "2026-01-31T07:30:00Z"
        );
        let week = SystemClock.now().minus(Duration::from_hours(7 * 24));
        assert!(moment("7d").unwrap().since(week) < Duration::from_mins(1));
        assert!(moment("90m").unwrap() < moment("1h").unwrap());
        for wrong in ["", "d", "7", "-1d", "7w", "2026-02-30", "yesterday"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
