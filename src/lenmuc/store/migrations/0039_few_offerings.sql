-- Which offerings alone a change touched, where they are few: pages about others need not be made anew, and search
-- reads the levels of these alone. NULL: many of them, or something else than offerings.
ALTER TABLE public_change ADD COLUMN offerings bigint[];

CREATE OR REPLACE FUNCTION note_public_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public_change AS c (kind) VALUES (TG_ARGV[0])
    ON CONFLICT (kind, transaction) DO UPDATE SET times = c.times + 1, offerings = NULL;
    RETURN NULL;
END $$;

-- The second argument says how the rows name their offering: by `id`, by `offering`, or by its `place`, which is a service
-- at an agency; an answer without one of the two is for many. A statement that touched no row changed nothing.
CREATE FUNCTION note_public_change_of() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
    found bigint[];
BEGIN
    SELECT count(*) INTO number FROM touched;
    IF number = 0 THEN
        RETURN NULL;
    END IF;
    IF number <= 50 THEN
        IF TG_ARGV[1] = 'id' THEN
            SELECT array_agg(id) INTO found FROM touched;
        ELSIF TG_ARGV[1] = 'offering' THEN
            SELECT array_agg(DISTINCT offering) INTO found FROM touched;
        ELSE
            SELECT CASE WHEN bool_and(o.id IS NOT NULL) THEN array_agg(DISTINCT o.id) END INTO found
            FROM touched t LEFT JOIN offering o ON o.service = t.service AND o.agency = t.agency;
        END IF;
    END IF;
    INSERT INTO public_change AS c (kind, offerings) VALUES (TG_ARGV[0], found)
    ON CONFLICT (kind, transaction) DO UPDATE SET times = c.times + 1,
        offerings = CASE WHEN cardinality(c.offerings) < 200 AND excluded.offerings IS NOT NULL
                         THEN c.offerings || excluded.offerings END;
    RETURN NULL;
END $$;

DROP TRIGGER public_change_level ON offering;
CREATE TRIGGER public_change_level AFTER UPDATE ON offering REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('levels', 'id');

DROP TRIGGER public_change ON standing;
CREATE TRIGGER public_change_in AFTER INSERT ON standing REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('levels', 'offering');
CREATE TRIGGER public_change AFTER UPDATE ON standing REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('levels', 'offering');
CREATE TRIGGER public_change_out AFTER DELETE ON standing REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('levels', 'offering');

DROP TRIGGER public_change ON level_change;
CREATE TRIGGER public_change_in AFTER INSERT ON level_change REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'offering');
CREATE TRIGGER public_change AFTER UPDATE ON level_change REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'offering');
CREATE TRIGGER public_change_out AFTER DELETE ON level_change REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'offering');

DROP TRIGGER public_change ON review;
CREATE TRIGGER public_change_in AFTER INSERT ON review REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'place');
CREATE TRIGGER public_change AFTER UPDATE ON review REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'place');
CREATE TRIGGER public_change_out AFTER DELETE ON review REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'place');

DROP TRIGGER public_change ON answer;
CREATE TRIGGER public_change_in AFTER INSERT ON answer REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'place');
CREATE TRIGGER public_change AFTER UPDATE ON answer REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'place');
CREATE TRIGGER public_change_out AFTER DELETE ON answer REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change_of('other', 'place');
