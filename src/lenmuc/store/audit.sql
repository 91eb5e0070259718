-- name: record
INSERT INTO audit (person, agency, action, target, before, after) VALUES ($1, $2, $3, $4, $5, $6);

-- name: latest -> AuditEntry
SELECT id, at, person, agency, action, target, before, after
FROM audit WHERE ($1::text IS NULL OR action = $1) ORDER BY id DESC LIMIT $2;
