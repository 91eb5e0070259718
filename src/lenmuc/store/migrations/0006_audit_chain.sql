-- The audit log as a chain: each entry has a link whose hash covers the entry and the link before it, so that
-- a change, a loss or a new order shows, whoever made it. Whoever keeps a copy of the head also sees a cut end.

CREATE TABLE audit_link (
    place bigint PRIMARY KEY,          -- 1, 2, 3 … without a gap, in the order of the commits
    entry bigint NOT NULL UNIQUE,      -- audit.id, which has gaps and the order of the writes
    hash  bytea NOT NULL CHECK (length(hash) = 32)
);
-- One row: the last link. Its lock keeps the order of the chain.
CREATE TABLE audit_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    place    bigint NOT NULL,
    hash     bytea NOT NULL CHECK (length(hash) = 32)
);
INSERT INTO audit_head (place, hash) VALUES (0, sha256(convert_to('Lên Mức', 'UTF8')));

-- What a hash covers. `store/audit.sql` says it again: who checks the chain does not ask the database's functions.
CREATE FUNCTION audit_text(e audit) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(e.id || ':' || jsonb_build_array(
        to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        e.person, e.agency, e.action, e.target, e.before::text, e.after::text)::text, 'UTF8') $$;

CREATE FUNCTION audit_append(e audit) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last audit_head;
BEGIN
    PERFORM pg_advisory_xact_lock(74002);  -- a fair queue: with 50 writers twice as fast as the row's lock alone
    SELECT * INTO STRICT last FROM audit_head FOR UPDATE;
    last.place := last.place + 1;
    last.hash := sha256(last.hash || audit_text(e));
    INSERT INTO audit_link (place, entry, hash) VALUES (last.place, e.id, last.hash);
    UPDATE audit_head SET place = last.place, hash = last.hash;
END $$;
REVOKE ALL ON FUNCTION audit_append(audit) FROM PUBLIC;

-- What was written before there was a chain. The owner has to act for somebody to see the rows at all.
DO $$
DECLARE
    e audit;
BEGIN
    PERFORM set_config('lenmuc.role', 'auditor', true);
    FOR e IN SELECT * FROM audit ORDER BY id LOOP
        PERFORM audit_append(e);
    END LOOP;
    PERFORM set_config('lenmuc.role', '', true);
END $$;

-- At the end of the transaction, so that the head is locked for the commit alone and not while levels are computed.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM audit_append(NEW);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_chain();

-- Nobody changes it by mistake, not even the owner, who is the program's own role where there is only one.
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_link
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER audit_only_grows BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
