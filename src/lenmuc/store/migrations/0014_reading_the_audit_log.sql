-- The log read by who, what and where, the newest first; the time by itself, for a day long ago.
CREATE INDEX audit_person ON audit (person, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_agency ON audit (agency, id);
CREATE INDEX audit_at ON audit (at);
