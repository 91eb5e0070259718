-- name: add_report
INSERT INTO work_report (item, team, version, says, cause, text, roadmap, due, person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING;

-- name: current_reports -> Report
SELECT r.item, r.team, r.version, r.says, r.cause, r.text, r.roadmap, r.due, p.name AS by, r.at
FROM (SELECT DISTINCT ON (item) * FROM work_report
      WHERE $1::text IS NULL OR team = $1 ORDER BY item, version DESC) r
JOIN person p ON p.id = r.person;

-- name: history_of_reports -> Report
SELECT r.item, r.team, r.version, r.says, r.cause, r.text, r.roadmap, r.due, p.name AS by, r.at
FROM work_report r JOIN person p ON p.id = r.person WHERE r.item = $1 ORDER BY r.version DESC;
