-- name: add_rating
INSERT INTO rating (service, agency, overall, convenience, timeliness, attitude) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ratings -> Rated
SELECT r.service, r.agency, date_trunc('quarter', r.day::timestamp)::date AS quarter, c.content,
       count(*) FILTER (WHERE c.step = 3)::int AS very, count(*) FILTER (WHERE c.step = 2)::int AS satisfied,
       count(*) FILTER (WHERE c.step = 1)::int AS unsatisfied
FROM rating r CROSS JOIN LATERAL (VALUES ('overall', r.overall), ('convenience', r.convenience),
                                         ('timeliness', r.timeliness), ('attitude', r.attitude)) AS c (content, step)
WHERE c.step IS NOT NULL AND ($1::text IS NULL OR r.service = $1) AND ($2::text IS NULL OR r.agency = $2)
  AND r.day >= $3 AND r.day < $4 AND r.day < this_quarter()
GROUP BY r.service, r.agency, quarter, c.content
ORDER BY r.service, r.agency, quarter, c.content;
