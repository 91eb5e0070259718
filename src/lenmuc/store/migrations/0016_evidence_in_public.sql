-- The evidence that the public may see: under a level that is verified today, of the answers that carry it, and
-- these columns alone. The tables stay closed to the public; the function reads them for it.
CREATE FUNCTION public_evidence(of_scheme text, of_service text, of_agency text)
    RETURNS TABLE (criterion text, kind text, title text, link text, day date)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    acting text := current_setting('lenmuc.role', true);
BEGIN
    -- Only while these rows are gathered; they are all gathered before the role is given back.
    PERFORM set_config('lenmuc.role', 'program', true);
    RETURN QUERY
    WITH carried AS (
        SELECT DISTINCT ON (a.criterion) a.criterion, a.value, a.evidence, a.pieces, a.at
        FROM review r JOIN answer a ON a.criterion = ANY (r.rests_on)
             AND a.agency IN ('', r.agency) AND a.service IN ('', r.service)
        WHERE r.scheme = of_scheme AND r.service = of_service AND r.agency = of_agency
          AND r.verified_at IS NOT NULL AND r.changed IS NULL
          AND r.verified_until >= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        -- the narrowest answer is the one that counts
        ORDER BY a.criterion, (a.agency <> '')::int + (a.service <> '')::int DESC
    )
    SELECT c.criterion, e.kind, e.title, e.link, coalesce(e.effective, (e.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
    FROM carried c JOIN evidence e ON e.id = ANY (c.pieces)
    WHERE c.value = 'met' AND e.withdrawn_at IS NULL
    UNION ALL
    SELECT c.criterion, 'link', '', l.link, (c.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    FROM carried c CROSS JOIN unnest(c.evidence) AS l (link)
    WHERE c.value = 'met'
    ORDER BY 1, 5, 3;
    PERFORM set_config('lenmuc.role', coalesce(acting, ''), true);
END $$;
