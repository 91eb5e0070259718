-- name: find_offering -> Offering
SELECT id, service, agency, filings, filings_illustrative, declared, level, missing, since, online_filings
FROM current_offering WHERE id = $1;

-- name: offering_of -> Offering
SELECT id, service, agency, filings, filings_illustrative, declared, level, missing, since, online_filings
FROM current_offering WHERE service = $1 AND agency = $2;

-- name: offerings_of_service -> OfferingRow
SELECT o.id, o.service, o.agency, a.name, a.name_en, a.tier, o.filings, o.declared, o.level, o.missing, o.since
FROM current_offering o JOIN agency a ON a.code = o.agency
WHERE o.service = $1
ORDER BY a.tier DESC, a.sort_key;

-- The few of the agency first: from every service to its offering here is ten times as long.
-- name: offerings_of_agency -> OfferingRow
WITH here AS MATERIALIZED (
    SELECT * FROM current_offering
    WHERE agency = $1 AND ($2::smallint IS NULL OR level = $2) AND ($3::text[] IS NULL OR service = ANY ($3))
)
SELECT o.id, o.service, o.agency, s.name, s.name_en, '' AS tier, o.filings, o.declared, o.level, o.missing, o.since
FROM here o JOIN service s ON s.code = o.service
WHERE $6::text IS NULL OR s.field = $6
ORDER BY cardinality(o.missing), o.filings DESC NULLS LAST, s.sort_key
LIMIT $4 OFFSET $5;

-- name: count_offerings_of_agency
SELECT count(*)::int
FROM current_offering
WHERE agency = $1 AND ($2::smallint IS NULL OR level = $2) AND ($3::text[] IS NULL OR service = ANY ($3))
  AND ($4::text IS NULL OR service IN (SELECT code FROM service WHERE field = $4));

-- The page is cut before names are joined to it: 0.5 s otherwise for the last page of 75,000.
-- name: list_offerings -> OfferingListed
WITH page AS MATERIALIZED (
    SELECT * FROM current_offering
    WHERE ($1::text IS NULL OR service = $1) AND ($2::smallint IS NULL OR level = $2)
      AND (service, agency) > ($5::text, $6::text)
    ORDER BY service, agency LIMIT $3 OFFSET $4
)
SELECT o.id, o.service, s.name AS service_name, s.name_en AS service_name_en, o.agency, a.name AS agency_name,
       a.name_en AS agency_name_en, o.filings, o.filings_illustrative, o.declared, o.level, o.missing, o.since,
       o.online_filings
FROM page o JOIN service s ON s.code = o.service JOIN agency a ON a.code = o.agency
ORDER BY o.service, o.agency;

-- Apart, because one plan for "all or this one" reads every offering of a city for a few.
-- name: list_offerings_of_agency -> OfferingListed
WITH page AS MATERIALIZED (
    SELECT * FROM current_offering
    WHERE agency = $2 AND ($1::text IS NULL OR service = $1) AND ($3::smallint IS NULL OR level = $3)
      AND (service, agency) > ($6::text, $7::text)
    ORDER BY service, agency LIMIT $4 OFFSET $5
)
SELECT o.id, o.service, s.name AS service_name, s.name_en AS service_name_en, o.agency, a.name AS agency_name,
       a.name_en AS agency_name_en, o.filings, o.filings_illustrative, o.declared, o.level, o.missing, o.since,
       o.online_filings
FROM page o JOIN service s ON s.code = o.service JOIN agency a ON a.code = o.agency
ORDER BY o.service, o.agency;

-- name: count_levels -> LevelCounts
SELECT coalesce(sum(offerings) FILTER (WHERE level = 0), 0)::int AS none,
       coalesce(sum(offerings) FILTER (WHERE level = 1), 0)::int AS one,
       coalesce(sum(offerings) FILTER (WHERE level = 2), 0)::int AS two,
       coalesce(sum(offerings) FILTER (WHERE level = 3), 0)::int AS three,
       coalesce(sum(offerings) FILTER (WHERE level = 4), 0)::int AS four
FROM tally WHERE scheme = '' AND ($1::text IS NULL OR agency = $1);

-- name: count_levels_of_service -> LevelCounts
SELECT count(*) FILTER (WHERE level = 0)::int AS none,
       count(*) FILTER (WHERE level = 1)::int AS one,
       count(*) FILTER (WHERE level = 2)::int AS two,
       count(*) FILTER (WHERE level = 3)::int AS three,
       count(*) FILTER (WHERE level = 4)::int AS four
FROM current_offering
WHERE service = $1 AND ($2::text IS NULL OR agency = $2);

-- name: count_fields -> FieldCount
SELECT s.field, o.level, count(*)::int AS offerings
FROM current_offering o JOIN service s ON s.code = o.service
WHERE o.agency = $1 GROUP BY s.field, o.level;

-- name: every_offering
SELECT id, service, agency, filings, level, missing FROM current_offering
WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR agency = $2)
ORDER BY id;

