-- Assessment rounds: for some agencies the answers that count in a scheme are confirmed as they are or given anew.
CREATE TABLE round (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    scheme    text NOT NULL CHECK (length(scheme) BETWEEN 1 AND 60),
    opens     date NOT NULL CHECK (opens BETWEEN '2000-01-01' AND '2100-12-31'),
    due       date NOT NULL CHECK (due > opens AND due <= '2100-12-31'),
    closed    timestamptz,
    closed_by bigint REFERENCES person,
    version   integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    person    bigint NOT NULL REFERENCES person,
    made      timestamptz NOT NULL DEFAULT now(),
    CHECK ((closed IS NULL) = (closed_by IS NULL))
);

-- Who takes part. The counts are written when the round is closed, and stay.
CREATE TABLE round_agency (
    round      bigint NOT NULL REFERENCES round,
    agency     text NOT NULL REFERENCES agency,
    unseen     integer,  -- answers that nobody has confirmed or given anew
    confirmed  integer,
    changed    integer,
    fresh      integer,  -- given in the round where there was none
    unanswered integer,  -- criteria without an answer
    PRIMARY KEY (round, agency),
    CHECK (num_nulls(unseen, confirmed, changed, fresh, unanswered) IN (0, 5))
);
CREATE INDEX round_agency_agency ON round_agency (agency);

-- An answer that somebody has looked at and left as it is. It changes nothing of the answer; rows are only added.
CREATE TABLE confirmation (
    round     bigint NOT NULL,
    agency    text NOT NULL,
    service   text NOT NULL DEFAULT '',
    criterion text NOT NULL CHECK (length(criterion) BETWEEN 1 AND 20),
    version   integer NOT NULL CHECK (version >= 1),  -- of the answer
    proof     text NOT NULL,                          -- a mark of its evidence: equal marks, the same evidence
    person    bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (round, agency, service, criterion),
    FOREIGN KEY (round, agency) REFERENCES round_agency (round, agency)
);
CREATE INDEX confirmation_place ON confirmation (agency, service, criterion);

-- Which reminders were sent to whom, so that none is sent twice.
CREATE TABLE round_notice (
    round  bigint NOT NULL,
    agency text NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('opened', 'two_weeks', 'three_days')),
    at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (round, agency, kind),
    FOREIGN KEY (round, agency) REFERENCES round_agency (round, agency)
);

-- From when on an answer belongs to the round: not before the round was made.
CREATE FUNCTION round_began(r round) RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT greatest(r.opens::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', r.made) $$;

-- Every answer that an agency has to look at in a round, and what became of it: unseen, confirmed, changed or fresh.
-- `criteria` are those of the scheme; `void` are "criterion service" that do not apply by the record. "Not known" is no
-- answer to confirm. An entry of the log names its place as store/audit.py does; row-level security decides as always.
CREATE FUNCTION round_answer(of_round bigint, criteria text[], void text[])
    RETURNS TABLE (agency text, service text, criterion text, version integer, state text)
    LANGUAGE sql STABLE AS $$
    SELECT a.agency, a.service, a.criterion, a.version,
           CASE WHEN a.at < round_began(r) THEN CASE WHEN c.round IS NULL THEN 'unseen' ELSE 'confirmed' END
                WHEN EXISTS (SELECT FROM audit e WHERE e.action = 'answer' AND e.at < round_began(r)
                               AND e.target = rtrim(a.criterion || ' ' || CASE a.service WHEN '' THEN 'agency' ELSE 'offering' END
                                                    || ' ' || a.service || ' ' || a.agency))
                  OR EXISTS (SELECT FROM evidence v WHERE v.criterion = a.criterion AND v.agency = a.agency
                               AND v.service = a.service AND v.at < round_began(r)) THEN 'changed'
                ELSE 'fresh' END
    FROM round r JOIN round_agency m ON m.round = r.id JOIN answer a ON a.agency = m.agency
    LEFT JOIN confirmation c ON (c.round, c.agency, c.service, c.criterion) = (r.id, a.agency, a.service, a.criterion)
    WHERE r.id = of_round AND a.criterion = ANY (criteria) AND a.value <> 'unknown'
      AND a.criterion || ' ' || a.service <> ALL (void)
      AND (a.service = '' OR EXISTS (SELECT FROM current_offering o WHERE o.service = a.service AND o.agency = a.agency))
$$;

ALTER TABLE mail_event DROP CONSTRAINT mail_event_kind_check;
ALTER TABLE mail_event ADD CONSTRAINT mail_event_kind_check CHECK (kind IN (
    'submitted', 'returned', 'verified', 'accepted', 'declined', 'due', 'test', 'correction', 'round_opened', 'round_due'));

ALTER TABLE round ENABLE ROW LEVEL SECURITY;
ALTER TABLE round FORCE ROW LEVEL SECURITY;
CREATE POLICY round_read ON round FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead')
        AND EXISTS (SELECT FROM round_agency m WHERE m.round = round.id AND m.agency = acting_agency())));
CREATE POLICY round_insert ON round FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY round_update ON round FOR UPDATE
    USING (acting_role() = 'planner') WITH CHECK (acting_role() = 'planner');

ALTER TABLE round_agency ENABLE ROW LEVEL SECURITY;
ALTER TABLE round_agency FORCE ROW LEVEL SECURITY;
CREATE POLICY round_agency_read ON round_agency FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY round_agency_insert ON round_agency FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY round_agency_update ON round_agency FOR UPDATE
    USING (acting_role() = 'planner') WITH CHECK (acting_role() = 'planner');

ALTER TABLE confirmation ENABLE ROW LEVEL SECURITY;
ALTER TABLE confirmation FORCE ROW LEVEL SECURITY;
CREATE POLICY confirmation_read ON confirmation FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY confirmation_insert ON confirmation FOR INSERT WITH CHECK (
    acting_role() IN ('staff', 'lead') AND agency = acting_agency());

ALTER TABLE round_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE round_notice FORCE ROW LEVEL SECURITY;
CREATE POLICY round_notice_read ON round_notice FOR SELECT USING (acting_role() = 'program');
CREATE POLICY round_notice_insert ON round_notice FOR INSERT WITH CHECK (acting_role() = 'program');
