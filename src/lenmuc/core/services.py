"""The catalogue in values: agencies, fields, services and the facts that rules may ask about."""

import datetime as dt
import hashlib
from collections.abc import Iterable

import msgspec

CHANNELS = ("online", "post", "in_person")
TIERS = ("province", "commune")
AGENCY_TIERS = ("ministry", *TIERS)


class Agency(msgspec.Struct, frozen=True):
    """A body that offers services. `tier` is one of `AGENCY_TIERS`; dates say when it exists."""

    code: str
    name: str
    name_en: str
    kind: str
    tier: str
    parent: str
    official_code: str
    valid_from: dt.date
    valid_to: dt.date | None
    confidence: str


class Field(msgspec.Struct, frozen=True):
    """The sector of a service (lĩnh vực)."""

    code: str
    name: str
    name_en: str


class Service(msgspec.Struct, frozen=True):
    """A public service as the law defines it: the facts of one administrative procedure.

    Empty text, `None` and empty tuples mean *unknown*, never "no". Times are `5 wd` (working days), `30 d`,
    `8 h` or `1 m`; fees are `free`, `charged` or empty; `fee_amounts` are `8000 VND`.
    """

    code: str
    name: str
    name_en: str
    field: str
    ministry: str
    tiers: tuple[str, ...]
    law_kind: str
    decision: str
    applicants: tuple[str, ...]
    channels: tuple[str, ...]
    time_online: str
    time_post: str
    time_in_person: str
    fee_online: str
    fee_post: str
    fee_in_person: str
    fee_amounts: tuple[str, ...]
    papers: int | None
    forms: int | None
    result: tuple[str, ...]
    has_steps: bool | None
    has_conditions: bool | None
    legal: tuple[str, ...]


def has_fee(service: Service) -> bool | None:
    """Whether anybody pays: true when a channel charges, false when every channel is known to be free,
    else unknown.
    """
    return pays(service.channels, service.fee_online, service.fee_post, service.fee_in_person)


def pays(channels: Iterable[str], online: str, post: str, in_person: str) -> bool | None:
    """The same out of the ways to file and the fee of each."""
    by_channel = {"online": online, "post": post, "in_person": in_person}
    if "charged" in by_channel.values():
        return True
    named = tuple(channels) or tuple(channel for channel, fee in by_channel.items() if fee)
    return False if named and all(by_channel.get(channel) == "free" for channel in named) else None


_AUDIENCE = {
    "people": {"citizen", "overseas_vietnamese", "foreigner", "resident_foreigner"},
    "business": {"enterprise", "vietnamese_enterprise", "foreign_enterprise", "cooperative"},
}
AUDIENCES = ("people", "business", "organisations")


def audience(applicants: Iterable[str]) -> tuple[str, ...]:
    """For whom a service is: people, business, organisations (also officials and the party's); empty when the
    record does not say.
    """
    found = {
        next((group for group, kinds in _AUDIENCE.items() if one in kinds), AUDIENCES[2])
        for one in applicants
    }
    return tuple(group for group in AUDIENCES if group in found)


def facts(service: Service) -> dict[str, bool | None]:
    """What the record says, as the named facts that a scheme's rules ask about.

    True and false are known, `None` is not. The eleven pieces of information of Circular 32/2017 Art. 5.1 are
    the facts ending in `_known`.
    """
    forms_known = service.forms is not None
    return {
        "name_known": bool(service.name),
        "steps_known": service.has_steps or None,
        "channels_known": bool(service.channels) or None,
        "papers_known": service.papers is not None or None,
        "time_known": bool(service.time_online or service.time_post or service.time_in_person) or None,
        "applicants_known": bool(service.applicants) or None,
        "agency_known": True,  # an offering exists only at a named agency
        "result_known": bool(service.result) or None,
        "fee_known": has_fee(service) is not None or None,
        "legal_known": bool(service.legal) or None,
        "decision_known": bool(service.decision) or None,
        "has_fee": has_fee(service),
        "has_forms": service.forms > 0 if service.forms is not None else None,
        "forms_published": (service.forms or 0) > 0 if forms_known else None,
        "online_channel": "online" in service.channels if service.channels else None,
        "post_channel": "post" in service.channels if service.channels else None,
        "in_person_channel": "in_person" in service.channels if service.channels else None,
        "interlinked": "liên thông" in service.name.casefold() or None,  # a name that is silent says nothing
    }


def _share(text: str) -> float:
    """A number in [0, 1) that depends on `text` alone."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big") / (1 << 56)


def illustrative_filings(service: str, agency: str, tier: str, known: dict[str, int]) -> int:
    """Filings a year at one agency, **made up** and the same at every run: no public record gives them.

    `known` holds illustrative figures per agency for services that everybody uses; the others follow a heavy
    tail (a Pareto draw by the code), because in every country that counts, few services carry most filings.
    """
    around = 0.6 + 0.8 * _share(f"{service}@{agency}")
    if service in known:
        return round(known[service] * around)
    tail = float((1 - _share(service)) ** -1.1)
    ceiling, unit = (600, 1.2) if tier == "commune" else (20_000, 18.0)
    return round(min(unit * tail, ceiling) * around)
