-- Offerings counted by scheme, agency and level: as they stand (tally) and what changed each day (tally_day), so that
-- a figure of any past day is a sum. Triggers keep both in the transaction that moves a level; nobody else writes them.
-- The scheme '' is the main one, whose level stands at the offering.

CREATE TABLE tally (
    scheme     text NOT NULL,
    agency     text NOT NULL,
    level      smallint NOT NULL,
    offerings  bigint NOT NULL,
    filings    bigint NOT NULL,  -- of those whose filings are known
    unfiled    bigint NOT NULL,  -- offerings whose filings nobody knows
    counted    bigint NOT NULL,  -- offerings whose online filings are known
    silent     bigint NOT NULL,  -- of these, without any in twelve months
    online     bigint NOT NULL,  -- online filings, where both numbers are known
    comparable bigint NOT NULL,  -- all filings, where both numbers are known
    PRIMARY KEY (scheme, agency, level)
);
CREATE TABLE tally_day (LIKE tally, day date NOT NULL, PRIMARY KEY (scheme, agency, day, level));
CREATE INDEX tally_day_day ON tally_day (scheme, day);

CREATE FUNCTION hanoi_day(moment timestamptz) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT (moment AT TIME ZONE 'Asia/Ho_Chi_Minh')::date $$;

-- One offering that begins (1) or ceases (-1) to count at a level, with its filings and its online filings.
CREATE TYPE tally_part AS (
    scheme text, agency text, level smallint, day date, sign integer, filings integer, online integer);

-- Rows are written in one order, so that two transactions wait for each other and never in a circle.
CREATE FUNCTION tally_put(parts tally_part[]) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH total AS MATERIALIZED (
        SELECT scheme, agency, level, day, sum(sign) AS offerings, coalesce(sum(sign * filings), 0) AS filings,
               coalesce(sum(sign) FILTER (WHERE filings IS NULL), 0) AS unfiled,
               coalesce(sum(sign) FILTER (WHERE online IS NOT NULL), 0) AS counted,
               coalesce(sum(sign) FILTER (WHERE online = 0), 0) AS silent,
               coalesce(sum(sign * online) FILTER (WHERE filings IS NOT NULL), 0) AS online,
               coalesce(sum(sign * filings) FILTER (WHERE online IS NOT NULL), 0) AS comparable
        FROM unnest(parts) GROUP BY scheme, agency, level, day
    ), by_day AS (
        INSERT INTO tally_day AS t
        SELECT scheme, agency, level, offerings, filings, unfiled, counted, silent, online, comparable, day
        FROM total ORDER BY scheme, agency, day, level
        ON CONFLICT (scheme, agency, day, level) DO UPDATE SET offerings = t.offerings + excluded.offerings,
            filings = t.filings + excluded.filings, unfiled = t.unfiled + excluded.unfiled,
            counted = t.counted + excluded.counted, silent = t.silent + excluded.silent,
            online = t.online + excluded.online, comparable = t.comparable + excluded.comparable
    )
    INSERT INTO tally AS t
    SELECT scheme, agency, level, sum(offerings), sum(filings), sum(unfiled), sum(counted), sum(silent), sum(online),
           sum(comparable)
    FROM total GROUP BY scheme, agency, level ORDER BY scheme, agency, level
    ON CONFLICT (scheme, agency, level) DO UPDATE SET offerings = t.offerings + excluded.offerings,
        filings = t.filings + excluded.filings, unfiled = t.unfiled + excluded.unfiled,
        counted = t.counted + excluded.counted, silent = t.silent + excluded.silent,
        online = t.online + excluded.online, comparable = t.comparable + excluded.comparable;
END $$;
REVOKE EXECUTE ON FUNCTION tally_put(tally_part[]) FROM PUBLIC;

