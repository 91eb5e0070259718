-- An answer that takes longer than a page, as any process may tell of it: how far it is, and the page that follows.
CREATE TABLE saving (
    id       text PRIMARY KEY CHECK (length(id) BETWEEN 16 AND 40),
    person   bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    done     integer NOT NULL DEFAULT 0,
    parts    integer NOT NULL DEFAULT 0,
    beat     timestamptz NOT NULL DEFAULT now(),  -- the last sign of life
    status   smallint,                            -- of the page that follows; none before it is over
    location text NOT NULL DEFAULT '',
    body     text NOT NULL DEFAULT ''
);
CREATE INDEX saving_person ON saving (person);
