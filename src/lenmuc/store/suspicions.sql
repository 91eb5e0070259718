-- Everything is looked at since the last round of an agency was closed, or since $1 where none was; what counts for all
-- agencies since any was. What counts more narrowly keeps an answer from an offering. An entry of the log names its
-- place as store/audit.py does.
-- name: voids -> Void
WITH closed AS (
    SELECT m.agency, max(r.closed) AS at FROM round r JOIN round_agency m ON m.round = r.id
    WHERE r.closed IS NOT NULL GROUP BY m.agency
)
SELECT a.service, a.agency, reached.filings, reached.level, a.criterion, hanoi_day(a.at) AS day,
       coalesce(before.value, '') AS was, a.decision
FROM answer a
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT max(c.at) FROM closed c WHERE a.agency IN ('', c.agency)), $1::timestamptz) AS at) began
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
      AND e.action = 'answer' AND e.at < began.at
    ORDER BY e.id DESC LIMIT 1) before ON true
WHERE a.value = 'not_applicable' AND a.at >= began.at AND reached.offerings > 0;

-- Offerings that answers have raised above where they stood then; $3 are the criteria that define levels.
-- name: rises -> Rise
WITH closed AS (
    SELECT m.agency, max(r.closed) AS at FROM round r JOIN round_agency m ON m.round = r.id
    WHERE r.closed IS NOT NULL GROUP BY m.agency
), risen AS (
    SELECT c.offering, max(c.at) AS at, max(coalesce(d.at, $2::timestamptz)) AS began
    FROM level_change c JOIN current_offering o ON o.id = c.offering LEFT JOIN closed d ON d.agency = o.agency
    WHERE c.scheme = $1 AND c.at >= coalesce(d.at, $2::timestamptz) AND c.to_level > c.from_level
      AND (c.cause LIKE 'answer %' OR c.cause LIKE 'batch %')
    GROUP BY c.offering
)
SELECT o.service, o.agency, o.filings, o.level, before.level AS was, hanoi_day(r.at) AS day,
       EXISTS (SELECT 1 FROM answer a
               WHERE a.criterion = ANY ($3::text[]) AND a.agency IN ('', o.agency) AND a.service IN ('', o.service)
                 AND a.at >= r.began AND a.value = 'met' AND (a.evidence <> '{}' OR a.pieces <> '{}')) AS fresh
FROM risen r JOIN current_offering o ON o.id = r.offering
CROSS JOIN LATERAL (SELECT coalesce(c.from_level, c.to_level) AS level FROM level_change c
                    WHERE c.offering = r.offering AND c.scheme = $1 AND c.at >= r.began
                    ORDER BY c.at, c.id LIMIT 1) before
WHERE o.level > before.level;

-- Answers whose last confirmation, after which nobody has changed them, follows one in the round before of the same
-- scheme; with the marks of what was shown both times.
-- name: copies -> Copy
WITH ranked AS (
    SELECT m.agency, r.id, r.scheme, row_number() OVER (PARTITION BY m.agency, r.scheme ORDER BY r.opens, r.id) AS place
    FROM round r JOIN round_agency m ON m.round = r.id
), last AS (
    SELECT DISTINCT ON (c.agency, c.service, c.criterion) c.agency, c.service, c.criterion, c.at, c.proof, k.scheme, k.place
    FROM confirmation c JOIN ranked k ON k.id = c.round AND k.agency = c.agency
    ORDER BY c.agency, c.service, c.criterion, c.at DESC, c.round DESC
)
SELECT l.service, l.agency, reached.filings, reached.level, l.criterion, hanoi_day(l.at) AS day,
       ARRAY[l.proof, b.proof] AS shown
FROM last l
JOIN ranked k ON k.agency = l.agency AND k.scheme = l.scheme AND k.place = l.place - 1
JOIN confirmation b ON (b.round, b.agency, b.service, b.criterion) = (k.id, l.agency, l.service, l.criterion)
JOIN answer a ON a.agency = l.agency AND a.service = l.service AND a.criterion = l.criterion AND a.at < l.at
CROSS JOIN LATERAL (
    SELECT count(*) AS offerings, sum(o.filings)::bigint AS filings, max(o.level) AS level
    FROM current_offering o WHERE o.agency = l.agency AND l.service IN ('', o.service)) reached
WHERE reached.offerings > 0;

-- name: quiets -> Quiet
SELECT service, agency, filings, level, online_filings AS online FROM current_offering
WHERE level = 4 AND online_filings = 0;
