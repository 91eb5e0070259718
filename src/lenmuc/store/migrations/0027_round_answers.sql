-- What a round asks, of one agency or of all, in sets: estimates see one row where there are tens of thousands, and
-- nested loops over them took seconds. Otherwise as before.
DROP FUNCTION round_answer(bigint, text[], text[]);
CREATE FUNCTION round_answer(of_round bigint, of_agency text, criteria text[], void text[])
    RETURNS TABLE (agency text, service text, criterion text, version integer, state text)
    LANGUAGE sql STABLE SET enable_nestloop = off AS $$
    SELECT a.agency, a.service, a.criterion, a.version,
           CASE WHEN a.at < began.at THEN CASE WHEN c.criterion IS NULL THEN 'unseen' ELSE 'confirmed' END
                WHEN EXISTS (SELECT FROM audit e WHERE e.action = 'answer' AND e.at < began.at
                               AND e.target = rtrim(a.criterion || ' ' || CASE a.service WHEN '' THEN 'agency' ELSE 'offering' END
                                                    || ' ' || a.service || ' ' || a.agency))
                  OR EXISTS (SELECT FROM evidence v WHERE v.criterion = a.criterion AND v.agency = a.agency
                               AND v.service = a.service AND v.at < began.at) THEN 'changed'
                ELSE 'fresh' END
    FROM answer a
    CROSS JOIN (SELECT round_began(r) AS at FROM round r WHERE r.id = of_round) began
    LEFT JOIN (SELECT * FROM confirmation WHERE round = of_round) c
           ON c.agency = a.agency AND c.service = a.service AND c.criterion = a.criterion
    LEFT JOIN current_offering o ON o.service = a.service AND o.agency = a.agency
    WHERE a.agency IN (SELECT m.agency FROM round_agency m WHERE m.round = of_round AND (of_agency IS NULL OR m.agency = of_agency))
      AND (of_agency IS NULL OR a.agency = of_agency)
      AND a.criterion = ANY (criteria) AND a.value <> 'unknown' AND a.criterion || ' ' || a.service <> ALL (void)
      AND (a.service = '' OR o.id IS NOT NULL)
$$;
