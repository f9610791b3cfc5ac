//! What the rows hold, for either database. Each statement is told: `$1` and `$2`, the first and the last number; `$3`, how many users
//! there are to be; `$4`, the present moment in seconds since 1970; `$5`, a text that all rows share.
//!
//! A row is made of its number alone. Users came within a year, evenly, the last of them two months ago. The three sessions of each began
//! within the last two months: of ten, two were signed out, one was left to expire, seven stand, used last within twenty days. Ids are
//! UUIDs of version 7 that have the number in the place of chance, so that the id of a session's user is known without a look.

/// How many are made by one statement: so many that its start costs nothing, so few that a transaction stays small.
const AT_A_TIME: i64 = 50_000;

/// What every session's browser calls itself.
pub(crate) const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// What all statements are told.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// How many users are made.
    pub(crate) users: i64,
    /// The present moment, in seconds since 1970.
    pub(crate) now: i64,
}

impl Plan {
    /// How many sessions are made.
    pub(crate) const fn sessions(self) -> i64 {
        3 * self.users
    }
}

/// The first and the last number of each statement, for `count` rows.
pub(crate) fn batches(count: i64) -> impl Iterator<Item = (i64, i64)> {
    std::iter::successors(Some(1), |first| Some(first + AT_A_TIME))
        .take_while(move |first| *first <= count)
        .map(move |first| (first, count.min(first + AT_A_TIME - 1)))
}

/// One statement, in the words of each database.
pub(crate) struct Statement {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

pub(crate) const USERS: Statement = Statement {
    sqlite: "
        WITH RECURSIVE numbers (number) AS (VALUES ($1) UNION ALL SELECT number + 1 FROM numbers WHERE number < $2),
        dated AS (SELECT number, $4 - 365 * 86400 + 304 * 86400 * number / $3 AS created FROM numbers)
        INSERT INTO users (id, username, username_key, email, password_hash, security_version, security_version_raised_at, created_at)
        SELECT unhex(printf('%012x70008%015x', created * 1000, number)),
               'user' || number, 'user' || number, 'user' || number || '@example.org', $5,
               CASE WHEN number % 100 = 0 THEN 2 ELSE 1 END,
               CASE WHEN number % 100 = 0 THEN ($4 - 61 * 86400) * 1000000 END,
               created * 1000000
        FROM dated",
    postgres: "
        WITH dated AS (SELECT number, $4 - 365 * 86400 + 304 * 86400 * number / $3 AS created FROM generate_series($1, $2) AS number)
        INSERT INTO users (id, username, username_key, email, password_hash, security_version, security_version_raised_at, created_at)
        SELECT (lpad(to_hex(created * 1000), 12, '0') || '70008' || lpad(to_hex(number), 15, '0'))::UUID,
               'user' || number, 'user' || number, 'user' || number || '@example.org', $5,
               CASE WHEN number % 100 = 0 THEN 2 ELSE 1 END,
               CASE WHEN number % 100 = 0 THEN to_timestamp($4 - 61 * 86400) END,
               to_timestamp(created)
        FROM dated",
};

pub(crate) const SESSIONS: Statement = Statement {
    sqlite: "
        WITH RECURSIVE numbers (number) AS (VALUES ($1) UNION ALL SELECT number + 1 FROM numbers WHERE number < $2),
        owned AS (
            SELECT number, (number - 1) % $3 + 1 AS owner, ((number - 1) / $3 + number) % 10 AS fate,
                   $4 - 60 * 86400 + 58 * 86400 * number / (3 * $3) AS created
            FROM numbers),
        dated AS (
            SELECT number, owner, fate, created, $4 - 365 * 86400 + 304 * 86400 * owner / $3 AS owner_created,
                   CASE WHEN fate < 3 THEN created ELSE MAX(created, $4 - number % 20 * 86400) END AS seen
            FROM owned)
        INSERT INTO sessions (id, user_id, generation, confirmed_generation, created_at, rotated_at, last_seen_at, expires_at,
                              absolute_expires_at, auth_time, amr, revoked_at, end_reason, user_agent, address)
        SELECT unhex(printf('%012x70008%015x', created * 1000, number)),
               unhex(printf('%012x70008%015x', owner_created * 1000, owner)),
               number % 50, number % 50, created * 1000000, seen * 1000000, seen * 1000000,
               (seen + CASE fate WHEN 2 THEN 1 ELSE 30 END * 86400) * 1000000,
               (created + 90 * 86400) * 1000000, created * 1000000, '[\"pwd\"]',
               CASE WHEN fate < 2 THEN (created + 86400) * 1000000 END, CASE WHEN fate < 2 THEN 'signed_out' END,
               $5, '192.0.2.' || (number % 250)
        FROM dated",
    postgres: "
        WITH owned AS (
            SELECT number, (number - 1) % $3 + 1 AS owner, ((number - 1) / $3 + number) % 10 AS fate,
                   $4 - 60 * 86400 + 58 * 86400 * number / (3 * $3) AS created
            FROM generate_series($1, $2) AS number),
        dated AS (
            SELECT number, owner, fate, created, $4 - 365 * 86400 + 304 * 86400 * owner / $3 AS owner_created,
                   CASE WHEN fate < 3 THEN created ELSE GREATEST(created, $4 - number % 20 * 86400) END AS seen
            FROM owned)
        INSERT INTO sessions (id, user_id, generation, confirmed_generation, created_at, rotated_at, last_seen_at, expires_at,
                              absolute_expires_at, auth_time, amr, revoked_at, end_reason, user_agent, address)
        SELECT (lpad(to_hex(created * 1000), 12, '0') || '70008' || lpad(to_hex(number), 15, '0'))::UUID,
               (lpad(to_hex(owner_created * 1000), 12, '0') || '70008' || lpad(to_hex(owner), 15, '0'))::UUID,
               number % 50, number % 50, to_timestamp(created), to_timestamp(seen), to_timestamp(seen),
               to_timestamp(seen + CASE fate WHEN 2 THEN 1 ELSE 30 END * 86400),
               to_timestamp(created + 90 * 86400), to_timestamp(created), '[\"pwd\"]',
               CASE WHEN fate < 2 THEN to_timestamp(created + 86400) END, CASE WHEN fate < 2 THEN 'signed_out' END,
               $5, '192.0.2.' || (number % 250)
        FROM dated",
};
