"""The plan of inspections: a sample drawn by risk without replacement, with a random control beside it. Pure.

Who is suspected is drawn by weighted random sampling without replacement: each gets the key u^(1/w), and the
largest keys are drawn. Source: P. S. Efraimidis, P. G. Spirakis, "Weighted random sampling with a
reservoir", Information Processing Letters 97 (2006) 181-185, algorithm A. `u` is no random number but
SHA-256 of the seed and the place, and -ln(u)/w is compared instead, in decimal arithmetic whose logarithm is
rounded correctly: the same seed draws the same on every machine.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from typing import Final

import msgspec

from lenmuc.core.errors import N_, Fault, fault
from lenmuc.core.suspicions import REASONS, Reason, Suspect
from lenmuc.core.text import forbidden

# What a reason adds to the risk of a place. A level that rose without anything shown is the strongest sign.
POINTS: Final[Mapping[Reason, int]] = {"void": 2, "copied": 3, "jumped": 4, "silent": 3}
MOST_QUARTERS, MOST_VISITS = 8, 60
NAME_LIMIT, SEED_LIMIT = 200, 64
_ROOM: Final = 1 << 128
_EXACT: Final = Context(prec=40)


class Asked(msgspec.Struct, frozen=True):
    """What a planner asks for. `agency` is empty for the whole city; `visits` a quarter, of which `controls`
    are drawn among those nobody suspects; at most `most` of a quarter at one agency.
    """

    name: str
    agency: str
    first_quarter: str
    quarters: int
    visits: int
    controls: int
    most: int
    seed: str


class Place(msgspec.Struct, frozen=True):
    """A service at one agency that may be drawn. `filings` a year, `None` when not known."""

    service: str
    agency: str
    filings: int | None
    level: int
    declared: int | None = None


class Drawn(msgspec.Struct, frozen=True):
    """A place that was drawn: in which quarter (from 0), for which reasons, by which weight.

    A control has no reason, and every control weighs the same. `criteria` are those the suspicion is about.
    """

    place: Place
    quarter: int
    control: bool
    reasons: tuple[Reason, ...]
    weight: int
    criteria: tuple[str, ...]


class Draw(msgspec.Struct, frozen=True):
    """A sample with what it was drawn from: `frame` places of which `suspected` have a reason.

    `digest` names the frame with its weights: equal digests, seeds and numbers give equal samples.
    """

    visits: tuple[Drawn, ...]
    frame: int
    suspected: int
    digest: str


def faults_of(asked: Asked) -> list[Fault]:
    """What is wrong with the numbers and words, field by field."""
    found: list[Fault] = []
    if not asked.name or len(asked.name) > NAME_LIMIT or forbidden(asked.name):
        found.append(fault("name", N_("Give the plan a name of 1 to 200 characters.")))
    if not re.fullmatch(r"20\d\dQ[1-4]", asked.first_quarter):
        text = N_("Write the first quarter as a year and a quarter, such as 2027Q1.")
        found.append(fault("first_quarter", text))
    if not 1 <= asked.quarters <= MOST_QUARTERS:
        found.append(fault("quarters", N_("Write a number from 1 to %(most)s."), most=MOST_QUARTERS))
    if not 1 <= asked.visits <= MOST_VISITS:
        found.append(fault("visits", N_("Write a number from 1 to %(most)s."), most=MOST_VISITS))
    elif not 1 <= asked.controls <= asked.visits:
        text = N_("At least one visit a quarter is drawn without suspicion, and no more than all of them.")
        found.append(fault("controls", text))
    if not 1 <= asked.most <= MOST_VISITS:
        found.append(fault("most", N_("Write a number from 1 to %(most)s."), most=MOST_VISITS))
    if not asked.seed or len(asked.seed) > SEED_LIMIT or forbidden(asked.seed):
        found.append(fault("seed", N_("Write a seed of 1 to 64 characters.")))
    return found


class _Risk(msgspec.Struct):
    """Why a place is suspected, gathered from all suspicions that reach it."""

    reasons: set[Reason]
    criteria: set[str]


def _reached(places: Sequence[Place], suspects: Iterable[Suspect]) -> dict[tuple[str, str], _Risk]:
    """(service, agency) → why. A suspicion of a whole agency, or of a service everywhere, reaches each place
    of it; one of the shared platform reaches every place alike, so nothing follows from it for a choice.
    """
    by_service: dict[str, list[tuple[str, str]]] = {}
    by_agency: dict[str, list[tuple[str, str]]] = {}
    known: set[tuple[str, str]] = set()
    for place in places:
        pair = (place.service, place.agency)
        known.add(pair)
        by_service.setdefault(place.service, []).append(pair)
        by_agency.setdefault(place.agency, []).append(pair)
    found: dict[tuple[str, str], _Risk] = {}
    for suspect in suspects:
        if suspect.of_one:
            pairs = [pair for pair in ((suspect.service, suspect.agency),) if pair in known]
        elif suspect.service:
            pairs = by_service.get(suspect.service, [])
        else:
            pairs = by_agency.get(suspect.agency, []) if suspect.agency else []
        for pair in pairs:
            risk = found.setdefault(pair, _Risk(set(), set()))
            risk.reasons.add(suspect.reason)
            risk.criteria.update(suspect.criteria)
    return found


def size(filings: int) -> int:
    """How many digits the filings of a year have: 1 for 0 to 9, 4 for 1,000 to 9,999. Whole numbers compare
    the same everywhere, and ten times the filings count one more, not ten times.
    """
    return len(str(filings))


def weight(reasons: Iterable[Reason], filings: int | None, unknown: int) -> int:
    """The points of the reasons times the size of the filings, which is `unknown` where nobody knows them."""
    return sum(POINTS[reason] for reason in set(reasons)) * (unknown if filings is None else size(filings))


def middle(filings: Iterable[int | None]) -> int:
    """The size that stands for filings which nobody knows: the middle one of those known, 1 when none is."""
    sizes = sorted(size(each) for each in filings if each is not None)
    return sizes[len(sizes) // 2] if sizes else 1


def chance(seed: str, kind: str, place: Place) -> int:
    """A number from 1 to 2^128 that depends on the seed, the kind of draw and the place alone."""
    text = f"{seed}\n{kind}\n{place.service}\n{place.agency}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big") + 1


def key(seed: str, place: Place, weight: int) -> Decimal:
    """-ln(u)/w with u = `chance` / (2^128 + 1): the smaller, the earlier drawn."""
    u = _EXACT.divide(Decimal(chance(seed, "risk", place)), Decimal(_ROOM + 1))
    return _EXACT.divide(_EXACT.minus(_EXACT.ln(u)), Decimal(weight))


class _Calendar:
    """The room of each quarter, and how often an agency is visited in it."""

    def __init__(self, quarters: int, most: int) -> None:
        self.room = [0] * quarters
        self.most = most
        self.at: Counter[tuple[int, str]] = Counter()

    def give(self, agency: str) -> int | None:
        """The first quarter that has room for a visit there."""
        for quarter, room in enumerate(self.room):
            if room and self.at[quarter, agency] < self.most:
                self.room[quarter] -= 1
                self.at[quarter, agency] += 1
                return quarter
        return None

    @property
    def full(self) -> bool:
        """Is there no room left at all?"""
        return not any(self.room)


def draw(asked: Asked, places: Sequence[Place], suspects: Iterable[Suspect]) -> Draw:
    """The sample. `places` are all that may be drawn, in any order.

    Suspected places fill the quarters one after another in the order of their keys, so that the first quarter
    has the greatest risks; then controls are drawn, each place with the same chance, into the room that is
    left. Where fewer are suspected than asked for, there are more controls. An agency that is full in one
    quarter comes in the next.
    """
    places = sorted(
        (place for place in places if asked.agency in ("", place.agency)),
        key=lambda place: (place.service, place.agency),
    )
    risks = _reached(places, suspects)
    known = middle(place.filings for place in places if (place.service, place.agency) in risks)
    weighed: list[tuple[Place, int]] = []
    others: list[Place] = []
    lines: list[str] = []
    for place in places:
        risk = risks.get((place.service, place.agency))
        here = weight(risk.reasons, place.filings, known) if risk else 0
        lines.append(f"{place.service} {place.agency} {here}")
        if here:
            weighed.append((place, here))
        else:
            others.append(place)
    weighed.sort(key=lambda pair: (key(asked.seed, *pair), pair[0].service, pair[0].agency))
    others.sort(key=lambda place: (-chance(asked.seed, "control", place), place.service, place.agency))
    calendar = _Calendar(asked.quarters, asked.visits if asked.agency else asked.most)
    calendar.room = [asked.visits - asked.controls] * asked.quarters
    visits: list[Drawn] = []
    for place, here in weighed:
        if calendar.full:
            break
        quarter = calendar.give(place.agency)
        if quarter is not None:
            risk = risks[place.service, place.agency]
            reasons = tuple(reason for reason in REASONS if reason in risk.reasons)
            visits.append(Drawn(place, quarter, False, reasons, here, tuple(sorted(risk.criteria))))
    calendar.room = [room + asked.controls for room in calendar.room]
    for place in others:
        if calendar.full:
            break
        quarter = calendar.give(place.agency)
        if quarter is not None:
            visits.append(Drawn(place, quarter, True, (), 1, ()))
    visits.sort(key=lambda visit: visit.quarter)  # stable: in a quarter, as they were drawn
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Draw(tuple(visits), len(places), len(weighed), digest)
