-- Indices that others publish of provinces: a value and a rank for each year and part, with where they were read. What the
-- program ships stands in its files; what stands here replaces it. A row without value and rank takes back what stood there.
CREATE TABLE index_value (
    index_id   text NOT NULL,
    version    text NOT NULL,
    year       smallint NOT NULL,
    component  text NOT NULL,  -- '': the index as a whole
    province   text NOT NULL,
    value      double precision CHECK (value >= 0),
    rank       smallint CHECK (rank >= 1),
    source     text NOT NULL,
    confidence text NOT NULL CHECK (confidence IN ('verified', 'partly', 'memory')),
    at         timestamptz NOT NULL DEFAULT now(),
    person     bigint REFERENCES person,  -- NULL: from the command line
    PRIMARY KEY (index_id, year, component, province)
);
ALTER TABLE index_value ENABLE ROW LEVEL SECURITY;
ALTER TABLE index_value FORCE ROW LEVEL SECURITY;
CREATE POLICY index_value_read ON index_value FOR SELECT USING (acting_role() <> 'nobody');
CREATE POLICY index_value_insert ON index_value FOR INSERT WITH CHECK (acting_role() IN ('planner', 'program'));
CREATE POLICY index_value_update ON index_value FOR UPDATE
    USING (acting_role() IN ('planner', 'program')) WITH CHECK (acting_role() IN ('planner', 'program'));
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON index_value
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
