"""The work of an agency's staff."""

from lenmuc.pages.agency import offering, own, submitting, work

handlers = [
    work.work,
    own.own_criteria,
    own.own_criterion,
    own.answer_own,
    submitting.check_answers,
    submitting.submit_checklist,
    submitting.withdraw_checklist,
    offering.one_checklist,
    offering.one_criterion,
    offering.answer_criterion,
]
