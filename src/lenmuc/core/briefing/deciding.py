"""What waits for a decision, and what changing the law would free."""

from lenmuc.core.briefing.state import Briefing, Decisions, Law
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.papers import Cell, Section, Table, column


def _law_name(law: Law) -> Cell:
    if law.article:
        return law.article
    criteria = ", ".join(law.criteria)
    return Message(N_("Criterion %(criteria)s, without an article named"), {"criteria": criteria})


def decisions_section(briefing: Briefing) -> Section:
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
