//! A link by which somebody signs in.

use super::{
    Link, Store, StoreError, audit::insert_audit_event, begin, known_device::forget_devices,
    link::use_link, only, session::end_sessions_of, writing,
};
use crate::{account::SecurityVersion, audit::AuditEvent, session::EndReason};

impl Store {
    /// Uses a link up by which its user signs in. Where their address was not proven so far, it is now, and all that was made before goes: the
    /// password, the sessions, the browsers that were known. That is written down as `proven` and `removed`. Answers the user's security version; nothing,
    /// if the link does not stand, the address or the version is another by now, or the user may not sign in.
    pub(crate) async fn use_sign_in_link(
        &self,
        link: &Link,
        proven: &AuditEvent<'_>,
        removed: &AuditEvent<'_>,
    ) -> Result<Option<SecurityVersion>, StoreError> {
        let version = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let rows = sqlx::query_scalar(
                "UPDATE users
                 SET security_version = CASE WHEN email_verified_at IS NULL THEN security_version + 1 ELSE security_version END,
                     security_version_raised_at = CASE WHEN email_verified_at IS NULL THEN $4 ELSE security_version_raised_at END,
                     password_hash = CASE WHEN email_verified_at IS NULL THEN NULL ELSE password_hash END,
                     email_verified_at = COALESCE(email_verified_at, $4)
                 WHERE id = $1 AND email = $2 AND security_version = $3 AND disabled_at IS NULL RETURNING security_version",
            ).bind(link.user_id).bind(link.email.as_str()).bind(link.security_version).bind(proven.at)
             .fetch_all(&mut *transaction).await?;
            let version: Option<SecurityVersion> = only(rows);
            let used = use_link!(link, proven.at).execute(&mut *transaction).await?.rows_affected();
            if version.is_none() || used != 1 {
                transaction.rollback().await?;
                return Ok(None);
            }
            if version != Some(link.security_version) {
                end_sessions_of!(link.user_id, proven.at, EndReason::AddressProven).execute(&mut *transaction).await?;
                forget_devices!(link.user_id).execute(&mut *transaction).await?;
                insert_audit_event!(proven).execute(&mut *transaction).await?;
                insert_audit_event!(removed).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            version
        });
        if version.is_some_and(|version| version != link.security_version) {
            self.tell_of_change().await;
        }
        Ok(version)
    }
}
