"""Readiness: from facts and answers to the level of an offering, and what the next level lacks."""

from collections.abc import Iterable, Mapping

import msgspec

from lenmuc.core.answers import Answer, Effective, Target
from lenmuc.core.checklists import Facts, Scheme


class Layer(msgspec.Struct, frozen=True):
    """The answers of one scope as sets of criteria (bits of the scheme): met, not met, not applicable.

    "Not known" counts as said not to be met: a person has looked and could not confirm it. So does "not
    applicable" that nobody has accepted so far. No criterion is in two of the sets.
    """

    met: int = 0
    unmet: int = 0
    void: int = 0

    def over(self, below: int) -> int:
        """The met set after this layer is laid over the one below it."""
        return (below & ~(self.unmet | self.void)) | self.met

    def void_over(self, below: int) -> int:
        """The set of what does not apply after this layer is laid over the one below it."""
        return (below & ~(self.unmet | self.met)) | self.void


EMPTY = Layer()


class Readiness(msgspec.Struct, frozen=True):
    """The result for one offering. Sets are bits of the scheme's criteria.

    `level` is 0 when level 1 is not reached. `missing` are the defining criteria that the next level lacks.
    """

    level: int
    applicable: int
    met: int
    missing: int

    def lacking(self, scheme: Scheme, level: int) -> int:
        """The defining criteria of levels 1 … `level` that are not met."""
        return self.applicable & scheme.up_to(level) & ~self.met


def assess(scheme: Scheme, not_applicable: int, met: int) -> Readiness:
    """The level as the lowest unbroken rung: every applicable defining criterion of levels 1..N is met.

    Source: Decree 43/2011 Art. 3.4 and Circular 32/2017 Art. 5: each level presumes the one below.
    """
    applicable = scheme.defining & ~not_applicable
    level = 0
    missing = 0
    for rung in scheme.levels:
        missing = applicable & scheme.at_level(rung.number) & ~met
        if missing:
            break
        level = rung.number
    return Readiness(level, applicable, met, missing)


class Layers(msgspec.Struct, frozen=True):
    """Every answer of a scheme by where it stands, ready to be laid over the facts of any offering."""

    platform: Layer
    agencies: Mapping[str, Layer]
    services: Mapping[str, Layer]
    offerings: Mapping[tuple[str, str], Layer]

    def met(self, record: int, service: str, agency: str) -> int:
        """The met set of one offering: record < platform < agency < service < the offering's own
        exceptions.
        """
        met = self.platform.over(record)
        met = self.agencies.get(agency, EMPTY).over(met)
        met = self.services.get(service, EMPTY).over(met)
        return self.offerings.get((service, agency), EMPTY).over(met)

    def void(self, service: str, agency: str) -> int:
        """What does not apply to one offering because somebody said so and a reviewer accepted it."""
        void = self.agencies.get(agency, EMPTY).void_over(self.platform.void)
        void = self.services.get(service, EMPTY).void_over(void)
        return self.offerings.get((service, agency), EMPTY).void_over(void)


def layers(scheme: Scheme, answers: Iterable[tuple[str, str, str, str]]) -> Layers:
    """Sort answers, given as (criterion, agency, service, value), into layers; other schemes' criteria are
    skipped.

    `not_applicable` is one that a reviewer accepted; before that its value is `proposed`.
    """
    sets: dict[Target, tuple[int, int, int]] = {}
    for criterion, agency, service, value in answers:
        place = scheme.index.get(criterion)
        if place is None:
            continue
        target = Target(agency, service)
        met, unmet, void = sets.get(target, (0, 0, 0))
        if value == "met":
            met |= 1 << place
        elif value == "not_applicable":
            void |= 1 << place
        else:
            unmet |= 1 << place
        sets[target] = (met, unmet, void)
    built = {target: Layer(*three) for target, three in sets.items()}
    return Layers(
        platform=built.get(Target(), EMPTY),
        agencies={t.agency: layer for t, layer in built.items() if t.scope == "agency"},
        services={t.service: layer for t, layer in built.items() if t.scope == "service"},
        offerings={(t.service, t.agency): layer for t, layer in built.items() if t.scope == "offering"},
    )


class ServiceFacts(msgspec.Struct, frozen=True):
    """What a service's record settles by itself: criteria it makes void, criteria it answers."""

    not_applicable: int
    met: int


def settle(scheme: Scheme, facts: Facts) -> ServiceFacts:
    """The criteria that the facts of one service settle."""
    return ServiceFacts(scheme.not_applicable(facts), scheme.met_by_record(facts))


