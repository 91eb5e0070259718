-- name: take_key
SELECT pg_try_advisory_xact_lock(hashtextextended('kept_reply ' || $1::bigint || ' ' || $2::text, 0));

-- name: forget_old
DELETE FROM kept_reply WHERE (person, key) IN (
    SELECT person, key FROM kept_reply WHERE at <= now() - interval '1 day' LIMIT 100 FOR UPDATE SKIP LOCKED);

-- name: find_reply -> Kept
SELECT asked, status, headers, body FROM kept_reply
WHERE person = $1 AND key = $2 AND at > now() - interval '1 day';

-- name: keep_reply
INSERT INTO kept_reply (person, key, asked, status, headers, body) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (person, key) DO UPDATE
SET asked = excluded.asked, status = excluded.status, headers = excluded.headers, body = excluded.body, at = now();
