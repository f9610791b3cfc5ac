-- Users, their sessions, the keys that sign their tokens, and what protects them. Times are UTC.

CREATE TABLE users (
    id                         UUID        PRIMARY KEY,
    username                   TEXT        NOT NULL,
    -- The name in lower case: by this form no two may be the same.
    username_key               TEXT        NOT NULL UNIQUE,
    email                      TEXT        NOT NULL UNIQUE,
    password_hash              TEXT,
    -- JSON lists of names.
    role_names                 TEXT        NOT NULL DEFAULT '[]',
    group_names                TEXT        NOT NULL DEFAULT '[]',
    -- Tokens that carry a lower one are void.
    security_version           BIGINT      NOT NULL DEFAULT 1,
    security_version_raised_at TIMESTAMPTZ,
    disabled_at                TIMESTAMPTZ,
    created_at                 TIMESTAMPTZ NOT NULL
);
CREATE INDEX users_by_raised_version ON users (security_version_raised_at) WHERE security_version_raised_at IS NOT NULL;

-- One row a session, however often its tokens rotate. Ended ones stay as tombstones: other processes read them.
CREATE TABLE sessions (
    id                   UUID        PRIMARY KEY,
    user_id              UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    generation           BIGINT      NOT NULL DEFAULT 0,
    confirmed_generation BIGINT      NOT NULL DEFAULT 0,
    created_at           TIMESTAMPTZ NOT NULL,
    rotated_at           TIMESTAMPTZ,
    last_seen_at         TIMESTAMPTZ NOT NULL,
    expires_at           TIMESTAMPTZ NOT NULL,
    absolute_expires_at  TIMESTAMPTZ NOT NULL,
    auth_time            TIMESTAMPTZ NOT NULL,
    amr                  TEXT        NOT NULL,
    revoked_at           TIMESTAMPTZ,
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
    serial             BIGINT      NOT NULL,
    algorithm          TEXT        NOT NULL,
    public_key         BYTEA       NOT NULL,
    sealed_private_key BYTEA       NOT NULL,
    created_at         TIMESTAMPTZ NOT NULL,
    UNIQUE (ring, serial)
);

-- Wrong passwords, counted under a hash of what was typed, whether such an account exists or not.
CREATE TABLE sign_in_failures (
    identifier_hash BYTEA       PRIMARY KEY,
    failures        BIGINT      NOT NULL,
    last_failure_at TIMESTAMPTZ NOT NULL
);

-- What the owner of an account must be told until they dismiss it.
CREATE TABLE notices (
    id           UUID        PRIMARY KEY,
    user_id      UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind         TEXT        NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    dismissed_at TIMESTAMPTZ
);
CREATE INDEX notices_open ON notices (user_id) WHERE dismissed_at IS NULL;

-- What happened that somebody may have to look into. Only ever added to.
CREATE TABLE audit_events (
    id         UUID        PRIMARY KEY,
    at         TIMESTAMPTZ NOT NULL,
    kind       TEXT        NOT NULL,
    user_id    UUID        NOT NULL,
    session_id UUID,
    user_agent TEXT,
    address    TEXT
);
CREATE INDEX audit_events_by_user ON audit_events (user_id, at);
