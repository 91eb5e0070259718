-- name: start_run
INSERT INTO check_run (agency, service, person)
SELECT $1, $2, $3
WHERE NOT EXISTS (SELECT FROM check_run WHERE state IN ('running', 'stopping') AND seen > now() - interval '3 minutes')
RETURNING id;

-- name: hold_runs
SELECT pg_advisory_xact_lock(74006);

-- name: note_progress
UPDATE check_run SET planned = $2, done = $3, seen = now() WHERE id = $1 RETURNING state;

-- name: end_run
UPDATE check_run SET state = $2, seen = now(), finished = now() WHERE id = $1 AND finished IS NULL;

-- name: stop_run
UPDATE check_run SET state = 'stopping' WHERE id = $1 AND state = 'running';

-- name: latest_run -> CheckRun
SELECT r.id, r.agency, r.service, coalesce(p.name, '') AS by,
       CASE WHEN r.finished IS NULL AND r.seen < now() - interval '3 minutes' THEN 'failed' ELSE r.state END AS state,
       r.planned, r.done, r.started, r.finished
FROM check_run r LEFT JOIN person p ON p.id = r.person
ORDER BY r.id DESC LIMIT 1;

-- name: links_to_check -> LinkedAnswer
SELECT w.criterion, w.agency, w.service, w.link
FROM (SELECT DISTINCT a.criterion, a.agency, a.service, l.link
      FROM answer a CROSS JOIN LATERAL (
          SELECT unnest(a.evidence) UNION SELECT e.link FROM evidence e WHERE e.id = ANY (a.pieces) AND e.kind = 'link'
      ) AS l (link)
      WHERE ($1::text IS NULL OR a.agency = $1) AND ($2::text IS NULL OR a.service = $2)) w
LEFT JOIN finding f ON f.newest AND f.kind = 'link' AND f.criterion = w.criterion AND f.agency = w.agency
    AND f.service = w.service AND f.subject = w.link
ORDER BY f.at NULLS FIRST, w.service, w.agency, w.criterion, w.link
LIMIT $3;

-- name: services_to_check
SELECT code FROM service s
WHERE ($2::text IS NULL OR s.code = $2)
  AND ($1::text IS NULL OR EXISTS (SELECT FROM current_offering o WHERE o.service = s.code AND o.agency = $1))
ORDER BY code;

-- name: newest_of_record -> RecordFinding
SELECT service, criterion, subject, result FROM finding
WHERE newest AND kind = 'record' AND agency = '' AND service = ANY ($1::text[]);

-- name: outdate
UPDATE finding f SET newest = false
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS n (kind, criterion, agency, service, subject)
WHERE f.newest AND f.kind = n.kind AND f.criterion = n.criterion AND f.agency = n.agency AND f.service = n.service
  AND (f.kind = 'record' OR f.subject = n.subject);

-- name: add_findings
INSERT INTO finding (run, kind, criterion, agency, service, subject, result, reason, params)
SELECT $1, n.kind, n.criterion, n.agency, n.service, n.subject, n.result, n.reason, n.params::jsonb
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
     AS n (kind, criterion, agency, service, subject, result, reason, params);

-- name: findings_reaching -> Finding
SELECT id, kind, criterion, agency, service, subject, result, reason, params, at FROM finding
WHERE newest AND agency IN ('', $1) AND service IN ('', $2) AND ($3::text IS NULL OR criterion = $3)
ORDER BY criterion, kind, subject;

-- name: history_reaching -> Finding
SELECT id, kind, criterion, agency, service, subject, result, reason, params, at FROM finding
WHERE NOT newest AND agency IN ('', $1) AND service IN ('', $2) AND criterion = $3
ORDER BY id DESC LIMIT 20;

-- The findings that still concern something: the record, or a link that its answer still names.
-- name: list_findings -> FoundRow
WITH beside AS (
    SELECT f.*, a.value,  coalesce(a.agency, f.agency) AS at_agency,
           coalesce(f.result = 'failed' AND a.value = 'met'
                    OR f.result = 'passed' AND f.kind <> 'link' AND a.value IN ('not_met', 'unknown'), false) AS differs
    FROM finding f
    LEFT JOIN answer a ON a.criterion = f.criterion AND a.service = f.service
        AND (f.kind = 'record' OR a.agency = f.agency AND (f.subject = ANY (a.evidence) OR EXISTS (
            SELECT FROM evidence e WHERE e.id = ANY (a.pieces) AND e.link = f.subject)))
    WHERE f.newest AND (f.kind = 'record' OR a.id IS NOT NULL)
), wanted AS MATERIALIZED (
    SELECT * FROM beside
    WHERE ($1::text IS NULL OR result = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR service = $3)
      AND ($4::text IS NULL OR at_agency = $4
           OR at_agency = '' AND EXISTS (SELECT FROM current_offering o WHERE o.service = beside.service AND o.agency = $4))
      AND (NOT $5::boolean OR differs)
)
SELECT w.id, w.kind, w.criterion, w.agency, w.service, w.subject, w.result, w.reason, w.params, w.at,
       coalesce(w.value, '') AS value, w.at_agency, w.differs, coalesce(s.name, '') AS service_name,
       coalesce(s.name_en, '') AS service_name_en, coalesce(g.name, '') AS agency_name,
       coalesce(g.name_en, '') AS agency_name_en, coalesce(o.filings, s.filings, 0)::int AS filings,
       count(*) OVER ()::int AS total
FROM wanted w LEFT JOIN service s ON s.code = w.service LEFT JOIN agency g ON g.code = w.at_agency
LEFT JOIN current_offering o ON o.service = w.service AND o.agency = w.at_agency
ORDER BY w.differs DESC, array_position(ARRAY['failed', 'inconclusive', 'passed'], w.result),
         coalesce(o.filings, s.filings, 0) DESC, w.service, w.at_agency, w.criterion, w.id
LIMIT $6 OFFSET $7;
