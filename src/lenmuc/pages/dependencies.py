"""What comes before what in a roadmap, and what each piece of work unlocks: a drawing and its table."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lenmuc.actions.roadmap_view import NO_ROADMAP, Views
from lenmuc.core.checklists import Words
from lenmuc.core.errors import Message, NotFound
from lenmuc.core.roadmap.dependencies import HIGH, WIDE, Dependencies, Node, dependencies, wrapped
from lenmuc.core.roadmap.sentences import quarter_words
from lenmuc.pages.roadmaps import Part
from lenmuc.pages.scenario_page import planners
from lenmuc.pages.visitors import AnyRequest
from lenmuc.store.roadmaps import Roadmap
from lenmuc.web.templating import render
from lenmuc.web.visits import Visit


class Box(msgspec.Struct, frozen=True):
    """A node in words: its name in full and in short lines, and when its work is done (`None`: never)."""

    node: Node
    name: str
    lines: tuple[str, ...]
    first: Message | None
    last: Message | None


class DependenciesPage(msgspec.Struct, frozen=True):
    """What `templates/planner/dependencies.html` shows; `boxes` in the order of `drawn.nodes`."""

    roadmap: Roadmap
    scope: Words | None
    drawn: Dependencies
    boxes: tuple[Box, ...]
    by_criterion: dict[str, Box]
    wide: int = WIDE
    high: int = HIGH


@get("/{lang:str}/plan/{id:int}/dependencies", guards=[planners])
async def show_dependencies(
    request: AnyRequest,
    views: NamedDependency[Views],
    visit: NamedDependency[Visit],
    id: FromPath[int],
    agency: Part = "",
) -> Response[str]:
    """The work of a roadmap, or of one agency's part of it, by what comes first."""
    roadmap, view = await views.open(visit.who, id, agency)
    if view is None:
        raise NotFound(NO_ROADMAP)
    drawn = dependencies(view)
    boxes = []
    for node in drawn.nodes:
        words = view.names.criteria.get(node.criterion)
        name = visit.language.pick(words) if words else node.criterion
        ends = [None if at is None else quarter_words(view.quarters[at]) for at in (node.first, node.last)]
        boxes.append(Box(node, name, wrapped(name, 30, 2), *ends))
    page = DependenciesPage(
        roadmap,
        view.names.agencies.get(view.agency or roadmap.agency),
        drawn,
        tuple(boxes),
        {box.node.criterion: box for box in boxes},
    )
    return render(request, "planner/dependencies.html", page)


handlers: list[Any] = [show_dependencies]
