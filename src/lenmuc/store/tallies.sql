-- name: tally_now -> AtLevel
SELECT level, sum(offerings)::bigint AS offerings, sum(filings)::bigint AS filings, sum(unfiled)::bigint AS unfiled,
       sum(counted)::bigint AS counted, sum(silent)::bigint AS silent, sum(online)::bigint AS online,
       sum(comparable)::bigint AS comparable
FROM tally WHERE scheme = $1 AND ($2::text IS NULL OR agency = $2)
GROUP BY level ORDER BY level;

-- name: tally_of_day -> AtLevel
SELECT level, sum(offerings)::bigint AS offerings, sum(filings)::bigint AS filings, sum(unfiled)::bigint AS unfiled,
       sum(counted)::bigint AS counted, sum(silent)::bigint AS silent, sum(online)::bigint AS online,
       sum(comparable)::bigint AS comparable
FROM tally_day WHERE scheme = $1 AND ($2::text IS NULL OR agency = $2) AND day <= $3
GROUP BY level ORDER BY level;

-- name: tally_changes -> ChangedOn
SELECT day, level, sum(offerings)::bigint AS offerings, sum(filings)::bigint AS filings, sum(unfiled)::bigint AS unfiled,
       sum(counted)::bigint AS counted, sum(silent)::bigint AS silent, sum(online)::bigint AS online,
       sum(comparable)::bigint AS comparable
FROM tally_day WHERE scheme = $1 AND ($2::text IS NULL OR agency = $2)
GROUP BY day, level ORDER BY day, level;

-- name: tally_changes_of_tier -> ChangedOn
SELECT t.day, t.level, sum(t.offerings)::bigint AS offerings, sum(t.filings)::bigint AS filings,
       sum(t.unfiled)::bigint AS unfiled, sum(t.counted)::bigint AS counted, sum(t.silent)::bigint AS silent,
       sum(t.online)::bigint AS online, sum(t.comparable)::bigint AS comparable
FROM tally_day t JOIN agency a ON a.code = t.agency WHERE t.scheme = $1 AND a.tier = $2
GROUP BY t.day, t.level ORDER BY t.day, t.level;

-- name: tally_by_agency -> AtAgencyLevel
SELECT agency, level, offerings, filings, unfiled, counted, silent, online, comparable
FROM tally WHERE scheme = $1 AND offerings > 0 ORDER BY agency, level;

-- name: tally_by_agency_of_day -> AtAgencyLevel
SELECT agency, level, sum(offerings)::bigint AS offerings, sum(filings)::bigint AS filings, sum(unfiled)::bigint AS unfiled,
       sum(counted)::bigint AS counted, sum(silent)::bigint AS silent, sum(online)::bigint AS online,
       sum(comparable)::bigint AS comparable
FROM tally_day WHERE scheme = $1 AND day <= $2
GROUP BY agency, level HAVING sum(offerings) > 0 ORDER BY agency, level;

-- name: criteria_of_law
SELECT DISTINCT criterion FROM answer
WHERE blocker = 'law' AND value = 'not_met' AND ($1::text IS NULL OR agency IN ('', $1))
ORDER BY criterion;

-- Offerings below a level for whose criteria, up to that level, the answer that counts there says that the law bars
-- them. $4 are criteria that a record makes void, written "criterion service".
-- name: barred -> Barred
WITH law AS (
    SELECT criterion, agency, service FROM answer
    WHERE blocker = 'law' AND value = 'not_met' AND criterion = ANY ($3::text[]) AND ($2::text IS NULL OR agency IN ('', $2))
)
SELECT o.level, count(*)::bigint AS offerings, coalesce(sum(o.filings), 0)::bigint AS filings
FROM current_offering o
WHERE ($2::text IS NULL OR o.agency = $2) AND o.level < $1
  AND EXISTS (SELECT 1 FROM law l
              WHERE l.agency IN ('', o.agency) AND l.service IN ('', o.service)
                AND l.criterion || ' ' || o.service <> ALL ($4::text[])
                AND NOT EXISTS (SELECT 1 FROM answer a
                                WHERE a.criterion = l.criterion AND a.agency IN ('', o.agency)
                                  AND a.service IN ('', o.service)
                                  AND (a.service <> '', a.agency <> '') > (l.service <> '', l.agency <> '')))
GROUP BY o.level ORDER BY o.level;

-- The words of core.reviews.status, counted: see there for what each means.
-- name: count_verified -> Reviewed
SELECT count(*) FILTER (WHERE $3 < last)::bigint AS verified,
       coalesce(sum(filings) FILTER (WHERE $3 < last), 0)::bigint AS verified_filings,
       count(*) FILTER (WHERE $3 >= last + $4::int)::bigint AS lapsed,
       coalesce(sum(filings) FILTER (WHERE $3 >= last + $4::int), 0)::bigint AS lapsed_filings,
       count(*)::bigint AS ever
FROM (SELECT least(r.verified_until + 1, r.changed) AS last, o.filings
      FROM review r JOIN current_offering o ON o.service = r.service AND o.agency = r.agency
      WHERE r.scheme = $1 AND ($2::text IS NULL OR r.agency = $2) AND r.state = 'verified'
        AND r.verified_level = o.level) held;
