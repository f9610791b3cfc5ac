-- Users, their sessions, the keys that sign their tokens, and what protects them. Times are microseconds since 1970 (UTC).

CREATE TABLE users (
    id                         BLOB        PRIMARY KEY,
    username                   TEXT        NOT NULL,
    -- The name in lower case: by this form no two may be the same.
    username_key               TEXT        NOT NULL UNIQUE,
    email                      TEXT        NOT NULL UNIQUE,
    password_hash              TEXT,
    -- JSON lists of names.
    role_names                 TEXT        NOT NULL DEFAULT '[]',
    group_names                TEXT        NOT NULL DEFAULT '[]',
    -- Tokens that carry a lower one are void.
    security_version           INTEGER     NOT NULL DEFAULT 1,
    security_version_raised_at INTEGER,
    disabled_at                INTEGER,
    created_at                 INTEGER     NOT NULL
);
CREATE INDEX users_by_raised_version ON users (security_version_raised_at) WHERE security_version_raised_at IS NOT NULL;

-- One row a session, however often its tokens rotate. Ended ones stay as tombstones: other processes read them.
CREATE TABLE sessions (
    id                   BLOB        PRIMARY KEY,
    user_id              BLOB        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    generation           INTEGER     NOT NULL DEFAULT 0,
    confirmed_generation INTEGER     NOT NULL DEFAULT 0,
    created_at           INTEGER     NOT NULL,
    rotated_at           INTEGER,
    last_seen_at         INTEGER     NOT NULL,
    expires_at           INTEGER     NOT NULL,
    absolute_expires_at  INTEGER     NOT NULL,
    auth_time            INTEGER     NOT NULL,
    amr                  TEXT        NOT NULL,
    revoked_at           INTEGER,
    end_reason           TEXT,
    user_agent           TEXT,
    address              TEXT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_revocation ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

-- Private halves are sealed under the master secret, which is not in this database.
CREATE TABLE signing_keys (
    id                 TEXT        PRIMARY KEY,
    ring               TEXT        NOT NULL,
    serial             INTEGER     NOT NULL,
    algorithm          TEXT        NOT NULL,
    public_key         BLOB        NOT NULL,
    sealed_private_key BLOB        NOT NULL,
    created_at         INTEGER     NOT NULL,
    UNIQUE (ring, serial)
);

-- Wrong passwords, counted under a hash of what was typed, whether such an account exists or not.
CREATE TABLE sign_in_failures (
    identifier_hash BLOB        PRIMARY KEY,
    failures        INTEGER     NOT NULL,
    last_failure_at INTEGER     NOT NULL
);

-- What the owner of an account must be told until they dismiss it.
CREATE TABLE notices (
    id           BLOB        PRIMARY KEY,
    user_id      BLOB        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind         TEXT        NOT NULL,
    at           INTEGER     NOT NULL,
    dismissed_at INTEGER
);
CREATE INDEX notices_open ON notices (user_id) WHERE dismissed_at IS NULL;

-- What happened that somebody may have to look into. Only ever added to.
CREATE TABLE audit_events (
    id         BLOB        PRIMARY KEY,
    at         INTEGER     NOT NULL,
    kind       TEXT        NOT NULL,
    user_id    BLOB        NOT NULL,
    session_id BLOB,
    user_agent TEXT,
    address    TEXT
);
CREATE INDEX audit_events_by_user ON audit_events (user_id, at);
