-- name: standings_of -> Standing
SELECT scheme, level, missing, since FROM standing WHERE offering = $1 ORDER BY scheme;

-- name: count_standings -> StandingCount
SELECT s.scheme, s.level, count(*)::int AS offerings
FROM standing s JOIN offering o ON o.id = s.offering
WHERE o.service = $1
GROUP BY s.scheme, s.level
ORDER BY s.scheme, s.level DESC;

-- name: every_standing
SELECT o.id, o.service, o.agency, s.level, s.missing
FROM offering o LEFT JOIN standing s ON s.offering = o.id AND s.scheme = $1
WHERE ($2::text IS NULL OR o.service = $2) AND ($3::text IS NULL OR o.agency = $3)
ORDER BY o.id;

-- name: move_standings
INSERT INTO standing AS s (offering, scheme, level, missing)
SELECT n.id, $1, n.level, n.missing::text[] FROM unnest($2::bigint[], $3::smallint[], $4::text[]) AS n (id, level, missing)
ON CONFLICT (offering, scheme) DO UPDATE SET level = excluded.level, missing = excluded.missing,
    since = CASE WHEN s.level = excluded.level THEN s.since ELSE now() END;
