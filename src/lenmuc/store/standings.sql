-- name: standings_of -> Standing
SELECT scheme, level, missing, since FROM standing WHERE offering = $1 ORDER BY scheme;

-- name: count_standings -> StandingCount
SELECT s.scheme, s.level, count(*)::int AS offerings
FROM standing s JOIN offering o ON o.id = s.offering
WHERE o.service = $1
GROUP BY s.scheme, s.level
ORDER BY s.scheme, s.level DESC;
