-- Registries that are brought in: what each import did, what a record said before, what took whose place.
-- What a source no longer lists is ended and stays; lists and counts read what is in force.
ALTER TABLE agency DROP CONSTRAINT agency_tier_check;
ALTER TABLE agency ADD CONSTRAINT agency_tier_check CHECK (tier IN ('ministry', 'province', 'commune'));

ALTER TABLE service ADD COLUMN valid_to date, ADD COLUMN source text NOT NULL DEFAULT '';  -- '': the program's files
ALTER TABLE offering ADD COLUMN valid_to date, ADD COLUMN filings_online integer CHECK (filings_online >= 0);
CREATE VIEW current_offering AS SELECT * FROM offering WHERE valid_to IS NULL;

ALTER TABLE catalogue ADD COLUMN mapping text NOT NULL DEFAULT '',  -- the last import; '': the program's files alone
    ADD COLUMN name text NOT NULL DEFAULT '', ADD COLUMN name_en text NOT NULL DEFAULT '';

CREATE TABLE import_run (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mapping   text NOT NULL,
    files     text[] NOT NULL,
    digest    text NOT NULL,  -- of the mapping and the files
    person    bigint REFERENCES person,  -- NULL: from the command line
    at        timestamptz NOT NULL DEFAULT now(),
    total     integer NOT NULL,  -- rows read
    fresh     integer NOT NULL,
    changed   integer NOT NULL,
    unchanged integer NOT NULL,
    gone      integer NOT NULL,
    refused   integer NOT NULL,
    repaired  integer NOT NULL,
    notes     jsonb NOT NULL DEFAULT '[]'
);

CREATE TABLE service_history (
    service text NOT NULL REFERENCES service,
    run     bigint NOT NULL REFERENCES import_run,
    record  jsonb NOT NULL,  -- as it was until that import
    PRIMARY KEY (service, run)
);

CREATE TABLE service_lineage (
    old  text NOT NULL,
    new  text NOT NULL REFERENCES service,
    kind text NOT NULL CHECK (kind IN ('renamed', 'merged', 'split')),
    run  bigint NOT NULL REFERENCES import_run,
    PRIMARY KEY (old, new)
);

ALTER TABLE import_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_run FORCE ROW LEVEL SECURITY;
CREATE POLICY import_run_read ON import_run FOR SELECT
    USING (acting_role() IN ('planner', 'administrator', 'auditor', 'program'));
CREATE POLICY import_run_insert ON import_run FOR INSERT WITH CHECK (acting_role() = 'program');

-- What ends is no longer found.
CREATE TRIGGER public_change_ended AFTER UPDATE OF valid_to ON service
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('records');
CREATE TRIGGER public_change_ended AFTER UPDATE OF valid_to ON offering
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('records');
