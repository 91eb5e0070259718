-- A programme with its targets, which are measured, and its tasks, which are given to agencies and reported.
CREATE TABLE programme (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    name_en    text NOT NULL DEFAULT '' CHECK (length(name_en) <= 300),
    basis      text NOT NULL CHECK (length(basis) BETWEEN 1 AND 4000),  -- the documents that it rests on
    first_day  date NOT NULL CHECK (first_day BETWEEN '2000-01-01' AND '2100-12-31'),
    last_day   date NOT NULL CHECK (last_day > first_day AND last_day <= '2100-12-31'),
    published  boolean NOT NULL DEFAULT false,
    version    integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    person     bigint NOT NULL REFERENCES person,
    at         timestamptz NOT NULL DEFAULT now()
);

-- Of the whole city, or of one tier, or of one agency. `figure` is the id of a figure, empty where none measures it.
CREATE TABLE target (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    programme  bigint NOT NULL REFERENCES programme,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    name_en    text NOT NULL DEFAULT '' CHECK (length(name_en) <= 300),
    library    text NOT NULL DEFAULT '' CHECK (length(library) <= 60),
    figure     text NOT NULL DEFAULT '' CHECK (length(figure) <= 60),
    counted    text NOT NULL CHECK (counted IN ('services', 'filings')),
    sense      text NOT NULL CHECK (sense IN ('at_least', 'at_most')),
    unit       text NOT NULL CHECK (unit IN ('percent', 'count')),
    amount     double precision NOT NULL
               CHECK (amount >= 0 AND amount <= CASE unit WHEN 'percent' THEN 100 ELSE 1000000000 END),
    due        date NOT NULL CHECK (due BETWEEN '2000-01-01' AND '2100-12-31'),
    tier       text NOT NULL DEFAULT '' CHECK (tier IN ('', 'ministry', 'province', 'commune')),
    agency     text NOT NULL DEFAULT '' CHECK (agency = '' OR tier = ''),
    document   text NOT NULL CHECK (length(document) BETWEEN 1 AND 300),
    version    integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    created    timestamptz NOT NULL DEFAULT now(),
    withdrawn  timestamptz,
    person     bigint NOT NULL REFERENCES person,
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX target_programme ON target (programme);

CREATE TABLE task (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    programme  bigint NOT NULL REFERENCES programme,
    agency     text NOT NULL REFERENCES agency,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    due        date NOT NULL CHECK (due BETWEEN '2000-01-01' AND '2100-12-31'),
    proof      text NOT NULL CHECK (length(proof) BETWEEN 1 AND 4000),  -- what proves that it is done
    version    integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    created    timestamptz NOT NULL DEFAULT now(),
    withdrawn  timestamptz,
    person     bigint NOT NULL REFERENCES person,
    at         timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, agency)
);
CREATE INDEX task_programme ON task (programme);
CREATE INDEX task_agency ON task (agency);

-- What became of a task, step by step; rows are only added. The agency reports, a planner accepts or returns.
CREATE TABLE task_report (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task       bigint NOT NULL,
    agency     text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('reported', 'returned', 'accepted')),
    text       text NOT NULL DEFAULT '' CHECK (length(text) <= 4000),
    link       text NOT NULL DEFAULT '' CHECK (length(link) <= 1000),
    person     bigint NOT NULL REFERENCES person,
    at         timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (task, agency) REFERENCES task (id, agency),
    CHECK (kind = 'accepted' OR text <> '')
);
CREATE INDEX task_report_task ON task_report (task, id);

ALTER TABLE programme ENABLE ROW LEVEL SECURITY;
ALTER TABLE programme FORCE ROW LEVEL SECURITY;
CREATE POLICY programme_read ON programme FOR SELECT USING (
    (published AND acting_role() <> 'nobody')
    OR acting_role() IN ('staff', 'lead', 'planner', 'administrator', 'auditor', 'program'));
CREATE POLICY programme_insert ON programme FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY programme_update ON programme FOR UPDATE
    USING (acting_role() = 'planner') WITH CHECK (acting_role() = 'planner');

ALTER TABLE target ENABLE ROW LEVEL SECURITY;
ALTER TABLE target FORCE ROW LEVEL SECURITY;
CREATE POLICY target_read ON target FOR SELECT USING (
    acting_role() IN ('staff', 'lead', 'planner', 'administrator', 'auditor', 'program')
    OR (acting_role() <> 'nobody' AND EXISTS (SELECT FROM programme p WHERE p.id = target.programme AND p.published)));
CREATE POLICY target_insert ON target FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY target_update ON target FOR UPDATE
    USING (acting_role() = 'planner') WITH CHECK (acting_role() = 'planner');

ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE task FORCE ROW LEVEL SECURITY;
CREATE POLICY task_read ON task FOR SELECT USING (
    acting_role() IN ('planner', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY task_insert ON task FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY task_update ON task FOR UPDATE
    USING (acting_role() = 'planner') WITH CHECK (acting_role() = 'planner');

ALTER TABLE task_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE task_report FORCE ROW LEVEL SECURITY;
CREATE POLICY task_report_read ON task_report FOR SELECT USING (
    acting_role() IN ('planner', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY task_report_insert ON task_report FOR INSERT WITH CHECK (
    (acting_role() = 'planner' AND kind IN ('accepted', 'returned'))
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency() AND kind = 'reported'));

CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON programme
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON target
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
