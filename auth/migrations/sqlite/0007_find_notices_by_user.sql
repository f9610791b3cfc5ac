-- Whoever is deleted takes their notices with them, dismissed ones too: by this they are found. The index of open ones does not hold those.
CREATE INDEX notices_by_user ON notices (user_id);
