-- name: start_study
INSERT INTO study (roadmap, kind, subject, person) VALUES ($1, $2, $3, $4)
ON CONFLICT (roadmap, kind, subject) DO UPDATE
SET status = 'computing', answer = NULL, failure = '', done = 0, parts = 0, beat = now(), cancelled = false,
    person = excluded.person, at = now()
WHERE study.status = 'failed'
RETURNING id;

-- name: finish_study
UPDATE study SET status = 'ready', answer = $2 WHERE id = $1 AND status = 'computing' AND NOT cancelled;

-- name: fail_study
UPDATE study SET status = 'failed', failure = $2 WHERE id = $1 AND status = 'computing';

-- name: fail_silent
UPDATE study SET status = 'failed', failure = $1 WHERE status = 'computing' AND beat < now() - $2::interval;

-- name: beat
UPDATE study SET beat = now(), done = $2, parts = $3 WHERE id = $1 AND status = 'computing' RETURNING cancelled;

-- name: cancel_study
UPDATE study SET cancelled = true WHERE roadmap = $1 AND kind = $2 AND subject = $3 AND status = 'computing';

-- name: find_study -> Study
SELECT s.id, s.kind, s.subject, s.status, s.answer, s.failure, s.done, s.parts, s.cancelled, p.name AS by, s.at
FROM study s JOIN person p ON p.id = s.person WHERE s.roadmap = $1 AND s.kind = $2 AND s.subject = $3;
