//! `latchkey clean`

use auth::flow::administration;

use super::{end::End, office, output};

/// Deletes what is past, now.
pub(super) fn run() -> Result<(), End> {
    office::run(async |settings| {
        let engine = office::engine(settings).await?;
        let cleaned = administration::clean(&engine, &office::operator()).await?;
        output::line(format!(
            "Deleted: {} accounts whose day had come, {} sessions that had ended, {} events of the audit log, {} words of deleted users, {} dismissed notices, {} old links, {} counts of letters, {} browsers not seen for a year, {} sign-ups that were never confirmed",
            cleaned.users,
            cleaned.sessions,
            cleaned.audit_events,
            cleaned.deletions,
            cleaned.notices,
            cleaned.links,
            cleaned.mail_counts,
            cleaned.known_devices,
            cleaned.sign_ups
        ))
    })
}
