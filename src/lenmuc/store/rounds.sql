-- name: add_round
INSERT INTO round (name, scheme, opens, due, person) VALUES ($1, $2, $3, $4, $5) RETURNING id;

-- name: add_agencies
INSERT INTO round_agency (round, agency)
SELECT $1, a.code FROM agency a
WHERE ($2::text IS NULL OR a.tier = $2) AND ($3::text[] IS NULL OR a.code = ANY ($3)) AND (a.valid_to IS NULL OR a.valid_to >= $4)
  AND EXISTS (SELECT FROM current_offering o WHERE o.agency = a.code);

-- name: change_round
UPDATE round SET name = $2, due = $3, version = version + 1 WHERE id = $1 AND version = $4 AND closed IS NULL;

-- name: list_rounds -> Round
SELECT r.id, r.name, r.scheme, r.opens, r.due, r.closed, coalesce(c.name, '') AS closed_by, r.version, p.name AS by, r.made,
       (SELECT count(*) FROM round_agency m WHERE m.round = r.id)::int AS agencies
FROM round r JOIN person p ON p.id = r.person LEFT JOIN person c ON c.id = r.closed_by
WHERE $1::bigint IS NULL OR r.id = $1
ORDER BY r.opens DESC, r.id DESC;

-- name: running -> Round
SELECT r.id, r.name, r.scheme, r.opens, r.due, r.closed, '' AS closed_by, r.version, p.name AS by, r.made,
       (SELECT count(*) FROM round_agency m WHERE m.round = r.id)::int AS agencies
FROM round r JOIN person p ON p.id = r.person
WHERE r.closed IS NULL AND $1 BETWEEN r.opens AND r.due
ORDER BY r.id;

-- name: takes_part
SELECT EXISTS (SELECT FROM round_agency WHERE round = $1 AND agency = $2);

-- name: agencies_of
SELECT agency FROM round_agency WHERE round = $1 ORDER BY agency;

-- name: answered_pairs -> Pair
SELECT DISTINCT a.criterion, a.service FROM answer a JOIN round_agency m ON m.agency = a.agency
WHERE m.round = $1 AND a.service <> '' AND ($2::text IS NULL OR a.agency = $2);

-- name: states -> State
SELECT agency, state, count(*)::int AS answers FROM round_answer($1, $4::text, $2, $3)
GROUP BY agency, state;

-- Criteria without an answer: those that the next level of an offering lacks, and those of the whole agency. "Not known"
-- is none. What is lacking is counted whole, less what somebody has answered, because few of them have an answer.
-- name: unanswered -> Count
WITH lacking AS MATERIALIZED (
    SELECT o.id, o.agency, o.service, CASE WHEN $4 THEN o.missing ELSE coalesce(s.missing, '{}') END AS missing
    FROM round r JOIN round_agency m ON m.round = r.id JOIN current_offering o ON o.agency = m.agency
    LEFT JOIN standing s ON s.offering = o.id AND s.scheme = r.scheme
    WHERE r.id = $1 AND ($5::text IS NULL OR m.agency = $5)
), every AS (
    SELECT l.agency, count(*) AS criteria FROM lacking l CROSS JOIN unnest(l.missing) AS c (id)
    WHERE c.id = ANY ($2::text[]) GROUP BY l.agency
), own AS (
    SELECT l.id, l.agency, a.criterion FROM answer a JOIN lacking l ON l.service = a.service AND l.agency = a.agency
    WHERE a.criterion = ANY ($2::text[]) AND a.criterion = ANY (l.missing) AND a.value <> 'unknown'
    UNION
    SELECT l.id, l.agency, a.criterion FROM answer a JOIN lacking l ON l.service = a.service
    WHERE a.agency = '' AND a.criterion = ANY ($2::text[]) AND a.criterion = ANY (l.missing) AND a.value <> 'unknown'
), given AS (
    SELECT agency, count(*) AS criteria FROM own GROUP BY agency
)
SELECT m.agency, (coalesce(e.criteria, 0) - coalesce(g.criteria, 0) + cardinality($3::text[]) - (
           SELECT count(*) FROM answer a WHERE a.agency = m.agency AND a.service = '' AND a.criterion = ANY ($3::text[])
             AND a.value <> 'unknown'))::int AS criteria
FROM round_agency m LEFT JOIN every e ON e.agency = m.agency LEFT JOIN given g ON g.agency = m.agency
WHERE m.round = $1 AND ($5::text IS NULL OR m.agency = $5);

-- name: frozen -> AgencyProgress
SELECT agency, unseen, confirmed, changed, fresh, unanswered FROM round_agency
WHERE round = $1 AND unseen IS NOT NULL AND ($2::text IS NULL OR agency = $2);

-- name: left_of -> Left
SELECT service, criterion, version FROM round_answer($1, $4, $2, $3)
WHERE state = 'unseen' AND ($5::text IS NULL OR service = $5);

-- name: agencies_left
SELECT DISTINCT agency FROM round_answer($1, NULL, $2, $3) WHERE state = 'unseen' ORDER BY agency;

-- name: lock_alone
SELECT pg_advisory_xact_lock(74020, $1::bigint::int);

-- name: lock_shared
SELECT pg_advisory_xact_lock_shared(74020, $1::bigint::int);

-- name: confirm
INSERT INTO confirmation (round, agency, service, criterion, version, proof, person)
SELECT r.id, a.agency, a.service, a.criterion, a.version, md5(a.evidence::text || a.pieces::text), $6
FROM unnest($3::text[], $4::text[], $5::int[]) AS c (service, criterion, version)
JOIN round r ON r.id = $1
JOIN answer a ON a.agency = $2 AND a.service = c.service AND a.criterion = c.criterion AND a.version = c.version
             AND a.at < round_began(r)
ON CONFLICT DO NOTHING;

-- name: close
UPDATE round SET closed = now(), closed_by = $2, version = version + 1 WHERE id = $1 AND version = $3 AND closed IS NULL;

-- name: freeze
UPDATE round_agency m SET unseen = f.unseen, confirmed = f.confirmed, changed = f.changed, fresh = f.fresh,
    unanswered = f.unanswered
FROM unnest($2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[])
     AS f (agency, unseen, confirmed, changed, fresh, unanswered)
WHERE m.round = $1 AND m.agency = f.agency;

-- name: note_reminded
INSERT INTO round_notice (round, agency, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;
