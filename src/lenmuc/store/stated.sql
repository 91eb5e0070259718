-- name: stated_of -> StatedRow
SELECT code AS service, stated FROM service WHERE code = ANY ($1::text[]) AND stated <> '{}';

-- Everything below counts services in force.
-- name: count_points -> PointsCount
SELECT s.stated ->> 'point_set' AS point_set, s.stated -> 'points' AS points, count(*)::int AS services
FROM service s WHERE s.stated ? 'points' AND s.valid_to IS NULL GROUP BY 1, 2;

-- name: point_sets
SELECT DISTINCT stated ->> 'point_set' AS point_set FROM service WHERE stated ? 'point_set' AND valid_to IS NULL;

-- A service that names several obstacles counts at each; filings are the sum of those that are known.
-- name: count_obstacles -> ObstacleCount
WITH named AS (
    SELECT s.code, o.filings, b.kind
    FROM service s JOIN current_offering o ON o.service = s.code,
         jsonb_array_elements_text(s.stated -> 'blockers') AS b (kind)
    WHERE s.stated ? 'blockers' AND s.valid_to IS NULL)
SELECT kind, count(DISTINCT code)::int AS services, sum(filings)::bigint AS filings
FROM named GROUP BY kind ORDER BY services DESC, kind;

-- name: count_words -> WordCount
SELECT b.words, count(*)::int AS services
FROM service s, jsonb_array_elements_text(s.stated -> 'obstacles') AS b (words)
WHERE s.stated ? 'obstacles' AND s.valid_to IS NULL GROUP BY 1 ORDER BY services DESC, words;

-- name: count_payment -> WordCount
SELECT b.words, count(*)::int AS services
FROM service s, jsonb_array_elements_text(s.stated -> 'payment') AS b (words)
WHERE s.stated ? 'payment' AND s.valid_to IS NULL GROUP BY 1 ORDER BY services DESC, words;

-- name: count_planned -> WordCount
SELECT s.stated ->> 'online_from' AS words, count(*)::int AS services
FROM service s WHERE s.stated ? 'online_from' AND s.valid_to IS NULL GROUP BY 1 ORDER BY words;
