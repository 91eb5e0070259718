"""Services, agencies and offerings in CPSV-AP 3.2.0 (https://semiceu.github.io/CPSV-AP/releases/3.2.0/).

What a record does not say is left out: CPSV-AP has no word for "not known". A time in working days is told in
words alone, because a duration of XML Schema counts calendar days.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lenmuc.core.checklists import Words
from lenmuc.core.services import Agency, Field, Service
from lenmuc.exports.open.addresses import Addresses
from lenmuc.exports.open.rdf import Iri, Literal, Node, Term, in_both, named
from lenmuc.exports.open.words import currency, currency_node, language, language_node, word_nodes

Says = tuple[tuple[str, Term], ...]
_UNITS = {
    "wd": ("", Words("ngày làm việc", "working days")),
    "d": ("P{}D", Words("ngày", "days")),
    "h": ("PT{}H", Words("giờ", "hours")),
    "m": ("P{}M", Words("tháng", "months")),
}
_FREE = Words("Miễn phí", "Free of charge")
_CHARGED = Words(
    "Có thu phí, lệ phí; hồ sơ không nêu số tiền", "A fee is charged; the record names no amount"
)
_DEPENDS = Words("Tùy trường hợp: {}", "Depends on the case: {}")


class Spot(msgspec.Struct, frozen=True):
    """The place that a catalogue describes, and the language of its records."""

    code: str
    name: str
    name_en: str
    language: str = "vi"


class Offered(msgspec.Struct, frozen=True):
    """A service at one agency: its number, its level by a scheme (`None`: not known) and since which day."""

    id: int
    service: str
    agency: str
    level: int | None
    since: str


class Known(msgspec.Struct, frozen=True):
    """What services point to: agencies, fields and ministries by code, the place, and the scheme's id."""

    agencies: Mapping[str, Agency]
    fields: Mapping[str, Field]
    ministries: Mapping[str, tuple[str, str]]
    place: Spot
    scheme: str


def place_node(at: Addresses, place: Spot) -> Node:
    """The place, for `dct:spatial`."""
    names = named("skos:prefLabel", place.name, place.name_en, place.language)
    says = (("dct:identifier", Literal(place.code)), *names)
    return Node(at.place(place.code), ("dct:Location",), says)


def agency_node(at: Addresses, agency: Agency, place: Spot) -> Node:
    """An agency as a public organisation."""
    says: Says = (
        ("dct:identifier", Literal(agency.code)),
        *named("skos:prefLabel", agency.name, agency.name_en, place.language),
        *named("dct:title", agency.name, agency.name_en, place.language),
        ("dct:spatial", Iri(at.place(place.code))),
        ("foaf:page", Iri(at.page("vi", "agencies", agency.code))),
    )
    if agency.parent:
        says = (*says, ("org:subOrganizationOf", Iri(at.agency(agency.parent))))
    return Node(at.agency(agency.code), ("cv:PublicOrganisation", "org:Organization"), says)


def ministry_node(at: Addresses, code: str, names: tuple[str, str], place: Spot) -> Node:
    """A ministry: the authority of a service that no agency here offers."""
    says: Says = (
        ("dct:identifier", Literal(code)),
        *named("skos:prefLabel", *names, place.language),
        *named("dct:title", *names, place.language),
        ("dct:spatial", Iri(at.place(place.code))),
    )
    return Node(at.ministry(code), ("cv:PublicOrganisation", "org:Organization"), says)


def field_nodes(at: Addresses, fields: Iterable[Field], spoken: str) -> list[Node]:
    """Fields as concepts of one scheme."""
    title = in_both("dct:title", Words("Lĩnh vực", "Fields"))
    nodes = [Node(at.fields(), ("skos:ConceptScheme",), title)]
    for field in fields:
        says: Says = (
            ("skos:notation", Literal(field.code)),
            *named("skos:prefLabel", field.name, field.name_en, spoken),
            ("skos:inScheme", Iri(at.fields())),
        )
        nodes.append(Node(at.field(field.code), ("skos:Concept",), says))
    return nodes


def _time(text: str) -> Says:
    """The processing time of a channel, in words and, where it can be, as a duration."""
    number, _, unit = text.partition(" ")
    if unit not in _UNITS or not number.isdecimal():
        return ()
    pattern, words = _UNITS[unit]
    said = in_both("dct:description", Words(f"{number} {words.vi}", f"{number} {words.en}"))
    return (
        (*said, ("cv:processingTime", Literal(pattern.format(number), kind="duration"))) if pattern else said
    )


def _channels(here: str, at: Addresses, service: Service) -> list[Node]:
    return [
        Node(
            f"{here}#channel-{name}",
            ("cv:Channel",),
            (
                ("dct:identifier", Literal(f"{service.code}/{name}")),
                ("dct:type", Iri(at.word("channel", name))),
                *_time(getattr(service, f"time_{name}", "")),
            ),
        )
        for name in service.channels
    ]


