"""The work of an agency's staff."""

from lenmuc.pages.agency import offering, own, rounds, submitting, work

handlers = [
    *work.handlers,
    *own.handlers,
    *rounds.handlers,
    submitting.check_answers,
    submitting.submit_checklist,
    submitting.withdraw_checklist,
    *offering.handlers,
]
