-- name: find_by_email -> Account
SELECT p.id, p.email, p.name, p.role, coalesce(p.agency, '') AS agency, p.active, p.demo, p.password_hash,
       p.password_until IS NOT NULL AND p.password_until <= now() AS too_late,
       f.since IS NOT NULL AS second_factor
FROM person p LEFT JOIN second_factor f ON f.person = p.id WHERE p.email = $1;

-- name: find_person -> Person
SELECT id, email, name, role, coalesce(agency, '') AS agency, active, demo FROM person WHERE id = $1;

-- name: list_people -> ListedPerson
SELECT p.id, p.email, p.name, p.role, coalesce(p.agency, '') AS agency, coalesce(a.name, '') AS agency_name,
       p.active, p.demo, p.password_until IS NOT NULL AS password_due, f.since IS NOT NULL AS second_factor
FROM person p LEFT JOIN agency a ON a.code = p.agency LEFT JOIN second_factor f ON f.person = p.id
WHERE $1::bigint IS NULL OR p.id = $1
ORDER BY p.email;

-- name: count_people
SELECT count(*)::int FROM person;

-- name: create_person -> Person
INSERT INTO person (email, name, role, agency, password_hash, demo, password_until)
VALUES ($1, $2, $3, nullif($4::text, ''), $5, $6, CASE WHEN $7::boolean THEN now() + interval '24 hours' END)
ON CONFLICT (email) DO NOTHING
RETURNING id, email, name, role, coalesce(agency, '') AS agency, active, demo;

-- name: change_person
UPDATE person SET name = $2, role = $3, agency = nullif($4::text, '') WHERE id = $1;

-- name: set_password
UPDATE person SET password_hash = $2, password_until = CASE WHEN $3::boolean THEN now() + interval '24 hours' END
WHERE id = $1;

-- name: renew_hash
UPDATE person SET password_hash = $2 WHERE id = $1;

-- name: set_active
UPDATE person SET active = $2 WHERE id = $1;

-- name: lock_people
SELECT pg_advisory_xact_lock(hashtextextended('people', 0));

-- name: create_session
INSERT INTO session (token_hash, person, csrf, by_provider, strong) VALUES ($1, $2, $3, $4, $5);

-- name: find_session -> Session
-- The clock of the database alone decides, so that several programs on one database agree.
SELECT s.id, p.id AS person, p.email, p.name, p.role, coalesce(p.agency, '') AS agency,
       coalesce(a.name, '') AS agency_name, s.csrf, s.created,
       s.seen < now() - interval '1 minute' AS touch_due, p.demo,
       p.password_until IS NOT NULL AND NOT s.by_provider AS password_due, f.since IS NOT NULL AS second_factor,
       s.by_provider, s.strong
FROM session s JOIN person p ON p.id = s.person LEFT JOIN agency a ON a.code = p.agency
     LEFT JOIN second_factor f ON f.person = p.id
WHERE s.token_hash = $1 AND p.active
  AND s.seen > now() - interval '30 minutes' AND s.created > now() - interval '12 hours';

-- name: list_sessions -> ListedSession
SELECT id, created, seen FROM session
WHERE person = $1 AND seen > now() - interval '30 minutes' AND created > now() - interval '12 hours'
ORDER BY created DESC, id DESC;

-- name: touch_session
UPDATE session SET seen = now() WHERE token_hash = $1 AND seen < now() - interval '1 minute';

-- name: renew_session
UPDATE session SET token_hash = $2 WHERE token_hash = $1;

-- name: delete_session
DELETE FROM session WHERE token_hash = $1;

-- name: delete_own_session
DELETE FROM session WHERE person = $1 AND id = $2;

-- name: delete_other_sessions
DELETE FROM session WHERE person = $1 AND token_hash <> $2;

-- name: delete_provider_sessions
DELETE FROM session WHERE person = $1 AND by_provider AND token_hash <> $2;

-- name: delete_expired_sessions
DELETE FROM session WHERE seen <= now() - interval '30 minutes' OR created <= now() - interval '12 hours';

-- name: put_first_code
INSERT INTO first_administrator (code_hash) VALUES ($1);

-- name: first_code_waits
SELECT EXISTS (SELECT FROM first_administrator WHERE at > now() - interval '24 hours')
       AND NOT EXISTS (SELECT FROM person);

-- name: first_code_fits
SELECT EXISTS (SELECT FROM first_administrator WHERE code_hash = $1 AND at > now() - interval '24 hours');

-- name: delete_first_codes
DELETE FROM first_administrator;

-- name: lock_attempts
SELECT pg_advisory_xact_lock(hashtextextended('sign-in ' || $1, 0));

-- name: count_attempts
-- What seems to come later was noted before the clock was set back; it holds nobody up.
SELECT count(*)::int FROM sign_in_attempt
WHERE key = $1 AND at > clock_timestamp() - make_interval(secs => $2) AND at <= clock_timestamp();

-- name: record_attempt
INSERT INTO sign_in_attempt (key, at) VALUES ($1, clock_timestamp()) RETURNING at;

-- name: forgive_attempt
DELETE FROM sign_in_attempt WHERE key = $1 AND at = $2;

-- name: clean_attempts
DELETE FROM sign_in_attempt WHERE at <= clock_timestamp() - make_interval(secs => $1);
