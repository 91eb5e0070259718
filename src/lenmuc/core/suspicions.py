"""What is worth a second look: signs that an answer or a level may be more than was done. Pure.

A suspect is a sign and no finding: a person looks before anything is said.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from lenmuc.core.errors import N_, Message

Reason = Literal["void", "copied", "jumped", "silent"]
REASONS: tuple[Reason, ...] = ("void", "copied", "jumped", "silent")
NO_ROUND_DAYS = 92  # how far back "since the last round" reaches where no round was closed: a quarter
WORDS: dict[Reason, str] = {
    "void": N_("Moved to “does not apply”"),
    "copied": N_("Copied forward unchanged"),
    "jumped": N_("Jumped without new evidence"),
    "silent": N_("Level 4, no online filing"),
}
_ONLINE, _TOP = 3, 4
_LEAP = 2  # so many levels at once are a jump wherever they end


class Suspect(msgspec.Struct, frozen=True):
    """A place with one reason to look at it twice.

    `service` or `agency` is empty for an answer that counts for every service of an agency, or for every
    agency. `filings` are a year's of all offerings that it counts for, `None` when not known; `level` is the
    highest that they are at. `since` is the day on which it came about, where there is one; `criteria` are
    the answers it is about, `was` the level before a jump.
    """

    service: str
    agency: str
    reason: Reason
    filings: int | None
    level: int
    since: date | None
    criteria: tuple[str, ...] = ()
    was: int | None = None

    @property
    def of_one(self) -> bool:
        """Is it about one service at one agency?"""
        return bool(self.service and self.agency)


class Rise(msgspec.Struct, frozen=True):
    """An offering whose level rose by answers since the last round, from `was`, last on `day`.

    `fresh`: an answer of that time, by which a criterion of its levels is met, has evidence.
    """

    service: str
    agency: str
    filings: int | None
    level: int
    was: int
    day: date
    fresh: bool


class Quiet(msgspec.Struct, frozen=True):
    """An offering with its online filings of twelve months; `None`: nobody counted."""

    service: str
    agency: str
    filings: int | None
    level: int
    online: int | None


class Void(msgspec.Struct, frozen=True):
    """An answer "not applicable" by hand, written since the last round.

    `was` is what it said at the last round, empty when there was none; `decision` a reviewer's.
    """

    service: str
    agency: str
    filings: int | None
    level: int
    criterion: str
    day: date
    was: str
    decision: str


class Copy(msgspec.Struct, frozen=True):
    """An answer with what was shown for it each time it was confirmed as it is in a round running, the last
    first: two equal marks mean the same evidence.
    """

    service: str
    agency: str
    filings: int | None
    level: int
    criterion: str
    day: date
    shown: tuple[str, ...]


def jumped(rise: Rise) -> bool:
    """Rose to level 3 or above, or by two levels or more, and nothing new was shown for it."""
    up = rise.level - rise.was
    return not rise.fresh and up > 0 and (rise.level >= _ONLINE or up >= _LEAP)


def silent(quiet: Quiet) -> bool:
    """At level 4, and nobody filed online. Not known is not none."""
    return quiet.level == _TOP and quiet.online == 0


def turned_void(void: Void) -> bool:
    """Applied at the last round, or had no answer; a reviewer who declined it has looked already."""
    return void.was != "not_applicable" and void.decision != "declined"


def copied(copy: Copy) -> bool:
    """Confirmed as it is in two rounds running, and no other evidence in the second than in the first."""
    return len(copy.shown) > 1 and copy.shown[0] == copy.shown[1]


def _grouped(reason: Reason, found: Sequence[Void] | Sequence[Copy]) -> list[Suspect]:
    """One suspect for each place, with its criteria, the last day, and the most that one counts for."""
    places: dict[tuple[str, str], list[Void | Copy]] = {}
    for one in found:
        places.setdefault((one.service, one.agency), []).append(one)
    return [
        Suspect(
            service,
            agency,
            reason,
            max((one.filings for one in here if one.filings is not None), default=None),
            max(one.level for one in here),
            max(one.day for one in here),
            tuple(sorted({one.criterion for one in here})),
        )
        for (service, agency), here in places.items()
    ]


def _weight(suspect: Suspect) -> tuple[bool, int, int, str, str]:
    rank = REASONS.index(suspect.reason)
    return (suspect.filings is None, -(suspect.filings or 0), rank, suspect.agency, suspect.service)


def suspects(
    *,
    voids: Sequence[Void] = (),
    copies: Sequence[Copy] = (),
    rises: Sequence[Rise] = (),
    quiets: Sequence[Quiet] = (),
) -> list[Suspect]:
    """Who is worth a second look, the most filed first, unknown filings last; in an order of their own."""
    found = _grouped("void", [one for one in voids if turned_void(one)])
    found += _grouped("copied", [one for one in copies if copied(one)])
    found += [
        Suspect(one.service, one.agency, "jumped", one.filings, one.level, one.day, was=one.was)
        for one in rises
        if jumped(one)
    ]
    found += [
        Suspect(one.service, one.agency, "silent", one.filings, one.level, None)
        for one in quiets
        if silent(one)
    ]
    return sorted(found, key=_weight)


def why(suspect: Suspect) -> Message:
    """Why somebody should look, in a sentence."""
    about = {"day": suspect.since, "level": suspect.level, "was": suspect.was}
    criteria = ", ".join(suspect.criteria)
    if suspect.reason == "void":
        text = N_("Said not to apply since the last round, on %(day)s: %(criteria)s.")
        return Message(text, {**about, "criteria": criteria})
    if suspect.reason == "copied":
        text = N_(
            "Confirmed as it is in two rounds running with the same evidence, on %(day)s: %(criteria)s."
        )
        return Message(text, {**about, "criteria": criteria})
    if suspect.reason == "silent":
        return Message(N_("At level 4, and nobody filed online in twelve months."))
    if not suspect.was:
        return Message(
            N_("Rose from below level 1 to level %(level)s on %(day)s without new evidence."), about
        )
    return Message(N_("Rose from level %(was)s to level %(level)s on %(day)s without new evidence."), about)
