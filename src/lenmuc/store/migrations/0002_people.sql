-- Leads and auditors, the second factor, one-time passwords, sessions that can be named, the first administrator.

ALTER TABLE person DROP CONSTRAINT person_role_check;
ALTER TABLE person ADD CONSTRAINT person_role_check
    CHECK (role IN ('staff', 'lead', 'planner', 'administrator', 'auditor'));
ALTER TABLE person DROP CONSTRAINT person_check;
ALTER TABLE person ADD CONSTRAINT person_agency_check CHECK ((role IN ('staff', 'lead')) = (agency IS NOT NULL));
-- Set while the password is one that an administrator was shown: it opens nothing but the choice of another.
ALTER TABLE person ADD COLUMN password_until timestamptz;

-- The token stays the key; the number names a session on the page of its owner.
ALTER TABLE session ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX session_id ON session (id);

CREATE TABLE second_factor (
    person    bigint PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    secret    text NOT NULL CHECK (secret ~ '^[A-Z2-7]{32}$'),
    since     timestamptz,                  -- NULL: the secret was shown, but no code was given yet
    last_step bigint NOT NULL DEFAULT 0,    -- the newest time step whose code was used: no code works twice
    failures  integer NOT NULL DEFAULT 0    -- wrong codes since the last right one
);

CREATE TABLE recovery_code (
    person    bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    PRIMARY KEY (person, code_hash)
);

-- Between the right password and the right code: no session yet.
CREATE TABLE sign_in_step (
    token_hash bytea PRIMARY KEY,
    person     bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    at         timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE first_administrator (
    code_hash bytea PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now()
);

-- A lead has the rights of staff of the agency. An auditor reads everything; no policy lets one write these tables.
ALTER POLICY answer_read ON answer USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency IN ('', acting_agency())));
ALTER POLICY answer_insert ON answer WITH CHECK (
    acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
ALTER POLICY answer_update ON answer
    USING (acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()))
    WITH CHECK (acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
ALTER POLICY roadmap_read ON roadmap USING (
    (acting_role() <> 'nobody' AND published)
    OR acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency IN ('', acting_agency())));
ALTER POLICY audit_read ON audit USING (
    acting_role() IN ('planner', 'administrator', 'auditor')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
