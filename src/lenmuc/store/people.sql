-- name: find_by_email -> Account
SELECT id, email, name, role, coalesce(agency, '') AS agency, active, password_hash
FROM person WHERE email = $1;

-- name: find_person -> Person
SELECT id, email, name, role, coalesce(agency, '') AS agency, active FROM person WHERE id = $1;

-- name: list_people -> Person
SELECT id, email, name, role, coalesce(agency, '') AS agency, active FROM person ORDER BY email;

-- name: create_person -> Person
INSERT INTO person (email, name, role, agency, password_hash, demo)
VALUES ($1, $2, $3, nullif($4::text, ''), $5, $6)
ON CONFLICT (email) DO NOTHING
RETURNING id, email, name, role, coalesce(agency, '') AS agency, active;

-- name: set_password
UPDATE person SET password_hash = $2 WHERE id = $1;

-- name: set_active
UPDATE person SET active = $2 WHERE id = $1;

-- name: create_session
INSERT INTO session (token_hash, person, csrf) VALUES ($1, $2, $3);

-- name: find_session -> Session
-- The clock of the database alone decides, so that several programs on one database agree.
SELECT p.id AS person, p.email, p.name, p.role, coalesce(p.agency, '') AS agency,
       coalesce(a.name, '') AS agency_name, s.csrf, s.created,
       s.seen < now() - interval '1 minute' AS touch_due
FROM session s JOIN person p ON p.id = s.person LEFT JOIN agency a ON a.code = p.agency
WHERE s.token_hash = $1 AND p.active
  AND s.seen > now() - interval '30 minutes' AND s.created > now() - interval '12 hours';

-- name: touch_session
UPDATE session SET seen = now() WHERE token_hash = $1 AND seen < now() - interval '1 minute';

-- name: delete_session
DELETE FROM session WHERE token_hash = $1;

-- name: delete_other_sessions
DELETE FROM session WHERE person = $1 AND token_hash <> $2;

-- name: delete_expired_sessions
DELETE FROM session WHERE seen <= now() - interval '30 minutes' OR created <= now() - interval '12 hours';

-- name: lock_attempts
SELECT pg_advisory_xact_lock(hashtextextended('sign-in ' || $1, 0));

-- name: count_attempts
SELECT count(*)::int FROM sign_in_attempt WHERE key = $1 AND at > clock_timestamp() - interval '5 minutes';

-- name: record_attempt
INSERT INTO sign_in_attempt (key, at) VALUES ($1, clock_timestamp()) RETURNING at;

-- name: forgive_attempt
DELETE FROM sign_in_attempt WHERE key = $1 AND at = $2;

-- name: clean_attempts
DELETE FROM sign_in_attempt WHERE at <= clock_timestamp() - interval '5 minutes';
