-- name: add_rating
INSERT INTO rating (service, agency, overall, convenience, timeliness, attitude) VALUES ($1, $2, $3, $4, $5, $6);

-- A running quarter is kept from everybody by the policies too; it is left out here for the program itself.
-- name: of_service -> Counted
SELECT service, agency, quarter, content, very, satisfied, unsatisfied FROM rating_tally
WHERE service = $1 AND ($2::text IS NULL OR agency = $2) AND quarter >= $3 AND quarter < this_quarter()
ORDER BY quarter DESC, agency, content;

-- name: by_agency -> Summed
SELECT agency, quarter, content, very, satisfied, unsatisfied, seen_very, seen_satisfied, seen_unsatisfied
FROM rating_sum
WHERE quarter >= $1 AND quarter < this_quarter() AND ($2::text IS NULL OR agency = $2)
ORDER BY quarter DESC, agency, content;
