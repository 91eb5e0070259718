-- A registry that an administrator sent on a page: read and shown, then written or dropped. Its files lie in the data
-- folder until then; what was written is in import_run.
CREATE TABLE import_job (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mapping   text NOT NULL CHECK (length(mapping) BETWEEN 1 AND 40),
    files     text[] NOT NULL,
    person    bigint NOT NULL REFERENCES person,
    state     text NOT NULL DEFAULT 'reading' CHECK (state IN ('reading', 'ready', 'writing', 'done', 'failed', 'dropped')),
    rows_read integer NOT NULL DEFAULT 0,
    begun     timestamptz NOT NULL DEFAULT now(),
    seen      timestamptz NOT NULL DEFAULT now(),  -- a job at work that has not been seen for minutes has died
    ended     timestamptz,
    moved     boolean NOT NULL DEFAULT false,  -- the catalogue changed after it was shown, so it was shown anew
    report    jsonb,  -- counts, the first rows, what was found out about the files
    notes     jsonb NOT NULL DEFAULT '[]',
    failure   jsonb,
    run       bigint REFERENCES import_run
);
-- One at a time is read or written.
CREATE UNIQUE INDEX import_job_at_work ON import_job ((true)) WHERE state IN ('reading', 'writing');

ALTER TABLE import_job ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_job FORCE ROW LEVEL SECURITY;
CREATE POLICY import_job_read ON import_job FOR SELECT
    USING (acting_role() IN ('administrator', 'auditor', 'program'));
CREATE POLICY import_job_insert ON import_job FOR INSERT WITH CHECK (acting_role() = 'program');
CREATE POLICY import_job_update ON import_job FOR UPDATE
    USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');