def _costs(here: str, service: Service) -> list[Node]:
    nodes = []
    amounts = [amount.partition(" ")[::2] for amount in service.fee_amounts]
    for name in service.channels:
        fee = getattr(service, f"fee_{name}", "")
        if not fee:
            continue
        says: Says = (
            ("dct:identifier", Literal(f"{service.code}/fee/{name}")),
            ("cv:ifAccessedThrough", Iri(f"{here}#channel-{name}")),
        )
        if fee == "free":
            says = (
                *says,
                *in_both("dct:description", _FREE),
                ("cv:hasValue", Literal("0.0E0", kind="double")),
            )
        elif len(amounts) == 1 and amounts[0][0].isdecimal():
            number, code = amounts[0]
            value = Literal(f"{int(number)}.0E0", kind="double")
            says = (*says, ("cv:hasValue", value), ("cv:currency", Iri(currency(code))))
        elif amounts:
            several = ", ".join(service.fee_amounts)
            words = Words(_DEPENDS.vi.format(several), _DEPENDS.en.format(several))
            says = (*says, *in_both("dct:description", words))
        else:
            says = (*says, *in_both("dct:description", _CHARGED))
        nodes.append(Node(f"{here}#cost-{name}", ("cv:Cost",), says))
    return nodes


def _outputs(here: str, service: Service, spoken: str) -> list[Node]:
    return [
        Node(
            f"{here}#result-{number}",
            ("cv:Output",),
            (
                ("dct:identifier", Literal(f"{service.code}/result/{number}")),
                ("dct:title", Literal(name, spoken)),
            ),
        )
        for number, name in enumerate(service.result, start=1)
    ]


def _laws(at: Addresses, service: Service) -> list[Node]:
    return [
        Node(at.legal(number), ("eli:LegalResource",), (("dct:identifier", Literal(number)),))
        for number in service.legal
    ]


def about(service: Service, field: Field | None) -> Words:
    """A sentence on what a service is: the records' own prose is not ours to give away."""
    vi, en = f"Thủ tục hành chính mã {service.code}", f"Administrative procedure {service.code}"
    if field is not None:
        vi, en = f"{vi}, lĩnh vực {field.name}", f"{en}, field: {field.name_en or field.name}"
    return Words(f"{vi}.", f"{en}.")


def authorities(at: Addresses, service: Service, agencies: Iterable[str]) -> list[str]:
    """Addresses of who offers a service, or of the ministry of its record when nobody here does."""
    return [at.agency(code) for code in agencies] or [at.ministry(service.ministry)]


def service_nodes(
    at: Addresses, service: Service, known: Known, agencies: Sequence[str], levels: Sequence[int]
) -> list[Node]:
    """A service and what is its own: channels, costs, results. `agencies` offer it, at these `levels`."""
    here = at.service(service.code)
    spoken = known.place.language
    channels, costs = _channels(here, at, service), _costs(here, service)
    outputs = _outputs(here, service, spoken)
    says: Says = (
        ("dct:identifier", Literal(service.code)),
        *named("dct:title", service.name, service.name_en, spoken),
        *in_both("dct:description", about(service, known.fields.get(service.field))),
        ("dct:language", Iri(language(spoken))),
        ("dct:spatial", Iri(at.place(known.place.code))),
        ("cv:sector", Iri(at.field(service.field))),
        *(("dct:audience", Iri(at.word("applicant", code))) for code in service.applicants),
        *(("cv:hasCompetentAuthority", Iri(who)) for who in authorities(at, service, agencies)),
        *(("cv:isClassifiedBy", Iri(at.level(known.scheme, level))) for level in levels),
        *(("cv:hasChannel", Iri(node.address)) for node in channels),
        *(("cv:hasCost", Iri(node.address)) for node in costs),
        *(("cpsv:produces", Iri(node.address)) for node in outputs),
        *(("cv:hasLegalResource", Iri(at.legal(number))) for number in service.legal),
        ("foaf:page", Iri(at.page("vi", "services", service.code))),
    )
    return [Node(here, ("cpsv:PublicService",), says), *channels, *costs, *outputs]


def beside(at: Addresses, service: Service, known: Known, agencies: Sequence[str]) -> list[Node]:
    """The nodes that a service shares with others and points to; each is told once in a document."""
    nodes = [place_node(at, known.place), language_node(known.place.language)]
    nodes += word_nodes(at, "channel", service.channels)
    nodes += word_nodes(at, "applicant", service.applicants)
    nodes += [currency_node(code) for code in {amount.partition(" ")[2] for amount in service.fee_amounts}]
    nodes += _laws(at, service)
    field = known.fields.get(service.field)
    nodes += field_nodes(at, [field] if field else [], known.place.language)
    nodes += [agency_node(at, known.agencies[c], known.place) for c in agencies if c in known.agencies]
    if not agencies:
        names = known.ministries.get(service.ministry, (service.ministry or "–", ""))
        nodes.append(ministry_node(at, service.ministry, names, known.place))
    return nodes


def offering_node(at: Addresses, offered: Offered, scheme: str) -> Node:
    """A service at one agency with its level: an Offer of schema.org, because CPSV-AP has no such thing."""
    says: Says = (
        ("dct:identifier", Literal(str(offered.id))),
        ("schema:itemOffered", Iri(at.service(offered.service))),
        ("schema:offeredBy", Iri(at.agency(offered.agency))),
    )
    if offered.level is not None:
        says = (
            *says,
            ("schema:category", Iri(at.level(scheme, offered.level))),
            ("schema:availabilityStarts", Literal(offered.since, kind="date")),
        )
    return Node(at.offering(offered.id), ("schema:Offer",), says)
