-- Whoever asks for an account again has it made of what they typed last, by the newest letter to the address.
CREATE INDEX pending_sign_ups_by_email ON pending_sign_ups (email);
