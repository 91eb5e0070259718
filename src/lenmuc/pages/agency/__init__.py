"""The work of an agency's staff."""

from lenmuc.pages.agency import offering, own, work

handlers = [
    work.work,
    own.own_criteria,
    own.own_criterion,
    own.answer_own,
    offering.one_checklist,
    offering.one_criterion,
    offering.answer_criterion,
]
