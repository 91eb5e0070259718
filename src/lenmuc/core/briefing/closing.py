"""The closing review of a term: its first frozen briefing against its last, and what each between them
said.
"""

from collections.abc import Mapping, Sequence

from lenmuc.core.briefing.afterwards import Correction, correction_table
from lenmuc.core.briefing.aims import TARGETS, amount, wanted
from lenmuc.core.briefing.state import Body, Briefing
from lenmuc.core.briefing.wording import TIER_WORDS, change, chart, difference, level_name
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.papers import Cell, Change, Column, Paper, Section, Table, column
from lenmuc.core.quarters import after
from lenmuc.core.roadmap.sentences import quarter_words


def closing(briefings: Sequence[Briefing], corrections: Mapping[str, Sequence[Correction]]) -> Paper:
    """The review of at least two frozen briefings in the order of their quarters.

    `corrections` are those of each, by quarter: they are told, and the figures stay as they were frozen.
    """
    first, last = briefings[0], briefings[-1]
    quarters = _quarters(first.quarter, last.quarter)
    term = {"first": quarter_words(first.quarter), "last": quarter_words(last.quarter)}
    return Paper(
        kind=Message(N_("Closing review of public services online")),
        title=Message(N_("Closing review from %(first)s to %(last)s"), term),
        owner=last.place,
        made=Message(N_("From briefings frozen up to %(day)s"), {"day": last.made}),
        mark=None,
        facts=(
            (Message(N_("Set of rules")), last.scheme_name),
            (
                Message(N_("Quarters with a frozen briefing")),
                Message(N_("%(part)s of %(whole)s"), {"part": len(briefings), "whole": len(quarters)}),
            ),
            (_at(N_("Level 3 or above at the end of %(quarter)s"), first), _online(first, 3)),
            (_at(N_("Level 3 or above at the end of %(quarter)s"), last), _online(last, 3)),
            (_at(N_("Level 4 at the end of %(quarter)s"), first), _online(first, 4)),
            (_at(N_("Level 4 at the end of %(quarter)s"), last), _online(last, 4)),
        ),
        sections=(
            _levels(briefings),
            _figures(first, last),
            _course(briefings, quarters),
            *((_aims(first, last),) if last.aims else ()),
            _agencies(briefings),
            _left(first, last),
            _counting(briefings, corrections),
        ),
    )


def _quarters(first: str, last: str) -> list[str]:
    found = [first]
    while found[-1] < last:
        found.append(after(found[-1]))
    return found


def _at(text: str, briefing: Briefing) -> Message:
    return Message(text, {"quarter": quarter_words(briefing.quarter)})


def _online(briefing: Briefing, level: int) -> Cell:
    return briefing.now.at_least(level) if briefing.now else None


def _end(briefing: Briefing) -> Message:
    return _at(N_("End of %(quarter)s"), briefing)


def _levels(briefings: Sequence[Briefing]) -> Section:
    first, last = briefings[0], briefings[-1]
    rows: list[tuple[Cell, ...]] = []
    for level in (4, 3, 2, 1, 0):
        then = first.now.offerings[level] if first.now else None
        now = last.now.offerings[level] if last.now else None
        rows.append((level_name(level), then, now, difference(now, then)))
    whole = [each.now.whole if each.now else None for each in (first, last)]
    rows.append((Message(N_("Together")), *whole, difference(whole[1], whole[0])))
    text = []
    if first.scheme != last.scheme:
        text.append(
            Message(
                N_(
                    "The first briefing counts by “%(first)s”, the last by “%(last)s”: their levels are not "
                    "the same "
                    "thing and are not compared."
                ),
                {"first": first.scheme_name, "last": last.scheme_name},
            )
        )
        rows = [(*row[:-1], None) for row in rows]
    table = Table(
        Message(N_("Offerings by level, first and last")),
        (column(N_("Level"), "text", 1.6), Column(_end(first)), Column(_end(last)), column(N_("Up or down"))),
        tuple(rows),
    )
    bars = chart([(_end(each), each.now) for each in briefings])
    return Section("levels", Message(N_("Levels")), tuple(text), bars, (table,))


