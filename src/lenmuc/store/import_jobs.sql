-- One import at a time is begun.
-- name: hold_jobs
SELECT pg_advisory_xact_lock(7264019);

-- name: add_job
INSERT INTO import_job (mapping, files, person) SELECT $1, $2, $3
WHERE NOT EXISTS (SELECT FROM import_job WHERE state IN ('reading', 'writing')) RETURNING id;

-- name: begin_writing
UPDATE import_job SET state = 'writing', seen = now(), rows_read = 0, moved = false
WHERE id = $1 AND state = 'ready' AND NOT EXISTS (SELECT FROM import_job WHERE state IN ('reading', 'writing'))
RETURNING id;

-- name: beat
UPDATE import_job SET seen = now(), rows_read = $2 WHERE id = $1 AND state IN ('reading', 'writing');

-- name: is_dropped
SELECT state = 'dropped' FROM import_job WHERE id = $1;

-- name: show_job
UPDATE import_job SET state = 'ready', seen = now(), report = $2, notes = $3, moved = $4
WHERE id = $1 AND state IN ('reading', 'writing');

-- The cells are kept with the run now, if there is one.
-- name: end_job
UPDATE import_job SET state = 'done', ended = now(), run = $2, report = $3,
    notes = CASE WHEN $2::bigint IS NULL THEN notes ELSE '[]' END
WHERE id = $1 AND state = 'writing';

-- name: fail_job
UPDATE import_job SET state = 'failed', ended = now(), failure = $2 WHERE id = $1 AND state IN ('reading', 'writing');

-- name: drop_job
UPDATE import_job SET state = 'dropped', ended = now(), notes = '[]' WHERE id = $1 AND state IN ('reading', 'ready')
RETURNING id;

-- name: fail_dead
UPDATE import_job SET state = 'failed', ended = now(), failure = $1
WHERE state IN ('reading', 'writing') AND seen < now() - interval '2 minutes';

-- name: drop_old
UPDATE import_job SET state = 'dropped', ended = now(), notes = '[]'
WHERE state = 'ready' AND seen < now() - interval '1 day';

-- name: find_job -> Job
SELECT j.id, j.mapping, j.files, p.name AS by, j.state, j.rows_read, j.begun, j.ended, j.moved, j.report, j.failure, j.run
FROM import_job j JOIN person p ON p.id = j.person WHERE j.id = $1;

-- name: list_jobs -> Job
SELECT j.id, j.mapping, j.files, p.name AS by, j.state, j.rows_read, j.begun, j.ended, j.moved, j.report, j.failure, j.run
FROM import_job j JOIN person p ON p.id = j.person WHERE j.run IS NULL
ORDER BY j.state IN ('reading', 'ready', 'writing') DESC, j.id DESC LIMIT 20;

-- Folders of these are still needed.
-- name: living
SELECT id FROM import_job WHERE state IN ('reading', 'ready', 'writing');

-- name: notes_of_job -> KeptNote
SELECT n.value ->> 'kind' AS kind, n.value ->> 'file' AS file, (n.value ->> 'row')::int AS row,
       n.value ->> 'column' AS column, n.value ->> 'value' AS value, n.value -> 'why' AS why, count(*) OVER ()::int AS total
FROM import_job j, jsonb_array_elements(j.notes) WITH ORDINALITY AS n (value, place)
WHERE j.id = $1 AND ($2::text IS NULL OR n.value ->> 'kind' = $2) ORDER BY n.place LIMIT $3 OFFSET $4;

-- name: notes_of_run -> KeptNote
SELECT n.value ->> 'kind' AS kind, n.value ->> 'file' AS file, (n.value ->> 'row')::int AS row,
       n.value ->> 'column' AS column, n.value ->> 'value' AS value, n.value -> 'why' AS why, count(*) OVER ()::int AS total
FROM import_run r, jsonb_array_elements(r.notes) WITH ORDINALITY AS n (value, place)
WHERE r.id = $1 AND ($2::text IS NULL OR n.value ->> 'kind' = $2) ORDER BY n.place LIMIT $3 OFFSET $4;
