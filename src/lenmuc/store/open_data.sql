-- Everything is read in pieces that follow each other by key: no transaction stays open while somebody downloads.
-- name: some_offerings -> OpenOffering
WITH piece AS MATERIALIZED (
    SELECT * FROM current_offering
    WHERE id > $1 AND ($2::text[] IS NULL OR service = ANY ($2)) AND ($3::text IS NULL OR agency = $3)
      AND ($4::smallint IS NULL OR level = $4)
    ORDER BY id LIMIT $5
)
SELECT o.id, o.service, s.name AS service_name, o.agency, a.name AS agency_name, o.level, o.declared, o.since,
       o.missing, o.filings, o.filings_illustrative, o.online_filings
FROM piece o JOIN service s ON s.code = o.service JOIN agency a ON a.code = o.agency
ORDER BY o.id;

-- name: levels_on -> LevelOn
SELECT DISTINCT ON (offering) offering, to_level AS level, at AS since FROM level_change
WHERE offering = ANY ($1::bigint[]) AND scheme = $2 AND at < $3
ORDER BY offering, at DESC, id DESC;

-- name: some_standings -> OpenStanding
SELECT offering, scheme, level, missing, since FROM standing WHERE offering = ANY ($1::bigint[])
ORDER BY offering, scheme;

-- name: some_services_after -> Service
SELECT code, name, name_en, field, ministry, tiers, law_kind, decision, applicants, channels,
       time_online, time_post, time_in_person, fee_online, fee_post, fee_in_person, fee_amounts,
       papers, forms, result, has_steps, has_conditions, legal
FROM service WHERE code > $1 ORDER BY code LIMIT $2;

-- name: who_offers -> WhoOffers
SELECT s.code AS service, s.levels,
       coalesce((SELECT array_agg(o.agency ORDER BY o.agency) FROM current_offering o WHERE o.service = s.code), '{}') AS agencies
FROM service s WHERE s.code = ANY ($1::text[]);

-- name: all_agencies -> Agency
SELECT code, name, name_en, kind, tier, parent, official_code, valid_from, valid_to, confidence
FROM agency ORDER BY tier DESC, sort_key;

-- name: counts -> Counts
SELECT (SELECT count(*) FROM service)::int AS services, (SELECT count(*) FROM agency)::int AS agencies,
       (SELECT count(*) FROM field)::int AS fields, (SELECT count(*) FROM current_offering)::int AS offerings,
       (SELECT count(*) FROM standing)::int AS standings;

-- name: changes -> Change
SELECT c.id, c.scheme, c.from_level, c.to_level, c.at, c.cause, o.service, o.agency, s.name AS service_name,
       s.name_en AS service_name_en, a.name AS agency_name, a.name_en AS agency_name_en
FROM level_change c JOIN current_offering o ON o.id = c.offering JOIN service s ON s.code = o.service
     JOIN agency a ON a.code = o.agency
WHERE ($1::text IS NULL OR o.service = $1) AND ($2::text IS NULL OR o.agency = $2) AND c.scheme = $3
ORDER BY c.at DESC, c.id DESC LIMIT $4;
