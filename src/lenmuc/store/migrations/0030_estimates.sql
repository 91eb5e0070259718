-- What people think that meeting a criterion takes, in place of the figure of the set of rules. Rows are never changed: the newest
-- version of a place counts, the others are its history; one without any figure says that the set of rules counts again.
CREATE TABLE estimate (
    criterion text NOT NULL CHECK (length(criterion) BETWEEN 1 AND 20),
    agency    text NOT NULL DEFAULT '',  -- empty: at every agency
    service   text NOT NULL DEFAULT '',  -- empty: for every service
    version   integer NOT NULL CHECK (version >= 1),
    days      double precision CHECK (days BETWEEN 0 AND 10000),
    cost      double precision CHECK (cost BETWEEN 0 AND 1e15),
    earliest  text NOT NULL DEFAULT '' CHECK (earliest ~ '^([0-9]{4}Q[1-4])?$'),
    latest    text NOT NULL DEFAULT '' CHECK (latest ~ '^([0-9]{4}Q[1-4])?$'),
    reason    text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    person    bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (criterion, agency, service, version)
);

ALTER TABLE estimate ENABLE ROW LEVEL SECURITY;
ALTER TABLE estimate FORCE ROW LEVEL SECURITY;
CREATE POLICY estimate_read ON estimate FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency IN ('', acting_agency())));
CREATE POLICY estimate_insert ON estimate FOR INSERT WITH CHECK (
    acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
