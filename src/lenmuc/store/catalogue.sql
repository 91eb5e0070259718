-- name: find_service -> Service
SELECT code, name, name_en, field, ministry, tiers, law_kind, decision, applicants, channels,
       time_online, time_post, time_in_person, fee_online, fee_post, fee_in_person, fee_amounts,
       papers, forms, result, has_steps, has_conditions, legal
FROM service WHERE code = $1;

-- name: all_services -> Service
SELECT code, name, name_en, field, ministry, tiers, law_kind, decision, applicants, channels,
       time_online, time_post, time_in_person, fee_online, fee_post, fee_in_person, fee_amounts,
       papers, forms, result, has_steps, has_conditions, legal
FROM service ORDER BY code;

-- name: some_services -> Service
SELECT code, name, name_en, field, ministry, tiers, law_kind, decision, applicants, channels,
       time_online, time_post, time_in_person, fee_online, fee_post, fee_in_person, fee_amounts,
       papers, forms, result, has_steps, has_conditions, legal
FROM service WHERE code = ANY ($1::text[]);

-- name: agency_names -> AgencyName
SELECT code, name, name_en, kind, tier FROM agency ORDER BY tier DESC, sort_key;

-- name: find_field -> Field
SELECT code, name, name_en FROM field WHERE code = $1;

-- name: all_fields -> Field
SELECT code, name, name_en FROM field ORDER BY sort_key;

-- name: find_agency -> Agency
SELECT code, name, name_en, kind, tier, parent, official_code, valid_from, valid_to, confidence
FROM agency WHERE code = $1;

-- name: list_agencies -> AgencyRow
SELECT a.code, a.name, a.name_en, a.kind, a.tier,
       coalesce(sum(t.offerings), 0)::int AS offerings,
       coalesce(sum(t.offerings) FILTER (WHERE t.level = 0), 0)::int AS none,
       coalesce(sum(t.offerings) FILTER (WHERE t.level = 1), 0)::int AS one,
       coalesce(sum(t.offerings) FILTER (WHERE t.level = 2), 0)::int AS two,
       coalesce(sum(t.offerings) FILTER (WHERE t.level = 3), 0)::int AS three,
       coalesce(sum(t.offerings) FILTER (WHERE t.level = 4), 0)::int AS four
FROM agency a LEFT JOIN tally t ON t.scheme = '' AND t.agency = a.code
WHERE ($1::text IS NULL OR a.code = $1) AND ($2::text IS NULL OR a.folded LIKE '%' || $2 || '%')
GROUP BY a.code
ORDER BY a.tier DESC, a.sort_key;

-- name: loaded_catalogue -> LoadedCatalogue
SELECT place, loaded, digest, mapping, name, name_en, language FROM catalogue;

-- name: record_loading
INSERT INTO catalogue (place, digest, mapping, name, name_en, language) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (only_row) DO UPDATE SET place = excluded.place, digest = excluded.digest, loaded = now(),
    mapping = excluded.mapping, name = excluded.name, name_en = excluded.name_en, language = excluded.language;

-- name: merge_agencies
INSERT INTO agency SELECT * FROM incoming_agency
ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, kind = excluded.kind,
    tier = excluded.tier, parent = excluded.parent, official_code = excluded.official_code,
    valid_from = excluded.valid_from, valid_to = excluded.valid_to, confidence = excluded.confidence,
    sort_key = excluded.sort_key, folded = excluded.folded;

-- name: merge_fields
INSERT INTO field SELECT * FROM incoming_field
ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, sort_key = excluded.sort_key;

-- name: merge_services
INSERT INTO service SELECT * FROM incoming_service
ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, field = excluded.field,
    ministry = excluded.ministry, tiers = excluded.tiers, law_kind = excluded.law_kind,
    decision = excluded.decision, applicants = excluded.applicants, channels = excluded.channels,
    time_online = excluded.time_online, time_post = excluded.time_post,
    time_in_person = excluded.time_in_person, fee_online = excluded.fee_online, fee_post = excluded.fee_post,
    fee_in_person = excluded.fee_in_person, fee_amounts = excluded.fee_amounts, papers = excluded.papers,
    forms = excluded.forms, result = excluded.result, has_steps = excluded.has_steps,
    has_conditions = excluded.has_conditions, legal = excluded.legal, sort_key = excluded.sort_key;

-- name: merge_offerings
INSERT INTO offering (service, agency, filings, filings_illustrative, level, missing)
SELECT service, agency, filings, filings_illustrative, level, missing FROM incoming_offering
ON CONFLICT (service, agency) DO UPDATE SET filings = excluded.filings,
    filings_illustrative = excluded.filings_illustrative;

-- name: first_levels
INSERT INTO level_change (offering, scheme, from_level, to_level, cause)
SELECT o.id, $1, NULL, o.level, 'loaded' FROM current_offering o
WHERE NOT EXISTS (SELECT 1 FROM level_change c WHERE c.offering = o.id AND c.scheme = $1);

-- name: roll_up_services
UPDATE service s SET filings = r.filings, levels = r.levels
FROM (SELECT service, coalesce(sum(filings), 0) AS filings, array_agg(DISTINCT level ORDER BY level) AS levels
      FROM current_offering WHERE ($1::text IS NULL OR service = $1) GROUP BY service) r
WHERE r.service = s.code AND (s.filings, s.levels) IS DISTINCT FROM (r.filings, r.levels);
