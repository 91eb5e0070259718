-- What the public sees has changed: one row for each transaction that changed it and what kind of thing it was,
-- visible when that transaction is, which a sequence would not be. Nobody waits for anybody: no row is shared.
-- The number of times is the version; old rows are summed up now and then. Every process asks for it once a second.
CREATE TABLE public_change (
    kind        text NOT NULL CHECK (kind IN ('records', 'levels', 'other')),
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    times       bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (kind, transaction)
);

CREATE FUNCTION note_public_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public_change AS c (kind) VALUES (TG_ARGV[0])
    ON CONFLICT (kind, transaction) DO UPDATE SET times = c.times + 1;
    RETURN NULL;
END $$;

-- records: what search holds of the catalogue; levels: where offerings stand; other: what else public pages show.
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON agency
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('records');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON field
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('records');
-- Not when only its levels are rolled up.
CREATE TRIGGER public_change AFTER INSERT OR DELETE OR UPDATE OF name ON service
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('records');
CREATE TRIGGER public_change AFTER INSERT OR DELETE ON offering
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('records');
CREATE TRIGGER public_change_level AFTER UPDATE ON offering
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('levels');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON standing
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('levels');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON level_change
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON review
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON roadmap
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON answer
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');

-- Search is an index in memory now; lists of an agency ask it for the codes.
ALTER TABLE service DROP COLUMN words, DROP COLUMN folded;
