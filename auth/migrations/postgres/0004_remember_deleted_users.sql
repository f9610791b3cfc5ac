-- Users who were deleted of late: their access tokens are good by their signature until they expire, and each process reads here that they are not.
CREATE TABLE deletions (
    user_id    UUID PRIMARY KEY,
    deleted_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX deletions_by_time ON deletions (deleted_at);
