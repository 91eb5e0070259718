-- name: add_demand
INSERT INTO demand (service) VALUES ($1);

-- name: most_wanted -> Wanted
WITH pressed AS (
    SELECT service, count(*)::int AS presses FROM demand WHERE day >= $1 GROUP BY service
)
SELECT p.service, s.name, s.name_en, p.presses, (count(*) FILTER (WHERE o.level < 3))::int AS below,
       count(*)::int AS offerings, (sum(o.filings) FILTER (WHERE o.level < 3))::bigint AS filings,
       (count(*) OVER ())::int AS total
FROM pressed p JOIN service s ON s.code = p.service JOIN current_offering o ON o.service = p.service
GROUP BY p.service, s.name, s.name_en, s.sort_key, p.presses
HAVING count(*) FILTER (WHERE o.level < 3) > 0
ORDER BY p.presses DESC, s.sort_key, p.service LIMIT $2;
