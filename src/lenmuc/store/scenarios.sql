-- name: add_scenario
INSERT INTO scenario (name, agency, inputs, copy_of, person) VALUES ($1, $2, $3, $4, $5) RETURNING id;

-- name: change_scenario
UPDATE scenario SET name = $2, agency = $3, inputs = $4, person = $5, at = now(), version = version + 1
WHERE id = $1 AND version = $6;

-- name: find_scenario -> Scenario
SELECT s.id, s.inputs, s.copy_of, s.version, p.name AS by, s.at
FROM scenario s JOIN person p ON p.id = s.person WHERE s.id = $1;

-- name: list_scenarios -> Scenario
SELECT s.id, s.inputs, s.copy_of, s.version, p.name AS by, s.at
FROM scenario s JOIN person p ON p.id = s.person ORDER BY s.at DESC, s.id DESC LIMIT 100;
