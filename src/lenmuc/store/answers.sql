-- name: answers_reaching -> Answer
SELECT a.criterion, a.agency, a.service, a.value, a.justification, a.evidence, a.blocker, a.version,
       p.name AS by, a.at, a.decision, coalesce(d.name, '') AS decided, pieces_of(a.pieces) AS pieces
FROM answer a JOIN person p ON p.id = a.person LEFT JOIN person d ON d.id = a.decided_by
WHERE a.agency IN ('', $1) AND a.service IN ('', $2)
ORDER BY a.criterion, a.agency, a.service;

-- name: answers_at -> Answer
SELECT a.criterion, a.agency, a.service, a.value, a.justification, a.evidence, a.blocker, a.version,
       p.name AS by, a.at, a.decision, coalesce(d.name, '') AS decided, pieces_of(a.pieces) AS pieces
FROM answer a JOIN person p ON p.id = a.person LEFT JOIN person d ON d.id = a.decided_by
WHERE a.agency = $1 AND a.service = $2
ORDER BY a.criterion;

-- name: find_answer -> Answer
SELECT a.criterion, a.agency, a.service, a.value, a.justification, a.evidence, a.blocker, a.version,
       p.name AS by, a.at, a.decision, coalesce(d.name, '') AS decided, pieces_of(a.pieces) AS pieces
FROM answer a JOIN person p ON p.id = a.person LEFT JOIN person d ON d.id = a.decided_by
WHERE a.criterion = $1 AND a.agency = $2 AND a.service = $3;

-- name: every_value
SELECT criterion, agency, service,
       CASE WHEN value = 'not_applicable' AND decision <> 'accepted' THEN 'proposed' ELSE value END AS value, blocker
FROM answer
WHERE ($1::text IS NULL OR service IN ('', $1)) AND ($2::text IS NULL OR agency IN ('', $2))
  AND ($3::text[] IS NULL OR criterion = ANY ($3));

-- name: count_exceptions
SELECT count(*)::int FROM answer WHERE criterion = $1 AND service = $2 AND agency <> '';

-- name: first_answer
INSERT INTO answer (criterion, agency, service, value, justification, evidence, blocker, version, person, pieces)
VALUES ($1, $2, $3, $4, $5, $6, $7,
        1 + coalesce((SELECT w.version FROM withdrawn_answer w
                      WHERE w.criterion = $1 AND w.agency = $2 AND w.service = $3), 0), $8, coalesce($9::bigint[], '{}'))
ON CONFLICT (criterion, agency, service) DO NOTHING;

-- name: change_answer
UPDATE answer SET value = $4, justification = $5, evidence = $6, blocker = $7, version = version + 1,
    person = $8, at = now(), decision = '', decided_by = NULL, decided_at = NULL,
    pieces = coalesce($9::bigint[], pieces)
WHERE criterion = $1 AND agency = $2 AND service = $3 AND version = $10;

-- name: lock_levels
SELECT pg_advisory_xact_lock(74001);

-- name: lock_one_offering
SELECT pg_advisory_xact_lock_shared(74001), id FROM current_offering WHERE service = $2 AND agency = $1 FOR UPDATE;

-- name: decide
UPDATE answer SET decision = $4, decided_by = $5, decided_at = now(), version = version + 1
WHERE criterion = $1 AND agency = $2 AND service = $3 AND value = 'not_applicable' AND decision = '' AND person <> $5;
