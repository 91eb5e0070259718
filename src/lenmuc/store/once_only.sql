-- name: filed -> Filed
SELECT o.service, s.name, s.name_en, count(*)::int AS offerings, coalesce(sum(o.filings), 0)::bigint AS filings,
       count(o.filings)::int AS counted, bool_or(o.filings_illustrative) AS illustrative
FROM current_offering o JOIN service s ON s.code = o.service
WHERE o.service = ANY ($1::text[])
GROUP BY o.service, s.name, s.name_en;

-- name: services_offered
SELECT s.code FROM service s WHERE EXISTS (SELECT 1 FROM current_offering o WHERE o.service = s.code);
