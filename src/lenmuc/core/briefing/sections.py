"""A briefing in words: its sections, tables and charts, each figure with what it counts."""

from collections.abc import Sequence

from lenmuc.core.briefing.aims import aims_section, tasks_section
from lenmuc.core.briefing.state import Body, Briefing, Decisions, Law, Levels, Next, Why
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.figures import Ratio
from lenmuc.core.papers import Cell, Change, Column, Days, LevelBar, LevelChart, Paper, Section, Table, column
from lenmuc.core.quarters import after, before
from lenmuc.core.roadmap.sentences import quarter_words

REASONS: dict[Why, str] = {
    "law": N_("A law or regulation stands in the way"),
    "paper_original": N_("A paper original has to be handed in"),
    "no_system": N_("There is no system that can do it"),
    "no_budget": N_("There is no money for it"),
    "no_data": N_("The data it needs are missing"),
    "other": N_("Something else"),
    "waits": N_("It waits for other late work"),
    "confirm": N_("Nobody has answered whether it is met"),
    "unfinished": N_("Not met, and no obstacle is named"),
}
TIER_WORDS = {
    "province": N_("Bodies of the city"),
    "commune": N_("Wards and communes"),
    "ministry": N_("Ministries"),
}


def change(now: Ratio | None, then: Ratio | None) -> Change | None:
    """By how many percentage points a share moved; `None` where one of the two is not known."""
    if now is None or then is None or now.share is None or then.share is None:
        return None
    return Change(100 * (now.share - then.share), points=True)


def difference(now: int | None, then: int | None) -> Change | None:
    """By how much a count moved."""
    return None if now is None or then is None else Change(now - then)


def level_name(level: int) -> Message:
    """Level 3; below level 1."""
    return Message(N_("Level %(number)s"), {"number": level}) if level else Message(N_("Below level 1"))


def paper(briefing: Briefing) -> Paper:
    """The whole briefing as a report."""
    quarter = quarter_words(briefing.quarter)
    facts: list[tuple[Message, Cell]] = [
        (Message(N_("State at the end of")), briefing.day),
        (Message(N_("Beside the end of the quarter before")), quarter_words(before(briefing.quarter))),
        (Message(N_("Set of rules")), briefing.scheme_name),
        (Message(N_("Offerings at level 3 or above")), briefing.now.at_least(3) if briefing.now else None),
        (Message(N_("Offerings at level 4")), briefing.now.at_least(4) if briefing.now else None),
        (Message(N_("Offerings that rose in the quarter")), briefing.rose),
    ]
    if briefing.plan:
        facts.append((Message(N_("Work items of the plan that are late")), briefing.plan.late))
    return Paper(
        kind=Message(N_("Quarterly briefing on public services online")),
        title=Message(N_("Briefing of %(quarter)s"), {"quarter": quarter}),
        owner=briefing.place,
        made=Message(N_("Counted on %(moment)s"), {"moment": briefing.made}),
        mark=Message(N_("Draft: the quarter has not ended")) if briefing.draft else None,
        facts=tuple(facts),
        sections=(
            _state(briefing),
            _achieved(briefing),
            _plan(briefing),
            _late(briefing),
            aims_section(briefing.aims, _here(briefing), _end(before(briefing.quarter))),
            tasks_section(briefing.tasks),
            _agencies(briefing),
            _next(briefing),
            _decisions(briefing),
            _counting(briefing),
        ),
    )


def level_rows(now: Levels | None, then: Levels | None) -> tuple[tuple[Cell, ...], ...]:
    """Level by level, the highest first: offerings and filings now, offerings then, and by how much they
    moved.
    """
    rows: list[tuple[Cell, ...]] = []
    for level in (4, 3, 2, 1, 0):
        here = now.offerings[level] if now else None
        there = then.offerings[level] if then else None
        rows.append(
            (
                level_name(level), here, Ratio(here, now.whole) if now and here is not None else None, there,
                difference(here, there), now.filings[level] if now else None,
            )
        )  # fmt: skip
    rows.append(
        (
            Message(N_("Together")), now.whole if now else None, "", then.whole if then else None,
            difference(now.whole if now else None, then.whole if then else None),
            sum(now.filings) if now else None,
        )
    )  # fmt: skip
    return tuple(rows)


def chart(bars: Sequence[tuple[Message, Levels | None]]) -> LevelChart | None:
    """The distribution of levels, one bar for each moment that is known."""
    known = tuple(LevelBar(name, levels.offerings) for name, levels in bars if levels)
    return LevelChart(Message(N_("Share of offerings at each level")), known) if known else None


def _end(quarter: str) -> Message:
    return Message(N_("End of %(quarter)s"), {"quarter": quarter_words(quarter)})


def _here(briefing: Briefing) -> Message:
    """The moment that a briefing tells of, at the head of a column."""
    if briefing.draft:
        return Message(N_("On %(day)s"), {"day": briefing.day})
    return _end(briefing.quarter)


