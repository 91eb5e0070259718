-- name: switch_on
UPDATE mail_switch SET on_since = now() WHERE on_since IS NULL;

-- name: switch_off
UPDATE mail_switch SET on_since = NULL WHERE on_since IS NOT NULL;

-- name: forget_events
DELETE FROM mail_event;

-- name: forget_failures
UPDATE mail_state SET tries = 0, next_try = now(), failed = NULL, failure = '' WHERE failure <> '';

-- name: reviewers_of
SELECT id FROM person
WHERE active AND id <> $3 AND ((role = 'planner' AND $1 = 'planner') OR (role = 'lead' AND $1 = 'lead' AND agency = $2));

-- name: leads_of
SELECT id FROM person WHERE active AND role = 'lead' AND agency = $1;

-- name: add_states
INSERT INTO mail_state (person)
SELECT p.id FROM person p, mail_switch w
WHERE p.id = ANY ($1::bigint[]) AND p.active AND p.mail AND w.on_since IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: add_events
INSERT INTO mail_event (person, kind, about)
SELECT p.id, $2, $3 FROM person p, mail_switch w
WHERE p.id = ANY ($1::bigint[]) AND p.active AND (p.mail OR $2 = 'test') AND w.on_since IS NOT NULL;

-- name: add_test_state
INSERT INTO mail_state (person) VALUES ($1) ON CONFLICT (person) DO UPDATE SET next_try = now();

-- name: next_person -> Addressee
-- Several programs share the queue: each takes somebody whom no other holds.
SELECT p.id, p.email, p.name, p.language, p.active AND p.mail AS wanted, s.tries
FROM mail_state s JOIN person p ON p.id = s.person
WHERE s.next_try <= now() AND EXISTS (
    SELECT FROM mail_event e
    WHERE e.person = s.person AND (e.at <= now() - make_interval(mins => $1::int) OR e.kind = 'test'))
ORDER BY s.next_try, s.person LIMIT 1
FOR UPDATE OF s SKIP LOCKED;

-- name: events_of -> Event
SELECT id, kind, about, at FROM mail_event WHERE person = $1 ORDER BY id LIMIT 200;

-- name: delete_events
DELETE FROM mail_event WHERE person = $1 AND id <= $2;

-- name: note_sent
UPDATE mail_state SET tries = 0, next_try = now(), sent = now(), failed = NULL, failure = '' WHERE person = $1;

-- name: note_failure
UPDATE mail_state SET tries = tries + 1, next_try = now() + make_interval(secs => $2::float8), failed = now(), failure = $3
WHERE person = $1;

-- name: drop_old
DELETE FROM mail_event WHERE at < now() - interval '3 days';

-- name: queue -> Queue
SELECT (SELECT count(*) FROM mail_event)::int AS events, (SELECT count(DISTINCT person) FROM mail_event)::int AS people,
       (SELECT min(at) FROM mail_event) AS oldest, (SELECT max(sent) FROM mail_state) AS sent;

-- name: failures -> Failure
SELECT p.id AS person, p.name, p.email, s.failed, s.failure,
       EXISTS (SELECT FROM mail_event e WHERE e.person = s.person) AS again
FROM mail_state s JOIN person p ON p.id = s.person
WHERE s.failed IS NOT NULL ORDER BY s.failed DESC LIMIT 100;

-- name: wishes -> Wishes
SELECT mail, language FROM person WHERE id = $1;

-- name: set_wishes
UPDATE person SET mail = $2, language = $3 WHERE id = $1;

-- name: forget_events_of
DELETE FROM mail_event WHERE person = $1;

-- name: ending -> Ending
SELECT r.id, r.service, r.agency, r.verified_until AS until, r.submitted_by, s.name AS service_name,
       s.name_en AS service_name_en, a.name AS agency_name, a.name_en AS agency_name_en
FROM review r JOIN service s ON s.code = r.service JOIN agency a ON a.code = r.agency
WHERE r.state = 'verified' AND r.verified_until <= $1
  AND r.told_until IS DISTINCT FROM r.verified_until
ORDER BY r.id LIMIT 500;

-- name: note_told
UPDATE review SET told_until = $2 WHERE id = $1 AND told_until IS DISTINCT FROM $2;

-- name: writer_of
SELECT person FROM answer WHERE criterion = $1 AND agency = $2 AND service = $3;

-- name: names_of -> Names
SELECT s.name AS service_name, s.name_en AS service_name_en, a.name AS agency_name, a.name_en AS agency_name_en
FROM service s, agency a WHERE s.code = $1 AND a.code = $2;
