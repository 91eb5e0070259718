-- name: lock
SELECT pg_advisory_xact_lock(hashtext('index_value'));

-- name: every_value -> Point
SELECT index_id AS index, version, year, component, province, value, rank, source, confidence FROM index_value;

-- name: values_of -> Point
SELECT index_id AS index, version, year, component, province, value, rank, source, confidence
FROM index_value WHERE index_id = $1;

-- name: put
INSERT INTO index_value (index_id, version, year, component, province, value, rank, source, confidence, person)
SELECT *, $10 FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::float8[], $7::int[], $8::text[],
                          $9::text[])
ON CONFLICT (index_id, year, component, province) DO UPDATE
SET version = excluded.version, value = excluded.value, rank = excluded.rank, source = excluded.source,
    confidence = excluded.confidence, at = now(), person = excluded.person;
