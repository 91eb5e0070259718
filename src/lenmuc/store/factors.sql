-- name: create_step
INSERT INTO sign_in_step (token_hash, person, by_provider) VALUES ($1, $2, $3);

-- name: find_step -> Account
SELECT p.id, p.email, p.name, p.role, coalesce(p.agency, '') AS agency, p.active, p.demo, p.password_hash,
       p.password_until IS NOT NULL AND p.password_until <= now() AS too_late,
       f.since IS NOT NULL AS second_factor
FROM sign_in_step s JOIN person p ON p.id = s.person LEFT JOIN second_factor f ON f.person = p.id
WHERE s.token_hash = $1 AND s.at > now() - interval '10 minutes' AND p.active;

-- name: delete_step
DELETE FROM sign_in_step WHERE token_hash = $1 RETURNING by_provider;

-- name: delete_steps_of
DELETE FROM sign_in_step WHERE person = $1;

-- name: delete_expired_steps
DELETE FROM sign_in_step WHERE at <= now() - interval '10 minutes';

-- name: find_factor -> SecondFactor
SELECT secret, since, failures FROM second_factor WHERE person = $1;

-- name: begin_factor
INSERT INTO second_factor (person, secret) VALUES ($1, $2)
ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE second_factor.since IS NULL;

-- name: confirm_factor
UPDATE second_factor SET since = now() WHERE person = $1 AND since IS NULL;

-- name: delete_factor
DELETE FROM second_factor WHERE person = $1;

-- name: current_step
SELECT floor(extract(epoch FROM clock_timestamp()) / 30)::bigint;

-- name: use_step
UPDATE second_factor SET last_step = $2, failures = 0 WHERE person = $1 AND last_step < $2;

-- name: note_failure
UPDATE second_factor SET failures = failures + 1 WHERE person = $1;

-- name: forget_failures
UPDATE second_factor SET failures = 0 WHERE person = $1;

-- name: add_recovery_codes
INSERT INTO recovery_code (person, code_hash) SELECT $1, unnest($2::bytea[]);

-- name: count_recovery_codes
SELECT count(*)::int FROM recovery_code WHERE person = $1;

-- name: use_recovery_code
DELETE FROM recovery_code WHERE person = $1 AND code_hash = $2;

-- name: delete_recovery_codes
DELETE FROM recovery_code WHERE person = $1;
