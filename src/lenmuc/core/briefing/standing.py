"""How services and agencies stand at the end of a quarter, and what was achieved in it."""

from lenmuc.core.briefing.state import Body, Briefing
from lenmuc.core.briefing.wording import (
    TIER_WORDS,
    change,
    chart,
    end_of,
    level_name,
    level_rows,
    moment_of,
    part_of_whole,
)
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.papers import Cell, Change, Column, Section, Table, column
from lenmuc.core.quarters import before


def state_section(briefing: Briefing) -> Section:
    here, earlier = moment_of(briefing), end_of(before(briefing.quarter))
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
            (each.name, each.now, part_of_whole(each.now), each.before, change(each.now, each.before))
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


def achieved_section(briefing: Briefing) -> Section:
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


def _moved_up(body: Body) -> Cell:
    if body.rank is None:
        return "–"
    if body.rank_before is None:
        return None
    return Change(body.rank_before - body.rank)


def agencies_section(briefing: Briefing) -> Section:
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
