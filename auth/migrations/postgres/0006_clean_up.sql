-- What is past is deleted in small batches: by these it is found. A session is looked for by its absolute end, which never moves, so that no
-- rotation has an index to write.
CREATE INDEX sessions_by_absolute_end ON sessions (absolute_expires_at);
CREATE INDEX notices_dismissed ON notices (dismissed_at) WHERE dismissed_at IS NOT NULL;
