-- name: record
INSERT INTO audit (person, agency, action, target, before, after) VALUES ($1, $2, $3, $4, $5, $6);

-- name: latest -> AuditEntry
SELECT id, at, person, agency, action, target, before, after
FROM audit WHERE ($1::text IS NULL OR action = $1) ORDER BY id DESC LIMIT $2;

-- name: head -> Head
SELECT h.place, h.hash, coalesce((SELECT max(l.place) FROM audit_link l), 0) AS last FROM audit_head h;

-- What a hash covers is written out here, as in the trigger that made it: nobody can fool the check by another
-- function of the same name.
-- name: links -> Link
SELECT l.place, l.entry, l.hash,
       CASE WHEN e.id IS NOT NULL THEN jsonb_build_array(
           to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
           e.person, e.agency, e.action, e.target, e.before::text, e.after::text)::text END AS text
FROM audit_link l LEFT JOIN audit e ON e.id = l.entry
WHERE l.place <= $1 ORDER BY l.place;

-- name: beside
SELECT count(*)::int AS entries, coalesce(min(e.id), 0) AS first
FROM audit e WHERE NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.entry = e.id);

-- name: history -> AnswerChange
SELECT e.at, coalesce(p.name, '') AS by, coalesce(e.before ->> 'value', '') AS was, coalesce(e.after ->> 'value', '') AS became,
       coalesce(e.after ->> 'justification', '') AS why, coalesce((e.after ->> 'version')::int, 0) AS version,
       CASE e.action WHEN 'not applicable accepted' THEN 'accepted' WHEN 'not applicable declined' THEN 'declined'
            ELSE '' END AS decision
FROM audit e LEFT JOIN person p ON p.id = e.person
WHERE e.target = $1 AND e.action IN ('answer', 'not applicable accepted', 'not applicable declined')
ORDER BY e.id DESC LIMIT $2;

-- The names are looked up for the entries of the page alone.
-- name: listed -> ListedEntry
SELECT e.id, e.at, coalesce(p.name, '') AS by, e.agency, coalesce(a.name, '') AS agency_name,
       coalesce(a.name_en, '') AS agency_name_en, e.action, e.target, coalesce(s.code, '') AS service,
       coalesce(s.name, '') AS service_name, coalesce(s.name_en, '') AS service_name_en, e.before, e.after
FROM (SELECT * FROM audit
      WHERE ($1::bigint IS NULL OR id < $1) AND ($2::bigint[] IS NULL OR person = ANY ($2))
        AND ($3::text[] IS NULL OR action = ANY ($3)) AND ($4::text IS NULL OR agency = $4)
        AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
      ORDER BY id DESC LIMIT $7) e
     LEFT JOIN person p ON p.id = e.person
     LEFT JOIN agency a ON a.code = e.agency
     LEFT JOIN LATERAL (SELECT code, name, name_en FROM service
                        WHERE code = ANY (string_to_array(e.target, ' ')) LIMIT 1) s ON true
ORDER BY e.id DESC;