def _figures(first: Briefing, last: Briefing) -> Section:
    then = {each.id: each.now for each in first.figures}
    table = Table(
        Message(N_("Figures with a passport, first and last")),
        (
            column(N_("Figure"), "text", 3.4),
            Column(_end(first)),
            Column(_end(last)),
            column(N_("Up or down (points)")),
        ),
        tuple(
            (each.name, then.get(each.id), each.now, change(each.now, then.get(each.id)))
            for each in last.figures
        ),
        links=tuple(f"/figures/{each.id}?day={last.day.isoformat()}" for each in last.figures),
    )
    return Section("figures", Message(N_("Figures")), (), None, (table,))


def _reached(briefing: Briefing) -> tuple[Cell, ...]:
    """Planned and reached at level 3 or above, and whether that was enough."""
    planned = briefing.plan.planned_3 if briefing.plan else None
    there = briefing.now.at_least(3).part if briefing.now else None
    if planned is None or there is None:
        return (planned if briefing.plan else "–", there, Message(N_("nothing to compare")))
    if there >= planned:
        return (planned, there, Message(N_("reached")))
    return (planned, there, Message(N_("missed by %(number)s"), {"number": Count(planned - there)}))


def _course(briefings: Sequence[Briefing], quarters: Sequence[str]) -> Section:
    frozen = {each.quarter: each for each in briefings}
    rows: list[tuple[Cell, ...]] = []
    for quarter in quarters:
        found = frozen.get(quarter)
        if found is None:
            rows.append((quarter_words(quarter), None, None, Message(N_("not frozen")), None, None, None))
            continue
        late = found.plan.late if found.plan else "–"
        rows.append((quarter_words(quarter), *_reached(found), found.rose, found.fell, late))
    table = Table(
        Message(N_("Quarter by quarter: offerings at level 3 or above, planned and reached")),
        (
            column(N_("Quarter"), "text", 1.4),
            column(N_("Planned")),
            column(N_("Reached")),
            column(N_("Compared"), "text", 1.6),
            column(N_("Rose")),
            column(N_("Fell")),
            column(N_("Late items")),
        ),
        tuple(rows),
    )
    text = (
        Message(
            N_(
                "What was planned is what the roadmap that was approved at the time wanted by the end of "
                "the quarter, as "
                "each briefing was frozen."
            )
        ),
    )
    return Section("course", Message(N_("Reached and missed")), text, None, (table,))


def _aims(first: Briefing, last: Briefing) -> Section:
    then = {(aim.programme.vi, aim.name.vi): aim.now for aim in first.aims}
    table = Table(
        Message(N_("Targets at the end of the term")),
        (
            column(N_("Target"), "text", 3.2),
            column(N_("Wanted"), "text", 1.3),
            column(N_("Due by"), "text", 1.2),
            Column(_end(first)),
            Column(_end(last)),
            column(N_("How it stands"), "text", 1.2),
        ),
        tuple(
            (
                aim.name,
                wanted(aim),
                aim.due,
                amount(aim, then.get((aim.programme.vi, aim.name.vi))),
                amount(aim, aim.now),
                Message(TARGETS[aim.state]),
            )
            for aim in last.aims
        ),
    )
    text = (
        Message(
            N_("Targets that stood in the last briefing, with their value in the first where it was known.")
        ),
    )
    return Section("targets", Message(N_("Targets of programmes")), text, None, (table,))


def _agencies(briefings: Sequence[Briefing]) -> Section:
    first, last = briefings[0], briefings[-1]
    then = {body.code: body for body in first.bodies}
    rose: dict[str, int] = {}
    for each in briefings:
        for body in each.bodies:
            rose[body.code] = rose.get(body.code, 0) + body.rose
    tables = []
    for tier, words in TIER_WORDS.items():
        bodies = [body for body in last.bodies if body.tier == tier]
        if bodies:
            tables.append(
                Table(
                    Message(words),
                    (
                        column(N_("Agency"), "text", 3.0),
                        Column(_at(N_("Level 3 or above, %(quarter)s"), first)),
                        Column(_at(N_("Level 3 or above, %(quarter)s"), last)),
                        column(N_("Up or down (points)")),
                        Column(_at(N_("Rank, %(quarter)s"), first)),
                        Column(_at(N_("Rank, %(quarter)s"), last)),
                        column(N_("Places up")),
                        column(N_("Rose")),
                    ),
                    tuple(_body(body, then.get(body.code), rose[body.code]) for body in bodies),
                    long=len(bodies) > 40,
                    links=tuple(f"/agencies/{body.code}" for body in bodies),
                )
            )
    gone = [body.name for body in first.bodies if body.code not in {each.code for each in last.bodies}]
    text = [
        Message(
            N_("Agencies in the order of the last quarter. Those that rose in several quarters count each.")
        )
    ]
    if gone:
        text.append(
            Message(
                N_("In the first briefing and not in the last: %(number)s agencies."), {"number": len(gone)}
            )
        )
    return Section("agencies", Message(N_("Agencies")), tuple(text), None, tuple(tables))


