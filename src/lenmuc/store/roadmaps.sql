-- name: start_roadmap
INSERT INTO roadmap (name, agency, scheme, status, settings, person, scenario)
VALUES ($1, $2, $3, 'computing', $4, $5, $6)
RETURNING id;

-- name: finish_roadmap
UPDATE roadmap SET status = 'ready', problem = $2, solution = $3, summary = $4, finished = now()
WHERE id = $1 AND status = 'computing' AND NOT cancelled;

-- name: fail_roadmap
UPDATE roadmap SET status = 'failed', failure = $2, causes = $3, finished = now()
WHERE id = $1 AND status = 'computing';

-- name: fail_abandoned
UPDATE roadmap SET status = 'failed', failure = $1, finished = now()
WHERE status = 'computing' AND beat < now() - $2::interval;

-- name: beat
UPDATE roadmap SET beat = now(), progress = coalesce($2::jsonb, progress) WHERE id = $1 AND status = 'computing'
RETURNING cancelled;

-- name: cancel_roadmap
UPDATE roadmap SET cancelled = true WHERE id = $1 AND status = 'computing';

-- name: one_approval_at_a_time
SELECT pg_advisory_xact_lock(7264001);

-- name: end_baseline
UPDATE roadmap SET baseline = false WHERE baseline AND agency = (SELECT agency FROM roadmap WHERE id = $1);

-- name: approve_roadmap
UPDATE roadmap SET baseline = true, published = true, approved = now(), approved_by = $2
WHERE id = $1 AND status = 'ready';

-- name: publish_roadmap
UPDATE roadmap SET published = $2 WHERE id = $1 AND status = 'ready' AND NOT baseline;

-- name: find_roadmap -> Roadmap
SELECT r.id, r.name, r.agency, r.scheme, r.status, r.published, r.settings, r.summary, r.failure, p.name AS by,
       r.created, r.finished, r.scenario, r.progress, r.cancelled, r.causes, r.baseline, r.approved,
       coalesce(a.name, '') AS approved_by
FROM roadmap r JOIN person p ON p.id = r.person LEFT JOIN person a ON a.id = r.approved_by WHERE r.id = $1;

-- name: list_roadmaps -> Roadmap
SELECT r.id, r.name, r.agency, r.scheme, r.status, r.published, r.settings, r.summary, r.failure, p.name AS by,
       r.created, r.finished, r.scenario, r.progress, r.cancelled, r.causes, r.baseline, r.approved,
       coalesce(a.name, '') AS approved_by
FROM roadmap r JOIN person p ON p.id = r.person LEFT JOIN person a ON a.id = r.approved_by
WHERE ($1::text IS NULL OR r.agency IN ('', $1)) AND (NOT $2::boolean OR r.published)
  AND ($4::boolean IS NULL OR (r.baseline, r.created, r.id) < ($4, $5::timestamptz, $6::bigint))
ORDER BY r.baseline DESC, r.created DESC, r.id DESC LIMIT $3;

-- name: baseline_of
SELECT id FROM roadmap WHERE baseline AND agency = $1;

-- name: read_plan -> StoredPlan
SELECT problem, solution FROM roadmap WHERE id = $1 AND status = 'ready';

-- name: of_scenario -> Roadmap
SELECT r.id, r.name, r.agency, r.scheme, r.status, r.published, r.settings, r.summary, r.failure, p.name AS by,
       r.created, r.finished, r.scenario, r.progress, r.cancelled, r.causes, r.baseline, r.approved,
       coalesce(a.name, '') AS approved_by
FROM roadmap r JOIN person p ON p.id = r.person LEFT JOIN person a ON a.id = r.approved_by
WHERE r.scenario = $1 ORDER BY r.created DESC, r.id DESC LIMIT 20;

-- name: levels_at -> LevelsAt
SELECT count(*) FILTER (WHERE level >= 3)::int AS at_3, count(*) FILTER (WHERE level >= 4)::int AS at_4,
       count(*) FILTER (WHERE level IS NULL)::int AS unknown
FROM (
    SELECT CASE WHEN later.offering IS NULL THEN o.level ELSE later.from_level END AS level
    FROM current_offering o LEFT JOIN LATERAL (
        SELECT c.offering, c.from_level FROM level_change c
        WHERE c.offering = o.id AND c.scheme = $1 AND c.at >= $3 ORDER BY c.at, c.id LIMIT 1) later ON true
    WHERE $2 = '' OR o.agency = $2) AS then_;
