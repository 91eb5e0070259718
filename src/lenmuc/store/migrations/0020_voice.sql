-- The public's voice: satisfaction, "this is wrong", "I need this online". Of who spoke nothing is kept: no address and
-- no moment, only the day. Rows of ratings and wishes have no number either: within a day they have no order.

CREATE FUNCTION this_quarter() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT date_trunc('quarter', hanoi_day(now())::timestamp)::date $$;

-- 3 very satisfied, 2 satisfied, 1 not yet satisfied. Source: Circular 32/2017/TT-BTTTT, Art. 12.
CREATE TABLE rating (
    service     text NOT NULL,
    agency      text NOT NULL,
    day         date NOT NULL DEFAULT hanoi_day(now()),
    overall     smallint NOT NULL CHECK (overall BETWEEN 1 AND 3),
    convenience smallint CHECK (convenience BETWEEN 1 AND 3),
    timeliness  smallint CHECK (timeliness BETWEEN 1 AND 3),
    attitude    smallint CHECK (attitude BETWEEN 1 AND 3),
    FOREIGN KEY (service, agency) REFERENCES offering (service, agency)
);
CREATE INDEX rating_service ON rating (service, agency, day);
CREATE INDEX rating_agency ON rating (agency, day);

-- What somebody says is wrong with a level. Text that holds personal data is erased when it is refused.
CREATE TABLE correction (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service     text NOT NULL,
    agency      text NOT NULL,
    level       smallint NOT NULL CHECK (level BETWEEN 0 AND 4),  -- as it stood when this was written
    criterion   text NOT NULL DEFAULT '' CHECK (length(criterion) <= 20),
    text        text NOT NULL CHECK (length(text) <= 1000),
    day         date NOT NULL DEFAULT hanoi_day(now()),
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'refused', 'withdrawn')),
    why         text NOT NULL DEFAULT ''
                CHECK (why IN ('', 'personal', 'abuse', 'elsewhere', 'repeated', 'unclear', 'advertising', 'other')),
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    decided_by  bigint REFERENCES person,
    decided     date,
    answer      text NOT NULL DEFAULT '' CHECK (length(answer) <= 4000),
    answered_by bigint REFERENCES person,
    answered    date,
    version     integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    FOREIGN KEY (service, agency) REFERENCES offering (service, agency),
    CHECK ((state IN ('refused', 'withdrawn')) = (why <> '')),
    CHECK ((text = '') = (why = 'personal')),
    CHECK ((state = 'waiting') = (decided IS NULL) AND (decided IS NULL) = (decided_by IS NULL)),
    CHECK ((answer = '') = (answered IS NULL) AND (answered IS NULL) = (answered_by IS NULL))
);
CREATE INDEX correction_place ON correction (service, agency, id) WHERE state = 'accepted';
CREATE INDEX correction_agency ON correction (agency, day);
CREATE INDEX correction_waiting ON correction (id) WHERE state = 'waiting';

-- One row a press.
CREATE TABLE demand (
    service text NOT NULL REFERENCES service,
    day     date NOT NULL DEFAULT hanoi_day(now())
);
CREATE INDEX demand_service ON demand (service, day);

-- How much one address has sent, under a hash whose key is another one each day. In no log of the server and in no
-- backup; what is older than a day is deleted.
CREATE UNLOGGED TABLE post_key (
    day date PRIMARY KEY,
    key bytea NOT NULL CHECK (length(key) = 32)
);
CREATE UNLOGGED TABLE post_count (
    sender bytea PRIMARY KEY CHECK (length(sender) = 32),
    since  timestamptz NOT NULL,
    posts  integer NOT NULL
);

ALTER TABLE rating ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating FORCE ROW LEVEL SECURITY;
-- Nobody reads a quarter before it is over: who watched it grow would see single answers.
CREATE POLICY rating_read ON rating FOR SELECT USING (acting_role() <> 'nobody' AND day < this_quarter());
-- The public speaks today; only the program itself could bring in what was said before.
CREATE POLICY rating_insert ON rating FOR INSERT
    WITH CHECK (acting_role() = 'program' OR (acting_role() = 'public' AND day = hanoi_day(now())));

ALTER TABLE correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE correction FORCE ROW LEVEL SECURITY;
CREATE POLICY correction_read ON correction FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency() AND state <> 'refused')
    OR (acting_role() <> 'nobody' AND state = 'accepted'));
CREATE POLICY correction_insert ON correction FOR INSERT WITH CHECK (
    state = 'waiting' AND answer = '' AND version = 1
    AND (acting_role() = 'program' OR (acting_role() = 'public' AND day = hanoi_day(now()))));
CREATE POLICY correction_update ON correction FOR UPDATE
    USING (acting_role() = 'planner'
           OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency() AND state IN ('waiting', 'accepted')))
    WITH CHECK (acting_role() = 'planner'
                OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency() AND state IN ('waiting', 'accepted')));

ALTER TABLE demand ENABLE ROW LEVEL SECURITY;
ALTER TABLE demand FORCE ROW LEVEL SECURITY;
CREATE POLICY demand_read ON demand FOR SELECT
    USING (acting_role() IN ('planner', 'administrator', 'auditor', 'program'));
CREATE POLICY demand_insert ON demand FOR INSERT
    WITH CHECK (acting_role() = 'program' OR (acting_role() = 'public' AND day = hanoi_day(now())));

ALTER TABLE post_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE post_key FORCE ROW LEVEL SECURITY;
CREATE POLICY post_key_program ON post_key USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');
ALTER TABLE post_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE post_count FORCE ROW LEVEL SECURITY;
CREATE POLICY post_count_program ON post_count USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');

-- What waits for moderation changes nothing that the public sees; what was decided or answered does.
CREATE TRIGGER public_change AFTER UPDATE OR DELETE ON correction
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');

-- The agency hears of a question that was accepted.
ALTER TABLE mail_event DROP CONSTRAINT mail_event_kind_check;
ALTER TABLE mail_event ADD CONSTRAINT mail_event_kind_check
    CHECK (kind IN ('submitted', 'returned', 'verified', 'accepted', 'declined', 'due', 'test', 'correction'));
