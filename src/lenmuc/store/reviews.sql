-- name: find_review -> Review
SELECT r.id, r.service, r.agency, r.scheme, r.state, r.level, r.version, r.rests_on, r.submitted_by,
       s.name AS submitted_name, r.submitted_at, coalesce(v.name, '') AS verified_name, r.verified_at,
       r.verified_until, r.verified_level, r.changed, r.changed_what
FROM review r JOIN person s ON s.id = r.submitted_by LEFT JOIN person v ON v.id = r.verified_by
WHERE r.id = $1;

-- name: review_of -> Review
SELECT r.id, r.service, r.agency, r.scheme, r.state, r.level, r.version, r.rests_on, r.submitted_by,
       s.name AS submitted_name, r.submitted_at, coalesce(v.name, '') AS verified_name, r.verified_at,
       r.verified_until, r.verified_level, r.changed, r.changed_what
FROM review r JOIN person s ON s.id = r.submitted_by LEFT JOIN person v ON v.id = r.verified_by
WHERE r.service = $1 AND r.agency = $2 AND r.scheme = $3;

-- name: lock_review
SELECT id FROM review WHERE service = $1 AND agency = $2 AND scheme = $3 FOR UPDATE;

-- name: standings -> PublicStanding
SELECT r.service, r.agency, o.level, r.state, r.verified_at, r.verified_until, r.verified_level, r.changed,
       r.changed_what
FROM review r JOIN current_offering o ON o.service = r.service AND o.agency = r.agency
WHERE r.scheme = $1 AND ($2::text IS NULL OR r.service = $2) AND ($3::text IS NULL OR r.agency = $3)
  AND ($4::bigint[] IS NULL OR o.id = ANY ($4));

-- name: first_submission
INSERT INTO review (service, agency, scheme, state, level, version, rests_on, submitted_by, submitted_at)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7, now())
ON CONFLICT (service, agency, scheme) DO NOTHING;

-- name: submit_again
UPDATE review SET state = $2, level = $3, rests_on = $4, submitted_by = $5, submitted_at = now(),
    version = version + 1
WHERE id = $1;

-- name: set_state
UPDATE review SET state = $2, version = version + 1 WHERE id = $1;

-- name: verify
UPDATE review SET state = $2, level = $3, rests_on = $4, verified_by = $5, verified_at = now(), verified_until = $6,
    verified_level = $3, changed = NULL, changed_what = '', version = version + 1
WHERE id = $1;

-- name: waiting -> Waiting
SELECT r.id, r.service, r.agency, r.level, r.submitted_at, p.name AS submitted_name, o.filings,
       o.filings_illustrative, s.name AS service_name, s.name_en AS service_name_en, a.name AS agency_name,
       a.name_en AS agency_name_en, r.submitted_by,
       (SELECT count(*)::int FROM remark m WHERE m.review = r.id AND m.settled IS NULL) AS remarks,
       (SELECT count(*)::int FROM person l
        WHERE l.role = 'lead' AND l.agency = r.agency AND l.active AND l.id <> r.submitted_by
          AND NOT EXISTS (SELECT 1 FROM answer w
                          WHERE w.person = l.id AND w.criterion = ANY (r.rests_on) AND w.agency IN ('', r.agency)
                            AND w.service IN ('', r.service))) AS leads
FROM review r
     JOIN current_offering o ON o.service = r.service AND o.agency = r.agency
     JOIN service s ON s.code = r.service JOIN agency a ON a.code = r.agency JOIN person p ON p.id = r.submitted_by
WHERE r.state = 'submitted' AND r.scheme = $1 AND ($2::text IS NULL OR r.agency = $2)
  AND ($3::bigint IS NULL OR r.id = $3)
ORDER BY r.submitted_at, r.id
LIMIT $4 OFFSET $5;

-- name: count_waiting
SELECT count(*)::int FROM review WHERE state = 'submitted' AND scheme = $1 AND ($2::text IS NULL OR agency = $2);

-- name: own_answers
SELECT count(*)::int FROM answer
WHERE person = $1 AND criterion = ANY ($2::text[]) AND agency IN ('', $3) AND service IN ('', $4);

-- name: remarks_of -> Remark
SELECT m.id, m.criterion, m.text, p.name AS by, m.at, m.settled
FROM remark m JOIN person p ON p.id = m.person
WHERE m.review = $1 ORDER BY m.at, m.id;

-- name: add_remarks
INSERT INTO remark (review, agency, criterion, text, person)
SELECT $1, $2, n.criterion, n.text, $3 FROM unnest($4::text[], $5::text[]) AS n (criterion, text);

-- name: settle_remarks
UPDATE remark SET settled = now()
WHERE review = $1 AND settled IS NULL AND ($2::bigint[] IS NULL OR id = ANY ($2));

-- name: reviewed_services
SELECT DISTINCT service FROM review WHERE scheme = $1 AND rests_on <> '{}';

-- name: resting_on_facts
SELECT id, service, rests_on FROM review WHERE scheme = $1 AND service = ANY ($2::text[]);

-- name: facts_changed
UPDATE review SET version = version + 1,
    changed = CASE WHEN verified_at IS NULL THEN changed ELSE coalesce(changed, (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) END,
    changed_what = CASE WHEN verified_at IS NULL OR changed_what <> '' THEN changed_what ELSE 'facts' END
WHERE id = ANY ($1::bigint[]);

-- name: disagreeing -> Disagreeing
SELECT o.id, o.service, o.agency, s.name AS service_name, s.name_en AS service_name_en, a.name AS agency_name,
       a.name_en AS agency_name_en, o.declared, o.level, o.online_filings, o.filings, o.filings_illustrative
FROM current_offering o JOIN service s ON s.code = o.service JOIN agency a ON a.code = o.agency
WHERE o.declared <> o.level OR (o.level >= 3 AND o.online_filings = 0)
   OR (o.declared >= 3 AND o.online_filings = 0)
ORDER BY o.filings DESC NULLS LAST, o.id
LIMIT $1 OFFSET $2;

-- name: count_disagreeing -> Disagreements
SELECT count(*) FILTER (WHERE declared <> level OR (level >= 3 AND online_filings = 0)
                           OR (declared >= 3 AND online_filings = 0))::int AS differing,
       count(declared)::int AS declared,
       count(online_filings)::int AS counted,
       count(*)::int AS total
FROM current_offering;
