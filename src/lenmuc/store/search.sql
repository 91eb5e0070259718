-- name: search_services -> ServiceHit
WITH hit AS MATERIALIZED (
    SELECT s.code, s.name, s.name_en, s.field, s.tiers, s.filings, s.folded, s.sort_key, s.words,
           CASE WHEN $2::text IS NULL THEN s.levels ELSE ARRAY[o.level] END AS levels
    FROM service s LEFT JOIN offering o ON o.service = s.code AND o.agency = $2
    WHERE ($1::text IS NULL OR s.words @@ to_tsquery('simple', $1)) AND ($2 IS NULL OR o.id IS NOT NULL)
)
SELECT code, name, name_en, field, tiers, filings, levels
FROM hit
WHERE ($3::text IS NULL OR field = $3) AND ($4::text IS NULL OR $4 = ANY (tiers))
  AND ($5::smallint IS NULL OR $5 = ANY (levels))
ORDER BY (folded = $6::text) DESC, (position(' ' || $6 || ' ' IN ' ' || folded || ' ') > 0) DESC,
         (words @@ phraseto_tsquery('simple', $6)) DESC,
         CASE WHEN $6 = '' THEN 0 ELSE length(folded) END, CASE WHEN $6 = '' THEN 0 ELSE filings END DESC,
         sort_key, code
LIMIT $7 OFFSET $8;

-- name: count_facets -> Facet
WITH hit AS MATERIALIZED (
    SELECT s.code, s.field, s.tiers,
           CASE WHEN $2::text IS NULL THEN s.levels ELSE ARRAY[o.level] END AS levels
    FROM service s LEFT JOIN offering o ON o.service = s.code AND o.agency = $2
    WHERE ($1::text IS NULL OR s.words @@ to_tsquery('simple', $1)) AND ($2 IS NULL OR o.id IS NOT NULL)
),
-- each facet is counted under the other filters, so that a person can change their mind
flagged AS MATERIALIZED (
    SELECT hit.*, ($3::text IS NULL OR field = $3) AS in_field, ($4::text IS NULL OR $4 = ANY (tiers)) AS in_tier,
           ($5::smallint IS NULL OR $5 = ANY (levels)) AS in_level
    FROM hit
)
SELECT 'total' AS facet, '' AS value, count(*)::int AS services FROM flagged WHERE in_field AND in_tier AND in_level
UNION ALL
SELECT 'field', field, count(*)::int FROM flagged WHERE in_tier AND in_level GROUP BY field
UNION ALL
SELECT 'tier', tier, count(*)::int FROM flagged, unnest(tiers) AS tier
WHERE in_field AND in_level AND tier IN ('province', 'commune') GROUP BY tier
UNION ALL
SELECT 'level', level::text, count(*)::int FROM flagged, unnest(levels) AS level WHERE in_field AND in_tier GROUP BY level
UNION ALL
SELECT 'agency', o.agency, count(*)::int FROM flagged f JOIN offering o ON o.service = f.code
WHERE $2 IS NULL AND in_field AND in_tier AND in_level GROUP BY o.agency;

-- name: most_used -> ServiceHit
SELECT code, name, name_en, field, tiers, filings, levels
FROM service WHERE cardinality(levels) > 0 ORDER BY filings DESC, sort_key, code LIMIT $1;
