-- name: find_assignment -> Assignment
SELECT a.agency, a.service, a.criterion, a.version, a.person, coalesce(p.name, '') AS name,
       coalesce(p.active AND coalesce(p.agency, '') = a.agency, false) AS here, g.name AS by, a.at
FROM assignment a LEFT JOIN person p ON p.id = a.person JOIN person g ON g.id = a.given_by
WHERE a.agency = $1 AND a.service = $2 AND a.criterion = $3;

-- name: colleagues -> Colleague
SELECT id, name FROM person
WHERE active AND CASE WHEN $1 = '' THEN role = 'planner' ELSE role IN ('staff', 'lead') AND agency = $1 END
ORDER BY name, id;

-- name: first_assignment
INSERT INTO assignment (agency, service, criterion, person, version, given_by) VALUES ($1, $2, $3, $4, 1, $5)
ON CONFLICT (agency, service, criterion) DO NOTHING;

-- name: change_assignment
UPDATE assignment SET person = $4, given_by = $5, at = now(), version = version + 1
WHERE agency = $1 AND service = $2 AND criterion = $3 AND version = $6;

-- name: criteria_given
SELECT a.criterion, p.name FROM assignment a JOIN person p ON p.id = a.person
WHERE a.agency = $1 AND a.criterion <> '';
