-- name: places -> Place
SELECT service, agency, filings, level, declared FROM current_offering WHERE $1::text = '' OR agency = $1;

-- name: add_plan
INSERT INTO inspection_plan (name, agency, first_quarter, quarters, visits, controls, most, seed, frame, suspected,
                             digest, person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id;

-- name: add_visit
INSERT INTO inspection_visit (plan, agency, service, quarter, place, control, reasons, weight, criteria, filings, level,
                              declared)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: find_plan -> Plan
SELECT n.id, n.name, n.agency, n.first_quarter, n.quarters, n.visits, n.controls, n.most, n.seed, n.frame, n.suspected,
       n.digest, p.name AS by, n.at
FROM inspection_plan n JOIN person p ON p.id = n.person WHERE n.id = $1;

-- name: list_plans -> PlanLine
SELECT n.id, n.name, n.agency, n.first_quarter, n.quarters, p.name AS by, n.at,
       (SELECT count(*)::int FROM inspection_visit v WHERE v.plan = n.id) AS planned,
       (SELECT count(*)::int FROM inspection_visit v WHERE v.plan = n.id AND v.state = 'visited') AS visited
FROM inspection_plan n JOIN person p ON p.id = n.person
ORDER BY n.at DESC, n.id DESC LIMIT 100;

-- name: visits_of -> Visit
SELECT v.id, v.plan, v.agency, v.service, v.quarter, v.place, v.control, v.reasons, v.weight, v.criteria, v.filings,
       v.level, v.declared, v.state, v.day, v.note, v.version, coalesce(p.name, '') AS by, v.at,
       s.name AS service_name, s.name_en AS service_name_en, a.name AS agency_name, a.name_en AS agency_name_en,
       coalesce(o.filings_illustrative, false) AS illustrative
FROM inspection_visit v JOIN service s ON s.code = v.service JOIN agency a ON a.code = v.agency
     LEFT JOIN current_offering o ON o.service = v.service AND o.agency = v.agency
     LEFT JOIN person p ON p.id = v.person
WHERE v.plan = $1 AND ($2::bigint IS NULL OR v.id = $2) ORDER BY v.quarter, v.place;

-- name: change_visit
UPDATE inspection_visit SET state = $3, day = $4, note = $5, person = $6, at = now(), version = version + 1
WHERE id = $1 AND version = $2;

-- The last finding at each criterion of each visit, without those taken back. Answered: an answer that counts there has
-- changed since.
-- name: findings_of -> FindingRow
SELECT DISTINCT ON (f.visit, f.criterion) f.id, f.visit, f.criterion, f.holds, c.text, p.name AS by, f.at, f.comment, f.person,
       EXISTS (SELECT 1 FROM answer w
               WHERE w.criterion = f.criterion AND w.agency IN ('', f.agency) AND w.service IN ('', c.service)
                 AND w.at > f.at) AS answered
FROM inspection_finding f JOIN inspection_visit v ON v.id = f.visit
     JOIN comment c ON c.id = f.comment JOIN person p ON p.id = f.person
WHERE v.plan = $1 AND c.withdrawn IS NULL
ORDER BY f.visit, f.criterion, f.id DESC;

-- name: add_finding
INSERT INTO inspection_finding (visit, agency, criterion, holds, comment, person) VALUES ($1, $2, $3, $4, $5, $6);

-- name: doubt_reviews
UPDATE review SET version = version + 1,
    changed = CASE WHEN verified_at IS NULL THEN changed ELSE coalesce(changed, $4::date) END,
    changed_what = CASE WHEN verified_at IS NULL OR changed_what <> '' THEN changed_what ELSE 'inspection' END
WHERE agency = $1 AND service = $2 AND $3::text = ANY (rests_on);

