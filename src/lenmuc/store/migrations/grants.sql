-- What the program's role may do: read and write rows, never change tables; history only grows.
GRANT USAGE ON SCHEMA public TO lenmuc_app;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO lenmuc_app;
GRANT DELETE ON session, sign_in_attempt, sign_in_step, second_factor, recovery_code, first_administrator,
    provider_link, provider_step, mail_event TO lenmuc_app;
REVOKE UPDATE, DELETE, TRUNCATE ON audit, level_change, migration, evidence, evidence_chunk FROM lenmuc_app;
GRANT UPDATE (withdrawn_by, withdrawn_at) ON evidence TO lenmuc_app;
REVOKE INSERT ON migration FROM lenmuc_app;
-- The chain of the audit log is written by its trigger alone.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_link, audit_head FROM lenmuc_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO lenmuc_app;
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO lenmuc_app', current_database()); END $$;
-- An answer that was given in a batch is taken away again with it; its version is remembered.
GRANT DELETE ON answer TO lenmuc_app;
-- Of a finding only the mark `newest` may change.
REVOKE UPDATE, DELETE, TRUNCATE ON finding FROM lenmuc_app;
GRANT UPDATE (newest) ON finding TO lenmuc_app;
-- Rows of changes that every process has seen are summed up.
GRANT DELETE ON public_change TO lenmuc_app;
-- What is rolled up is written by its triggers alone.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON tally, tally_day, count_tally FROM lenmuc_app;
-- What an import did, and what a record said before, stays as it was written.
REVOKE UPDATE, DELETE, TRUNCATE ON import_run, service_history, service_lineage FROM lenmuc_app;
-- What became of a task is only ever added to.
REVOKE UPDATE, DELETE, TRUNCATE ON task_report FROM lenmuc_app;
-- What the public said stays as it was said; how much an address has sent is forgotten.
REVOKE UPDATE, DELETE, TRUNCATE ON rating, demand FROM lenmuc_app;
GRANT DELETE ON post_key, post_count TO lenmuc_app;
-- A frozen briefing stays as it was, and so does what was written about it; the public sees it or not.
REVOKE UPDATE, DELETE, TRUNCATE ON briefing, briefing_note FROM lenmuc_app;
GRANT UPDATE (published) ON briefing TO lenmuc_app;
-- What was confirmed, and which reminders were sent, stays as it was written.
REVOKE UPDATE, DELETE, TRUNCATE ON confirmation, round_notice FROM lenmuc_app;
-- What was drawn and what was found stays; a finding is taken back as the comment that it is.
REVOKE UPDATE, DELETE, TRUNCATE ON inspection_plan, inspection_finding FROM lenmuc_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON rating_tally, rating_sum FROM lenmuc_app;
-- Of an estimate a new version is a new row.
REVOKE UPDATE, DELETE, TRUNCATE ON estimate FROM lenmuc_app;
-- Replies to changes are kept for a day.
GRANT DELETE ON kept_reply TO lenmuc_app;
-- So is a new word about planned work.
REVOKE UPDATE, DELETE, TRUNCATE ON work_report FROM lenmuc_app;
-- Answers that took long are forgotten once their page was seen or nobody came for it.
GRANT DELETE ON saving TO lenmuc_app;
-- Forms that were sent are remembered for an hour, and not at all when they were refused.
GRANT DELETE ON sent_form TO lenmuc_app;
