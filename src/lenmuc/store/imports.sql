-- name: known_agencies
SELECT code FROM agency;

-- What the mapping does not read stays as it is; a name in English is not lost where the source has none.
-- name: keep_unread
UPDATE incoming_service i SET
    name_en = CASE WHEN 'name_en' = ANY ($1::text[]) AND i.name_en <> '' THEN i.name_en ELSE s.name_en END,
    field = CASE WHEN 'field' = ANY ($1) THEN i.field ELSE s.field END,
    ministry = CASE WHEN 'ministry' = ANY ($1) THEN i.ministry ELSE s.ministry END,
    tiers = CASE WHEN 'tiers' = ANY ($1) THEN i.tiers ELSE s.tiers END,
    law_kind = CASE WHEN 'law_kind' = ANY ($1) THEN i.law_kind ELSE s.law_kind END,
    decision = CASE WHEN 'decision' = ANY ($1) THEN i.decision ELSE s.decision END,
    applicants = CASE WHEN 'applicants' = ANY ($1) THEN i.applicants ELSE s.applicants END,
    channels = CASE WHEN 'channels' = ANY ($1) THEN i.channels ELSE s.channels END,
    time_online = CASE WHEN 'time_online' = ANY ($1) THEN i.time_online ELSE s.time_online END,
    time_post = CASE WHEN 'time_post' = ANY ($1) THEN i.time_post ELSE s.time_post END,
    time_in_person = CASE WHEN 'time_in_person' = ANY ($1) THEN i.time_in_person ELSE s.time_in_person END,
    fee_online = CASE WHEN 'fee_online' = ANY ($1) THEN i.fee_online ELSE s.fee_online END,
    fee_post = CASE WHEN 'fee_post' = ANY ($1) THEN i.fee_post ELSE s.fee_post END,
    fee_in_person = CASE WHEN 'fee_in_person' = ANY ($1) THEN i.fee_in_person ELSE s.fee_in_person END,
    fee_amounts = CASE WHEN 'fee_amounts' = ANY ($1) THEN i.fee_amounts ELSE s.fee_amounts END,
    papers = CASE WHEN 'papers' = ANY ($1) THEN i.papers ELSE s.papers END,
    forms = CASE WHEN 'forms' = ANY ($1) THEN i.forms ELSE s.forms END,
    result = CASE WHEN 'result' = ANY ($1) THEN i.result ELSE s.result END,
    has_steps = CASE WHEN 'has_steps' = ANY ($1) THEN i.has_steps ELSE s.has_steps END,
    has_conditions = CASE WHEN 'has_conditions' = ANY ($1) THEN i.has_conditions ELSE s.has_conditions END,
    legal = CASE WHEN 'legal' = ANY ($1) THEN i.legal ELSE s.legal END,
    stated = CASE WHEN 'stated' = ANY ($1) THEN i.stated ELSE s.stated END
FROM service s WHERE s.code = i.code;

-- What is not offered by the source's own word keeps its filings; so does what the mapping does not count.
-- name: keep_uncounted
UPDATE incoming_offering i SET
    filings = CASE WHEN 'filings' = ANY ($1::text[]) THEN i.filings ELSE o.filings END,
    filings_illustrative = CASE WHEN 'filings' = ANY ($1) THEN false ELSE o.filings_illustrative END,
    online_filings = CASE WHEN 'filings_online' = ANY ($1) THEN i.online_filings ELSE o.online_filings END,
    declared = CASE WHEN 'declared' = ANY ($1) THEN i.declared ELSE o.declared END
FROM offering o WHERE o.service = i.service AND o.agency = i.agency;

-- What another service of the source has taken the place of stays ended on its day, though it is listed still.
-- name: keep_replaced
UPDATE incoming_service i SET valid_to = s.valid_to
FROM service s WHERE s.code = i.code AND i.valid_to IS NULL AND i.code = ANY ($1::text[]);

-- What nobody has yet came in marked as new.
-- name: mark_changed
UPDATE incoming_service i SET filings = CASE
    WHEN s.valid_to IS DISTINCT FROM i.valid_to
        OR (s.name, s.name_en, s.field, s.ministry, s.tiers, s.law_kind, s.decision, s.applicants, s.channels,
            s.time_online, s.time_post, s.time_in_person, s.fee_online, s.fee_post, s.fee_in_person, s.fee_amounts,
            s.papers, s.forms, s.result, s.has_steps, s.has_conditions, s.legal, s.stated)
        IS DISTINCT FROM
           (i.name, i.name_en, i.field, i.ministry, i.tiers, i.law_kind, i.decision, i.applicants, i.channels,
            i.time_online, i.time_post, i.time_in_person, i.fee_online, i.fee_post, i.fee_in_person, i.fee_amounts,
            i.papers, i.forms, i.result, i.has_steps, i.has_conditions, i.legal, i.stated)
    THEN 1 ELSE 0 END
