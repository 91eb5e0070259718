-- name: answers_of_agency -> OwnAnswer
SELECT service, criterion, value, justification, evidence, blocker, version, pieces
FROM answer WHERE agency = $1 AND service = ANY ($2::text[])
ORDER BY service, criterion;

-- name: withdraw_answer
DELETE FROM answer WHERE criterion = $1 AND agency = $2 AND service = $3 AND version = $4;

-- name: remember_version
INSERT INTO withdrawn_answer (criterion, agency, service, version) VALUES ($1, $2, $3, $4)
ON CONFLICT (criterion, agency, service) DO UPDATE SET version = excluded.version;

-- name: find_batch -> Batch
SELECT b.target AS id, b.at, p.name AS by, b.after AS deed, u.at AS undone, q.name AS undone_by
FROM audit b LEFT JOIN person p ON p.id = b.person
LEFT JOIN audit u ON u.action = 'batch undone' AND u.agency = b.agency AND u.target = b.target
LEFT JOIN person q ON q.id = u.person
WHERE b.action = 'batch' AND b.agency = $1 AND b.target = $2;

-- name: latest_batches -> ListedBatch
SELECT b.target AS id, b.at, p.name AS by, b.after ->> 'kind' AS kind,
       jsonb_array_length(b.after -> 'answers') AS answers, u.at AS undone
FROM audit b LEFT JOIN person p ON p.id = b.person
LEFT JOIN audit u ON u.action = 'batch undone' AND u.agency = b.agency AND u.target = b.target
WHERE b.action = 'batch' AND b.agency = $1
ORDER BY b.id DESC LIMIT $2;
