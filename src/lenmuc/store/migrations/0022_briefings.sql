-- Briefings as they were frozen: the whole snapshot byte for byte, with its hash, and the corrections that came after.
CREATE TABLE briefing (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    quarter   text NOT NULL UNIQUE CHECK (quarter ~ '^[1-9][0-9]{3}Q[1-4]$'),
    form      smallint NOT NULL,   -- the version of what the snapshot holds
    content   bytea NOT NULL,      -- JSON
    hash      bytea NOT NULL CHECK (hash = sha256(content)),
    person    bigint REFERENCES person,  -- NULL: from the command line
    at        timestamptz NOT NULL DEFAULT now(),
    published boolean NOT NULL DEFAULT false
);
CREATE TABLE briefing_note (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    briefing bigint NOT NULL REFERENCES briefing,
    section  text NOT NULL CHECK (length(section) <= 40),  -- empty: the whole of it
    text     text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    person   bigint NOT NULL REFERENCES person,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX briefing_note_briefing ON briefing_note (briefing);

-- Nobody changes what was frozen, not even the owner by mistake; only whether the public sees it.
CREATE FUNCTION briefing_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.id, OLD.quarter, OLD.form, OLD.content, OLD.hash, OLD.person, OLD.at)
            IS NOT DISTINCT FROM (NEW.id, NEW.quarter, NEW.form, NEW.content, NEW.hash, NEW.person, NEW.at) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what was frozen stays as it is' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER briefing_stays BEFORE UPDATE OR DELETE ON briefing FOR EACH ROW EXECUTE FUNCTION briefing_stays();

ALTER TABLE briefing ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefing FORCE ROW LEVEL SECURITY;
CREATE POLICY briefing_read ON briefing FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'auditor', 'program') OR (published AND acting_role() <> 'nobody'));
CREATE POLICY briefing_insert ON briefing FOR INSERT WITH CHECK (acting_role() IN ('planner', 'program'));
CREATE POLICY briefing_update ON briefing FOR UPDATE
    USING (acting_role() = 'planner') WITH CHECK (acting_role() = 'planner');
ALTER TABLE briefing_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefing_note FORCE ROW LEVEL SECURITY;
CREATE POLICY briefing_note_read ON briefing_note FOR SELECT USING (
    EXISTS (SELECT FROM briefing b WHERE b.id = briefing));  -- whoever may read the briefing
CREATE POLICY briefing_note_insert ON briefing_note FOR INSERT WITH CHECK (acting_role() = 'planner');

CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON briefing
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON briefing_note
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');

CREATE INDEX level_change_at ON level_change (scheme, at);
