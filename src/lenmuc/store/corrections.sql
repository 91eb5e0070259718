-- name: add_correction
INSERT INTO correction (service, agency, level, criterion, text) VALUES ($1, $2, $3, $4, $5);

-- The state is asked for although the policy keeps the rest from the public: planners look at public pages too.
-- name: public_corrections -> Public
SELECT c.id, c.agency, a.name AS agency_name, a.name_en AS agency_name_en, c.level, c.criterion, c.text, c.day, c.answer,
       c.answered, (count(*) OVER ())::int AS total
FROM correction c JOIN agency a ON a.code = c.agency
WHERE c.service = $1 AND ($2::text IS NULL OR c.agency = $2) AND c.state = 'accepted'
ORDER BY c.id DESC LIMIT $3;

-- name: find_correction -> Correction
SELECT c.id, c.service, s.name AS service_name, s.name_en AS service_name_en, c.agency, a.name AS agency_name,
       a.name_en AS agency_name_en, c.level, c.criterion, c.text, c.day, c.state, c.why, c.note,
       coalesce(d.name, '') AS decided_name, c.decided, c.answer, coalesce(w.name, '') AS answered_name, c.answered,
       c.version
FROM correction c JOIN service s ON s.code = c.service JOIN agency a ON a.code = c.agency
     LEFT JOIN person d ON d.id = c.decided_by LEFT JOIN person w ON w.id = c.answered_by
WHERE c.id = $1;

-- name: list_corrections -> Correction
SELECT c.id, c.service, s.name AS service_name, s.name_en AS service_name_en, c.agency, a.name AS agency_name,
       a.name_en AS agency_name_en, c.level, c.criterion, c.text, c.day, c.state, c.why, c.note,
       coalesce(d.name, '') AS decided_name, c.decided, c.answer, coalesce(w.name, '') AS answered_name, c.answered,
       c.version
FROM correction c JOIN service s ON s.code = c.service JOIN agency a ON a.code = c.agency
     LEFT JOIN person d ON d.id = c.decided_by LEFT JOIN person w ON w.id = c.answered_by
WHERE CASE $1::text WHEN 'waiting' THEN c.state = 'waiting'
                    WHEN 'open' THEN c.state IN ('waiting', 'accepted') AND c.answer = ''
                    WHEN 'answered' THEN c.state IN ('waiting', 'accepted') AND c.answer <> ''
                    ELSE c.state IN ('refused', 'withdrawn') END
  AND ($2::text IS NULL OR c.agency = $2)
ORDER BY c.id LIMIT $3 OFFSET $4;

-- name: count_corrections -> Counts
SELECT (count(*) FILTER (WHERE state = 'waiting'))::int AS waiting,
       (count(*) FILTER (WHERE state IN ('waiting', 'accepted') AND answer = ''))::int AS open,
       (count(*) FILTER (WHERE state IN ('waiting', 'accepted') AND answer <> ''))::int AS answered,
       (count(*) FILTER (WHERE state IN ('refused', 'withdrawn')))::int AS refused
FROM correction WHERE $1::text IS NULL OR agency = $1;

-- name: unanswered -> Standing
SELECT agency, day, state = 'accepted' AS accepted FROM correction
WHERE state IN ('waiting', 'accepted') AND answer = '' AND ($1::text IS NULL OR agency = $1);

-- name: decide
UPDATE correction SET state = $3, why = $4, note = $5, decided_by = $6, decided = hanoi_day(now()),
    text = CASE WHEN $7 THEN '' ELSE text END, version = version + 1
WHERE id = $1 AND version = $2;

-- name: answer
UPDATE correction SET answer = $3, answered_by = $4, answered = hanoi_day(now()), version = version + 1
WHERE id = $1 AND version = $2;
