-- name: add_estimate
INSERT INTO estimate (criterion, agency, service, version, days, cost, earliest, latest, reason, person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING;

-- name: current_estimates -> SaidEstimate
SELECT e.criterion, e.agency, e.service, e.version, e.days, e.cost, e.earliest, e.latest, e.reason, p.name AS by, e.at
FROM (SELECT DISTINCT ON (criterion, agency, service) * FROM estimate
      WHERE $1::text IS NULL OR criterion = $1 ORDER BY criterion, agency, service, version DESC) e
JOIN person p ON p.id = e.person
WHERE e.days IS NOT NULL OR e.cost IS NOT NULL OR e.earliest <> '' OR e.latest <> ''
ORDER BY e.criterion, e.agency, e.service;

-- name: history_of_estimates -> SaidEstimate
SELECT e.criterion, e.agency, e.service, e.version, e.days, e.cost, e.earliest, e.latest, e.reason, p.name AS by, e.at
FROM estimate e JOIN person p ON p.id = e.person WHERE e.criterion = $1
ORDER BY e.at DESC, e.version DESC LIMIT 50;

-- name: newest_version
SELECT coalesce(max(version), 0) FROM estimate WHERE criterion = $1 AND agency = $2 AND service = $3;
