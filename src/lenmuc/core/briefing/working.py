"""The approved roadmap beside what was done: reached, late and why, and what comes next."""

from typing import Any

from lenmuc.core.briefing.state import Briefing, Next, Plan, SaidCause, Why
from lenmuc.core.briefing.wording import REASONS, difference, level_name
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.papers import Days, Section, Table, column
from lenmuc.core.quarters import after
from lenmuc.core.roadmap.sentences import quarter_words

NO_PLAN = N_("No roadmap of the whole city is approved, so there is no plan to compare with.")


def plan_section(briefing: Briefing) -> Section:
    title = Message(N_("Against the plan"))
    plan = briefing.plan
    if plan is None:
        return Section("plan", title, (Message(NO_PLAN),))
    text = [
        Message(
            N_(
                "The plan is the roadmap “%(name)s”, approved on %(day)s. %(due)s of its work items should "
                "be finished "
                "by the end of the quarters that are over; the criteria of %(done)s are met, %(late)s items "
                "are late."
            ),
            {
                "name": plan.name,
                "day": plan.approved,
                "due": Count(plan.due),
                "done": Count(plan.due - plan.late),
                "late": Count(plan.late),
            },
        )
    ]
    if plan.verified is not None:
        text.append(
            Message(
                N_("Of those that are met, a reviewer has verified %(number)s wherever they are needed."),
                {"number": Count(plan.verified)},
            )
        )
    if plan.planned_3 is None:
        text.append(Message(N_("The roadmap does not reach this quarter, so it plans no levels for it.")))
        return Section("plan", title, tuple(text))
    if briefing.draft:
        text.append(Message(N_("What is planned is for the end of the quarter, which has not come yet.")))
    at_3 = briefing.now.at_least(3).part if briefing.now else None
    at_4 = briefing.now.at_least(4).part if briefing.now else None
    table = Table(
        Message(N_("Offerings at a level or above, planned and reached")),
        (
            column(N_("Level"), "text", 2.0),
            column(N_("Planned")),
            column(N_("Reached")),
            column(N_("Difference")),
        ),
        (
            (Message(N_("Level 3 or above")), plan.planned_3, at_3, difference(at_3, plan.planned_3)),
            (level_name(4), plan.planned_4, at_4, difference(at_4, plan.planned_4)),
        ),
    )
    return Section("plan", title, tuple(text), None, (table,))


def late_section(briefing: Briefing) -> Section:
    title = Message(N_("Late work, and why"))
    plan = briefing.plan
    if plan is None:
        return Section("late", title, (Message(NO_PLAN),))
    if not plan.work:
        return Section("late", title, (Message(N_("No work item of the plan is late.")),))
    text = (
        Message(
            N_(
                "A work item is late when its quarter is over and its criterion is not met where the work "
                "is done. The "
                "reasons are those that agencies and planners name for the item or in its answers, as they "
                "stood when this was counted."
            )
        ),
    )
    reasons: dict[Why, int] = {}
    for work in plan.work:
        for why, items in work.why:
            reasons[why] = reasons.get(why, 0) + items
    by_reason = Table(
        Message(N_("Late work items by reason, each item once")),
        (column(N_("Reason"), "text", 4.0), column(N_("Work items"))),
        tuple(
            (Message(REASONS[why]), reasons[why]) for why in sorted(reasons, key=lambda w: (-reasons[w], w))
        ),
    )
    by_criterion = Table(
        Message(N_("Late work by criterion, what the most filings wait for first")),
        (
            column(N_("Criterion"), "text", 3.6),
            column(N_("Work items")),
            column(N_("Offerings that need it")),
            column(N_("Quarters late at most")),
            column(N_("Most common reason"), "text", 2.0),
        ),
        tuple(
            (
                Message(N_("%(id)s %(text)s"), {"id": work.criterion, "text": work.text}),
                work.items, work.offerings, work.quarters, Message(REASONS[work.why[0][0]]),
            )
            for work in plan.work
        ),
        note=Message(N_("An offering that needs several of them is counted at each.")),
    )  # fmt: skip
    tables = (by_reason, by_criterion, *([_said_table(plan)] if plan.said else []))
    return Section("late", title, text, None, tables)


