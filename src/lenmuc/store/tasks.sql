-- name: add_task
INSERT INTO task (programme, agency, name, due, proof, person) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: change_task
UPDATE task SET name = $2, due = $3, proof = $4, person = $5, at = now(), version = version + 1
WHERE id = $1 AND version = $6 AND withdrawn IS NULL;

-- name: withdraw_task
UPDATE task SET withdrawn = now(), person = $2, at = now(), version = version + 1
WHERE id = $1 AND version = $3 AND withdrawn IS NULL;

-- Held until the transaction ends, so that of two who report or decide at once the later one sees the other.
-- name: lock_task
SELECT pg_advisory_xact_lock(7264002, $1::int);

-- Those that stood at a moment, with their last step by then; as they are worded today.
-- name: list_tasks -> Task
SELECT t.id, t.programme, g.name AS programme_name, g.name_en AS programme_name_en, t.agency, a.name AS agency_name,
       a.name_en AS agency_name_en, t.name, t.due, t.proof, t.version, t.created, t.withdrawn,
       coalesce(s.kind, 'open') AS step, s.id AS last, s.at AS moved, hanoi_day(r.at) AS reported
FROM task t JOIN programme g ON g.id = t.programme JOIN agency a ON a.code = t.agency
LEFT JOIN LATERAL (SELECT x.id, x.kind, x.at FROM task_report x WHERE x.task = t.id AND x.at < $1
                   ORDER BY x.id DESC LIMIT 1) s ON true
LEFT JOIN LATERAL (SELECT x.at FROM task_report x WHERE x.task = t.id AND x.at < $1 AND x.kind = 'reported'
                   ORDER BY x.id DESC LIMIT 1) r ON true
WHERE t.created < $1 AND (t.withdrawn IS NULL OR t.withdrawn >= $1)
  AND ($2::bigint IS NULL OR t.programme = $2) AND ($3::text IS NULL OR t.agency = $3)
ORDER BY t.due, t.id;

-- name: find_task -> Task
SELECT t.id, t.programme, g.name AS programme_name, g.name_en AS programme_name_en, t.agency, a.name AS agency_name,
       a.name_en AS agency_name_en, t.name, t.due, t.proof, t.version, t.created, t.withdrawn,
       coalesce(s.kind, 'open') AS step, s.id AS last, s.at AS moved, hanoi_day(r.at) AS reported
FROM task t JOIN programme g ON g.id = t.programme JOIN agency a ON a.code = t.agency
LEFT JOIN LATERAL (SELECT x.id, x.kind, x.at FROM task_report x WHERE x.task = t.id ORDER BY x.id DESC LIMIT 1) s ON true
LEFT JOIN LATERAL (SELECT x.at FROM task_report x WHERE x.task = t.id AND x.kind = 'reported'
                   ORDER BY x.id DESC LIMIT 1) r ON true
WHERE t.id = $1;

-- name: add_report
INSERT INTO task_report (task, agency, kind, text, link, person) VALUES ($1, $2, $3, $4, $5, $6);

-- name: reports -> Report
SELECT x.id, x.kind, x.text, x.link, p.name AS by, x.at
FROM task_report x JOIN person p ON p.id = x.person WHERE x.task = $1 ORDER BY x.id DESC;

-- name: people_of
SELECT id FROM person WHERE active AND role IN ('staff', 'lead') AND agency = $1 ORDER BY id;

-- name: giver_of
SELECT person FROM task WHERE id = $1;
