-- Keys take turns: each signs from its time on, and is retired when the last of its tokens has expired, or when it is taken back.
ALTER TABLE signing_keys ADD COLUMN signs_from TIMESTAMPTZ NOT NULL DEFAULT 'epoch';
UPDATE signing_keys SET signs_from = created_at;
ALTER TABLE signing_keys ALTER COLUMN signs_from DROP DEFAULT;
ALTER TABLE signing_keys ADD COLUMN retired_at TIMESTAMPTZ;
