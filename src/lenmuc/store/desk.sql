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

-- name: silent_at_four -> Suspect
SELECT o.service, o.agency, s.name AS service_name, s.name_en AS service_name_en, g.name AS agency_name,
       g.name_en AS agency_name_en, '' AS criterion, o.filings, NULL::timestamptz AS at, count(*) OVER ()::int AS total
FROM current_offering o JOIN service s ON s.code = o.service JOIN agency g ON g.code = o.agency
WHERE o.level = 4 AND o.online_filings = 0
ORDER BY o.filings DESC NULLS LAST, o.id LIMIT $1;

-- Rose to level 3 or 4 by answers since a day, and no answer that reaches it since then has evidence.
-- name: rose_without_evidence -> Suspect
SELECT o.service, o.agency, s.name AS service_name, s.name_en AS service_name_en, g.name AS agency_name,
       g.name_en AS agency_name_en, '' AS criterion, o.filings, c.at, count(*) OVER ()::int AS total
FROM (SELECT DISTINCT ON (offering) offering, to_level, at FROM level_change
      WHERE scheme = $1 AND at >= $2 AND to_level > from_level AND to_level >= 3 AND cause LIKE 'answer %'
      ORDER BY offering, at DESC) c
JOIN current_offering o ON o.id = c.offering AND o.level = c.to_level
JOIN service s ON s.code = o.service JOIN agency g ON g.code = o.agency
WHERE NOT EXISTS (SELECT 1 FROM answer a WHERE a.agency IN ('', o.agency) AND a.service IN ('', o.service)
                    AND a.at >= $2 AND a.value = 'met' AND (a.evidence <> '{}' OR a.pieces <> '{}'))
ORDER BY o.filings DESC NULLS LAST, o.id LIMIT $3;

-- name: said_void -> Suspect
SELECT a.service, a.agency, coalesce(s.name, '') AS service_name, coalesce(s.name_en, '') AS service_name_en,
       coalesce(g.name, '') AS agency_name, coalesce(g.name_en, '') AS agency_name_en, a.criterion,
       NULL::int AS filings, a.at, count(*) OVER ()::int AS total
FROM answer a LEFT JOIN service s ON s.code = a.service LEFT JOIN agency g ON g.code = a.agency
WHERE a.value = 'not_applicable' AND a.at >= $1
ORDER BY a.at DESC, a.id LIMIT $2;
