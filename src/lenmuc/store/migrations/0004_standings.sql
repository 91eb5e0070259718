-- Where an offering stands by every scheme beside the main one, whose level and history stay in `offering`.
CREATE TABLE standing (
    offering bigint NOT NULL REFERENCES offering,
    scheme   text NOT NULL CHECK (length(scheme) BETWEEN 1 AND 60),
    level    smallint NOT NULL CHECK (level BETWEEN 0 AND 9),
    missing  text[] NOT NULL DEFAULT '{}',  -- criteria that the next level lacks
    since    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (offering, scheme)
);
