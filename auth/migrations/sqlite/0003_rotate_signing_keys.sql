-- Keys take turns: each signs from its time on, and is retired when the last of its tokens has expired, or when it is taken back.
ALTER TABLE signing_keys ADD COLUMN signs_from INTEGER NOT NULL DEFAULT 0;
UPDATE signing_keys SET signs_from = created_at;
ALTER TABLE signing_keys ADD COLUMN retired_at INTEGER;
