"""A briefing in words: its sections in their order, each figure with what it counts."""

from lenmuc.core.briefing.aims import aims_section, tasks_section
from lenmuc.core.briefing.deciding import decisions_section
from lenmuc.core.briefing.standing import achieved_section, agencies_section, state_section
from lenmuc.core.briefing.state import Briefing
from lenmuc.core.briefing.wording import end_of, moment_of
from lenmuc.core.briefing.working import late_section, next_section, plan_section
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.papers import Cell, Paper, Section
from lenmuc.core.quarters import before
from lenmuc.core.roadmap.sentences import quarter_words


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
            state_section(briefing),
            achieved_section(briefing),
            plan_section(briefing),
            late_section(briefing),
            aims_section(briefing.aims, moment_of(briefing), end_of(before(briefing.quarter))),
            tasks_section(briefing.tasks),
            agencies_section(briefing),
            next_section(briefing),
            decisions_section(briefing),
            _counting(briefing),
        ),
    )


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
