"""What each offering lacks, in the form that a roadmap gathers its work from."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lenmuc.core.checklists import Scheme
from lenmuc.core.readiness import ServiceFacts, assess, layers
from lenmuc.core.roadmap.gather import OfferingGap


class Said(msgspec.Struct, frozen=True):
    """An answer as far as planning asks: where it stands, its value, and the obstacle that was named."""

    criterion: str
    agency: str
    service: str
    value: str
    blocker: str


def offering_gaps(
    scheme: Scheme,
    offerings: Iterable[tuple[str, str, int | None]],
    settled: Mapping[str, ServiceFacts],
    said: Sequence[Said],
) -> list[OfferingGap]:
    """The gap of every (service, agency, filings a year), in their order.

    A criterion whose nearest answer is "not met" is certain; one without such an answer is work to be
    confirmed. One that is not met because of a law is blocked: no work lifts it. One that does not apply,
    by the facts or accepted by a reviewer, is no work.
    """

    def nearest(wanted: str, blocker: str = "") -> Iterable[tuple[str, str, str, str]]:
        for each in said:
            chosen = each.value == wanted and (not blocker or each.blocker == blocker)
            yield each.criterion, each.agency, each.service, "met" if chosen else "not_met"

    met_by, refused_by, barred_by, voided_by = (
        layers(scheme, nearest(*wanted))
        for wanted in (("met",), ("not_met",), ("not_met", "law"), ("not_applicable",))
    )
    everything = (1 << len(scheme.criteria)) - 1
    found: list[OfferingGap] = []
    for service, agency, filings in offerings:
        facts = settled[service]
        met = met_by.met(facts.met, service, agency)
        void = facts.not_applicable | voided_by.met(0, service, agency)
        unmet = everything & ~void & ~met
        found.append(
            OfferingGap(
                service,
                agency,
                filings,
                assess(scheme, void, met).level,
                unmet,
                unknown=unmet & ~refused_by.met(0, service, agency),
                blocked=unmet & barred_by.met(0, service, agency),
            )
        )
    return found
