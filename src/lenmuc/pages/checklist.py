"""A checklist as pages show it: lines with their status, where each answer comes from, and shares."""

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from lenmuc.core.answers import Answer, Effective
from lenmuc.core.checklists import FACTS, Condition, Criterion, Facts, Words, holds
from lenmuc.core.errors import N_, Message
from lenmuc.core.evidence import worst
from lenmuc.pages.desks import Desk
from lenmuc.web.language import HANOI
from lenmuc.web.reviews import today

BLOCKER_WORDS = {
    "law": N_("A law or regulation stands in the way"),
    "paper_original": N_("A paper original has to be handed in"),
    "no_system": N_("There is no system that can do it"),
    "no_budget": N_("There is no money for it"),
    "no_data": N_("The data it needs are missing"),
    "other": N_("Something else"),
}
_REASONS = {
    Condition("has_fee", False): N_("the procedure charges no fee"),
    Condition("has_forms", False): N_("the procedure has no form to fill in"),
    Condition("interlinked", False): N_("no other agency takes part in the procedure"),
}
_GIVEN = {
    "platform": N_("Answered for the city's portal by %(by)s, %(at)s, %(links)s"),
    "agency": N_("Answered for the whole agency by %(by)s, %(at)s, %(links)s"),
    "service": N_("Answered for this service at every agency by %(by)s, %(at)s, %(links)s"),
    "offering": N_("Answered for this service at this agency by %(by)s, %(at)s, %(links)s"),
}
OPEN = ("none", "confirm", "declined")
STATUSES = (*OPEN, "not_met", "proposed", "met", "not_applicable")
_WIDTH = {"platform": 0, "agency": 1, "service": 2, "offering": 3}


class Line(msgspec.Struct, frozen=True):
    """One criterion of a checklist. `exception` says which wider answer this one differs from, if any.

    `status` is the value, or `none` (not started), `confirm` (somebody looked and could not tell), `declined`
    (a reviewer did not accept that it does not apply). `mine`: whoever looks may answer it here. `href`
    is its page, `way` where the list leads: there, or to its place on the page of all criteria.
    `expiry` is expired or soon when that is so of evidence of the answer that counts.
    """

    criterion: Criterion
    value: str
    source: Message
    href: str
    who: Message
    exception: Message | None = None
    status: str = "none"
    mine: bool = False
    way: str = ""
    comments: int = 0
    assigned: str = ""
    expiry: str = ""

    @property
    def open(self) -> bool:
        """Does it wait for an answer that can count?"""
        return self.status in OPEN


class Block(msgspec.Struct, frozen=True):
    """Lines under one heading; `met` of the `applicable` ones are met."""

    level: int
    name: Words
    lines: tuple[Line, ...]

    @property
    def applicable(self) -> int:
        """Lines that apply."""
        return sum(line.value != "not_applicable" for line in self.lines)

    @property
    def met(self) -> int:
        """Lines that are met."""
        return sum(line.value == "met" for line in self.lines)

    @property
    def open(self) -> int:
        """Lines that wait for an answer."""
        return sum(line.open for line in self.lines)


class Share(msgspec.Struct, frozen=True):
    """How many criteria are met, of those that apply; `void` ones do not apply."""

    met: int
    applicable: int
    void: int


