"""The starting catalogue: `catalogue/*.csv` read into core values, every mistake named by file and row."""

import csv
import hashlib
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from lenmuc.content.errors import ContentError
from lenmuc.content.synonyms import load_words
from lenmuc.core.search.words import SearchWords
from lenmuc.core.services import Agency, Field, Service

T = TypeVar("T")
_ALL_WARDS = "ward:*"


class Ministry(msgspec.Struct, frozen=True):
    """The ministry whose law a service comes from."""

    code: str
    name: str
    name_en: str


class Jurisdiction(msgspec.Struct, frozen=True):
    """Which agency offers the services of a tier, ministry and field; `*` stands for any.

    An empty agency says that none of the catalogue does: a court, the State Treasury.
    """

    tier: str
    ministry: str
    field: str
    agency: str

    def covers(self, tier: str, service: Service) -> bool:
        """Whether this rule speaks about `service` at `tier`."""
        return (
            self.tier == tier
            and self.ministry in ("*", service.ministry)
            and self.field in ("*", service.field)
        )


class Part(msgspec.Struct, frozen=True):
    """What an agency does in a service that others offer: interlinked (liên thông, Decree 61/2018/NĐ-CP).

    `part_service` is the code of the service that this is when it is asked for alone; empty: none is known.
    """

    service: str
    agency: str
    part: str
    part_en: str
    part_service: str = ""


class Place(msgspec.Struct, frozen=True):
    """The city or country: its code, names, and the agency that does the shared work."""

    code: str
    name: str
    name_en: str
    central_team: str


class Catalogue(msgspec.Struct, frozen=True):
    """Everything the program starts with. `digest` changes when any of the files does."""

    place: Place
    ministries: tuple[Ministry, ...]
    agencies: tuple[Agency, ...]
    fields: tuple[Field, ...]
    services: tuple[Service, ...]
    jurisdictions: tuple[Jurisdiction, ...]
    parts: tuple[Part, ...]
    illustrative_filings: dict[str, int]
    words: SearchWords  # what people say for what the law says
    digest: str

    @property
    def partners(self) -> dict[str, tuple[Part, ...]]:
        """By interlinked service, who takes part in it beside those that offer it."""
        found: dict[str, tuple[Part, ...]] = {}
        for part in self.parts:
            found[part.service] = (*found.get(part.service, ()), part)
        return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    if not path.is_file():
        raise ContentError(path.name, "", "the file is missing; restore it or rebuild the catalogue")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from enumerate(csv.DictReader(lines), start=2)


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _yes_no(cell: str) -> bool | None:
    return {"yes": True, "no": False, "": None}[cell]


def _count(cell: str) -> int | None:
    return int(cell) if cell else None


def _date(cell: str) -> str | None:
    return cell or None


_READ: dict[str, Callable[[str], Any]] = {
    "tiers": _several,
    "applicants": _several,
    "channels": _several,
    "fee_amounts": _several,
    "result": _several,
    "legal": _several,
    "papers": _count,
    "forms": _count,
    "has_steps": _yes_no,
    "has_conditions": _yes_no,
    "valid_to": _date,
}


def _table(path: Path, struct: type[T], **extra: Callable[[dict[str, str]], Any]) -> tuple[T, ...]:
    """The rows of one CSV as `struct`; a bad cell raises `ContentError` with file and row."""
    names = set(getattr(struct, "__struct_fields__", ()))
    found: list[T] = []
    for row, cells in _rows(path):
        try:
            values = {k: _READ.get(k, str)(v) for k, v in cells.items() if k in names}
            values |= {k: make(cells) for k, make in extra.items()}
            found.append(msgspec.convert(values, struct))
        except (KeyError, ValueError, msgspec.ValidationError) as wrong:
            raise ContentError(path.name, f"row {row}", f"{wrong}; correct the cell and try again") from wrong
    return tuple(found)


def _names_en(folder: Path) -> dict[str, str]:
    return {cells["code"]: cells["name_en"] for _, cells in _rows(folder / "names-en.csv")}


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".csv", ".toml")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def load_catalogue(folder: Path) -> Catalogue:
    """Read and check `folder`.

    Raises `ContentError` naming file, row and remedy when a cell cannot be read, a code stands twice, or a
    field or agency is named that does not exist.
    """
    names_en = _names_en(folder)
    place = folder / "place.toml"
    try:
        described = msgspec.convert(tomllib.loads(place.read_text(encoding="utf-8")), Place)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise ContentError(place.name, "", f"{wrong}; see catalogue/README.md") from wrong
    loaded = Catalogue(
        place=described,
        ministries=_table(folder / "ministries.csv", Ministry),
        agencies=_table(folder / "agencies.csv", Agency),
        fields=_table(folder / "fields.csv", Field),
        services=_table(
            folder / "services.csv", Service, name_en=lambda cells: names_en.get(cells["code"], "")
        ),
        jurisdictions=_table(folder / "jurisdictions.csv", Jurisdiction),
        parts=_table(folder / "interlinked.csv", Part),
        illustrative_filings={
            cells["code"]: int(cells["filings"]) for _, cells in _rows(folder / "illustrative-filings.csv")
        },
        words=load_words(folder / "synonyms.toml"),
        digest=_digest(folder),
    )
    _check(loaded)
    return loaded


def _check(loaded: Catalogue) -> None:
    def unique(name: str, codes: list[str]) -> set[str]:
        seen: set[str] = set()
        for code in codes:
            if code in seen:
                raise ContentError(name, code, "the code stands twice; remove one of the rows")
            seen.add(code)
        return seen

    agencies = unique("agencies.csv", [a.code for a in loaded.agencies])
    fields = unique("fields.csv", [f.code for f in loaded.fields])
    services = unique("services.csv", [s.code for s in loaded.services])
    for service in loaded.services:
        if service.field not in fields:
            raise ContentError(
                "services.csv", service.code, f"the field {service.field} is not in fields.csv"
            )
    for rule in loaded.jurisdictions:
        if rule.agency and rule.agency != _ALL_WARDS and rule.agency not in agencies:
            raise ContentError("jurisdictions.csv", rule.agency, "this agency is not in agencies.csv")
    for part in loaded.parts:
        if part.service not in services:
            raise ContentError("interlinked.csv", part.service, "this service is not in services.csv")
        if part.part_service and part.part_service not in services:
            raise ContentError("interlinked.csv", part.part_service, "this service is not in services.csv")
        if part.agency not in agencies:
            raise ContentError("interlinked.csv", part.agency, "this agency is not in agencies.csv")
    unique("interlinked.csv", [f"{part.service} {part.agency}" for part in loaded.parts])


def offerings(loaded: Catalogue) -> list[tuple[str, str, str]]:
    """(service, agency, tier) for each service at each agency whose jurisdiction it falls under, in order.

    A service of both tiers is offered by the city body and by every ward; the same pair stands once.
    """
    wards = tuple(agency.code for agency in loaded.agencies if agency.tier == "commune")
    pairs: dict[tuple[str, str], str] = {}
    for service in loaded.services:
        for tier in service.tiers:
            rule = next((r for r in loaded.jurisdictions if r.covers(tier, service)), None)
            if rule is None or not rule.agency:
                continue
            for agency in wards if rule.agency == _ALL_WARDS else (rule.agency,):
                pairs.setdefault((service.code, agency), tier)
    return [(service, agency, tier) for (service, agency), tier in pairs.items()]
