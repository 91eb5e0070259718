-- name: keep_key
INSERT INTO post_key (day, key) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING;

-- name: key_of
SELECT key FROM post_key WHERE day = $1;

-- name: forget_keys
DELETE FROM post_key WHERE day < $1;

-- name: forget_counts
DELETE FROM post_count WHERE since <= clock_timestamp() - interval '1 day';

-- name: count_post -> Counted
INSERT INTO post_count AS c (sender, since, posts) VALUES ($1, clock_timestamp(), 1)
ON CONFLICT (sender) DO UPDATE
SET since = CASE WHEN c.since <= clock_timestamp() - make_interval(secs => $2) THEN clock_timestamp() ELSE c.since END,
    posts = CASE WHEN c.since <= clock_timestamp() - make_interval(secs => $2) THEN 1 ELSE c.posts + 1 END
RETURNING posts, ceil(extract(epoch FROM since + make_interval(secs => $2) - clock_timestamp()))::int AS left;
