"""What is wrong with the records themselves, each with what to do: nothing here changes a record."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from lenmuc.core.errors import N_, Message
from lenmuc.core.services import CHANNELS, Service
from lenmuc.core.text import fold

_SMALLEST_FEE = 1_000  # đồng: nothing costs less, so a smaller number is thousands written as units


class Flaw(msgspec.Struct, frozen=True):
    """One thing wrong with one or more records: which rule, which codes, what it is, what to do."""

    rule: str
    services: tuple[str, ...]
    what: Message
    remedy: Message


class Volume(msgspec.Struct, frozen=True):
    """What is counted of a service at an agency; `None`: not known."""

    service: str
    agency: str
    filings: int | None
    filings_online: int | None


_TWINS = (N_("These services have one name in one field"),
          N_("See whether one is a double; if so, end it with `replaces` in the mapping. "
             "Some twins are lawful"))  # fmt: skip
_NO_TIME = (N_("No time is known in any channel"), N_("Ask the agency for the time that its decision names"))
_NO_FEE = (N_("Whether it costs anything is not known"),
           N_("Write free or charged for each channel; an empty cell says neither"))  # fmt: skip
_NO_CHANNEL = (N_("No way to file it is known"), N_("Write which of online, post and in person is open"))
_NO_FIELD = (N_("Its field is not known"), N_("Name a column for the field in the mapping"))
_FEE_FREE = (N_("It is free in every channel, and amounts stand beside it"),
             N_("Correct the fee or take the amounts out"))  # fmt: skip
_FEE_SMALL = (N_("The amount %(amount)s is less than anything costs"),
              N_("See whether thousands were meant, and correct the amount"))  # fmt: skip
_VOLUME = (N_("%(online)s came online at %(agency)s, of %(all)s in all"),
           N_("Correct one of the two numbers, or leave both out"))  # fmt: skip


def _flaw(rule: str, words: tuple[str, str], *services: str, **params: object) -> Flaw:
    return Flaw(rule, services, Message(words[0], params), Message(words[1]))


def _of_one(service: Service) -> Iterable[Flaw]:
    code = service.code
    fees = {"online": service.fee_online, "post": service.fee_post, "in_person": service.fee_in_person}
    said = [fees[channel] for channel in (service.channels or CHANNELS) if channel in fees]
    if not (service.time_online or service.time_post or service.time_in_person):
        yield _flaw("no time", _NO_TIME, code)
    if not any(fees.values()):
        yield _flaw("no fee", _NO_FEE, code)
    if not service.channels:
        yield _flaw("no channel", _NO_CHANNEL, code)
    if service.field in ("", "unknown"):
        yield _flaw("no field", _NO_FIELD, code)
    if service.fee_amounts and said and all(fee == "free" for fee in said):
        yield _flaw("broken fee", _FEE_FREE, code)
    for amount in service.fee_amounts:
        number, _, unit = amount.partition(" ")
        if unit == "VND" and number.isdigit() and int(number) < _SMALLEST_FEE:
            yield _flaw("broken fee", _FEE_SMALL, code, amount=amount)


def flaws(services: Iterable[Service], volumes: Iterable[Volume]) -> list[Flaw]:
    """Everything wrong, twins first."""
    everyone = list(services)
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for service in everyone:
        names[service.field, fold(service.name)].append(service.code)
    found = [_flaw("twins", _TWINS, *sorted(codes)) for codes in names.values() if len(codes) > 1]
    found += [flaw for service in everyone for flaw in _of_one(service)]
    for each in volumes:
        if each.filings is not None and (each.filings_online or 0) > each.filings:
            found.append(
                _flaw("impossible volume", _VOLUME, each.service, online=each.filings_online,
                      all=each.filings, agency=each.agency)
            )  # fmt: skip
    return found
