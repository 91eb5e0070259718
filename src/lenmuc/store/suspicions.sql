-- Answers "not applicable" by hand since a day, and what stood there before. What counts more narrowly keeps an answer
-- from an offering. An entry of the log names its place as store/audit.py does.
-- name: voids -> Void
SELECT a.service, a.agency, reached.filings, reached.level, a.criterion, hanoi_day(a.at) AS day,
       coalesce(before.value, '') AS was, a.decision
FROM answer a
CROSS JOIN LATERAL (
    SELECT count(*) AS offerings, sum(o.filings)::bigint AS filings, max(o.level) AS level
    FROM current_offering o
    WHERE a.agency IN ('', o.agency) AND a.service IN ('', o.service)
      AND NOT EXISTS (SELECT 1 FROM answer n WHERE n.criterion = a.criterion AND n.agency IN ('', o.agency)
                        AND n.service IN ('', o.service)
                        AND (n.service <> '', n.agency <> '') > (a.service <> '', a.agency <> ''))) reached
LEFT JOIN LATERAL (
    SELECT e.after ->> 'value' AS value FROM audit e
    WHERE e.target = rtrim(a.criterion || ' ' || CASE WHEN a.agency = '' AND a.service = '' THEN 'platform'
                                                      WHEN a.service = '' THEN 'agency' WHEN a.agency = '' THEN 'service'
                                                      ELSE 'offering' END || ' ' || a.service || ' ' || a.agency)
      AND e.action = 'answer' AND hanoi_day(e.at) < $1
    ORDER BY e.id DESC LIMIT 1) before ON true
WHERE a.value = 'not_applicable' AND hanoi_day(a.at) >= $1 AND reached.offerings > 0;

-- Offerings that answers since a day have raised above where they stood on it; $3 are the criteria that define levels.
-- name: rises -> Rise
WITH risen AS (
    SELECT offering, max(at) AS at FROM level_change
    WHERE scheme = $1 AND hanoi_day(at) >= $2 AND to_level > from_level AND (cause LIKE 'answer %' OR cause LIKE 'batch %')
    GROUP BY offering
)
SELECT o.service, o.agency, o.filings, o.level, before.level AS was, hanoi_day(r.at) AS day,
       EXISTS (SELECT 1 FROM answer a
               WHERE a.criterion = ANY ($3::text[]) AND a.agency IN ('', o.agency) AND a.service IN ('', o.service)
                 AND hanoi_day(a.at) >= $2 AND a.value = 'met' AND (a.evidence <> '{}' OR a.pieces <> '{}')) AS fresh
FROM risen r JOIN current_offering o ON o.id = r.offering
CROSS JOIN LATERAL (SELECT coalesce(c.from_level, c.to_level) AS level FROM level_change c
                    WHERE c.offering = r.offering AND c.scheme = $1 AND hanoi_day(c.at) >= $2
                    ORDER BY c.at, c.id LIMIT 1) before
WHERE o.level > before.level;

-- name: quiets -> Quiet
SELECT service, agency, filings, level, online_filings AS online FROM current_offering
WHERE level = 4 AND online_filings = 0;
