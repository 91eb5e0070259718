-- Signing in through the identity provider of the authority (OpenID Connect): who is who there, and the way to it.

CREATE TABLE provider_link (
    issuer  text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    person  bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject),
    UNIQUE (person, issuer)
);

-- Between leaving for the provider and coming back, once. `person` is set where somebody links the own account.
CREATE TABLE provider_step (
    token_hash bytea PRIMARY KEY,
    person     bigint REFERENCES person ON DELETE CASCADE,
    language   text NOT NULL,
    next       text NOT NULL CHECK (length(next) <= 2000),
    at         timestamptz NOT NULL DEFAULT now()
);

-- The code of the own second factor may follow the provider as it follows the password.
ALTER TABLE sign_in_step ADD COLUMN by_provider boolean NOT NULL DEFAULT false;
-- `strong`: the provider asked for a second factor itself, in a way that this installation trusts.
ALTER TABLE session ADD COLUMN by_provider boolean NOT NULL DEFAULT false;
ALTER TABLE session ADD COLUMN strong boolean NOT NULL DEFAULT false;
