-- `fresh` are those that the snapshot in $1 did not see; `touched` the offerings that they touched, when not `wide`.
-- name: versions -> Counted
SELECT kind, sum(times)::bigint AS times, max(transaction::text::bigint) AS last, count(*)::int AS rows,
       coalesce(sum(times) FILTER (WHERE fresh), 0)::bigint AS fresh,
       coalesce(bool_or(offerings IS NULL) FILTER (WHERE fresh), false) AS wide,
       coalesce(jsonb_agg(offerings) FILTER (WHERE fresh AND offerings IS NOT NULL), '[]') AS touched,
       pg_current_snapshot()::text AS snapshot
FROM (SELECT *, $1::text IS NULL OR NOT pg_visible_in_snapshot(transaction, $1::text::pg_snapshot) AS fresh
      FROM public_change) c
GROUP BY kind ORDER BY kind;

-- name: places
SELECT id, service, agency FROM current_offering WHERE id = ANY ($1::bigint[]);

-- The newest $1 rows stay.
-- name: sum_up
WITH old AS (
    DELETE FROM public_change WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
        AND transaction < (SELECT transaction FROM public_change ORDER BY transaction DESC OFFSET $1::int LIMIT 1)
    RETURNING kind, transaction, times
)
INSERT INTO public_change (kind, transaction, times)
SELECT kind, max(transaction::text::bigint)::text::xid8, sum(times) FROM old GROUP BY kind;
