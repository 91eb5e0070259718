-- Review of a checklist, remarks at its criteria, "not applicable" by hand, and filings that came in online.

-- Filings online in the last twelve months, for the level in use; unknown stays NULL.
ALTER TABLE offering ADD COLUMN online_filings integer CHECK (online_filings >= 0);

-- "Not applicable" counts only after somebody else has accepted it; a changed answer waits again.
ALTER TABLE answer DROP CONSTRAINT answer_value_check;
ALTER TABLE answer ADD CONSTRAINT answer_value_check CHECK (value IN ('met', 'not_met', 'unknown', 'not_applicable'));
ALTER TABLE answer ADD COLUMN decision text NOT NULL DEFAULT '' CHECK (decision IN ('', 'accepted', 'declined'));
ALTER TABLE answer ADD COLUMN decided_by bigint REFERENCES person;
ALTER TABLE answer ADD COLUMN decided_at timestamptz;
ALTER TABLE answer ADD CONSTRAINT answer_decided_check CHECK (
    (decision = '') = (decided_by IS NULL) AND (decision = '') = (decided_at IS NULL)
    AND (decision = '' OR value = 'not_applicable') AND decided_by <> person);

-- No row is a draft that nobody has sent. What was verified stays beside a later submission.
CREATE TABLE review (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service        text NOT NULL,
    agency         text NOT NULL,
    scheme         text NOT NULL,
    state          text NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'verified')),
    level          smallint NOT NULL CHECK (level BETWEEN 0 AND 4),  -- as claimed when it was sent
    version        integer NOT NULL CHECK (version >= 1),            -- grows also when something under it changes
    rests_on       text[] NOT NULL DEFAULT '{}',  -- the criteria whose answers carry the claim or the verification
    submitted_by   bigint NOT NULL REFERENCES person,
    submitted_at   timestamptz NOT NULL,
    verified_by    bigint REFERENCES person,
    verified_at    timestamptz,
    verified_until date,                                             -- the last day it holds by itself
    verified_level smallint CHECK (verified_level BETWEEN 1 AND 4),
    changed        date,                                             -- the day something under it changed
    changed_what   text NOT NULL DEFAULT '' CHECK (changed_what IN ('', 'answer', 'facts')),
    UNIQUE (service, agency, scheme),
    UNIQUE (id, agency),
    FOREIGN KEY (service, agency) REFERENCES offering (service, agency),
    CHECK (state <> 'verified' OR verified_at IS NOT NULL),
    CHECK ((verified_at IS NULL) = (verified_by IS NULL) AND (verified_at IS NULL) = (verified_until IS NULL)
           AND (verified_at IS NULL) = (verified_level IS NULL)),
    CHECK (verified_by <> submitted_by OR state <> 'verified'),
    CHECK ((changed IS NULL) = (changed_what = ''))
);
CREATE INDEX review_agency ON review (agency);
CREATE INDEX review_waiting ON review (submitted_at) WHERE state = 'submitted';

CREATE TABLE remark (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    review    bigint NOT NULL,
    agency    text NOT NULL,
    criterion text NOT NULL CHECK (length(criterion) BETWEEN 1 AND 20),
    text      text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    person    bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    settled   timestamptz,
    FOREIGN KEY (review, agency) REFERENCES review (id, agency)
);
CREATE INDEX remark_review ON remark (review);

-- Whoever writes an answer, by whatever way: a review that rests on it is not the one that was read any more.
-- A new justification alone changes nothing; an answer under which an agency has its own does not reach it.
CREATE FUNCTION answer_disturbs_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.value, OLD.evidence, OLD.decision) = (NEW.value, NEW.evidence, NEW.decision) THEN
        RETURN NULL;
    END IF;
    UPDATE review r SET version = r.version + 1,
        changed = CASE WHEN r.verified_at IS NULL THEN r.changed
                       ELSE coalesce(r.changed, (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) END,
        changed_what = CASE WHEN r.verified_at IS NULL OR r.changed_what <> '' THEN r.changed_what ELSE 'answer' END
    WHERE NEW.criterion = ANY (r.rests_on)
      AND (NEW.agency = '' OR r.agency = NEW.agency) AND (NEW.service = '' OR r.service = NEW.service)
      AND NOT (NEW.agency = '' AND NEW.service <> '' AND EXISTS (
          SELECT 1 FROM answer a
          WHERE a.criterion = NEW.criterion AND a.agency = r.agency AND a.service = NEW.service));
    RETURN NULL;
END $$;
CREATE TRIGGER answer_disturbs_reviews AFTER INSERT OR UPDATE ON answer
    FOR EACH ROW EXECUTE FUNCTION answer_disturbs_reviews();

ALTER TABLE review ENABLE ROW LEVEL SECURITY;
ALTER TABLE review FORCE ROW LEVEL SECURITY;
-- The public sees what waits for review and what was verified, never a draft.
CREATE POLICY review_read ON review FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() <> 'nobody' AND (state = 'submitted' OR verified_at IS NOT NULL))
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY review_insert ON review FOR INSERT WITH CHECK (
    acting_role() IN ('staff', 'lead') AND agency = acting_agency());
CREATE POLICY review_update ON review FOR UPDATE
    USING (acting_role() IN ('planner', 'program')
           OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()))
    WITH CHECK (acting_role() IN ('planner', 'program')
           OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));

ALTER TABLE remark ENABLE ROW LEVEL SECURITY;
ALTER TABLE remark FORCE ROW LEVEL SECURITY;
CREATE POLICY remark_read ON remark FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY remark_insert ON remark FOR INSERT WITH CHECK (
    acting_role() = 'planner' OR (acting_role() = 'lead' AND agency = acting_agency()));
CREATE POLICY remark_update ON remark FOR UPDATE
    USING (acting_role() = 'planner' OR (acting_role() = 'lead' AND agency = acting_agency()))
    WITH CHECK (acting_role() = 'planner' OR (acting_role() = 'lead' AND agency = acting_agency()));
