-- name: work_of -> WorkRow
SELECT o.id, o.service, s.name, s.name_en, s.field, o.level, o.missing, n.asked, n.given,
       EXISTS (SELECT 1 FROM answer w WHERE w.agency = o.agency AND w.service = o.service) AS touched,
       coalesce(p.id, 0) AS person, coalesce(p.name, '') AS assigned, coalesce(r.state, 'draft') AS review,
       ($3::text[] IS NULL OR o.service = ANY ($3)) AS matches
FROM current_offering o JOIN service s ON s.code = o.service
LEFT JOIN assignment a ON a.agency = o.agency AND a.service = o.service AND a.criterion = ''
LEFT JOIN person p ON p.id = a.person AND p.active AND p.agency = o.agency
LEFT JOIN review r ON r.agency = o.agency AND r.service = o.service AND r.scheme = $4
CROSS JOIN LATERAL (
    SELECT count(*)::int AS asked,
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM answer g WHERE g.criterion = lacking AND g.agency IN ('', o.agency)
                 AND g.service IN ('', o.service) AND g.value <> 'unknown'))::int AS given
    FROM unnest(o.missing) AS lacking WHERE lacking = ANY ($2::text[])
) n
WHERE o.agency = $1
ORDER BY cardinality(o.missing) = 0, o.level DESC, cardinality(o.missing), s.sort_key, o.id;
