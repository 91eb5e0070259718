-- Mail that waits to be sent: written with the deed that it tells of, deleted when the mail server has taken it.

ALTER TABLE person ADD COLUMN mail boolean NOT NULL DEFAULT true;
ALTER TABLE person ADD COLUMN language text NOT NULL DEFAULT '' CHECK (language IN ('', 'vi', 'en'));

-- One row. While no mail server is set nothing is queued.
CREATE TABLE mail_switch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    on_since timestamptz
);
INSERT INTO mail_switch DEFAULT VALUES;

CREATE TABLE mail_event (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    kind   text NOT NULL CHECK (kind IN ('submitted', 'returned', 'verified', 'accepted', 'declined', 'due', 'test')),
    about  jsonb NOT NULL,
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mail_event_person ON mail_event (person, at);

-- One row for each person to whom something was ever written. Whoever sends holds its lock.
CREATE TABLE mail_state (
    person   bigint PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    tries    integer NOT NULL DEFAULT 0,
    next_try timestamptz NOT NULL DEFAULT now(),
    sent     timestamptz,
    failed   timestamptz,
    failure  text NOT NULL DEFAULT ''
);

-- A verified level that comes to its end is told once.
ALTER TABLE review ADD COLUMN told_until date;

ALTER TABLE mail_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_event FORCE ROW LEVEL SECURITY;
-- Anybody's deed may have to be told to somebody else; only the program reads what waits.
CREATE POLICY mail_event_read ON mail_event FOR SELECT USING (acting_role() = 'program');
CREATE POLICY mail_event_insert ON mail_event FOR INSERT WITH CHECK (acting_role() NOT IN ('nobody', 'public'));
CREATE POLICY mail_event_delete ON mail_event FOR DELETE USING (acting_role() = 'program');