def _state(briefing: Briefing) -> Section:
    here, earlier = _here(briefing), _end(before(briefing.quarter))
    text = [
        Message(
            N_(
                "Each offering, that is one service at one agency, is counted once at its own assessed "
                "level. The "
                "shares are of all offerings."
            )
        )
    ]
    if briefing.before is None:
        text.append(_no_past(briefing))
    levels = Table(
        Message(N_("Offerings by level")),
        (
            column(N_("Level"), "text", 1.6),
            Column(here),
            column(N_("Share")),
            Column(earlier),
            column(N_("Up or down")),
            column(N_("Filings a year (illustrative)") if briefing.illustrative else N_("Filings a year")),
        ),
        level_rows(briefing.now, briefing.before),
    )
    figures = Table(
        Message(N_("Figures with a passport, at the end of each day named")),
        (
            column(N_("Figure"), "text", 3.4),
            Column(here),
            column(N_("Counted")),
            Column(earlier),
            column(N_("Up or down (points)")),
        ),
        tuple(
            (each.name, each.now, _counted(each.now), each.before, change(each.now, each.before))
            for each in briefing.figures
        ),
        note=Message(N_("Shares by filings rest on illustrative figures."))
        if briefing.illustrative
        else None,
        links=tuple(f"/figures/{each.id}?day={briefing.day.isoformat()}" for each in briefing.figures),
    )
    bars = chart([(earlier, briefing.before), (here, briefing.now)])
    return Section("state", Message(N_("State")), tuple(text), bars, (levels, figures))


def _no_past(briefing: Briefing) -> Message:
    if briefing.first is None:
        return Message(N_("Nothing has been counted here so far."))
    return Message(
        N_(
            "Levels have been kept here since %(day)s, so the state at the end of the quarter before is not "
            "known."
        ),
        {"day": briefing.first},
    )


def _counted(ratio: Ratio | None) -> Message | None:
    if ratio is None or not ratio.whole:
        return None
    return Message(N_("%(part)s of %(whole)s"), {"part": Count(ratio.part), "whole": Count(ratio.whole)})


def _achieved(briefing: Briefing) -> Section:
    text = [
        Message(
            N_(
                "In the quarter %(rose)s offerings rose and %(fell)s fell: each is counted once, by the "
                "level it had "
                "when the quarter began and the one it had at the end. %(verified)s levels were verified by "
                "a "
                "reviewer."
            ),
            {
                "rose": Count(briefing.rose),
                "fell": Count(briefing.fell),
                "verified": Count(briefing.verified),
            },
        )
    ]
    if briefing.entered:
        text.append(
            Message(
                N_(
                    "%(number)s offerings are new in the quarter; they are counted from the level they came "
                    "with."
                ),
                {"number": Count(briefing.entered)},
            )
        )
    tables = []
    if briefing.moves:
        tables.append(
            Table(
                Message(N_("Offerings that changed their level")),
                (
                    column(N_("From"), "text", 1.6),
                    column(N_("To"), "text", 1.6),
                    column(N_("Offerings")),
                    column(
                        N_("Filings a year (illustrative)") if briefing.illustrative else N_("Filings a year")
                    ),
                ),
                tuple(
                    (level_name(each.was), level_name(each.became), each.offerings, each.filings)
                    for each in briefing.moves
                ),
            )
        )
    return Section("achieved", Message(N_("Achieved")), tuple(text), None, tuple(tables))


_NO_PLAN = N_("No roadmap of the whole city is approved, so there is no plan to compare with.")


def _plan(briefing: Briefing) -> Section:
    title = Message(N_("Against the plan"))
    plan = briefing.plan
    if plan is None:
        return Section("plan", title, (Message(_NO_PLAN),))
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


