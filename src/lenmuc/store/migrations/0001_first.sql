-- The catalogue as imported, what people answered, the levels that follow, roadmaps, people, the audit log.

CREATE TABLE agency (
    code          text PRIMARY KEY CHECK (code ~ '^[A-Za-z0-9._-]{1,40}$'),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    name_en       text NOT NULL DEFAULT '',
    kind          text NOT NULL,
    tier          text NOT NULL CHECK (tier IN ('province', 'commune')),
    parent        text NOT NULL DEFAULT '',
    official_code text NOT NULL DEFAULT '',
    valid_from    date NOT NULL CHECK (valid_from BETWEEN '1900-01-01' AND '2100-12-31'),
    valid_to      date CHECK (valid_to BETWEEN valid_from AND '2100-12-31'),
    confidence    text NOT NULL DEFAULT '',
    sort_key      text COLLATE "C" NOT NULL,
    folded        text NOT NULL
);

CREATE TABLE field (
    code     text PRIMARY KEY,
    name     text NOT NULL,
    name_en  text NOT NULL DEFAULT '',
    sort_key text COLLATE "C" NOT NULL
);

CREATE TABLE service (
    code           text PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 60),
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 4000),
    name_en        text NOT NULL DEFAULT '',
    field          text NOT NULL REFERENCES field,
    ministry       text NOT NULL DEFAULT '',
    tiers          text[] NOT NULL,
    law_kind       text NOT NULL DEFAULT '',
    decision       text NOT NULL DEFAULT '',
    applicants     text[] NOT NULL DEFAULT '{}',
    channels       text[] NOT NULL DEFAULT '{}',
    time_online    text NOT NULL DEFAULT '',
    time_post      text NOT NULL DEFAULT '',
    time_in_person text NOT NULL DEFAULT '',
    fee_online     text NOT NULL DEFAULT '' CHECK (fee_online IN ('', 'free', 'charged')),
    fee_post       text NOT NULL DEFAULT '' CHECK (fee_post IN ('', 'free', 'charged')),
    fee_in_person  text NOT NULL DEFAULT '' CHECK (fee_in_person IN ('', 'free', 'charged')),
    fee_amounts    text[] NOT NULL DEFAULT '{}',
    papers         integer CHECK (papers >= 0),
    forms          integer CHECK (forms >= 0),
    result         text[] NOT NULL DEFAULT '{}',
    has_steps      boolean,
    has_conditions boolean,
    legal          text[] NOT NULL DEFAULT '{}',
    sort_key       text COLLATE "C" NOT NULL,
    folded         text NOT NULL,  -- the name without its "thủ tục" prefix, folded: for order of results
    words          tsvector NOT NULL,
    filings        bigint NOT NULL DEFAULT 0,  -- rolled up from the offerings
    levels         smallint[] NOT NULL DEFAULT '{}'  -- the levels its offerings are at, rolled up
);
CREATE INDEX service_words ON service USING gin (words);
CREATE INDEX service_field ON service (field);

CREATE TABLE offering (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service              text NOT NULL REFERENCES service,
    agency               text NOT NULL REFERENCES agency,
    filings              integer CHECK (filings >= 0),
    filings_illustrative boolean NOT NULL DEFAULT false,
    declared             smallint CHECK (declared BETWEEN 0 AND 4),  -- as published; unknown stays NULL
    level                smallint NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 4),  -- assessed
    missing              text[] NOT NULL DEFAULT '{}',  -- criteria that the next level lacks
    since                timestamptz NOT NULL DEFAULT now(),
    UNIQUE (service, agency)
);
CREATE INDEX offering_agency ON offering (agency, level);

CREATE TABLE level_change (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offering   bigint NOT NULL REFERENCES offering,
    scheme     text NOT NULL,
    from_level smallint,
    to_level   smallint NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    cause      text NOT NULL
);
CREATE INDEX level_change_offering ON level_change (offering, at);

CREATE TABLE person (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         text NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 254),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    role          text NOT NULL CHECK (role IN ('staff', 'planner', 'administrator')),
    agency        text REFERENCES agency,
    password_hash text NOT NULL,
    active        boolean NOT NULL DEFAULT true,
    demo          boolean NOT NULL DEFAULT false,
    CHECK ((role = 'staff') = (agency IS NOT NULL))
);

