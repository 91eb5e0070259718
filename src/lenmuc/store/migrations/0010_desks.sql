-- What people say to each other at a criterion, and who does what: for the staff of an agency and for planners.

-- About the criterion as one offering, one agency, one service everywhere, or the portal meets it; as in answer.
CREATE TABLE comment (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    criterion text NOT NULL CHECK (length(criterion) BETWEEN 1 AND 20),
    agency    text NOT NULL DEFAULT '',
    service   text NOT NULL DEFAULT '',
    text      text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    person    bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    withdrawn timestamptz  -- taken back by whoever wrote it; the row stays
);
CREATE INDEX comment_place ON comment (agency, service, criterion);

ALTER TABLE comment ENABLE ROW LEVEL SECURITY;
ALTER TABLE comment FORCE ROW LEVEL SECURITY;
CREATE POLICY comment_read ON comment FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY comment_insert ON comment FOR INSERT WITH CHECK (
    acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY comment_update ON comment FOR UPDATE
    USING (acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()))
    WITH CHECK (acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));

-- Whose work it is: a service (at an agency, or everywhere), or one criterion of an agency or of the portal.
-- A row stays when it is nobody's any more, so that its version goes on.
CREATE TABLE assignment (
    agency    text NOT NULL,
    service   text NOT NULL,
    criterion text NOT NULL,
    person    bigint REFERENCES person,
    version   integer NOT NULL CHECK (version >= 1),
    given_by  bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (agency, service, criterion),
    CHECK ((service <> '') <> (criterion <> ''))
);
CREATE INDEX assignment_person ON assignment (person);

-- Work is given to somebody who may do it: of the same agency, or a planner where it is nobody's agency.
CREATE FUNCTION assignee_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.person IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM person p WHERE p.id = NEW.person AND p.active
          AND CASE WHEN NEW.agency = '' THEN p.role = 'planner'
                   ELSE p.role IN ('staff', 'lead') AND p.agency = NEW.agency END) THEN
        RAISE check_violation USING MESSAGE = 'work is given to people of the same agency';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignee_may BEFORE INSERT OR UPDATE ON assignment FOR EACH ROW EXECUTE FUNCTION assignee_may();

ALTER TABLE assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignment FORCE ROW LEVEL SECURITY;
CREATE POLICY assignment_read ON assignment FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY assignment_insert ON assignment FOR INSERT WITH CHECK (
    (acting_role() = 'planner' AND agency = '') OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY assignment_update ON assignment FOR UPDATE
    USING ((acting_role() = 'planner' AND agency = '')
           OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()))
    WITH CHECK ((acting_role() = 'planner' AND agency = '')
           OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
