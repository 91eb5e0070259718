-- Everything that is stored although it follows from other rows, counted again: how many rows differ, and one of them.

-- Levels as they should be come as in move_levels (offerings.sql). $9 is empty for the main scheme.
-- name: levels -> Differ
WITH result AS (
    SELECT n, level, missing::text[] FROM unnest($1::int[], $2::smallint[], $3::text[]) AS r (n, level, missing)
), usual AS (
    SELECT * FROM unnest($4::text[], $5::int[]) AS u (service, n)
), own AS (
    SELECT * FROM unnest($6::text[], $7::text[], $8::int[]) AS w (service, agency, n)
)
SELECT count(*) AS rows, coalesce(min(service || ' ' || agency), '') AS example
FROM current_offering o LEFT JOIN usual u USING (service) LEFT JOIN own w USING (service, agency)
LEFT JOIN result r ON r.n = coalesce(w.n, u.n)
LEFT JOIN standing s ON s.offering = o.id AND s.scheme = $9
WHERE CASE WHEN $9 = '' THEN (o.level, o.missing) ELSE (s.level, s.missing) END IS DISTINCT FROM (r.level, r.missing);

-- name: services -> Differ
SELECT count(*) AS rows, coalesce(min(s.code), '') AS example
FROM service s JOIN (SELECT service, coalesce(sum(filings), 0) AS filings, array_agg(DISTINCT level ORDER BY level) AS levels
                     FROM current_offering GROUP BY service) r ON r.service = s.code
WHERE (s.filings, s.levels) IS DISTINCT FROM (r.filings, r.levels);

-- name: tallies -> Differ
WITH here AS (
    SELECT '' AS scheme, agency, level, filings, online_filings AS online FROM offering
    UNION ALL
    SELECT s.scheme, o.agency, s.level, o.filings, o.online_filings FROM standing s JOIN offering o ON o.id = s.offering
), scratch AS (
    SELECT scheme, agency, level, count(*) AS offerings, coalesce(sum(filings), 0) AS filings,
           count(*) - count(filings) AS unfiled, count(online) AS counted, count(*) FILTER (WHERE online = 0) AS silent,
           coalesce(sum(online) FILTER (WHERE filings IS NOT NULL), 0) AS online,
           coalesce(sum(filings) FILTER (WHERE online IS NOT NULL), 0) AS comparable
    FROM here GROUP BY scheme, agency, level
), days AS (
    SELECT scheme, agency, level, sum(offerings) AS offerings, sum(filings) AS filings, sum(unfiled) AS unfiled,
           sum(counted) AS counted, sum(silent) AS silent, sum(online) AS online, sum(comparable) AS comparable
    FROM tally_day GROUP BY scheme, agency, level
), stored AS (
    SELECT scheme, agency, level, offerings, filings, unfiled, counted, silent, online, comparable FROM tally
), differ AS (
    SELECT scheme, agency, level FROM (
        (SELECT * FROM scratch EXCEPT SELECT * FROM stored)
        UNION ALL (SELECT * FROM stored WHERE offerings <> 0 EXCEPT SELECT * FROM scratch)
        UNION ALL (SELECT * FROM scratch EXCEPT SELECT * FROM days)
        UNION ALL (SELECT * FROM days WHERE offerings <> 0 EXCEPT SELECT * FROM scratch)) d
)
SELECT count(*) AS rows, coalesce(min(concat_ws(' ', scheme, agency, level)), '') AS example FROM differ;

-- name: counts -> Differ
WITH scratch AS (
    SELECT agency, quarter, count(filings) AS offerings, coalesce(sum(filings), 0) AS filings,
           coalesce(sum(online), 0) AS online, coalesce(sum(filings) FILTER (WHERE online IS NOT NULL), 0) AS online_of,
           count(online) AS online_known, coalesce(sum(on_time), 0) AS on_time,
           coalesce(sum(filings) FILTER (WHERE on_time IS NOT NULL), 0) AS on_time_of, count(on_time) AS on_time_known,
           coalesce(sum(paid_online), 0) AS paid, coalesce(sum(filings) FILTER (WHERE paid_online IS NOT NULL), 0) AS paid_of,
           count(paid_online) AS paid_known
    FROM filing_count GROUP BY agency, quarter
), differ AS (
    SELECT agency, quarter FROM (
        (SELECT * FROM scratch EXCEPT SELECT * FROM count_tally)
        UNION ALL (SELECT * FROM count_tally EXCEPT SELECT * FROM scratch)) d
)
SELECT count(*) AS rows, coalesce(min(agency || ' ' || quarter), '') AS example FROM differ;

-- name: ratings -> Differ
WITH scratch AS (
    SELECT r.service, r.agency, date_trunc('quarter', r.day::timestamp)::date AS quarter, c.content,
           count(*) FILTER (WHERE c.step = 3) AS very, count(*) FILTER (WHERE c.step = 2) AS satisfied,
           count(*) FILTER (WHERE c.step = 1) AS unsatisfied
    FROM rating r CROSS JOIN LATERAL (VALUES ('overall', r.overall), ('convenience', r.convenience),
         ('timeliness', r.timeliness), ('attitude', r.attitude)) AS c (content, step)
    WHERE c.step IS NOT NULL GROUP BY r.service, r.agency, quarter, c.content
), sums AS (
    SELECT agency, quarter, content, sum(very) AS very, sum(satisfied) AS satisfied, sum(unsatisfied) AS unsatisfied,
           coalesce(sum(very) FILTER (WHERE very + satisfied + unsatisfied >= 5), 0) AS seen_very,
           coalesce(sum(satisfied) FILTER (WHERE very + satisfied + unsatisfied >= 5), 0) AS seen_satisfied,
           coalesce(sum(unsatisfied) FILTER (WHERE very + satisfied + unsatisfied >= 5), 0) AS seen_unsatisfied
    FROM scratch GROUP BY agency, quarter, content
), differ AS (
    SELECT agency, quarter FROM (
        (SELECT * FROM scratch EXCEPT SELECT * FROM rating_tally)
        UNION ALL (SELECT * FROM rating_tally EXCEPT SELECT * FROM scratch)) d
    UNION ALL
    SELECT agency, quarter FROM (
        (SELECT * FROM sums EXCEPT SELECT * FROM rating_sum)
        UNION ALL (SELECT * FROM rating_sum EXCEPT SELECT * FROM sums)) e
)
SELECT count(*) AS rows, coalesce(min(agency || ' ' || quarter), '') AS example FROM differ;

-- Search puts names in this order; the key is made from the name by the program.
-- name: names
SELECT 'service' AS kind, code, name, sort_key FROM service UNION ALL SELECT 'agency', code, name, sort_key FROM agency;
