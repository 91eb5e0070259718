-- Evidence with a title and dates: a link, or a file whose bytes stand beside its row, so that one transaction
-- stores both or neither and one backup holds both. Rows and bytes never change; a withdrawn one is marked.

CREATE TABLE evidence (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    criterion    text NOT NULL CHECK (length(criterion) BETWEEN 1 AND 20),  -- the place where it was added
    agency       text NOT NULL DEFAULT '',
    service      text NOT NULL DEFAULT '',
    kind         text NOT NULL CHECK (kind IN ('link', 'file')),
    title        text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
    link         text NOT NULL DEFAULT '' CHECK (length(link) <= 1000),
    name         text NOT NULL DEFAULT '' CHECK (length(name) <= 150 AND name !~ '[/\\]'),
    media_type   text NOT NULL DEFAULT '',
    size         bigint NOT NULL DEFAULT 0,
    sha256       text NOT NULL DEFAULT '',
    effective    date CHECK (effective BETWEEN '1945-01-01' AND '2100-12-31'),
    expires      date CHECK (expires BETWEEN '1945-01-01' AND '2100-12-31'),  -- the last day that it is good for
    person       bigint NOT NULL REFERENCES person,
    at           timestamptz NOT NULL DEFAULT now(),
    withdrawn_by bigint REFERENCES person,
    withdrawn_at timestamptz,
    UNIQUE (id, agency),
    CHECK (expires > effective),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
    CHECK (CASE kind WHEN 'link' THEN link <> '' AND name = '' AND media_type = '' AND size = 0 AND sha256 = ''
           ELSE link = '' AND name <> '' AND media_type <> '' AND size > 0 AND sha256 ~ '^[0-9a-f]{64}$' END)
);
CREATE INDEX evidence_place ON evidence (criterion, agency, service);

CREATE TABLE evidence_chunk (
    evidence bigint NOT NULL,
    agency   text NOT NULL,
    place    integer NOT NULL CHECK (place >= 0),
    content  bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 524288),
    PRIMARY KEY (evidence, place),
    FOREIGN KEY (evidence, agency) REFERENCES evidence (id, agency)
);
-- The accepted kinds are packed already.
ALTER TABLE evidence_chunk ALTER COLUMN content SET STORAGE EXTERNAL;

-- At the commit a file is whole, or the commit fails.
CREATE FUNCTION evidence_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT coalesce(sum(octet_length(content)), 0) FROM evidence_chunk WHERE evidence = NEW.id) <> NEW.size THEN
        RAISE check_violation USING MESSAGE = 'a file of evidence is not whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evidence_is_whole AFTER INSERT ON evidence DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION evidence_is_whole();

-- The evidence of an answer in its order. A copied answer names the same rows.
ALTER TABLE answer ADD COLUMN pieces bigint[] NOT NULL DEFAULT '{}' CHECK (cardinality(pieces) <= 20);

CREATE FUNCTION pieces_are_of_the_agency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM evidence e WHERE e.id = ANY (NEW.pieces) AND e.agency = NEW.agency)
        <> cardinality(NEW.pieces) THEN
        RAISE foreign_key_violation USING MESSAGE = 'an answer names evidence that its agency does not have';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pieces_are_of_the_agency BEFORE INSERT OR UPDATE OF pieces ON answer
    FOR EACH ROW WHEN (NEW.pieces <> '{}') EXECUTE FUNCTION pieces_are_of_the_agency();

-- What an answer shows as its evidence; row-level security decides as for any query.
CREATE FUNCTION pieces_of(ids bigint[]) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN ids = '{}' THEN '[]'::jsonb ELSE (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', e.id, 'kind', e.kind, 'title', e.title, 'link', e.link, 'name', e.name, 'media_type', e.media_type,
            'size', e.size, 'sha256', e.sha256, 'effective', e.effective, 'expires', e.expires, 'by', p.name, 'at', e.at)
            ORDER BY array_position(ids, e.id)), '[]'::jsonb)
        FROM evidence e JOIN person p ON p.id = e.person WHERE e.id = ANY (ids)) END
$$;

-- As before, and evidence that comes or goes disturbs a review too.
CREATE OR REPLACE FUNCTION answer_disturbs_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.value, OLD.evidence, OLD.pieces, OLD.decision)
                          = (NEW.value, NEW.evidence, NEW.pieces, NEW.decision) THEN
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

ALTER TABLE evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE evidence FORCE ROW LEVEL SECURITY;
CREATE POLICY evidence_read ON evidence FOR SELECT USING (
    acting_role() IN ('planner', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency IN ('', acting_agency())));
CREATE POLICY evidence_insert ON evidence FOR INSERT WITH CHECK (
    acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
CREATE POLICY evidence_update ON evidence FOR UPDATE
    USING (acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()))
    WITH CHECK (acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));

ALTER TABLE evidence_chunk ENABLE ROW LEVEL SECURITY;
ALTER TABLE evidence_chunk FORCE ROW LEVEL SECURITY;
CREATE POLICY evidence_chunk_read ON evidence_chunk FOR SELECT USING (
    acting_role() IN ('planner', 'auditor', 'program')
    OR (acting_role() IN ('staff', 'lead') AND agency IN ('', acting_agency())));
CREATE POLICY evidence_chunk_insert ON evidence_chunk FOR INSERT WITH CHECK (
    acting_role() = 'planner' OR (acting_role() IN ('staff', 'lead') AND agency = acting_agency()));