-- Levels as they should be come in few rows: each `result` once, which of them is `usual` for a service, and which
-- single offerings have their `own`. What they are compared with stays here: it is 75,000 rows in a city.
-- name: move_levels -> Count
WITH result AS (
    SELECT n, level, missing::text[] FROM unnest($3::int[], $4::smallint[], $5::text[]) AS r (n, level, missing)
), usual AS (
    SELECT * FROM unnest($6::text[], $7::int[]) AS u (service, n)
), own AS (
    SELECT * FROM unnest($8::text[], $9::text[], $10::int[]) AS w (service, agency, n)
), moved AS MATERIALIZED (
    SELECT o.id, o.level AS was, r.level, r.missing
    FROM current_offering o JOIN usual u USING (service) LEFT JOIN own w USING (service, agency)
    JOIN result r ON r.n = coalesce(w.n, u.n)
    WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR agency = $2)
      AND (o.level, o.missing) IS DISTINCT FROM (r.level, r.missing)
), history AS (
    INSERT INTO level_change (offering, scheme, from_level, to_level, cause)
    SELECT id, $11, was, level, $12 FROM moved WHERE was <> level
), written AS (
    UPDATE offering o SET level = m.level, missing = m.missing, since = CASE WHEN m.was = m.level THEN o.since ELSE now() END
    FROM moved m WHERE o.id = m.id
)
SELECT count(*)::int AS touched, count(*) FILTER (WHERE level > was)::int AS rose,
       count(*) FILTER (WHERE level < was)::int AS fell,
       CASE WHEN count(was) = 1 THEN min(was) END AS before, CASE WHEN count(was) = 1 THEN min(level) FILTER (WHERE was IS NOT NULL) END AS after
FROM moved;

-- The same for a scheme beside the main one; what was never worked out has no level yet, and no history.
-- name: move_standings -> Count
WITH result AS (
    SELECT n, level, missing::text[] FROM unnest($3::int[], $4::smallint[], $5::text[]) AS r (n, level, missing)
), usual AS (
    SELECT * FROM unnest($6::text[], $7::int[]) AS u (service, n)
), own AS (
    SELECT * FROM unnest($8::text[], $9::text[], $10::int[]) AS w (service, agency, n)
), moved AS MATERIALIZED (
    SELECT o.id, s.level AS was, r.level, r.missing
    FROM current_offering o JOIN usual u USING (service) LEFT JOIN own w USING (service, agency)
    JOIN result r ON r.n = coalesce(w.n, u.n)
    LEFT JOIN standing s ON s.offering = o.id AND s.scheme = $11
    WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR agency = $2)
      AND (s.level, s.missing) IS DISTINCT FROM (r.level, r.missing)
), history AS (
    INSERT INTO level_change (offering, scheme, from_level, to_level, cause)
    SELECT id, $11, was, level, $12 FROM moved WHERE was <> level
), written AS (
    INSERT INTO standing AS s (offering, scheme, level, missing) SELECT id, $11, level, missing FROM moved
    ON CONFLICT (offering, scheme) DO UPDATE SET level = excluded.level, missing = excluded.missing,
        since = CASE WHEN s.level = excluded.level THEN s.since ELSE now() END
)
SELECT count(*)::int AS touched, count(*) FILTER (WHERE level > was)::int AS rose,
       count(*) FILTER (WHERE level < was)::int AS fell,
       CASE WHEN count(was) = 1 THEN min(was) END AS before, CASE WHEN count(was) = 1 THEN min(level) FILTER (WHERE was IS NOT NULL) END AS after
FROM moved;

-- What would move, by the main scheme ($11 is empty) or another; nothing is written.
-- name: foresee_levels -> Foreseen
WITH result AS (
    SELECT n, level, missing::text[] FROM unnest($3::int[], $4::smallint[], $5::text[]) AS r (n, level, missing)
), usual AS (
    SELECT * FROM unnest($6::text[], $7::int[]) AS u (service, n)
), own AS (
    SELECT * FROM unnest($8::text[], $9::text[], $10::int[]) AS w (service, agency, n)
)
SELECT count(*)::int AS reaches, count(*) FILTER (WHERE r.level > now.level)::int AS rise,
       count(*) FILTER (WHERE r.level < now.level)::int AS fall
FROM current_offering o JOIN usual u USING (service) LEFT JOIN own w USING (service, agency)
JOIN result r ON r.n = coalesce(w.n, u.n)
LEFT JOIN standing s ON s.offering = o.id AND s.scheme = $11
CROSS JOIN LATERAL (SELECT CASE WHEN $11 = '' THEN o.level ELSE coalesce(s.level, 0) END AS level) now
WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR agency = $2);

-- name: level_history -> LevelChange
SELECT from_level, to_level, at, cause FROM level_change WHERE offering = $1 AND scheme = $2
ORDER BY at DESC, id DESC LIMIT 20;

-- name: shared_services
SELECT service FROM current_offering GROUP BY service HAVING count(*) > 1;