CREATE TABLE session (
    token_hash bytea PRIMARY KEY,  -- SHA-256 of the cookie's value; the value itself is never stored
    person     bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    csrf       text NOT NULL,
    created    timestamptz NOT NULL DEFAULT now(),
    seen       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_person ON session (person);

CREATE TABLE sign_in_attempt (
    key text NOT NULL,  -- an e-mail address or a client address, hashed
    at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_attempt_key ON sign_in_attempt (key, at);

-- Answers belong to an agency, or to all (agency = ''): platform and service answers.
CREATE TABLE answer (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    criterion     text NOT NULL CHECK (length(criterion) BETWEEN 1 AND 20),
    agency        text NOT NULL DEFAULT '',
    service       text NOT NULL DEFAULT '',
    value         text NOT NULL CHECK (value IN ('met', 'not_met', 'unknown')),
    justification text NOT NULL DEFAULT '' CHECK (length(justification) <= 4000),
    evidence      text[] NOT NULL DEFAULT '{}' CHECK (cardinality(evidence) <= 10),
    blocker       text NOT NULL DEFAULT '',
    version       integer NOT NULL CHECK (version >= 1),
    person        bigint NOT NULL REFERENCES person,
    at            timestamptz NOT NULL DEFAULT now(),
    UNIQUE (criterion, agency, service)
);
CREATE INDEX answer_service ON answer (service, agency);

CREATE TABLE roadmap (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    agency   text NOT NULL DEFAULT '',  -- empty: the whole city
    scheme   text NOT NULL,
    status   text NOT NULL CHECK (status IN ('computing', 'ready', 'failed')),
    settings jsonb NOT NULL,
    problem  bytea,   -- gzip of the problem file: the plan can be reproduced and explained years later
    solution bytea,   -- gzip of the solution file
    summary  jsonb,
    failure  text NOT NULL DEFAULT '',
    published boolean NOT NULL DEFAULT false,  -- the public sees published roadmaps only
    person   bigint NOT NULL REFERENCES person,
    created  timestamptz NOT NULL DEFAULT now(),
    finished timestamptz
);
CREATE INDEX roadmap_agency ON roadmap (agency, created);

CREATE TABLE audit (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT now(),
    person bigint,
    agency text NOT NULL DEFAULT '',
    action text NOT NULL,
    target text NOT NULL,
    before jsonb,
    after  jsonb
);

-- One row: which place is loaded, from which files (digest), and when.
CREATE TABLE catalogue (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    place    text NOT NULL,
    loaded   timestamptz NOT NULL DEFAULT now(),
    digest   text NOT NULL
);

-- The second wall. The first is the agency condition in every query. No setting means no rows.
CREATE FUNCTION acting_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(current_setting('lenmuc.role', true), ''), 'nobody') $$;
CREATE FUNCTION acting_agency() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(current_setting('lenmuc.agency', true), ''), '-') $$;

ALTER TABLE answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE answer FORCE ROW LEVEL SECURITY;
CREATE POLICY answer_read ON answer FOR SELECT USING (
    acting_role() IN ('planner', 'administrator', 'program')
    OR (acting_role() = 'staff' AND agency IN ('', acting_agency())));
CREATE POLICY answer_insert ON answer FOR INSERT WITH CHECK (
    acting_role() = 'planner' OR (acting_role() = 'staff' AND agency = acting_agency()));
CREATE POLICY answer_update ON answer FOR UPDATE
    USING (acting_role() = 'planner' OR (acting_role() = 'staff' AND agency = acting_agency()))
    WITH CHECK (acting_role() = 'planner' OR (acting_role() = 'staff' AND agency = acting_agency()));

ALTER TABLE roadmap ENABLE ROW LEVEL SECURITY;
ALTER TABLE roadmap FORCE ROW LEVEL SECURITY;
CREATE POLICY roadmap_read ON roadmap FOR SELECT USING (
    (acting_role() <> 'nobody' AND published)
    OR acting_role() IN ('planner', 'administrator', 'program')
    OR (acting_role() = 'staff' AND agency IN ('', acting_agency())));
CREATE POLICY roadmap_insert ON roadmap FOR INSERT WITH CHECK (acting_role() = 'planner');
CREATE POLICY roadmap_update ON roadmap FOR UPDATE
    USING (acting_role() IN ('planner', 'program')) WITH CHECK (acting_role() IN ('planner', 'program'));

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_read ON audit FOR SELECT USING (
    acting_role() IN ('planner', 'administrator')
    OR (acting_role() = 'staff' AND agency = acting_agency()));
CREATE POLICY audit_insert ON audit FOR INSERT WITH CHECK (acting_role() <> 'nobody');
