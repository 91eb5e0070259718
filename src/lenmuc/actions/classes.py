"""Where one offering stands by every scheme, with what may be published of the reasons."""

import datetime as dt

import msgspec

from lenmuc.content.everything import Content
from lenmuc.core.answers import Answer, Effective
from lenmuc.core.checklists import Criterion, LevelMeaning, Reason, Scheme
from lenmuc.core.partial import cited, partial_reasons
from lenmuc.core.readiness import assess_one, effective, settle
from lenmuc.core.services import Service, facts
from lenmuc.store import answers as answers_store
from lenmuc.store import standings as standings_store
from lenmuc.store.database import PROGRAM, Database
from lenmuc.store.offerings import Offering
from lenmuc.store.standings import Standing


class Why(msgspec.Struct, frozen=True):
    """A criterion that keeps an offering one class below the highest, as in `core.partial.PartialReason`.

    `article` is what the answer cites, empty when it names none: the only part of it that is published.
    """

    criterion: Criterion
    known: bool
    reasons: tuple[Reason, ...]
    article: str


class Ground(msgspec.Struct, frozen=True):
    """A criterion that carries the level: met or not applicable, and what says so (`Effective.source`).

    Of an answer, when it was given and how many links it has are published; who gave it is not.
    """

    criterion: Criterion
    value: str
    source: str
    at: dt.datetime | None
    links: int


class Class(msgspec.Struct, frozen=True):
    """Where an offering stands by one scheme. `meaning` is `None` at level 0.

    `grounds` are the criteria of its level and of those below; empty while the stored level is another than
    the answers give.

    `missing` are the criteria that the next level lacks. `known`: at least one of them was said not to be
    met, or none is missing; else the offering may stand higher, and nobody knows.
    """

    scheme: Scheme
    level: int
    meaning: LevelMeaning | None
    missing: tuple[Criterion, ...]
    known: bool
    why: tuple[Why, ...]
    since: dt.datetime
    grounds: tuple[Ground, ...]

    @property
    def next(self) -> LevelMeaning | None:
        """The level above; `None` at the top."""
        return next((level for level in self.scheme.levels if level.number == self.level + 1), None)


def class_of(
    scheme: Scheme, service: Service, offering: Offering, answers: list[Answer], stored: Standing | None
) -> Class:
    """The class by one scheme: as stored, or worked out for a scheme that is not kept."""
    found = effective(scheme, settle(scheme, facts(service)), answers)
    now = assess_one(scheme, found)
    level = now.level if stored is None else stored.level
    ids = [c.id for c in scheme.members(now.missing)] if stored is None else stored.missing
    missing = tuple(scheme.criterion(id) for id in ids if id in scheme.index)
    return Class(
        scheme,
        level,
        next((each for each in scheme.levels if each.number == level), None),
        missing,
        not missing or any(found[c.id].value == "not_met" for c in missing),
        _why(scheme, found) if level == now.level else (),
        offering.since if stored is None else stored.since,
        _grounds(scheme, found, level) if level == now.level else (),
    )


def _grounds(scheme: Scheme, found: dict[str, Effective], level: int) -> tuple[Ground, ...]:
    grounds = []
    for criterion in scheme.members(scheme.up_to(level)):
        here = found[criterion.id]
        answer = None if here.source in ("facts", "record") else here.answer
        at, links = (answer.at, len(answer.evidence)) if answer else (None, 0)
        grounds.append(Ground(criterion, here.value, here.source, at, links))
    return tuple(grounds)


def _why(scheme: Scheme, found: dict[str, Effective]) -> tuple[Why, ...]:
    return tuple(
        Why(scheme.criterion(gap.criterion), gap.known, gap.reasons, cited(gap.stated))
        for gap in partial_reasons(scheme, assess_one(scheme, found), found)
    )


def of_main(offering: Offering, main: Scheme) -> Standing:
    """The main level, as the other standings are."""
    return Standing(main.id, offering.level, offering.missing, offering.since)


async def classes_of(
    db: Database, content: Content, service: Service, offering: Offering
) -> tuple[Class, ...]:
    """Where an offering stands by every scheme that is kept, the main one first.

    Answers are read with the rights of the program, because the law has the class and its reason published
    (Decree 224/2026 Art. 14); of what people wrote, only the article they
    cite goes out.
    """
    async with db.transaction(PROGRAM, read_only=True) as conn:
        stored = await standings_store.standings_of(conn, offering.id)
        answers = await answers_store.answers_reaching(conn, offering.agency, offering.service)
    main, *beside = content.kept
    return (
        class_of(main, service, offering, answers, of_main(offering, main)),
        *(class_of(each, service, offering, answers, stored.get(each.id)) for each in beside),
    )
