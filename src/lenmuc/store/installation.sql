-- name: size -> Size
SELECT pg_database_size(current_database()) AS bytes, current_setting('server_version') AS postgres,
       (SELECT count(*) FROM migration WHERE name LIKE '0%')::int AS steps,
       (SELECT name FROM migration WHERE name LIKE '0%' ORDER BY name DESC LIMIT 1) AS last_step,
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())::int AS connections,
       current_setting('max_connections')::int AS most_connections,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS read_only,
       coalesce((SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()), 0) AS damaged;

-- With the indexes and the long values.
-- name: tables -> Table
SELECT c.relname::text AS name, pg_total_relation_size(c.oid) AS bytes, greatest(c.reltuples, 0)::bigint AS rows
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
ORDER BY bytes DESC, name LIMIT 8;

-- Work that goes on in the background: what is at work, what failed in the last 30 days, when one began last.
-- name: jobs -> Job
SELECT 'roadmaps' AS kind, count(*) FILTER (WHERE status = 'computing')::int AS at_work,
       count(*) FILTER (WHERE status = 'failed' AND created > now() - interval '30 days')::int AS failed,
       min(created) FILTER (WHERE status = 'computing') AS oldest, max(created) AS last FROM roadmap
UNION ALL
SELECT 'studies', count(*) FILTER (WHERE status = 'computing')::int,
       count(*) FILTER (WHERE status = 'failed' AND at > now() - interval '30 days')::int,
       min(at) FILTER (WHERE status = 'computing'), max(at) FROM study
UNION ALL
SELECT 'imports', count(*) FILTER (WHERE state IN ('reading', 'writing'))::int,
       count(*) FILTER (WHERE state = 'failed' AND begun > now() - interval '30 days')::int,
       min(begun) FILTER (WHERE state IN ('reading', 'writing')), max(begun) FROM import_job
UNION ALL
SELECT 'checks', count(*) FILTER (WHERE state IN ('running', 'stopping'))::int,
       count(*) FILTER (WHERE state = 'failed' AND started > now() - interval '30 days')::int,
       min(started) FILTER (WHERE state IN ('running', 'stopping')), max(started) FROM check_run;

-- The last entry of each of these deeds.
-- name: upkeep -> Kept
SELECT DISTINCT ON (action) action, at, after FROM audit WHERE action = ANY ($1::text[]) ORDER BY action, id DESC;
