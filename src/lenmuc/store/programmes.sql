-- name: add_programme
INSERT INTO programme (name, name_en, basis, first_day, last_day, person) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: change_programme
UPDATE programme SET name = $2, name_en = $3, basis = $4, first_day = $5, last_day = $6, person = $7, at = now(),
       version = version + 1
WHERE id = $1 AND version = $8;

-- name: publish_programme
UPDATE programme SET published = $2, person = $3, at = now(), version = version + 1 WHERE id = $1 AND version = $4;

-- name: find_programme -> Programme
SELECT g.id, g.name, g.name_en, g.basis, g.first_day, g.last_day, g.published, g.version, p.name AS by, g.at
FROM programme g JOIN person p ON p.id = g.person WHERE g.id = $1;

-- name: list_programmes -> Programme
SELECT g.id, g.name, g.name_en, g.basis, g.first_day, g.last_day, g.published, g.version, p.name AS by, g.at
FROM programme g JOIN person p ON p.id = g.person ORDER BY g.first_day DESC, g.id DESC LIMIT 100;

-- name: add_target
INSERT INTO target (programme, name, name_en, library, figure, counted, sense, unit, amount, due, tier, agency, document,
                    person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id;

-- name: change_target
UPDATE target SET name = $2, name_en = $3, library = $4, figure = $5, counted = $6, sense = $7, unit = $8, amount = $9,
       due = $10, tier = $11, agency = $12, document = $13, person = $14, at = now(), version = version + 1
WHERE id = $1 AND version = $15 AND withdrawn IS NULL;

-- name: withdraw_target
UPDATE target SET withdrawn = now(), person = $2, at = now(), version = version + 1
WHERE id = $1 AND version = $3 AND withdrawn IS NULL;

-- name: find_target -> Target
SELECT t.id, t.programme, t.name, t.name_en, t.library, t.figure, t.counted, t.sense, t.unit, t.amount, t.due, t.tier,
       t.agency, coalesce(a.name, '') AS agency_name, coalesce(a.name_en, '') AS agency_name_en, t.document, t.version,
       t.withdrawn
FROM target t LEFT JOIN agency a ON a.code = t.agency WHERE t.id = $1;

-- Those that stood at a moment, as they are worded today.
-- name: list_targets -> Target
SELECT t.id, t.programme, t.name, t.name_en, t.library, t.figure, t.counted, t.sense, t.unit, t.amount, t.due, t.tier,
       t.agency, coalesce(a.name, '') AS agency_name, coalesce(a.name_en, '') AS agency_name_en, t.document, t.version,
       t.withdrawn
FROM target t LEFT JOIN agency a ON a.code = t.agency
WHERE ($1::bigint IS NULL OR t.programme = $1) AND t.created < $2 AND (t.withdrawn IS NULL OR t.withdrawn >= $2)
ORDER BY t.programme, t.due, t.id;

-- What a scope had at a level or above when a roadmap was computed: later changes are taken back.
-- name: reached_at -> Reached
SELECT count(*) FILTER (WHERE level >= $1)::bigint AS services,
       coalesce(sum(filings) FILTER (WHERE level >= $1), 0)::bigint AS filings
FROM (
    SELECT o.filings, CASE WHEN later.offering IS NULL THEN o.level ELSE later.from_level END AS level
    FROM current_offering o JOIN agency a ON a.code = o.agency LEFT JOIN LATERAL (
        SELECT c.offering, c.from_level FROM level_change c
        WHERE c.offering = o.id AND c.scheme = $2 AND c.at >= $3 ORDER BY c.at, c.id LIMIT 1) later ON true
    WHERE ($4 = '' OR o.agency = $4) AND ($5 = '' OR a.tier = $5)) AS then_;
