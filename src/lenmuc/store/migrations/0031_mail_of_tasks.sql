-- Mail tells an agency of a task that it was given, and what became of its report; and the planner of a report.
ALTER TABLE mail_event DROP CONSTRAINT mail_event_kind_check;
ALTER TABLE mail_event ADD CONSTRAINT mail_event_kind_check CHECK (kind IN (
    'submitted', 'returned', 'verified', 'accepted', 'declined', 'due', 'test', 'correction', 'round_opened', 'round_due',
    'task_given', 'task_reported', 'task_returned', 'task_accepted'));