def _body(body: Body, then: Body | None, rose: int) -> tuple[Cell, ...]:
    was = then.online if then else None
    up: Cell = "–"  # who is not ranked moves no place
    if body.rank is not None:
        up = Change(then.rank - body.rank) if then and then.rank else None
    return (
        body.name, was, body.online, change(body.online, was), (then.rank or "–") if then else None,
        body.rank if body.rank is not None else "–", up, rose,
    )  # fmt: skip


def _left(first: Briefing, last: Briefing) -> Section:
    """What is not done at the end: late work, and obstacles of law that were there from the beginning."""
    text, tables = [], []
    if last.plan:
        text.append(
            Message(
                N_("At the end %(late)s of %(due)s work items that should be finished are late."),
                {"late": Count(last.plan.late), "due": Count(last.plan.due)},
            )
        )
        if last.plan.work:
            tables.append(
                Table(
                    Message(N_("Work that is late at the end, by criterion")),
                    (
                        column(N_("Criterion"), "text", 4.0),
                        column(N_("Work items")),
                        column(N_("Offerings that need it")),
                    ),
                    tuple(
                        (
                            Message(N_("%(id)s %(text)s"), {"id": work.criterion, "text": work.text}),
                            work.items,
                            work.offerings,
                        )
                        for work in last.plan.work
                    ),
                )
            )
    else:
        text.append(
            Message(N_("No roadmap of the whole city is approved, so there is no plan to compare with."))
        )
    began = {(law.article, law.criteria): law.offerings for law in first.decisions.law}
    still = [law for law in last.decisions.law if (law.article, law.criteria) in began]
    if still:
        tables.append(
            Table(
                Message(N_("Obstacles of law named at the beginning and still at the end")),
                (
                    column(N_("Rule of law that answers name"), "text", 3.6),
                    Column(_at(N_("Offerings, %(quarter)s"), first)),
                    Column(_at(N_("Offerings, %(quarter)s"), last)),
                ),
                tuple(
                    (
                        law.article
                        or Message(
                            N_("Criterion %(criteria)s, without an article named"),
                            {"criteria": ", ".join(law.criteria)},
                        ),
                        began[law.article, law.criteria],
                        law.offerings,
                    )
                    for law in still
                ),
                note=Message(N_("Of the first ten of each briefing.")),
            )
        )
    return Section("left", Message(N_("What is left")), tuple(text), None, tuple(tables))


def _counting(briefings: Sequence[Briefing], corrections: Mapping[str, Sequence[Correction]]) -> Section:
    text = [
        Message(
            N_(
                "Every figure is that of a frozen briefing and stands as it was frozen; nothing was counted "
                "anew for this "
                "review."
            )
        )
    ]
    if any(each.illustrative for each in briefings):
        text.append(
            Message(
                N_(
                    "Filings a year are illustrative figures: no public record gives them. Everything "
                    "weighted by filings "
                    "changes when real ones are entered."
                )
            )
        )
    notes: list[tuple[Message, Correction]] = [
        (quarter_words(each.quarter), note)
        for each in briefings
        for note in corrections.get(each.quarter, ())
    ]
    tables: tuple[Table, ...] = ()
    if notes:
        text.append(Message(N_("These corrections were written to the briefings of the term:")))
        tables = (correction_table(notes),)
    return Section("counting", Message(N_("How this was counted")), tuple(text), None, tables)
