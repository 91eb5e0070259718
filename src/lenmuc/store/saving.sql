-- name: forget_old
DELETE FROM saving WHERE beat < now() - interval '10 minutes';

-- name: begin
INSERT INTO saving (id, person) VALUES ($1, $2);

-- name: beat
UPDATE saving SET beat = now(), done = $2, parts = $3 WHERE id = $1;

-- name: end
UPDATE saving SET beat = now(), status = $2, location = $3, body = $4 WHERE id = $1;

-- name: find -> Saving
SELECT done, parts, status, location, body FROM saving
WHERE id = $1 AND person = $2 AND (status IS NOT NULL OR beat > now() - interval '30 seconds');