CREATE FUNCTION offering_tallied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := hanoi_day(now());
    parts tally_part[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM tally_put(array_agg(('', agency, level, today, 1, filings, online_filings)::tally_part)) FROM new_rows
        HAVING count(*) > 0;
        RETURN NULL;
    END IF;
    WITH moved AS MATERIALIZED (
        SELECT o.id, o.agency, o.level, o.filings, o.online_filings, n.level AS new_level, n.filings AS new_filings,
               n.online_filings AS new_online,
               (o.filings, o.online_filings) IS DISTINCT FROM (n.filings, n.online_filings) AS other_filings
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE (o.level, o.filings, o.online_filings) IS DISTINCT FROM (n.level, n.filings, n.online_filings)
    ), part AS (
        SELECT ('', agency, level, today, -1, filings, online_filings)::tally_part AS p FROM moved
        UNION ALL SELECT ('', agency, new_level, today, 1, new_filings, new_online)::tally_part FROM moved
        UNION ALL SELECT (s.scheme, m.agency, s.level, today, -1, m.filings, m.online_filings)::tally_part
        FROM moved m JOIN standing s ON s.offering = m.id WHERE m.other_filings
        UNION ALL SELECT (s.scheme, m.agency, s.level, today, 1, m.new_filings, m.new_online)::tally_part
        FROM moved m JOIN standing s ON s.offering = m.id WHERE m.other_filings
    )
    SELECT array_agg(p) INTO parts FROM part;
    IF parts IS NOT NULL THEN
        PERFORM tally_put(parts);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION standing_tallied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE today date := hanoi_day(now());
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM tally_put(array_agg((n.scheme, o.agency, n.level, today, 1, o.filings, o.online_filings)::tally_part))
        FROM new_rows n JOIN offering o ON o.id = n.offering HAVING count(*) > 0;
        RETURN NULL;
    END IF;
    PERFORM tally_put(array_agg((n.scheme, o.agency, CASE sign WHEN 1 THEN n.level ELSE was.level END, today, sign, o.filings,
                                 o.online_filings)::tally_part))
    FROM old_rows was JOIN new_rows n USING (offering, scheme) JOIN offering o ON o.id = n.offering
    CROSS JOIN unnest(ARRAY[-1, 1]) AS sign
    WHERE was.level <> n.level HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- What is there already. Of the past, levels are known since the catalogue was loaded; filings only as they stand now.
-- What a scheme beside the main one began with has no line in the history: it is what the first change came from.
DO $$
BEGIN
    PERFORM tally_put(array_agg(('', o.agency, CASE sign WHEN 1 THEN c.to_level ELSE c.from_level END, hanoi_day(c.at), sign,
                                 o.filings, o.online_filings)::tally_part))
    FROM level_change c JOIN offering o ON o.id = c.offering CROSS JOIN unnest(ARRAY[-1, 1]) AS sign
    WHERE c.scheme IN (SELECT scheme FROM level_change WHERE from_level IS NULL)
      AND (sign = 1 OR c.from_level IS NOT NULL)
    HAVING count(*) > 0;
    PERFORM tally_put(array_agg((s.scheme, o.agency, coalesce(first.from_level, s.level), began.day, 1, o.filings,
                                 o.online_filings)::tally_part))
    FROM standing s JOIN offering o ON o.id = s.offering
    JOIN (SELECT scheme, hanoi_day(min(since)) AS day FROM standing GROUP BY scheme) began ON began.scheme = s.scheme
    LEFT JOIN LATERAL (SELECT c.from_level FROM level_change c WHERE c.offering = s.offering AND c.scheme = s.scheme
                       ORDER BY c.at, c.id LIMIT 1) first ON true
    HAVING count(*) > 0;
    PERFORM tally_put(array_agg((c.scheme, o.agency, CASE sign WHEN 1 THEN c.to_level ELSE c.from_level END, hanoi_day(c.at),
                                 sign, o.filings, o.online_filings)::tally_part))
    FROM level_change c JOIN standing s ON s.offering = c.offering AND s.scheme = c.scheme
    JOIN offering o ON o.id = c.offering CROSS JOIN unnest(ARRAY[-1, 1]) AS sign
    HAVING count(*) > 0;
END $$;

CREATE TRIGGER offering_tallied_first AFTER INSERT ON offering REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION offering_tallied();
CREATE TRIGGER offering_tallied AFTER UPDATE ON offering REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION offering_tallied();
CREATE TRIGGER standing_tallied_first AFTER INSERT ON standing REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION standing_tallied();
CREATE TRIGGER standing_tallied AFTER UPDATE ON standing REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION standing_tallied();

-- What the law is said to bar: few answers, asked for by every figure of what is eligible.
CREATE INDEX answer_law ON answer (criterion) WHERE blocker = 'law';
