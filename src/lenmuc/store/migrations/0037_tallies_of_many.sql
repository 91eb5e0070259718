-- Offerings that count alike come into the tallies as one part: tally_put is linear in the sign, so it can be a number of them.
-- A registry of 75,000 services has a few thousand kinds.
CREATE OR REPLACE FUNCTION offering_tallied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := hanoi_day(now());
    parts tally_part[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM tally_put(array_agg(('', agency, level, today, number, filings, online_filings)::tally_part))
        FROM (SELECT agency, level, filings, online_filings, count(*)::int AS number FROM new_rows GROUP BY 1, 2, 3, 4) alike
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

CREATE OR REPLACE FUNCTION standing_tallied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE today date := hanoi_day(now());
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM tally_put(array_agg((scheme, agency, level, today, number, filings, online_filings)::tally_part))
        FROM (SELECT n.scheme, o.agency, n.level, o.filings, o.online_filings, count(*)::int AS number
              FROM new_rows n JOIN offering o ON o.id = n.offering GROUP BY 1, 2, 3, 4, 5) alike
        HAVING count(*) > 0;
        RETURN NULL;
    END IF;
    PERFORM tally_put(array_agg((n.scheme, o.agency, CASE sign WHEN 1 THEN n.level ELSE was.level END, today, sign, o.filings,
                                 o.online_filings)::tally_part))
    FROM old_rows was JOIN new_rows n USING (offering, scheme) JOIN offering o ON o.id = n.offering
    CROSS JOIN unnest(ARRAY[-1, 1]) AS sign
    WHERE was.level <> n.level HAVING count(*) > 0;
    RETURN NULL;
END $$;
