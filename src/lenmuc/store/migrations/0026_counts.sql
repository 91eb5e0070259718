-- Filings as agencies count them, by service and quarter; what is NULL is not known. A row without filings was taken back.
CREATE TABLE filing_count (
    service     text NOT NULL,
    agency      text NOT NULL,
    quarter     date NOT NULL CHECK (quarter = date_trunc('quarter', quarter)::date),  -- its first day
    filings     integer CHECK (filings >= 0),
    online      integer CHECK (online BETWEEN 0 AND filings),
    on_time     integer CHECK (on_time BETWEEN 0 AND filings),
    paid_online integer CHECK (paid_online BETWEEN 0 AND filings),
    at          timestamptz NOT NULL DEFAULT now(),
    person      bigint REFERENCES person,  -- NULL: from the command line
    PRIMARY KEY (service, agency, quarter),
    FOREIGN KEY (service, agency) REFERENCES offering (service, agency),
    CHECK (filings IS NOT NULL OR (online IS NULL AND on_time IS NULL AND paid_online IS NULL))
);
ALTER TABLE filing_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE filing_count FORCE ROW LEVEL SECURITY;
CREATE POLICY filing_count_read ON filing_count FOR SELECT USING (acting_role() <> 'nobody');
CREATE POLICY filing_count_insert ON filing_count FOR INSERT WITH CHECK (acting_role() IN ('planner', 'program'));
CREATE POLICY filing_count_update ON filing_count FOR UPDATE
    USING (acting_role() IN ('planner', 'program')) WITH CHECK (acting_role() IN ('planner', 'program'));
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON filing_count
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');

-- Rolled up by agency and quarter, as tally is: written by triggers alone. Each share with the filings and the number of
-- offerings where both numbers are known.
CREATE TABLE count_tally (
    agency         text NOT NULL,
    quarter        date NOT NULL,
    offerings      bigint NOT NULL,
    filings        bigint NOT NULL,
    online         bigint NOT NULL,
    online_of      bigint NOT NULL,
    online_known   bigint NOT NULL,
    on_time        bigint NOT NULL,
    on_time_of     bigint NOT NULL,
    on_time_known  bigint NOT NULL,
    paid           bigint NOT NULL,
    paid_of        bigint NOT NULL,
    paid_known     bigint NOT NULL,
    PRIMARY KEY (agency, quarter)
);

CREATE TYPE count_part AS (
    agency text, quarter date, sign integer, filings integer, online integer, on_time integer, paid integer);

CREATE FUNCTION count_put(parts count_part[]) RETURNS void LANGUAGE sql
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO count_tally AS t
    SELECT agency, quarter, coalesce(sum(sign) FILTER (WHERE filings IS NOT NULL), 0), coalesce(sum(sign * filings), 0),
           coalesce(sum(sign * online), 0), coalesce(sum(sign * filings) FILTER (WHERE online IS NOT NULL), 0),
           coalesce(sum(sign) FILTER (WHERE online IS NOT NULL), 0),
           coalesce(sum(sign * on_time), 0), coalesce(sum(sign * filings) FILTER (WHERE on_time IS NOT NULL), 0),
           coalesce(sum(sign) FILTER (WHERE on_time IS NOT NULL), 0),
           coalesce(sum(sign * paid), 0), coalesce(sum(sign * filings) FILTER (WHERE paid IS NOT NULL), 0),
           coalesce(sum(sign) FILTER (WHERE paid IS NOT NULL), 0)
    FROM unnest(parts) GROUP BY agency, quarter ORDER BY agency, quarter
    ON CONFLICT (agency, quarter) DO UPDATE SET offerings = t.offerings + excluded.offerings,
        filings = t.filings + excluded.filings, online = t.online + excluded.online,
        online_of = t.online_of + excluded.online_of, online_known = t.online_known + excluded.online_known,
        on_time = t.on_time + excluded.on_time, on_time_of = t.on_time_of + excluded.on_time_of,
        on_time_known = t.on_time_known + excluded.on_time_known, paid = t.paid + excluded.paid,
        paid_of = t.paid_of + excluded.paid_of, paid_known = t.paid_known + excluded.paid_known
$$;
REVOKE EXECUTE ON FUNCTION count_put(count_part[]) FROM PUBLIC;

CREATE FUNCTION counts_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM count_put(array_agg((agency, quarter, 1, filings, online, on_time, paid_online)::count_part))
    FROM new_rows HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION counts_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM count_put(array_agg(p)) FROM (
        SELECT (agency, quarter, 1, filings, online, on_time, paid_online)::count_part AS p FROM new_rows
        UNION ALL SELECT (agency, quarter, -1, filings, online, on_time, paid_online)::count_part FROM old_rows
    ) parts HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER counts_added AFTER INSERT ON filing_count REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION counts_added();
CREATE TRIGGER counts_changed AFTER UPDATE ON filing_count REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION counts_changed();