def _said_table(plan: Plan) -> Table:
    return Table(
        Message(N_("What agencies and planners wrote of late work, what the most filings wait for first")),
        (
            column(N_("Work item"), "text", 3.0),
            column(N_("Who does it"), "text", 1.6),
            column(N_("Quarters late")),
            column(N_("Cause"), "text", 3.0),
            column(N_("Written by"), "text", 1.4),
        ),
        tuple(
            (
                _item(each),
                each.team or Message(N_("Central team")),
                each.quarters,
                Message(N_("%(cause)s: %(text)s"), {"cause": Message(REASONS[each.why]), "text": each.said}),
                Message(N_("%(by)s, %(day)s"), {"by": each.by, "day": each.day}),
            )
            for each in plan.said
        ),
        note=_more_causes(plan),
        links=tuple(f"/plan/{plan.id}/follow" for _ in plan.said),
    )


def _item(each: SaidCause) -> Message:
    values: dict[str, Any] = {"id": each.criterion, "text": each.text}
    if each.service and each.agency:
        where = Message(N_("%(service)s, at %(agency)s"), {"service": each.service, "agency": each.agency})
    elif each.service or each.agency:
        where = Message("%(name)s", {"name": each.service or each.agency})
    else:
        return Message(N_("%(id)s %(text)s"), values)
    return Message(N_("%(id)s %(text)s (%(place)s)"), {**values, "place": where})


def _more_causes(plan: Plan) -> Message | None:
    rest = plan.causes - len(plan.said)
    if rest <= 0:
        return None
    return Message(N_("%(number)s more causes stand where the roadmap is followed."), {"number": Count(rest)})


def next_section(briefing: Briefing) -> Section:
    plan = briefing.plan
    words = quarter_words(after(briefing.quarter))
    title = Message(N_("What %(quarter)s asks of whom"), {"quarter": words})
    if plan is None:
        return Section("next", title, (Message(NO_PLAN),))
    if plan.next is None:
        return Section("next", title, (Message(N_("The approved roadmap does not reach the next quarter.")),))
    coming = plan.next
    text = [
        Message(
            N_(
                "The roadmap has %(items)s work items of %(days)s person-days in the quarter. With them "
                "%(three)s "
                "offerings reach level 3 and %(four)s reach level 4. Late work comes on top of it."
            ),
            {
                "items": Count(coming.items),
                "days": coming.days,
                "three": Count(coming.new_3),
                "four": Count(coming.new_4),
            },
        )
    ]
    tables = []
    if coming.shared:
        tables.append(
            Table(
                Message(N_("Work of the central team")),
                (
                    column(N_("Service, or what it meets"), "text", 4.0),
                    column(N_("Criteria"), "text", 2.0),
                    column(N_("Person-days")),
                    column(N_("Offerings that need it")),
                ),
                tuple(
                    (each.name, ", ".join(each.criteria), Days(each.days), each.offerings)
                    for each in coming.shared
                ),
                note=_rest(coming),
            )
        )
    asked = [body for body in briefing.bodies if body.asked]
    if asked:
        tables.append(
            Table(
                Message(N_("Work of each agency")),
                (
                    column(N_("Agency"), "text", 3.6),
                    column(N_("Work items")),
                    column(N_("Person-days")),
                    column(N_("Late items")),
                ),
                tuple((body.name, body.asked, Days(body.asked_days), body.late) for body in asked),
                long=len(asked) > 40,
                links=tuple(f"/plan/{plan.id}?agency={body.code}" for body in asked),
            )
        )
    return Section("next", title, tuple(text), None, tuple(tables))


def _rest(coming: Next) -> Message | None:
    if coming.rows <= len(coming.shared):
        return None
    rest = coming.rows - len(coming.shared)
    return Message(N_("The work on %(number)s more services stands in the roadmap."), {"number": Count(rest)})