FROM service s WHERE s.code = i.code;

-- A service whose offerings differ has changed too. Those of a service that has ended end on its day.
-- name: mark_moved
UPDATE incoming_service i SET filings = 1 WHERE i.filings = 0 AND $1::boolean AND i.code IN (
    SELECT n.service FROM incoming_offering n JOIN incoming_service s ON s.code = n.service
    LEFT JOIN offering o ON o.service = n.service AND o.agency = n.agency
    WHERE o.id IS NULL OR o.valid_to IS DISTINCT FROM s.valid_to
        OR (o.filings, o.online_filings, o.declared) IS DISTINCT FROM (n.filings, n.online_filings, n.declared)
    UNION ALL
    SELECT o.service FROM offering o WHERE o.valid_to IS NULL AND NOT EXISTS (
        SELECT FROM incoming_offering n WHERE n.service = o.service AND n.agency = o.agency));

-- $1: the source, $2: codes whose rows are there and were refused.
-- name: count_incoming -> Counts
SELECT count(*) FILTER (WHERE filings = 2)::int AS fresh, count(*) FILTER (WHERE filings = 1)::int AS changed,
       count(*) FILTER (WHERE filings = 0)::int AS unchanged,
       (SELECT count(*)::int FROM service s WHERE s.source = $1 AND s.valid_to IS NULL AND NOT s.code = ANY ($2::text[])
           AND NOT EXISTS (SELECT FROM incoming_service n WHERE n.code = s.code)) AS gone
FROM incoming_service;

-- name: remember_changed
INSERT INTO service_history (service, run, record)
SELECT s.code, $1, to_jsonb(s) - 'sort_key' - 'levels'
FROM service s JOIN incoming_service i ON i.code = s.code WHERE i.filings = 1;

-- name: remember_gone
INSERT INTO service_history (service, run, record)
SELECT s.code, $1, to_jsonb(s) - 'sort_key' - 'levels' FROM service s
WHERE s.source = $2 AND s.valid_to IS NULL AND NOT s.code = ANY ($3::text[])
  AND NOT EXISTS (SELECT FROM incoming_service n WHERE n.code = s.code);

-- name: end_services
UPDATE service s SET valid_to = $3
WHERE s.source = $1 AND s.valid_to IS NULL AND NOT s.code = ANY ($2::text[])
  AND NOT EXISTS (SELECT FROM incoming_service n WHERE n.code = s.code);

-- What offerings add up to is known for new services; for others it is rolled up afterwards.
-- name: write_services
INSERT INTO service (code, name, name_en, field, ministry, tiers, law_kind, decision, applicants, channels,
    time_online, time_post, time_in_person, fee_online, fee_post, fee_in_person, fee_amounts, papers, forms, result,
    has_steps, has_conditions, legal, stated, sort_key, valid_to, source, filings, levels)
SELECT code, name, name_en, field, ministry, tiers, law_kind, decision, applicants, channels,
    time_online, time_post, time_in_person, fee_online, fee_post, fee_in_person, fee_amounts, papers, forms, result,
    has_steps, has_conditions, legal, stated, sort_key, valid_to, $1, coalesce(r.filings, 0), coalesce(r.levels, '{}')
FROM incoming_service i LEFT JOIN (
    SELECT service, sum(filings) AS filings, array_agg(DISTINCT level ORDER BY level) AS levels
    FROM incoming_offering GROUP BY service) r ON r.service = i.code
WHERE i.filings > 0
ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, field = excluded.field,
    ministry = excluded.ministry, tiers = excluded.tiers, law_kind = excluded.law_kind,
    decision = excluded.decision, applicants = excluded.applicants, channels = excluded.channels,
    time_online = excluded.time_online, time_post = excluded.time_post,
    time_in_person = excluded.time_in_person, fee_online = excluded.fee_online, fee_post = excluded.fee_post,
    fee_in_person = excluded.fee_in_person, fee_amounts = excluded.fee_amounts, papers = excluded.papers,
    forms = excluded.forms, result = excluded.result, has_steps = excluded.has_steps,
    has_conditions = excluded.has_conditions, legal = excluded.legal, stated = excluded.stated, sort_key = excluded.sort_key,
    valid_to = excluded.valid_to, source = excluded.source;

