-- name: find_offering -> Offering
SELECT id, service, agency, filings, filings_illustrative, declared, level, missing, since
FROM offering WHERE id = $1;

-- name: offering_of -> Offering
SELECT id, service, agency, filings, filings_illustrative, declared, level, missing, since
FROM offering WHERE service = $1 AND agency = $2;

-- name: offerings_of_service -> OfferingRow
SELECT o.id, o.service, o.agency, a.name, a.name_en, a.tier, o.filings, o.declared, o.level, o.missing, o.since
FROM offering o JOIN agency a ON a.code = o.agency
WHERE o.service = $1
ORDER BY a.tier DESC, a.sort_key;

-- name: offerings_of_agency -> OfferingRow
SELECT o.id, o.service, o.agency, s.name, s.name_en, '' AS tier, o.filings, o.declared, o.level, o.missing, o.since
FROM offering o JOIN service s ON s.code = o.service
WHERE o.agency = $1 AND ($2::smallint IS NULL OR o.level = $2)
  AND ($3::text IS NULL OR s.words @@ to_tsquery('simple', $3)) AND ($6::text IS NULL OR s.field = $6)
ORDER BY cardinality(o.missing), o.filings DESC NULLS LAST, s.sort_key
LIMIT $4 OFFSET $5;

-- name: work_of_agency -> OfferingRow
SELECT o.id, o.service, o.agency, s.name, s.name_en, '' AS tier, o.filings, o.declared, o.level, o.missing, o.since
FROM offering o JOIN service s ON s.code = o.service
WHERE o.agency = $1 AND ($2::smallint IS NULL OR o.level = $2)
  AND ($3::text IS NULL OR s.words @@ to_tsquery('simple', $3)) AND ($4::text IS NULL OR s.field = $4)
ORDER BY cardinality(o.missing) = 0, o.level DESC, cardinality(o.missing), s.sort_key, o.id
LIMIT $5 OFFSET $6;

-- name: count_offerings_of_agency
SELECT count(*)::int
FROM offering o JOIN service s ON s.code = o.service
WHERE o.agency = $1 AND ($2::smallint IS NULL OR o.level = $2)
  AND ($3::text IS NULL OR s.words @@ to_tsquery('simple', $3)) AND ($4::text IS NULL OR s.field = $4);

-- The page is cut before names are joined to it: 0.5 s otherwise for the last page of 75,000.
-- name: list_offerings -> OfferingListed
WITH page AS MATERIALIZED (
    SELECT * FROM offering
    WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR agency = $2)
      AND ($3::smallint IS NULL OR level = $3)
    ORDER BY service, agency LIMIT $4 OFFSET $5
)
SELECT o.id, o.service, s.name AS service_name, s.name_en AS service_name_en, o.agency, a.name AS agency_name,
       a.name_en AS agency_name_en, o.filings, o.filings_illustrative, o.declared, o.level, o.missing, o.since
FROM page o JOIN service s ON s.code = o.service JOIN agency a ON a.code = o.agency
ORDER BY o.service, o.agency;

-- name: count_levels -> LevelCounts
SELECT count(*) FILTER (WHERE level = 0)::int AS none,
       count(*) FILTER (WHERE level = 1)::int AS one,
       count(*) FILTER (WHERE level = 2)::int AS two,
       count(*) FILTER (WHERE level = 3)::int AS three,
       count(*) FILTER (WHERE level = 4)::int AS four
FROM offering
WHERE ($1::text IS NULL OR agency = $1) AND ($2::text IS NULL OR service = $2);

-- name: every_offering
SELECT id, service, agency, filings, level, missing FROM offering
WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR agency = $2)
ORDER BY id;

-- name: move_levels
UPDATE offering o SET level = n.level, missing = n.missing::text[], since = CASE WHEN o.level = n.level THEN o.since ELSE now() END
FROM unnest($1::bigint[], $2::smallint[], $3::text[]) AS n (id, level, missing)
WHERE o.id = n.id;

-- name: record_changes
INSERT INTO level_change (offering, scheme, from_level, to_level, cause)
SELECT n.id, $1, n.from_level, n.to_level, $2
FROM unnest($3::bigint[], $4::smallint[], $5::smallint[]) AS n (id, from_level, to_level);

-- name: level_history -> LevelChange
SELECT from_level, to_level, at, cause FROM level_change WHERE offering = $1 AND scheme = $2
ORDER BY at DESC, id DESC LIMIT 20;

-- name: shared_services
SELECT service FROM offering GROUP BY service HAVING count(*) > 1;
