-- name: lock
SELECT pg_advisory_xact_lock(hashtext('filing_count'));

-- name: counts_of
SELECT service, agency, quarter, filings, online, on_time, paid_online FROM filing_count
WHERE quarter = ANY ($1::date[]);

-- name: offered
SELECT service, agency FROM current_offering;

-- name: put
INSERT INTO filing_count (service, agency, quarter, filings, online, on_time, paid_online, person)
SELECT *, $8 FROM unnest($1::text[], $2::text[], $3::date[], $4::int[], $5::int[], $6::int[], $7::int[])
ON CONFLICT (service, agency, quarter) DO UPDATE
SET filings = excluded.filings, online = excluded.online, on_time = excluded.on_time,
    paid_online = excluded.paid_online, at = now(), person = excluded.person;

-- The filings of a year follow from four quarters on end, the last of which is the last that is counted there.
-- name: feed_years
UPDATE offering o SET filings = y.filings, filings_illustrative = false, online_filings = y.online
FROM (SELECT service, agency, sum(filings)::int AS filings, CASE WHEN count(online) = 4 THEN sum(online)::int END AS online
      FROM (SELECT *, max(quarter) OVER (PARTITION BY service, agency) AS last FROM filing_count WHERE filings IS NOT NULL) q
      WHERE quarter > last - interval '1 year'
      GROUP BY service, agency HAVING count(*) = 4) y
WHERE o.service = y.service AND o.agency = y.agency
  AND (o.filings, o.filings_illustrative, o.online_filings) IS DISTINCT FROM (y.filings, false, y.online);

-- Where a quarter was taken back and no four are left on end, a year is no longer known.
-- name: forget_years
UPDATE offering o SET filings = NULL, filings_illustrative = false, online_filings = NULL
FROM unnest($1::text[], $2::text[]) AS back (service, agency)
WHERE o.service = back.service AND o.agency = back.agency AND NOT o.filings_illustrative AND NOT EXISTS (
    SELECT FROM (SELECT quarter, max(quarter) OVER () AS last FROM filing_count c
                 WHERE c.service = o.service AND c.agency = o.agency AND c.filings IS NOT NULL) q
    WHERE quarter > last - interval '1 year' HAVING count(*) = 4);

-- name: quarters -> QuarterRow
SELECT quarter, sum(offerings)::bigint AS offerings, sum(filings)::bigint AS filings, sum(online)::bigint AS online,
       sum(online_of)::bigint AS online_of, sum(online_known)::bigint AS online_known, sum(on_time)::bigint AS on_time,
       sum(on_time_of)::bigint AS on_time_of, sum(on_time_known)::bigint AS on_time_known, sum(paid)::bigint AS paid,
       sum(paid_of)::bigint AS paid_of, sum(paid_known)::bigint AS paid_known
FROM count_tally WHERE ($1::text IS NULL OR agency = $1)
GROUP BY quarter HAVING sum(offerings) > 0 ORDER BY quarter;

-- name: quarter_by_agency -> AgencyQuarterRow
SELECT agency, quarter, offerings, filings, online, online_of, online_known, on_time, on_time_of, on_time_known, paid,
       paid_of, paid_known
FROM count_tally WHERE quarter = $1 AND offerings > 0 ORDER BY agency;
