-- Wrong tries that are long past are deleted, whichever name they were counted under: by this they are found.
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_failure_at);