def settle_all(scheme: Scheme, known: Iterable[tuple[str, Facts]]) -> dict[str, ServiceFacts]:
    """`settle` for many services, given as (code, facts) with the same names in the same order: records that
    say the same share one result.
    """
    done: dict[tuple[bool | None, ...], ServiceFacts] = {}
    settled: dict[str, ServiceFacts] = {}
    for code, facts in known:
        key = tuple(facts.values())
        found = done.get(key)
        if found is None:
            found = done[key] = settle(scheme, facts)
        settled[code] = found
    return settled


def assess_all(
    scheme: Scheme,
    offerings: Iterable[tuple[str, str]],
    settled: Mapping[str, ServiceFacts],
    given: Layers,
) -> list[Readiness]:
    """Readiness of every (service, agency), in their order.

    Offerings that differ in nothing share one result, so the cost is a look-up for most of them.
    """
    done: dict[tuple[int, int, int, int, int, int, int], Readiness] = {}
    kinds: dict[tuple[int, int, int, int, int], int] = {}
    kind_of: dict[str, int] = {}
    results: list[Readiness] = []
    for service, agency in offerings:
        kind = kind_of.get(service)
        if kind is None:
            facts, layer = settled[service], given.services.get(service, EMPTY)
            alike = (facts.not_applicable, facts.met, layer.met, layer.unmet, layer.void)
            kind = kind_of[service] = kinds.setdefault(alike, len(kinds))
        at_agency = given.agencies.get(agency, EMPTY)
        own = given.offerings.get((service, agency), EMPTY)
        key = (kind, at_agency.met, at_agency.unmet, at_agency.void, own.met, own.unmet, own.void)
        found = done.get(key)
        if found is None:
            facts = settled[service]
            void = facts.not_applicable | given.void(service, agency)
            found = assess(scheme, void, given.met(facts.met, service, agency))
            done[key] = found
        results.append(found)
    return results


class Outcomes(msgspec.Struct, frozen=True):
    """The readiness of every offering, said in few words: that of a service where nobody has an answer of
    their own, and that of the single (service, agency) pairs where somebody has.
    """

    usual: Mapping[str, Readiness]
    own: Mapping[tuple[str, str], Readiness]


def _deciding(scheme: Scheme, layer: Layer) -> bool:
    return bool(scheme.defining & (layer.met | layer.unmet | layer.void))


def outcomes(scheme: Scheme, settled: Mapping[str, ServiceFacts], given: Layers) -> Outcomes:
    """The readiness of all offerings of the services in `settled`, whoever offers them.

    `own` may name pairs that nobody offers. The same results as `assess_all`, in a hundredth of its values
    where agencies have few answers of their own.
    """
    own = [pair for pair, layer in given.offerings.items() if pair[0] in settled and _deciding(scheme, layer)]
    agencies = [agency for agency, layer in given.agencies.items() if _deciding(scheme, layer)]
    own += [(service, agency) for agency in agencies for service in settled]
    usual = assess_all(scheme, [(service, "") for service in settled], settled, given)
    results = assess_all(scheme, own, settled, given)
    return Outcomes(dict(zip(settled, usual, strict=True)), dict(zip(own, results, strict=True)))


def effective(scheme: Scheme, facts: ServiceFacts, answers: Iterable[Answer]) -> dict[str, Effective]:
    """For each criterion of the scheme, the answer that counts for one offering, and where it comes from.

    `answers` are those that reach the offering; the most local one wins.
    """
    order = {"platform": 0, "agency": 1, "service": 2, "offering": 3}
    nearest: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda a: order[a.target.scope]):
        nearest[answer.criterion] = answer
    found: dict[str, Effective] = {}
    for place, criterion in enumerate(scheme.criteria):
        answer_given = nearest.get(criterion.id)
        if facts.not_applicable >> place & 1:
            found[criterion.id] = Effective("not_applicable", "facts", answer_given)
        elif answer_given is not None:
            found[criterion.id] = Effective(answer_given.counts_as, answer_given.target.scope, answer_given)
        elif facts.met >> place & 1:
            found[criterion.id] = Effective("met", "record")
        else:
            found[criterion.id] = Effective("unknown", "none")
    return found


def assess_one(scheme: Scheme, found: Mapping[str, Effective]) -> Readiness:
    """Readiness from the answers that count for one offering (`effective`), for a scheme that is not
    stored.
    """
    sets = {
        value: sum(1 << place for place, c in enumerate(scheme.criteria) if found[c.id].value == value)
        for value in ("met", "not_applicable")
    }
    return assess(scheme, sets["not_applicable"], sets["met"])


def ids(scheme: Scheme, criteria: int) -> list[str]:
    """The criterion ids of a set, in the order of the scheme."""
    return [criterion.id for criterion in scheme.members(criteria)]