def _late(briefing: Briefing) -> Section:
    title = Message(N_("Late work, and why"))
    plan = briefing.plan
    if plan is None:
        return Section("late", title, (Message(_NO_PLAN),))
    if not plan.work:
        return Section("late", title, (Message(N_("No work item of the plan is late.")),))
    text = (
        Message(
            N_(
                "A work item is late when its quarter is over and its criterion is not met where the work "
                "is done. The "
                "reasons are those that agencies name in their answers, as they stood when this was counted."
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
    return Section("late", title, text, None, (by_reason, by_criterion))


def _moved_up(body: Body) -> Cell:
    if body.rank is None:
        return "–"
    if body.rank_before is None:
        return None
    return Change(body.rank_before - body.rank)


def _agencies(briefing: Briefing) -> Section:
    tables = []
    planned = briefing.plan is not None
    for tier, words in TIER_WORDS.items():
        rows = tuple(
            (
                body.name, body.rank if body.rank is not None else "–", _moved_up(body), body.online,
                change(body.online, body.online_before), body.rose, body.fell, body.verified,
                *((body.late,) if planned else ()),
            )
            for body in briefing.bodies if body.tier == tier
        )  # fmt: skip
        if rows:
            tables.append(
                Table(
                    Message(words),
                    (
                        column(N_("Agency"), "text", 3.2),
                        column(N_("Rank")),
                        column(N_("Places up")),
                        column(N_("Level 3 or above")),
                        column(N_("Up or down (points)")),
                        column(N_("Rose")),
                        column(N_("Fell")),
                        column(N_("Verified")),
                        *((column(N_("Late items")),) if planned else ()),
                    ),
                    rows,
                    long=len(rows) > 40,
                    links=tuple(f"/agencies/{body.code}" for body in briefing.bodies if body.tier == tier),
                )
            )
    text = (
        Message(
            N_(
                "Rank: by the share of offerings at level 3 or above; where equal, by the share at level 2 "
                "or above; "
                "equal in both, the same rank. Kinds of agencies are ranked apart; one with fewer than 5 "
                "offerings is "
                "not ranked."
            )
        ),
    )
    return Section("agencies", Message(N_("Agencies compared")), text, None, tuple(tables))


def _next(briefing: Briefing) -> Section:
    plan = briefing.plan
    words = quarter_words(after(briefing.quarter))
    title = Message(N_("What %(quarter)s asks of whom"), {"quarter": words})
    if plan is None:
        return Section("next", title, (Message(_NO_PLAN),))
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


def _law_name(law: Law) -> Cell:
    if law.article:
        return law.article
    criteria = ", ".join(law.criteria)
    return Message(N_("Criterion %(criteria)s, without an article named"), {"criteria": criteria})


def _decisions(briefing: Briefing) -> Section:
    found: Decisions = briefing.decisions
    moment = {"moment": briefing.made}
    text = (Message(N_("As it stood when this was counted, %(moment)s."), moment),)
    waits = Table(
        Message(N_("What waits for a decision")),
        (column(N_("What"), "text", 4.0), column(N_("How many")), column(N_("Who decides"), "text", 2.0)),
        (
            (_waiting(found), found.waiting, Message(N_("Reviewers of the agencies and the city"))),
            (
                Message(N_("Verified levels that are due for renewal")),
                found.due,
                Message(N_("The agencies: confirm and submit again")),
            ),
            (
                Message(N_("Verified levels that have lapsed")),
                found.lapsed,
                Message(N_("The agencies: confirm and submit again")),
            ),
            (
                Message(
                    N_("Offerings whose declared and assessed levels differ, of %(declared)s declared ones"),
                    {"declared": Count(found.declared)},
                ),
                found.differing,
                Message(N_("The agencies and the planner")),
            ),
            (
                Message(N_("Criteria where an automatic check and a person differ")),
                found.clashes,
                Message(N_("The agencies and the planner")),
            ),
        ),
        links=("/review", "/figures/lapsed", "/figures/lapsed", "/disagreements", "/checks?differing=1"),
    )
    tables = [waits]
    if found.law:
        tables.append(
            Table(
                Message(N_("Obstacles of law: what the most offerings wait for")),
                (
                    column(N_("Rule of law that answers name"), "text", 3.6),
                    column(N_("Offerings")),
                    column(N_("Services")),
                    column(
                        N_("Filings a year (illustrative)") if briefing.illustrative else N_("Filings a year")
                    ),
                ),
                tuple((_law_name(law), law.offerings, law.services, law.filings) for law in found.law),
                note=_more_laws(found),
            )
        )
    return Section("decisions", Message(N_("Decisions to take")), text, None, tuple(tables))


def _more_laws(found: Decisions) -> Message:
    if found.laws > len(found.law):
        return Message(
            N_("The first %(shown)s of %(all)s. What else an offering lacks stays to be done."),
            {"shown": len(found.law), "all": found.laws},
        )
    return Message(N_("What else an offering lacks stays to be done."))


def _waiting(found: Decisions) -> Message:
    if found.oldest is None:
        return Message(N_("Checklists that wait for review"))
    return Message(N_("Checklists that wait for review, the oldest since %(day)s"), {"day": found.oldest})


def _counting(briefing: Briefing) -> Section:
    sentences = [
        Message(
            N_(
                "Levels, figures and ranks are those at the end of the days named, from the daily counts, "
                "which do not "
                "change afterwards. Rules, reviews, obstacles and late work are known only as they stand: "
                "they are "
                "those of the moment of counting."
            )
        ),
        Message(N_("A level does not rise because a date passes. It rises when evidence is shown.")),
        Message(N_("What is not known is written so; it is never counted as none.")),
    ]
    if briefing.illustrative:
        sentences.append(
            Message(
                N_(
                    "Filings a year are illustrative figures: no public record gives them. Everything "
                    "weighted by "
                    "filings changes when real ones are entered."
                )
            )
        )
    if briefing.now and briefing.now.unfiled:
        sentences.append(
            Message(
                N_("The filings of %(number)s offerings are not known and are left out of sums of filings."),
                {"number": Count(briefing.now.unfiled)},
            )
        )
    return Section("counting", Message(N_("How this was counted")), tuple(sentences))
