"""Walks with the keyboard alone: who walks where. The walks themselves are in the files beside this one.

Each walk is one person's; at every `yield` it stands on a page that is then looked at. `WALKS` says who
walks.
"""

from tests.live.walks_assessing import (
    answers,
    answers_for_every_agency,
    answers_for_the_agency,
    answers_for_the_portal,
    answers_in_bulk,
    brings_a_workbook,
    copies_from_a_sister,
    finds_it_is_not_theirs,
    meets_a_conflict,
    mends,
    reads_where_levels_differ,
    returns,
    submits,
    verifies,
)
from tests.live.walks_keeping import (
    answers_a_report,
    briefs,
    brings_a_registry,
    decides_on_a_report,
    keeps_people,
    keeps_the_own_account,
    moderates_a_report,
    reports_a_task,
)

WALKS = (
    ("staff", answers),
    ("staff", meets_a_conflict),
    ("staff", answers_for_the_agency),
    ("staff", answers_in_bulk),
    ("staff", copies_from_a_sister),
    ("staff", brings_a_workbook),
    ("staff", submits),
    ("planner", returns),
    ("staff", mends),
    ("planner", verifies),
    ("lead", finds_it_is_not_theirs),
    ("planner", moderates_a_report),
    ("staff", answers_a_report),
    ("planner", reads_where_levels_differ),
    ("planner", answers_for_the_portal),
    ("planner", briefs),
    ("planner", answers_for_every_agency),
    ("staff", reports_a_task),
    ("planner", decides_on_a_report),
    ("administrator", keeps_people),
    ("administrator", brings_a_registry),
    ("staff", keeps_the_own_account),
)
