-- name: count_proposals
SELECT count(*)::int FROM answer a WHERE a.value = 'not_applicable' AND a.decision = '' AND ($1::text = '' OR a.agency = $1);

-- name: open_proposals -> Proposal
SELECT a.criterion, a.agency, a.service, a.justification, a.version, p.name AS by, a.at, a.person,
       coalesce(s.name, '') AS service_name, coalesce(s.name_en, '') AS service_name_en,
       coalesce(g.name, '') AS agency_name, coalesce(g.name_en, '') AS agency_name_en
FROM answer a JOIN person p ON p.id = a.person
LEFT JOIN service s ON s.code = a.service LEFT JOIN agency g ON g.code = a.agency
WHERE a.value = 'not_applicable' AND a.decision = '' AND ($1::text = '' OR a.agency = $1)
ORDER BY a.at, a.criterion, a.agency, a.service LIMIT $2 OFFSET $3;
