-- Forms that were sent, and the page that followed: one that is sent twice is done once. Of a form its hash is kept:
-- whose session, to which address, with which content and which key of the page it stood on. Written in the transaction
-- of what it changes, so that there are both or neither. Kept for an hour.
CREATE TABLE sent_form (
    form     bytea PRIMARY KEY CHECK (length(form) = 32),
    request  text NOT NULL,              -- the number of the request that did it
    location text NOT NULL DEFAULT '',   -- the page that followed; empty until it is known
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sent_form_at ON sent_form (at);

ALTER TABLE sent_form ENABLE ROW LEVEL SECURITY;
ALTER TABLE sent_form FORCE ROW LEVEL SECURITY;
CREATE POLICY sent_form_program ON sent_form
    USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');
