"""Roadmaps side by side: what was asked differently, and what each brings, by quarter, agency and target."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from lenmuc.actions.roadmap_view import Views
from lenmuc.content.everything import Content
from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Message, Refused, fault
from lenmuc.core.roadmap.input_words import Difference, differences, goal_words, strictness
from lenmuc.core.roadmap.inputs import Goal, GoalResult
from lenmuc.core.roadmap.sentences import quarter_words
from lenmuc.core.roadmap.side_by_side import AgencyRow, QuarterRow, by_agency, by_quarter
from lenmuc.core.roadmap.view import RoadmapView
from lenmuc.pages.roadmaps import agency_names, words_by_code
from lenmuc.pages.scenario_page import labels_for, planners
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store.database import Database
from lenmuc.store.roadmaps import Roadmap
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit

MOST = 4
_FIRST_AGENCIES = 20
Numbers = Annotated[list[int] | None, QueryParameter(name="roadmap")]
FIGURES = (
    ("at_3", N_("Offerings at level 3 or 4 at the end of the quarter")),
    ("at_4", N_("Offerings at level 4 at the end of the quarter")),
    ("filings_3", N_("Filings a year that the plan brings online, level 3")),
    ("filings_4", N_("Filings a year that the plan brings to level 4")),
)


class Figure(msgspec.Struct, frozen=True):
    """One figure by quarter; its quarters in words."""

    caption: Message
    rows: tuple[tuple[Message, QuarterRow], ...]


class GoalRow(msgspec.Struct, frozen=True):
    """One target and what came of it in each roadmap; `None` where it was not set."""

    name: Message
    strict: Message
    results: tuple[GoalResult | None, ...]


class ComparePage(msgspec.Struct, frozen=True):
    """What `templates/planner/compare.html` shows: the roadmaps in the order in which they were chosen."""

    roadmaps: tuple[Roadmap, ...]
    views: tuple[RoadmapView, ...]
    names: dict[str, Words]
    differences: tuple[Difference, ...]
    goals: tuple[GoalRow, ...]
    figures: tuple[Figure, ...]
    agencies: tuple[AgencyRow, ...]
    more_agencies: tuple[AgencyRow, ...]


@get("/{lang:str}/plan/compare", guards=[planners])
async def compare(
    request: AnyRequest,
    db: NamedDependency[Database],
    content: NamedDependency[Content],
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    roadmap: Numbers = None,
) -> Response[str]:
    """Two to four finished roadmaps side by side."""
    chosen = list(dict.fromkeys(roadmap or ()))
    if not 2 <= len(chosen) <= MOST:
        raise Refused(
            [fault("roadmap", N_("Choose between two and %(most)s roadmaps to compare."), most=MOST)]
        )
    found: list[tuple[Roadmap, RoadmapView]] = []
    for number in chosen:
        each, view = await views.open(visit.who, number)
        if view is None:
            raise Refused([fault("roadmap", N_("Choose roadmaps that are ready."))])
        found.append((each, view))
    roadmaps = tuple(each for each, _ in found)
    all_views = tuple(view for _, view in found)
    labels = await labels_for(db, visit, content, [each.settings for each in roadmaps])
    rows = by_agency(all_views)
    page = ComparePage(
        roadmaps=roadmaps,
        views=all_views,
        names=words_by_code(await agency_names(db, visit.who)),
        differences=differences([each.settings for each in roadmaps], labels),
        goals=tuple(
            GoalRow(goal_words(labels, goal), strictness(goal), tuple(_result(e, goal) for e in roadmaps))
            for goal in dict.fromkeys(g for each in roadmaps for g in each.settings.goals)
        ),
        figures=tuple(
            Figure(
                Message(words),
                tuple((quarter_words(row.quarter), row) for row in by_quarter(all_views, name)),
            )
            for name, words in FIGURES
        ),
        agencies=rows[:_FIRST_AGENCIES],
        more_agencies=rows[_FIRST_AGENCIES:],
    )
    return render(request, "planner/compare.html", page)


def _result(roadmap: Roadmap, goal: Goal) -> GoalResult | None:
    results = roadmap.summary.goals if roadmap.summary else ()
    return next((each for each in results if each.goal == goal), None)


handlers: list[Any] = [compare]
