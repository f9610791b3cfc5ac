-- The audit log says who did it, also where no account is concerned. NOT NULL can't be taken from a column, so the table is made anew.
CREATE TABLE audit_events_anew (
    id            BLOB    PRIMARY KEY,
    at            INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    -- user, operator, system or anonymous, as what programs from before still write.
    actor         TEXT    NOT NULL DEFAULT 'anonymous',
    -- The operator's account on the operating system.
    operator_name TEXT,
    -- Whose account it concerns. No reference: the row outlives the user.
    user_id       BLOB,
    session_id    BLOB,
    -- What else there is to say, as name=value. Never a secret.
    detail        TEXT,
    user_agent    TEXT,
    address       TEXT
);
-- What was written before was done by whoever held a token.
INSERT INTO audit_events_anew (id, at, kind, actor, user_id, session_id, user_agent, address)
SELECT id, at, kind, 'anonymous', user_id, session_id, user_agent, address FROM audit_events;
DROP TABLE audit_events;
ALTER TABLE audit_events_anew RENAME TO audit_events;
-- Ids begin with the time: in their order the log is read, page by page.
CREATE INDEX audit_events_by_user ON audit_events (user_id, id);
CREATE INDEX audit_events_by_kind ON audit_events (kind, id);

CREATE TRIGGER audit_events_never_change BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are never changed');
END;
