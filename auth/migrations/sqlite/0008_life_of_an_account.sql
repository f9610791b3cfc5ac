-- The life of an account: addresses that are proven, mail that is sent, devices that are known, and a day on which all of it goes.
-- When it was proven that the address is the user's.
ALTER TABLE users ADD COLUMN email_verified_at INTEGER;
-- When the account is deleted, if its owner has asked for it.
ALTER TABLE users ADD COLUMN deletes_at INTEGER;
CREATE INDEX users_by_deletion ON users (deletes_at) WHERE deletes_at IS NOT NULL;

-- Whether the browser keeps the session when it is closed.
ALTER TABLE sessions ADD COLUMN remembered INTEGER NOT NULL DEFAULT 1;

-- Letters that wait to be sent. What a letter holds beyond this, links among it, is made when it is sent: nothing in here is a secret.
CREATE TABLE letters (
    id        BLOB    PRIMARY KEY,
    occasion  TEXT    NOT NULL,
    -- Whose account it is about. Not known yet where somebody forgot their password.
    user_id   BLOB    REFERENCES users (id) ON DELETE CASCADE,
    recipient TEXT    NOT NULL,
    -- What else the letter tells, as a JSON object.
    detail    TEXT    NOT NULL,
    -- When it is to be sent. Who has it in hand moves this ahead, so that nobody else takes it meanwhile.
    due_at    INTEGER NOT NULL,
    attempts  INTEGER NOT NULL DEFAULT 0,
    -- When its link was made, if it has one.
    linked_at INTEGER
);
CREATE INDEX letters_by_turn ON letters (due_at);
CREATE INDEX letters_by_user ON letters (user_id);
CREATE INDEX letters_by_recipient ON letters (recipient);

-- Who asked for an account, and has not proven yet that the address is theirs.
CREATE TABLE pending_sign_ups (
    id            BLOB    PRIMARY KEY,
    username      TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    -- A hash of what the browser that asked holds in a cookie.
    browser_hash  BLOB,
    expires_at    INTEGER NOT NULL
);
CREATE INDEX pending_sign_ups_by_end ON pending_sign_ups (expires_at);

-- What a link in a letter is good for. Its id is that of the letter, and its token is known by a hash alone.
CREATE TABLE links (
    id               BLOB    PRIMARY KEY,
    purpose          TEXT    NOT NULL,
    user_id          BLOB    REFERENCES users (id) ON DELETE CASCADE,
    pending_id       BLOB    REFERENCES pending_sign_ups (id) ON DELETE CASCADE,
    -- The address that the link was sent to, or that it gives back.
    email            TEXT    NOT NULL,
    -- The session that the letter told of.
    session_id       BLOB,
    token_hash       BLOB    NOT NULL UNIQUE,
    code_hash        BLOB,
    code_expires_at  INTEGER,
    -- Codes that were tried.
    tries            INTEGER NOT NULL DEFAULT 0,
    security_version INTEGER NOT NULL DEFAULT 0,
    expires_at       INTEGER NOT NULL
);
CREATE INDEX links_by_user ON links (user_id, purpose);
CREATE INDEX links_by_pending ON links (pending_id);
CREATE INDEX links_by_end ON links (expires_at);

-- How much mail an address was sent of late, by a hash of the address, whether there is such an account or not.
CREATE TABLE mail_counts (
    address_hash BLOB    PRIMARY KEY,
    letters      INTEGER NOT NULL,
    began_at     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL
);
CREATE INDEX mail_counts_by_time ON mail_counts (last_at);

-- Browsers in which a user has signed in before, by a hash of what each holds in a cookie.
CREATE TABLE known_devices (
    id           BLOB    PRIMARY KEY,
    user_id      BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_hash  BLOB    NOT NULL,
    last_seen_at INTEGER NOT NULL,
    UNIQUE (user_id, device_hash)
);
CREATE INDEX known_devices_by_time ON known_devices (last_seen_at);

-- A user who is gone leaves their events behind, with nothing in them that tells whose they were.
DROP TRIGGER audit_events_never_change;
CREATE TRIGGER audit_events_never_change BEFORE UPDATE ON audit_events
WHEN NOT (NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.kind = OLD.kind AND NEW.actor = OLD.actor
          AND NEW.operator_name IS OLD.operator_name AND NEW.detail IS OLD.detail
          AND NEW.user_id IS NULL AND NEW.session_id IS NULL AND NEW.user_agent IS NULL AND NEW.address IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never changed');
END;
