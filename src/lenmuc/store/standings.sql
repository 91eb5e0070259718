-- name: standings_of -> Standing
SELECT scheme, level, missing, since FROM standing WHERE offering = $1 ORDER BY scheme;

-- name: count_standings -> StandingCount
SELECT s.scheme, s.level, count(*)::int AS offerings
FROM standing s JOIN current_offering o ON o.id = s.offering
WHERE o.service = $1
GROUP BY s.scheme, s.level
ORDER BY s.scheme, s.level DESC;

-- name: standings_of_agency -> AtAgency
SELECT o.service, s.level, s.missing
FROM standing s JOIN current_offering o ON o.id = s.offering
WHERE s.scheme = $1 AND o.agency = $2
ORDER BY o.id;
