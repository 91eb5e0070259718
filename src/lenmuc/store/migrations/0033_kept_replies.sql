-- What a change was answered with, under the key its sender gave it: sent again, it is answered so again and done no
-- second time. Written in the transaction of the change, so that there are both or neither. Kept for a day.
CREATE TABLE kept_reply (
    person  bigint NOT NULL REFERENCES person,
    key     text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    asked   bytea NOT NULL CHECK (length(asked) = 32),  -- hash of who asked for what, with which body
    status  smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
    headers jsonb NOT NULL,
    body    bytea NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, key)
);
CREATE INDEX kept_reply_at ON kept_reply (at);

ALTER TABLE kept_reply ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept_reply FORCE ROW LEVEL SECURITY;
CREATE POLICY kept_reply_program ON kept_reply
    USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');
