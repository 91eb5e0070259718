"""The sentences of a roadmap with names in the place of ids."""

from typing import Any

from lenmuc.core.checklists import Words
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.roadmap.explain import DoesNotFit
from lenmuc.core.roadmap.gather import BUDGET, CENTRAL
from lenmuc.core.roadmap.kinds import KINDS
from lenmuc.core.roadmap.problem import Problem
from lenmuc.core.roadmap.view import Line, RoadmapView
from lenmuc.core.roadmap.words import in_words, left_days, needed_days

_QUARTERS = (N_("Q1 %(year)s"), N_("Q2 %(year)s"), N_("Q3 %(year)s"), N_("Q4 %(year)s"))
_NUMBERS = ("needed", "left")


def quarter_words(name: str) -> Message:
    """A quarter such as 2027Q1 inside a sentence; any other name stays as it is."""
    year, _, number = name.partition("Q")
    if year.isdigit() and number in ("1", "2", "3", "4"):
        return Message(_QUARTERS[int(number) - 1], {"year": year})
    return Message("%(name)s", {"name": name})


def pool_words(view: RoadmapView, pool: str, *, inside: bool = False) -> Message:
    """What a pool is called, at the head of a table or `inside` a sentence."""
    if pool == CENTRAL:
        return Message(N_("the central team") if inside else N_("Central team"))
    return Message("%(name)s", {"name": view.names.agencies.get(pool, pool)})


def place_words(view: RoadmapView, line: Line) -> Message:
    """Where an item is done: the whole platform, an agency, a service, or a service at an agency."""
    service: Words | str = view.names.services.get(line.service, line.service)
    agency: Words | str = view.names.agencies.get(line.agency, line.agency)
    if line.service and line.agency:
        return Message(N_("%(service)s, at %(agency)s"), {"service": service, "agency": agency})
    if line.service or line.agency:
        return Message("%(name)s", {"name": service or agency})
    return Message(N_("The whole platform"))


def criterion_words(view: RoadmapView, line: Line) -> Words | str:
    """What an item meets, in the words of the checklist."""
    return view.names.criteria.get(line.criterion, line.criterion)


def item_words(view: RoadmapView, id: str) -> Message:
    """An item inside a sentence: what it meets and, unless it is the platform's, where."""
    line = view.by_id.get(id)
    if line is None:
        return Message("%(name)s", {"name": id})
    values: dict[str, Any] = {"text": criterion_words(view, line)}
    if line.on_platform:
        return Message(N_("“%(text)s”"), values)
    return Message(N_("“%(text)s” (%(place)s)"), {**values, "place": place_words(view, line)})


def upgrade_words(view: RoadmapView, id: str) -> Message:
    """An upgrade inside a sentence; the ids are those that `gather` makes, any other stays as it is."""
    level, _, rest = id.partition("#")
    service, _, agency = rest.rpartition("@")
    if not (level[:1] == "L" and level[1:].isdigit() and service):
        return Message("%(name)s", {"name": id})
    code, _, more = agency.partition("+")
    values: dict[str, Any] = {
        "level": level[1:],
        "service": view.names.services.get(service, service),
        "agency": view.names.agencies.get(code, code),
    }
    if more:
        text = N_("level %(level)s of “%(service)s” at %(agency)s and %(more)s more")
        return Message(text, {**values, "more": int(more)})
    return Message(N_("level %(level)s of “%(service)s” at %(agency)s"), values)


def number_words(written: str) -> Message:
    """A number written with a point, as each language writes it and with all its digits."""
    whole, _, part = written.partition(".")
    if part:
        return Message(N_("%(whole)s.%(part)s"), {"whole": Count(int(whole)), "part": part})
    return Message("%(whole)s", {"whole": Count(int(whole))})


def why_beside(view: RoadmapView, line: Line, agency: str) -> Message:
    """The same where the reader sees the service and knows it is about `agency`: neither is said again."""
    reason = line.reason
    if isinstance(reason, DoesNotFit) and line.service and not reason.kind:
        level, _, offering = reason.upgrade.partition("#")
        if offering == f"{line.service}@{agency}":
            return Message(
                N_(
                    "Level %(level)s does not fit: the work still missing takes %(needed)s person-days of "
                    "%(pool)s, which has %(left)s left in the whole plan."
                ),
                {
                    "level": level.removeprefix("L"),
                    "needed": number_words(needed_days(reason.needed)),
                    "left": number_words(left_days(reason.left)),
                    "pool": pool_words(view, reason.pool, inside=True),
                },
            )
    return why(view, line)


def why(view: RoadmapView, line: Line) -> Message:
    """One true sentence: why the item stands where it stands, or why it is not in the plan."""
    said = in_words(Problem(view.quarters, (), (), ()), line.reason)  # it asks for nothing but the quarters
    values = dict(said.params)
    if "item" in values:
        values["item"] = item_words(view, values["item"])
    if "upgrade" in values:
        values["upgrade"] = upgrade_words(view, values["upgrade"])
    if "pool" in values:
        values["pool"] = pool_words(view, values["pool"], inside=True)
    if "quarter" in values:
        values["quarter"] = quarter_words(values["quarter"])
    if values.get("kind") in KINDS:
        values["kind"] = Message(N_("“%(text)s”"), {"text": Message(KINDS[values["kind"]])})
    values.update({name: number_words(values[name]) for name in _NUMBERS if name in values})
    if values.get("budget") == BUDGET:
        values["budget"] = Message(N_("of this plan"))
        money = {name: Message(N_("%(number)s dong"), {"number": values[name]}) for name in _NUMBERS}
        values.update(money)
    return Message(said.text, values)
