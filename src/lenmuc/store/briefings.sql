-- name: list_briefings -> Frozen
SELECT b.id, b.quarter, b.hash, coalesce(p.name, '') AS by, b.at, b.published
FROM briefing b LEFT JOIN person p ON p.id = b.person ORDER BY b.quarter DESC;

-- name: read_briefing -> Kept
SELECT b.id, b.quarter, b.hash, coalesce(p.name, '') AS by, b.at, b.published, b.content
FROM briefing b LEFT JOIN person p ON p.id = b.person WHERE b.quarter = $1;

-- name: read_between -> Kept
SELECT b.id, b.quarter, b.hash, coalesce(p.name, '') AS by, b.at, b.published, b.content
FROM briefing b LEFT JOIN person p ON p.id = b.person WHERE b.quarter BETWEEN $1 AND $2 ORDER BY b.quarter;

-- name: freeze
INSERT INTO briefing (quarter, form, content, hash, person) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (quarter) DO NOTHING RETURNING id;

-- name: publish
UPDATE briefing SET published = $2 WHERE quarter = $1;

-- name: notes_of -> Note
SELECT n.section, n.text, p.name AS by, n.at
FROM briefing_note n JOIN person p ON p.id = n.person WHERE n.briefing = $1 ORDER BY n.at, n.id;

-- name: add_note
INSERT INTO briefing_note (briefing, section, text, person) VALUES ($1, $2, $3, $4);

-- Net moves of a span of time: each offering once, from what it had before its first change (or entered with) to what
-- its last one gave.
-- name: moved -> Moved
SELECT o.agency, m.was, m.became, count(*)::int AS offerings, count(*) FILTER (WHERE m.fresh)::int AS fresh,
       coalesce(sum(o.filings), 0)::bigint AS filings
FROM (SELECT offering, (array_agg(coalesce(from_level, to_level) ORDER BY at, id))[1] AS was,
             (array_agg(to_level ORDER BY at DESC, id DESC))[1] AS became, bool_or(from_level IS NULL) AS fresh
      FROM level_change WHERE scheme = $1 AND at >= $2 AND at < $3 GROUP BY offering) m
     JOIN current_offering o ON o.id = m.offering
GROUP BY o.agency, m.was, m.became ORDER BY o.agency, m.was, m.became;

-- name: verified_by_agency
SELECT agency, count(DISTINCT target)::int AS levels FROM audit
WHERE action = 'review verified' AND at >= $1 AND at < $2 GROUP BY agency;

-- name: waiting_reviews -> Waits
SELECT count(*)::int AS waiting, (min(submitted_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS oldest
FROM review WHERE state = 'submitted' AND scheme = $1;

-- name: filings_are_illustrative
SELECT EXISTS (SELECT FROM current_offering WHERE filings_illustrative AND filings IS NOT NULL);

-- name: first_day
SELECT min(day) FROM tally_day WHERE scheme = $1;
