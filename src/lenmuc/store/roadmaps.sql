-- name: start_roadmap
INSERT INTO roadmap (name, agency, scheme, status, settings, person) VALUES ($1, $2, $3, 'computing', $4, $5)
RETURNING id;

-- name: finish_roadmap
UPDATE roadmap SET status = 'ready', problem = $2, solution = $3, summary = $4, finished = now()
WHERE id = $1 AND status = 'computing';

-- name: fail_roadmap
UPDATE roadmap SET status = 'failed', failure = $2, finished = now() WHERE id = $1 AND status = 'computing';

-- name: fail_abandoned
UPDATE roadmap SET status = 'failed', failure = $1, finished = now() WHERE status = 'computing';

-- name: publish_roadmap
UPDATE roadmap SET published = $2 WHERE id = $1 AND status = 'ready';

-- name: find_roadmap -> Roadmap
SELECT r.id, r.name, r.agency, r.scheme, r.status, r.published, r.settings, r.summary, r.failure, p.name AS by,
       r.created, r.finished
FROM roadmap r JOIN person p ON p.id = r.person WHERE r.id = $1;

-- name: list_roadmaps -> Roadmap
SELECT r.id, r.name, r.agency, r.scheme, r.status, r.published, r.settings, r.summary, r.failure, p.name AS by,
       r.created, r.finished
FROM roadmap r JOIN person p ON p.id = r.person
WHERE ($1::text IS NULL OR r.agency IN ('', $1)) AND (NOT $2::boolean OR r.published)
ORDER BY r.created DESC, r.id DESC LIMIT 100;

-- name: read_plan -> StoredPlan
SELECT problem, solution FROM roadmap WHERE id = $1 AND status = 'ready';
