-- Plans of inspections: what was drawn, from what, by which seed; what became of each visit; what was found.
CREATE TABLE inspection_plan (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    agency        text NOT NULL DEFAULT '',  -- empty: the whole city
    first_quarter text NOT NULL CHECK (first_quarter ~ '^20\d\dQ[1-4]$'),
    quarters      smallint NOT NULL CHECK (quarters BETWEEN 1 AND 8),
    visits        smallint NOT NULL CHECK (visits BETWEEN 1 AND 60),
    controls      smallint NOT NULL CHECK (controls BETWEEN 1 AND visits),
    most          smallint NOT NULL CHECK (most BETWEEN 1 AND 60),
    seed          text NOT NULL CHECK (length(seed) BETWEEN 1 AND 64),
    frame         integer NOT NULL CHECK (frame >= 0),       -- places that could be drawn
    suspected     integer NOT NULL CHECK (suspected BETWEEN 0 AND frame),
    digest        text NOT NULL CHECK (length(digest) = 64), -- names the frame with its weights
    person        bigint NOT NULL REFERENCES person,
    at            timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE inspection_visit (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan     bigint NOT NULL REFERENCES inspection_plan,
    agency   text NOT NULL,
    service  text NOT NULL,
    quarter  smallint NOT NULL CHECK (quarter >= 0),         -- from the first one of the plan
    place    smallint NOT NULL CHECK (place >= 0),           -- in the order in which it was drawn
    control  boolean NOT NULL,
    reasons  text[] NOT NULL,
    weight   integer NOT NULL CHECK (weight >= 1),
    criteria text[] NOT NULL,                                -- what the suspicion is about
    filings  integer,
    level    smallint NOT NULL CHECK (level BETWEEN 0 AND 4),
    declared smallint CHECK (declared BETWEEN 0 AND 4),
    state    text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'visited', 'dropped')),
    day      date,
    note     text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
    version  integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    person   bigint REFERENCES person,
    at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (plan, service, agency),
    UNIQUE (id, agency),
    FOREIGN KEY (service, agency) REFERENCES offering (service, agency),
    CHECK (control = (reasons = '{}')),
    CHECK ((state = 'visited') = (day IS NOT NULL)),
    CHECK (state <> 'dropped' OR note <> '')
);

-- Each stands as a comment at its criterion, where the agency reads it and answers; it counts until that is taken
-- back, and the last one at a criterion counts.
CREATE TABLE inspection_finding (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit     bigint NOT NULL,
    agency    text NOT NULL,
    criterion text NOT NULL CHECK (length(criterion) BETWEEN 1 AND 20),
    holds     boolean NOT NULL,
    comment   bigint NOT NULL UNIQUE REFERENCES comment,
    person    bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (visit, agency) REFERENCES inspection_visit (id, agency)
);
CREATE INDEX inspection_finding_visit ON inspection_finding (visit, criterion, id);

-- A verification that an inspection contradicts is due, as after a change of an answer or of the record.
ALTER TABLE review DROP CONSTRAINT review_changed_what_check;
ALTER TABLE review ADD CONSTRAINT review_changed_what_check
    CHECK (changed_what IN ('', 'answer', 'facts', 'inspection'));

-- Nobody who is to be visited reads the plan; what was found at an agency, its people read.
ALTER TABLE inspection_plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE inspection_plan FORCE ROW LEVEL SECURITY;
CREATE POLICY inspection_plan_read ON inspection_plan FOR SELECT
    USING (acting_role() IN ('planner', 'administrator', 'auditor', 'program'));
CREATE POLICY inspection_plan_insert ON inspection_plan FOR INSERT WITH CHECK (acting_role() = 'planner');

ALTER TABLE inspection_visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE inspection_visit FORCE ROW LEVEL SECURITY;
CREATE POLICY inspection_visit_read ON inspection_visit FOR SELECT
    USING (acting_role() IN ('planner', 'administrator', 'auditor', 'program'));
CREATE POLICY inspection_visit_insert ON inspection_visit FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY inspection_visit_update ON inspection_visit FOR UPDATE
    USING (acting_role() = 'planner') WITH CHECK (acting_role() = 'planner');

ALTER TABLE inspection_finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE inspection_finding FORCE ROW LEVEL SECURITY;
CREATE POLICY inspection_finding_read ON inspection_finding FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY inspection_finding_insert ON inspection_finding FOR INSERT WITH CHECK (acting_role() = 'planner');
