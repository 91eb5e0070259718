-- What a registry says of a service beside its record: points, obstacles, ways to pay (core/stated.py). {}: nothing.
ALTER TABLE service ADD COLUMN stated jsonb NOT NULL DEFAULT '{}';
CREATE INDEX service_stated ON service (code) WHERE stated <> '{}';

-- The language that the names of the catalogue are in.
ALTER TABLE catalogue ADD COLUMN language text NOT NULL DEFAULT 'vi';
