-- Taking back many answers at once: an answer that a batch gave first goes, and its version is remembered, so
-- that none given there later has a version that somebody may still hold on a page.

CREATE TABLE withdrawn_answer (
    criterion text NOT NULL,
    agency    text NOT NULL,
    service   text NOT NULL,
    version   integer NOT NULL CHECK (version >= 1),
    PRIMARY KEY (criterion, agency, service)
);
ALTER TABLE withdrawn_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE withdrawn_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY withdrawn_answer_own ON withdrawn_answer
    USING (acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()))
    WITH CHECK (acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));

CREATE POLICY answer_delete ON answer FOR DELETE USING (
    acting_role() IN ('staff', 'lead') AND agency = acting_agency());

-- The batches of an agency, newest first, among all that the log holds.
CREATE INDEX audit_batch ON audit (agency, id) WHERE action IN ('batch', 'batch undone');

-- A review that rests on an answer is not the one that was read any more when the answer goes.
CREATE FUNCTION withdrawal_disturbs_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE review r SET version = r.version + 1,
        changed = CASE WHEN r.verified_at IS NULL THEN r.changed
                       ELSE coalesce(r.changed, (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) END,
        changed_what = CASE WHEN r.verified_at IS NULL OR r.changed_what <> '' THEN r.changed_what ELSE 'answer' END
    WHERE OLD.criterion = ANY (r.rests_on) AND r.agency = OLD.agency AND r.service = OLD.service;
    RETURN NULL;
END $$;
CREATE TRIGGER withdrawal_disturbs_reviews AFTER DELETE ON answer
    FOR EACH ROW EXECUTE FUNCTION withdrawal_disturbs_reviews();
