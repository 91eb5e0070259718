-- Studies: questions about a finished roadmap that take a solver to answer, and the answers.
CREATE TABLE study (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap   bigint NOT NULL REFERENCES roadmap,
    kind      text NOT NULL CHECK (kind IN ('sooner', 'days', 'frontier')),
    subject   text NOT NULL DEFAULT '' CHECK (length(subject) <= 200),  -- the work item, or the team
    status    text NOT NULL DEFAULT 'computing' CHECK (status IN ('computing', 'ready', 'failed')),
    answer    jsonb,
    failure   text NOT NULL DEFAULT '',
    done      integer NOT NULL DEFAULT 0 CHECK (done >= 0),   -- how many parts of the answer are known
    parts     integer NOT NULL DEFAULT 0 CHECK (parts >= 0),
    beat      timestamptz NOT NULL DEFAULT now(),  -- the last sign of life of who computes it
    cancelled boolean NOT NULL DEFAULT false,
    person    bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (roadmap, kind, subject),
    CHECK (status <> 'ready' OR answer IS NOT NULL)
);

ALTER TABLE study ENABLE ROW LEVEL SECURITY;
ALTER TABLE study FORCE ROW LEVEL SECURITY;
CREATE POLICY study_read ON study FOR SELECT
    USING (acting_role() IN ('planner', 'administrator', 'auditor', 'program'));
CREATE POLICY study_insert ON study FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY study_update ON study FOR UPDATE
    USING (acting_role() IN ('planner', 'program')) WITH CHECK (acting_role() IN ('planner', 'program'));