class Checklist(msgspec.Struct, frozen=True):
    """Every criterion of a scheme: those that decide levels by level, the others by level and group."""

    steps: tuple[Block, ...]
    duties: tuple[Block, ...]
    readiness: tuple[Block, ...]
    share: Share

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line, in the order in which it is shown."""
        return lines_in((*self.steps, *self.duties, *self.readiness))


class Tally(msgspec.Struct, frozen=True):
    """How many lines have a status."""

    status: str
    count: int


def lines_in(blocks: Iterable[Block]) -> tuple[Line, ...]:
    """The lines of some blocks, in their order."""
    return tuple(line for block in blocks for line in block.lines)


def tallies(lines: Iterable[Line]) -> tuple[Tally, ...]:
    """How many lines have each status, what waits for an answer first; without those that none has."""
    counts = Counter(line.status for line in lines)
    return tuple(Tally(status, counts[status]) for status in STATUSES if counts[status])


def _shown(answer: Answer) -> Message:
    """How many links and files an answer has."""
    files = sum(piece.kind == "file" for piece in answer.pieces)
    count = len(answer.evidence) + len(answer.pieces) - files
    links = Message(N_("1 link") if count == 1 else N_("%(count)s links"), {"count": count})
    if not files:
        return links if count else Message(N_("no evidence attached"))
    kept = Message(N_("1 file") if files == 1 else N_("%(count)s files"), {"count": files})
    return Message(N_("%(links)s, %(files)s"), {"links": links, "files": kept}) if count else kept


def given(answer: Answer) -> Message:
    """For what, by whom, when and with how much evidence an answer was given."""
    day = answer.at.astimezone(HANOI).date()
    return Message(_GIVEN[answer.target.scope], {"by": answer.by, "at": day, "links": _shown(answer)})


def why_void(criterion: Criterion, facts: Facts) -> Message:
    """The facts for which a criterion does not apply."""
    held = [c for c in criterion.not_applicable_when if holds((c,), facts)]
    said = [
        Message(_REASONS[c])
        if c in _REASONS
        else Message(N_("%(fact)s: yes") if c.is_ else N_("%(fact)s: no"), {"fact": FACTS[c.fact]})
        for c in held
    ]
    reason = said[0] if said else Message(N_("the record says so"))
    for more in said[1:]:
        reason = Message(N_("%(one)s and %(other)s"), {"one": reason, "other": more})
    return Message(N_("Does not apply because %(reason)s"), {"reason": reason})


def source(criterion: Criterion, found: Effective, facts: Facts) -> Message:
    """Where the answer that counts comes from, as a sentence."""
    if found.source == "facts":
        return why_void(criterion, facts)
    if found.answer is not None:
        return given(found.answer)
    if found.source == "record":
        return Message(N_("From the national record of the procedure"))
    return Message(N_("Nobody has answered yet"))


def trail(criterion: Criterion, answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Every answer to `criterion` that reaches here, the widest first; the last one counts."""
    own = (answer for answer in answers if answer.criterion == criterion.id)
    return tuple(sorted(own, key=lambda answer: _WIDTH[answer.target.scope]))


def _exception(steps: tuple[Answer, ...]) -> Message | None:
    if len(steps) < 2 or steps[-1].value == steps[-2].value:
        return None
    return Message(N_("An exception: the answer for every agency is different"))


def status_of(found: Effective) -> str:
    """The status of a criterion in a list of tasks; see `Line`."""
    if found.value == "unknown":
        return "none" if found.source == "none" else "confirm"
    if found.value == "proposed" and found.answer is not None and found.answer.decision == "declined":
        return "declined"
    return found.value


def _line(desk: Desk, criterion: Criterion) -> Line:
    here = desk.found[criterion.id]
    return Line(
        criterion,
        here.value,
        source(criterion, here, desk.facts),
        desk.href(criterion),
        desk.who[criterion.scope],
        None if here.source == "facts" else _exception(trail(criterion, desk.answers)),
        status_of(here),
        desk.may(criterion),
        desk.way_to(criterion),
        desk.comments.get(criterion.id, 0),
        desk.assigned.get(criterion.id, ""),
        worst(here.answer.pieces, today()) if here.answer else "",
    )


def _groups(desk: Desk, asked: Callable[[Criterion], bool]) -> tuple[Block, ...]:
    return tuple(
        Block(level.number, group.name, lines)
        for level in desk.scheme.levels
        for group, members in desk.scheme.by_group()
        if (lines := tuple(_line(desk, c) for c in members if c.level == level.number and asked(c)))
    )


def checklist(desk: Desk) -> Checklist:
    """The whole checklist of a service or an offering."""
    scheme = desk.scheme
    steps = tuple(
        Block(
            level.number,
            level.name,
            tuple(_line(desk, c) for c in scheme.members(scheme.at_level(level.number))),
        )
        for level in scheme.levels
    )
    duties = _groups(desk, lambda c: c.role == "duty")
    all_duties = sum(len(block.lines) for block in duties)
    applicable = sum(block.applicable for block in duties)
    share = Share(sum(block.met for block in duties), applicable, all_duties - applicable)
    return Checklist(steps, duties, _groups(desk, lambda c: c.role == "readiness"), share)


def all_lines(desk: Desk) -> tuple[Line, ...]:
    """Every line of a desk's list, in its order."""
    return checklist(desk).lines if desk.target.service else lines_in(own_blocks(desk))


def own_blocks(desk: Desk) -> tuple[Block, ...]:
    """The criteria of the portal or of an agency, by level and group."""
    return _groups(desk, desk.shows)
