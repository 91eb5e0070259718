-- name: add_piece
INSERT INTO evidence (criterion, agency, service, kind, title, link, name, media_type, size, sha256, effective,
                      expires, person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
RETURNING id;

-- name: add_chunk
INSERT INTO evidence_chunk (evidence, agency, place, content) VALUES ($1, $2, $3, $4);

-- name: find_file -> Stored
SELECT id, name, media_type, size, sha256 FROM evidence
WHERE id = $1 AND kind = 'file' AND ($2::text IS NULL OR agency IN ('', $2));

-- name: read_chunk
SELECT content FROM evidence_chunk WHERE evidence = $1 AND place = $2 AND ($3::text IS NULL OR agency IN ('', $3));

-- name: withdraw_piece
UPDATE evidence SET withdrawn_by = $2, withdrawn_at = now()
WHERE id = $1 AND criterion = $3 AND agency = $4 AND service = $5 AND withdrawn_at IS NULL;

-- name: withdrawn_at -> Withdrawn
SELECT e.id, e.kind, e.title, e.link, e.name, e.size, p.name AS by, e.withdrawn_at AS at
FROM evidence e JOIN person p ON p.id = e.withdrawn_by
WHERE e.criterion = $1 AND e.agency = $2 AND e.service = $3
ORDER BY e.withdrawn_at DESC, e.id DESC
LIMIT 50;


-- name: public_evidence -> Shown
SELECT criterion, kind, title, link, day FROM public_evidence($1, $2, $3);
