-- What machines looked at and what they found: beside the answers, never in their place. History only grows.

CREATE TABLE check_run (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency   text NOT NULL DEFAULT '',  -- empty: every agency
    service  text NOT NULL DEFAULT '',  -- empty: every service
    person   bigint REFERENCES person,  -- NULL: started from the command line
    state    text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'stopping', 'done', 'stopped', 'failed')),
    planned  integer NOT NULL DEFAULT 0 CHECK (planned >= 0),
    done     integer NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND planned),
    started  timestamptz NOT NULL DEFAULT now(),
    seen     timestamptz NOT NULL DEFAULT now(),  -- a run that has not been seen for minutes has died
    finished timestamptz
);

CREATE TABLE finding (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run       bigint NOT NULL REFERENCES check_run,
    kind      text NOT NULL CHECK (kind IN ('record', 'link', 'form')),
    criterion text NOT NULL CHECK (length(criterion) BETWEEN 1 AND 20),
    agency    text NOT NULL DEFAULT '',
    service   text NOT NULL DEFAULT '',
    subject   text NOT NULL CHECK (length(subject) <= 2000),
    result    text NOT NULL CHECK (result IN ('passed', 'failed', 'inconclusive')),
    reason    text NOT NULL,
    params    jsonb NOT NULL DEFAULT '{}',
    at        timestamptz NOT NULL DEFAULT now(),
    newest    boolean NOT NULL DEFAULT true  -- of all that looked at the same
);
CREATE UNIQUE INDEX finding_newest ON finding (service, agency, criterion, kind, (CASE kind WHEN 'record' THEN '' ELSE subject END))
    WHERE newest;
CREATE INDEX finding_history ON finding (service, agency, criterion, id);

-- Only the program finds; people read what concerns them.
ALTER TABLE finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE finding FORCE ROW LEVEL SECURITY;
CREATE POLICY finding_read ON finding FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency IN ('', acting_agency())));
CREATE POLICY finding_insert ON finding FOR INSERT WITH CHECK (acting_role() = 'program');
CREATE POLICY finding_update ON finding FOR UPDATE
    USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');

ALTER TABLE check_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE check_run FORCE ROW LEVEL SECURITY;
CREATE POLICY check_run_read ON check_run FOR SELECT USING (acting_role() <> 'nobody' AND acting_role() <> 'public');
CREATE POLICY check_run_insert ON check_run FOR INSERT WITH CHECK (acting_role() = 'program');
CREATE POLICY check_run_update ON check_run FOR UPDATE
    USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');
