"""A desk: where people work on the answers of one place: the portal, an agency, a service, an offering."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from lenmuc.actions.answering import criterion_of
from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Effective, Target, may_answer, places
from lenmuc.core.checklists import Criterion, Facts, Scheme
from lenmuc.core.errors import N_, Message, NotFound
from lenmuc.core.readiness import effective, settle
from lenmuc.core.services import Service
from lenmuc.pages.switching import SchemeChoice, read_by, switch
from lenmuc.store.queries import Connection
from lenmuc.store.reviews import Remark
from lenmuc.web.language import Language
from lenmuc.web.visits import Visit

_TRAIL = 70  # letters of a name in the trail above a page


class Said(msgspec.Struct, frozen=True):
    """The part of an address that tells of an answer just saved."""

    saved: str = ""
    before: str = ""
    rose: str = ""
    fell: str = ""
    also: str = ""


class Wish(msgspec.Struct, frozen=True):
    """Which desk somebody asks for: by which set of rules, and for which service where the desk has one.

    `said` is what its address tells of an answer just saved. `together`: all criteria on one page were wished
    last, instead of one a page.
    """

    visit: Visit
    content: Content
    scheme: Scheme
    code: str = ""
    said: Said = Said()
    together: bool = False

    @property
    def main(self) -> bool:
        """Whether it is read by the main set of rules, the one that reviews are about."""
        return self.scheme is self.content.scheme


class Desk(msgspec.Struct, frozen=True):
    """What stands at one place, and where its pages are.

    `answers` are all that reach it, `found` what counts for each criterion. `home` is the address of its list
    without a query, `wider` that of the portal's list where it is another. `crumbs` end with the list itself.
    `who` says by scope who has to answer. `reaches` is how many offerings an answer given here counts for,
    `level` the offering's by the rules that are read, `None` for wider places. `remarks` are a reviewer's
    that are still open, `comments` how many each criterion has, `assigned` whose work single criteria are.
    """

    wish: Wish
    target: Target
    facts: Facts
    answers: tuple[Answer, ...]
    found: Mapping[str, Effective]
    home: str
    crumbs: tuple[tuple[str, str], ...]
    who: Mapping[str, Message]
    reaches: int = 1
    service: Service | None = None
    level: int | None = None
    remarks: tuple[Remark, ...] = ()
    wider: str = ""
    comments: Mapping[str, int] = {}
    assigned: Mapping[str, str] = {}

    @property
    def scheme(self) -> Scheme:
        """The set of rules that is read."""
        return self.wish.scheme

    @property
    def of_one(self) -> bool:
        """Is it about one offering?"""
        return self.target.scope == "offering"

    @property
    def list_href(self) -> str:
        """The address of its list."""
        return read_by(self.home, self.scheme, self.wish.content)

    @property
    def together(self) -> str:
        """The address of all criteria on one page. What counts for many is answered one by one."""
        return read_by(f"{self.home}/all", self.scheme, self.wish.content) if self.of_one else ""

    @property
    def said(self) -> Said:
        """What the address tells of an answer just saved."""
        return self.wish.said

    def shows(self, criterion: Criterion) -> bool:
        """Whether the list has it: the portal's and an agency's have their own criteria only."""
        return self.target.scope in ("service", "offering") or criterion.scope == self.target.scope

    def target_of(self, criterion: Criterion) -> Target:
        """Where an answer given at this desk stands: its scope may be wider than the desk."""
        if not self.of_one:
            return self.target
        wide = {"platform": Target(), "agency": Target(self.target.agency)}
        return wide.get(criterion.scope, self.target)

    def talk_of(self, criterion: Criterion) -> Target:
        """Where comments on the criterion stand: an agency talks about the portal's at its own offering."""
        target = self.target_of(criterion)
        return self.target if target.scope == "platform" else target

    def answers_here(self, criterion: Criterion) -> bool:
        """Whether the criterion has a page at this desk."""
        return self.of_one or self.target.scope in places(criterion)

    def may(self, criterion: Criterion) -> bool:
        """Whether whoever looks may answer it here; what facts settle, nobody answers."""
        free = self.found[criterion.id].source != "facts" and self.answers_here(criterion)
        return free and may_answer(self.wish.visit.who, criterion, self.target_of(criterion))

    def href(self, criterion: Criterion) -> str:
        """The address of a criterion's page, empty where it has none."""
        if self.wider and criterion.scope == "platform":
            return read_by(f"{self.wider}/{criterion.id}", self.scheme, self.wish.content)
        if not self.answers_here(criterion):
            return ""
        return read_by(f"{self.home}/{criterion.id}", self.scheme, self.wish.content)

    def way_to(self, criterion: Criterion) -> str:
        """The address at which a line of the list leads: one criterion a page, or all on one."""
        alone = self.href(criterion)
        together = self.wish.together and self.of_one and self.target_of(criterion).scope == "offering"
        return f"{self.together}#c-{criterion.id}" if together and self.may(criterion) else alone

    def choices(self, levels: dict[str, int] | None = None) -> tuple[SchemeChoice, ...]:
        """The sets of rules that it can be read by."""
        return switch(self.wish.content, self.scheme, self.home, levels)

    def criterion(self, id: str) -> Criterion:
        """The criterion; raises `NotFound` for one that is not answered at this desk."""
        found = criterion_of(self.scheme, id)
        if not self.answers_here(found):
            raise NotFound(N_("This criterion is not answered here."))
        return found


Open = Callable[[Connection, Wish], Awaitable[Desk]]


def counted(scheme: Scheme, facts: Facts, answers: list[Answer]) -> dict[str, Effective]:
    """What counts for each criterion, from facts and answers."""
    return effective(scheme, settle(scheme, facts), answers)


def named(language: Language, service: Service) -> str:
    """The beginning of a service's name, for the trail above a page."""
    name = service.name_en if language.code == "en" and service.name_en else service.name
    return name if len(name) <= _TRAIL else f"{name[: _TRAIL - 1].rstrip()}…"
