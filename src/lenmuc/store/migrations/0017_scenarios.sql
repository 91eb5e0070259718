-- Scenarios: named inputs of a roadmap, changed one thing at a time; and the life of a roadmap from computing to approval.
CREATE TABLE scenario (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    agency   text NOT NULL DEFAULT '',  -- empty: the whole city
    inputs   jsonb NOT NULL,
    copy_of  bigint REFERENCES scenario,
    version  integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    person   bigint NOT NULL REFERENCES person,
    at       timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE scenario ENABLE ROW LEVEL SECURITY;
ALTER TABLE scenario FORCE ROW LEVEL SECURITY;
CREATE POLICY scenario_read ON scenario FOR SELECT
    USING (acting_role() IN ('planner', 'administrator', 'auditor', 'program'));
CREATE POLICY scenario_insert ON scenario FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY scenario_update ON scenario FOR UPDATE
    USING (acting_role() = 'planner') WITH CHECK (acting_role() = 'planner');

ALTER TABLE roadmap
    ADD COLUMN scenario    bigint REFERENCES scenario,
    ADD COLUMN progress    jsonb,                               -- how far the solver is, while it computes
    ADD COLUMN beat        timestamptz NOT NULL DEFAULT now(),  -- the last sign of life of who computes it
    ADD COLUMN cancelled   boolean NOT NULL DEFAULT false,
    ADD COLUMN causes      jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN baseline    boolean NOT NULL DEFAULT false,      -- the approved one of its scope
    ADD COLUMN approved    timestamptz,
    ADD COLUMN approved_by bigint REFERENCES person,
    ADD CONSTRAINT baseline_is_public CHECK (NOT baseline OR (published AND status = 'ready' AND approved IS NOT NULL));
CREATE UNIQUE INDEX roadmap_baseline ON roadmap (agency) WHERE baseline;
CREATE INDEX roadmap_scenario ON roadmap (scenario);
