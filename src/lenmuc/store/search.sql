-- name: entries
SELECT code, name, name_en, field, tiers, applicants, channels, fee_online, fee_post, fee_in_person, filings
FROM service WHERE valid_to IS NULL ORDER BY filings DESC, sort_key, code;

-- name: offered
SELECT id, service, agency FROM current_offering ORDER BY id;

-- One digit an offering.
-- name: levels
SELECT coalesce(string_agg(level::text, '' ORDER BY id), '') FROM current_offering;

-- name: rungs
SELECT coalesce(string_agg(coalesce(s.level, 9)::text, '' ORDER BY o.id), '')
FROM current_offering o LEFT JOIN standing s ON s.offering = o.id AND s.scheme = $1;

-- The same of a few offerings.
-- name: levels_of
SELECT o.id, o.level, coalesce(s.level, 9) AS rung
FROM current_offering o LEFT JOIN standing s ON s.offering = o.id AND s.scheme = $1
WHERE o.id = ANY ($2::bigint[]);
