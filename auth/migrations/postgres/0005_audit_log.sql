-- The audit log says who did it, also where no account is concerned.
ALTER TABLE audit_events ALTER COLUMN user_id DROP NOT NULL;
-- user, operator, system or anonymous. What was written before, and what programs from before still write, was done by whoever held a token.
ALTER TABLE audit_events ADD COLUMN actor TEXT NOT NULL DEFAULT 'anonymous';
-- The operator's account on the operating system.
ALTER TABLE audit_events ADD COLUMN operator_name TEXT;
-- What else there is to say, as name=value. Never a secret.
ALTER TABLE audit_events ADD COLUMN detail TEXT;
-- Ids begin with the time: in their order the log is read, page by page.
DROP INDEX audit_events_by_user;
CREATE INDEX audit_events_by_user ON audit_events (user_id, id);
CREATE INDEX audit_events_by_kind ON audit_events (kind, id);

CREATE FUNCTION refuse_to_change_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed';
END
$$;
CREATE TRIGGER audit_events_never_change BEFORE UPDATE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit_events();
