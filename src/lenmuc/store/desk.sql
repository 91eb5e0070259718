-- name: heaviest -> Heavy
SELECT o.service, s.name, s.name_en, count(*)::int AS offerings, sum(o.filings)::bigint AS filings
FROM current_offering o JOIN service s ON s.code = o.service
WHERE o.level < 3 AND o.filings > 0
GROUP BY o.service, s.name, s.name_en ORDER BY filings DESC, o.service;

-- name: coverage -> Covered
SELECT o.service, s.name, s.name_en, count(*)::int AS offerings, count(*) FILTER (WHERE o.level >= 3)::int AS online,
       count(*) FILTER (WHERE o.level = 4)::int AS full, coalesce(sum(o.filings), 0)::bigint AS filings
FROM current_offering o JOIN service s ON s.code = o.service
GROUP BY o.service, s.name, s.name_en HAVING count(*) > 1
ORDER BY filings DESC, o.service LIMIT $1;

-- One line for each offering and each answer which counts there and says that the law bars its next level.
-- name: barred_by_law -> ByLaw
SELECT a.criterion, a.justification, o.id AS offering, o.service, coalesce(o.filings, 0) AS filings
FROM answer a JOIN current_offering o ON a.criterion = ANY (o.missing) AND a.agency IN ('', o.agency) AND a.service IN ('', o.service)
WHERE a.blocker = 'law' AND a.value = 'not_met'
  AND NOT EXISTS (SELECT 1 FROM answer n WHERE n.criterion = a.criterion AND n.agency IN ('', o.agency)
                    AND n.service IN ('', o.service)
                    AND (n.service <> '', n.agency <> '') > (a.service <> '', a.agency <> ''));
