-- Registries that are brought in: what each import did, what a record said before, what took whose place.
-- What a source no longer lists is ended and stays; lists and counts read what is in force.
ALTER TABLE agency DROP CONSTRAINT agency_tier_check;
ALTER TABLE agency ADD CONSTRAINT agency_tier_check CHECK (tier IN ('ministry', 'province', 'commune'));

ALTER TABLE service ADD COLUMN valid_to date, ADD COLUMN source text NOT NULL DEFAULT '';  -- '': the program's files
ALTER TABLE offering ADD COLUMN valid_to date;
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

-- What ends counts no more, by every scheme. What the same statement changes besides is counted by its own trigger, so an
-- ended offering is taken out as it became, and a revived one is put in as it was.
CREATE FUNCTION offering_ended_tallied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := hanoi_day(now());
    parts tally_part[];
BEGIN
    WITH moved AS MATERIALIZED (
        SELECT n.id, n.agency, CASE WHEN n.valid_to IS NULL THEN 1 ELSE -1 END AS sign,
               CASE WHEN n.valid_to IS NULL THEN o.level ELSE n.level END AS level,
               CASE WHEN n.valid_to IS NULL THEN o.filings ELSE n.filings END AS filings,
               CASE WHEN n.valid_to IS NULL THEN o.online_filings ELSE n.online_filings END AS online
        FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE (o.valid_to IS NULL) <> (n.valid_to IS NULL)
    ), part AS (
        SELECT ('', agency, level, today, sign, filings, online)::tally_part AS p FROM moved
        UNION ALL SELECT (s.scheme, m.agency, s.level, today, m.sign, m.filings, m.online)::tally_part
        FROM moved m JOIN standing s ON s.offering = m.id
    )
    SELECT array_agg(p) INTO parts FROM part;
    IF parts IS NOT NULL THEN
        PERFORM tally_put(parts);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER offering_ended_tallied AFTER UPDATE ON offering REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION offering_ended_tallied();
