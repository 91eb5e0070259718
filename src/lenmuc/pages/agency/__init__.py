"""The work of an agency's staff."""

from lenmuc.pages.agency import offering, own, submitting, work

handlers = [
    *work.handlers,
    *own.handlers,
    submitting.check_answers,
    submitting.submit_checklist,
    submitting.withdraw_checklist,
    *offering.handlers,
]
