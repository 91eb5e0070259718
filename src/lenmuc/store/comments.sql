-- name: comments_at -> Comment
SELECT c.id, c.criterion, c.agency, c.service, c.person, p.name AS by, c.at, c.withdrawn,
       CASE WHEN c.withdrawn IS NULL THEN c.text ELSE '' END AS text, f.holds
FROM comment c JOIN person p ON p.id = c.person LEFT JOIN inspection_finding f ON f.comment = c.id
WHERE c.criterion = $1 AND c.agency = $2 AND c.service = $3
ORDER BY c.id;

-- name: count_comments -> Count
SELECT criterion, count(*)::int AS comments FROM comment
WHERE withdrawn IS NULL AND ((agency = $1 AND service = $2) OR (agency = $1 AND service = '' AND $1 <> ''))
GROUP BY criterion;

-- name: add_comment
INSERT INTO comment (criterion, agency, service, text, person) VALUES ($1, $2, $3, $4, $5) RETURNING id;

-- name: find_comment -> Comment
SELECT c.id, c.criterion, c.agency, c.service, c.person, p.name AS by, c.at, c.withdrawn,
       CASE WHEN c.withdrawn IS NULL THEN c.text ELSE '' END AS text, f.holds
FROM comment c JOIN person p ON p.id = c.person LEFT JOIN inspection_finding f ON f.comment = c.id WHERE c.id = $1;

-- name: withdraw_comment
UPDATE comment SET withdrawn = now() WHERE id = $1 AND person = $2 AND withdrawn IS NULL;
