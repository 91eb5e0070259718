-- Ratings counted as they come in: by offering, and by agency together with what of it may be shown by offerings.
-- A trigger keeps both in the transaction of the rating; nobody else writes them.

CREATE TABLE rating_tally (
    service     text NOT NULL,
    agency      text NOT NULL,
    quarter     date NOT NULL,  -- its first day
    content     text NOT NULL,
    very        integer NOT NULL,
    satisfied   integer NOT NULL,
    unsatisfied integer NOT NULL,
    PRIMARY KEY (service, agency, quarter, content)
);
-- Of all ratings of an agency, and (seen) of its offerings with five or more of them.
CREATE TABLE rating_sum (
    agency           text NOT NULL,
    quarter          date NOT NULL,
    content          text NOT NULL,
    very             integer NOT NULL,
    satisfied        integer NOT NULL,
    unsatisfied      integer NOT NULL,
    seen_very        integer NOT NULL,
    seen_satisfied   integer NOT NULL,
    seen_unsatisfied integer NOT NULL,
    PRIMARY KEY (agency, quarter, content)
);

CREATE FUNCTION rating_counted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    acting text := coalesce(current_setting('lenmuc.role', true), '');
BEGIN
    PERFORM set_config('lenmuc.role', 'program', true);  -- for what follows alone; an error undoes it too
    WITH part AS MATERIALIZED (
        SELECT r.service, r.agency, date_trunc('quarter', r.day::timestamp)::date AS quarter, c.content,
               count(*) FILTER (WHERE c.step = 3) AS very, count(*) FILTER (WHERE c.step = 2) AS satisfied,
               count(*) FILTER (WHERE c.step = 1) AS unsatisfied, count(*) AS answers
        FROM new_rows r CROSS JOIN LATERAL (VALUES ('overall', r.overall), ('convenience', r.convenience),
             ('timeliness', r.timeliness), ('attitude', r.attitude)) AS c (content, step)
        WHERE c.step IS NOT NULL GROUP BY r.service, r.agency, quarter, c.content
    ), counted AS (
        INSERT INTO rating_tally AS t
        SELECT service, agency, quarter, content, very, satisfied, unsatisfied FROM part
        ORDER BY service, agency, quarter, content
        ON CONFLICT (service, agency, quarter, content) DO UPDATE SET very = t.very + excluded.very,
            satisfied = t.satisfied + excluded.satisfied, unsatisfied = t.unsatisfied + excluded.unsatisfied
        RETURNING t.*, t.very + t.satisfied + t.unsatisfied AS answers
    ), grown AS (
        SELECT p.agency, p.quarter, p.content, p.very, p.satisfied, p.unsatisfied,
               CASE WHEN c.answers < 5 THEN 0 WHEN c.answers - p.answers < 5 THEN c.very ELSE p.very END AS seen_very,
               CASE WHEN c.answers < 5 THEN 0 WHEN c.answers - p.answers < 5 THEN c.satisfied ELSE p.satisfied END
                   AS seen_satisfied,
               CASE WHEN c.answers < 5 THEN 0 WHEN c.answers - p.answers < 5 THEN c.unsatisfied ELSE p.unsatisfied END
                   AS seen_unsatisfied
        FROM part p JOIN counted c USING (service, agency, quarter, content)
    )
    INSERT INTO rating_sum AS s
    SELECT agency, quarter, content, sum(very), sum(satisfied), sum(unsatisfied), sum(seen_very), sum(seen_satisfied),
           sum(seen_unsatisfied)
    FROM grown GROUP BY agency, quarter, content ORDER BY agency, quarter, content
    ON CONFLICT (agency, quarter, content) DO UPDATE SET very = s.very + excluded.very,
        satisfied = s.satisfied + excluded.satisfied, unsatisfied = s.unsatisfied + excluded.unsatisfied,
        seen_very = s.seen_very + excluded.seen_very, seen_satisfied = s.seen_satisfied + excluded.seen_satisfied,
        seen_unsatisfied = s.seen_unsatisfied + excluded.seen_unsatisfied;
    PERFORM set_config('lenmuc.role', acting, true);
    RETURN NULL;
END $$;
CREATE TRIGGER rating_counted AFTER INSERT ON rating REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION rating_counted();

-- What is there already. The owner of the tables reads it all for once: policies bind him too otherwise.
ALTER TABLE rating NO FORCE ROW LEVEL SECURITY;
INSERT INTO rating_tally
SELECT r.service, r.agency, date_trunc('quarter', r.day::timestamp)::date AS quarter, c.content,
       count(*) FILTER (WHERE c.step = 3), count(*) FILTER (WHERE c.step = 2), count(*) FILTER (WHERE c.step = 1)
FROM rating r CROSS JOIN LATERAL (VALUES ('overall', r.overall), ('convenience', r.convenience),
     ('timeliness', r.timeliness), ('attitude', r.attitude)) AS c (content, step)
WHERE c.step IS NOT NULL GROUP BY r.service, r.agency, quarter, c.content;
INSERT INTO rating_sum
SELECT agency, quarter, content, sum(very), sum(satisfied), sum(unsatisfied),
       coalesce(sum(very) FILTER (WHERE very + satisfied + unsatisfied >= 5), 0),
       coalesce(sum(satisfied) FILTER (WHERE very + satisfied + unsatisfied >= 5), 0),
       coalesce(sum(unsatisfied) FILTER (WHERE very + satisfied + unsatisfied >= 5), 0)
FROM rating_tally GROUP BY agency, quarter, content;
ALTER TABLE rating FORCE ROW LEVEL SECURITY;

ALTER TABLE rating_tally ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_tally FORCE ROW LEVEL SECURITY;
CREATE POLICY rating_tally_read ON rating_tally FOR SELECT USING (acting_role() <> 'nobody' AND quarter < this_quarter());
CREATE POLICY rating_tally_program ON rating_tally
    USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');
ALTER TABLE rating_sum ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_sum FORCE ROW LEVEL SECURITY;
CREATE POLICY rating_sum_read ON rating_sum FOR SELECT USING (acting_role() <> 'nobody' AND quarter < this_quarter());
CREATE POLICY rating_sum_program ON rating_sum
    USING (acting_role() = 'program') WITH CHECK (acting_role() = 'program');

-- Pages read what is counted.
DROP INDEX rating_service, rating_agency;