-- name: own_unchanged
UPDATE service s SET source = $1 FROM incoming_service i WHERE i.code = s.code AND i.filings = 0 AND s.source <> $1;

-- name: write_offerings
INSERT INTO offering AS o (service, agency, filings, filings_illustrative, online_filings, declared, level, missing)
SELECT n.service, n.agency, n.filings, n.filings_illustrative, n.online_filings, n.declared, n.level, n.missing
FROM incoming_offering n JOIN incoming_service i ON i.code = n.service WHERE i.filings > 0
ON CONFLICT (service, agency) DO UPDATE SET filings = excluded.filings,
    filings_illustrative = excluded.filings_illustrative, online_filings = excluded.online_filings,
    declared = excluded.declared, valid_to = NULL
WHERE o.valid_to IS NOT NULL
    OR (o.filings, o.filings_illustrative, o.online_filings, o.declared) IS DISTINCT FROM
       (excluded.filings, excluded.filings_illustrative, excluded.online_filings, excluded.declared);

-- The offerings of what ended, and those whose agency no longer offers what it did.
-- name: end_offerings
UPDATE offering o SET valid_to = coalesce(s.valid_to, $2)
FROM service s
WHERE s.code = o.service AND o.valid_to IS NULL AND o.id IN (
    SELECT e.id FROM offering e JOIN service t ON t.code = e.service WHERE t.valid_to IS NOT NULL
    UNION ALL
    SELECT e.id FROM offering e JOIN incoming_service i ON i.code = e.service AND i.filings > 0
    WHERE $1::boolean AND NOT EXISTS (
        SELECT FROM incoming_offering n WHERE n.service = e.service AND n.agency = e.agency));

-- name: fresh_codes
SELECT code FROM incoming_service WHERE filings = 2;

-- name: changed_services -> Service
SELECT s.code, s.name, s.name_en, s.field, s.ministry, s.tiers, s.law_kind, s.decision, s.applicants, s.channels,
       s.time_online, s.time_post, s.time_in_person, s.fee_online, s.fee_post, s.fee_in_person, s.fee_amounts,
       s.papers, s.forms, s.result, s.has_steps, s.has_conditions, s.legal
FROM service s JOIN incoming_service i ON i.code = s.code AND i.filings = 1;

-- name: write_lineage
INSERT INTO service_lineage (old, new, kind, run)
SELECT l.old, l.new, l.kind, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS l (old, new, kind)
ON CONFLICT (old, new) DO NOTHING;

-- name: end_replaced
UPDATE service SET valid_to = $2 WHERE code = ANY ($1::text[]) AND valid_to IS NULL;

-- name: add_run
INSERT INTO import_run (mapping, files, digest, person, total, fresh, changed, unchanged, gone, refused, repaired, notes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id;

-- name: list_runs -> Run
SELECT r.id, r.mapping, r.files, coalesce(p.name, '') AS by, r.at, r.total, r.fresh, r.changed, r.unchanged, r.gone,
       r.refused, r.repaired
FROM import_run r LEFT JOIN person p ON p.id = r.person ORDER BY r.id DESC LIMIT 50;

-- name: find_run -> Run
SELECT r.id, r.mapping, r.files, coalesce(p.name, '') AS by, r.at, r.total, r.fresh, r.changed, r.unchanged, r.gone,
       r.refused, r.repaired
FROM import_run r LEFT JOIN person p ON p.id = r.person WHERE r.id = $1;

-- name: ended_service -> Ended
SELECT s.valid_to, coalesce((SELECT array_agg(l.new ORDER BY l.new) FROM service_lineage l WHERE l.old = s.code), '{}') AS became,
       coalesce((SELECT array_agg(l.old ORDER BY l.old) FROM service_lineage l WHERE l.new = s.code), '{}') AS was
FROM service s WHERE s.code = $1;

-- name: volumes -> Volume
SELECT service, agency, filings, online_filings AS filings_online FROM current_offering WHERE online_filings > filings ORDER BY service, agency;

-- name: in_force
SELECT code FROM service WHERE valid_to IS NULL;
