-- What people say of an item of the approved roadmap: why it is late, or that it is finished. It moves no level. Rows are never
-- changed: the newest version of an item counts, the others are its history; one that is withdrawn says nothing any more.
CREATE TABLE work_report (
    item    text NOT NULL CHECK (length(item) BETWEEN 1 AND 100),  -- criterion, then #service and @agency where it has them
    team    text NOT NULL CHECK (length(team) BETWEEN 1 AND 40),  -- who does it: an agency, or "central"
    version integer NOT NULL CHECK (version >= 1),
    says    text NOT NULL CHECK (says IN ('late', 'finished', 'withdrawn')),
    cause   text NOT NULL DEFAULT ''
            CHECK (cause IN ('', 'law', 'paper_original', 'no_system', 'no_budget', 'no_data', 'other')),
    text    text NOT NULL DEFAULT '' CHECK (length(text) <= 1000),
    roadmap bigint NOT NULL REFERENCES roadmap,
    due     text NOT NULL CHECK (due ~ '^[0-9]{4}Q[1-4]$'),
    person  bigint NOT NULL REFERENCES person,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (item, version),
    CHECK (says <> 'late' OR (cause <> '' AND text <> ''))
);

ALTER TABLE work_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE work_report FORCE ROW LEVEL SECURITY;
CREATE POLICY work_report_read ON work_report FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND team = acting_agency()));
CREATE POLICY work_report_insert ON work_report FOR INSERT WITH CHECK (
    acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND team = acting_agency()));
