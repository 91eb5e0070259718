-- name: create_provider_step
INSERT INTO provider_step (token_hash, person, language, next) VALUES ($1, $2, $3, $4);

-- name: take_provider_step -> ProviderStep
DELETE FROM provider_step WHERE token_hash = $1 AND at > now() - interval '10 minutes'
RETURNING person, language, next;

-- name: delete_expired_provider_steps
DELETE FROM provider_step WHERE at <= now() - interval '10 minutes';

-- name: find_by_subject -> Account
SELECT p.id, p.email, p.name, p.role, coalesce(p.agency, '') AS agency, p.active, p.demo, p.password_hash,
       p.password_until IS NOT NULL AND p.password_until <= now() AS too_late,
       f.since IS NOT NULL AS second_factor
FROM provider_link l JOIN person p ON p.id = l.person LEFT JOIN second_factor f ON f.person = p.id
WHERE l.issuer = $1 AND l.subject = $2;

-- name: find_link -> Link
SELECT subject, at FROM provider_link WHERE person = $1 AND issuer = $2;

-- name: create_link
INSERT INTO provider_link (issuer, subject, person) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: delete_link
DELETE FROM provider_link WHERE person = $1 AND issuer = $2;
