-- name: forget_old
DELETE FROM sent_form WHERE form IN (
    SELECT form FROM sent_form WHERE at <= now() - interval '1 hour' LIMIT 100 FOR UPDATE SKIP LOCKED);

-- name: take
-- Waits while another transaction has taken it. A request may take it again, for its next transaction.
INSERT INTO sent_form AS s (form, request) VALUES ($1, $2)
ON CONFLICT (form) DO UPDATE SET request = excluded.request, location = '', at = now()
WHERE s.request = excluded.request OR s.at <= now() - interval '1 hour'
RETURNING true;

-- name: location_of
SELECT location FROM sent_form WHERE form = $1;

-- name: keep_location
UPDATE sent_form SET location = $3 WHERE form = $1 AND request = $2;

-- name: forget
DELETE FROM sent_form WHERE form = $1 AND request = $2;
