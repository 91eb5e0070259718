-- name: versions -> Counted
SELECT kind, sum(times)::bigint AS times, max(transaction::text::bigint) AS last, count(*)::int AS rows
FROM public_change GROUP BY kind ORDER BY kind;

-- name: sum_up
WITH old AS (
    DELETE FROM public_change WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
    RETURNING kind, transaction, times
)
INSERT INTO public_change (kind, transaction, times)
SELECT kind, max(transaction::text::bigint)::text::xid8, sum(times) FROM old GROUP BY kind;
