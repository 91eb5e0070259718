-- The history of one answer, found at once; staff read that of the answers which count for everybody, as the answers.
CREATE INDEX audit_target ON audit (target, id);
ALTER POLICY audit_read ON audit USING (
    acting_role() IN ('planner', 'administrator', 'auditor')
    OR (acting_role() IN ('staff', 'lead') AND (agency = acting_agency()
        OR (agency = '' AND action IN ('answer', 'not applicable accepted', 'not applicable declined')))));
