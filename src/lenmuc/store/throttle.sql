-- name: keep_key
INSERT INTO post_key (day, key) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING;

-- name: key_of
SELECT key FROM post_key WHERE day = $1;

-- name: forget_keys
DELETE FROM post_key WHERE day < $1;

-- name: forget_counts
DELETE FROM post_count WHERE since <= clock_timestamp() - interval '1 day';

-- name: count_post -> Counted
-- What seems to have begun later was counted before the clock was set back; it holds nobody up.
INSERT INTO post_count AS c (sender, since, posts) VALUES ($1, clock_timestamp(), 1)
ON CONFLICT (sender) DO UPDATE
SET since = CASE WHEN c.since BETWEEN clock_timestamp() - make_interval(secs => $2) AND clock_timestamp()
                 THEN c.since ELSE clock_timestamp() END,
    posts = CASE WHEN c.since BETWEEN clock_timestamp() - make_interval(secs => $2) AND clock_timestamp()
                 THEN c.posts + 1 ELSE 1 END
RETURNING posts, ceil(extract(epoch FROM since + make_interval(secs => $2) - clock_timestamp()))::int AS left;
