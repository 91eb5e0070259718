"""The data set as a whole: DCAT-AP for portals of open data, and a data package (https://datapackage.org/)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from lenmuc.core.checklists import Words
from lenmuc.exports.open.addresses import Addresses
from lenmuc.exports.open.cpsv import Spot, place_node
from lenmuc.exports.open.rdf import Iri, Literal, Node, in_both, segment
from lenmuc.exports.open.tables import TABLES, Table
from lenmuc.exports.open.words import language, language_node

LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
}
GRAPHS = ("catalogue", "services", "agencies", "fields", "offerings", "schemes")
_EU = "http://publications.europa.eu/resource/authority/file-type"
_TYPES = {"csv": "CSV", "xlsx": "XLSX", "jsonl": "JSON", "ttl": "RDF_TURTLE", "jsonld": "JSON_LD"}


def files() -> Iterable[tuple[str, str]]:
    """Name and ending of every file of the data set."""
    for name in TABLES:
        yield from ((name, ending) for ending in ("csv", "xlsx", "jsonl"))
    for name in GRAPHS:
        yield from ((name, ending) for ending in ("ttl", "jsonld"))


def dataset_nodes(at: Addresses, place: Spot, modified: dt.datetime | None) -> list[Node]:
    """The catalogue of one data set, the data set, its publisher, and a distribution for each file."""
    here, publisher = at.dataset(), f"{at.dataset()}#publisher"
    title = Words(
        f"Dịch vụ công và mức độ trực tuyến: {place.name}",
        f"Public services and their online levels: {place.name_en or place.name}",
    )
    about = Words(
        "Danh mục thủ tục hành chính, cơ quan, mức độ trực tuyến theo từng bộ quy tắc, tiêu chí và lộ trình. "
        "Số hồ sơ mỗi năm ghi là minh họa thì không phải số liệu thật.",
        "Administrative procedures, agencies, online levels by each set of rules, criteria and roadmaps. "
        "Numbers of filings that are marked illustrative are made up.",
    )
    operator = Words(
        f"Đơn vị vận hành Lên Mức: {place.name}", f"Operator of Lên Mức: {place.name_en or place.name}"
    )
    common = (
        *in_both("dct:title", title),
        *in_both("dct:description", about),
        ("dct:publisher", Iri(publisher)),
    )
    when = (("dct:modified", Literal(modified.isoformat(), kind="dateTime")),) if modified else ()
    addresses = {(name, end): f"{at.base}/data/{name}.{end}" for name, end in files()}
    dataset = Node(
        here,
        ("dcat:Dataset",),
        (
            ("dct:identifier", Literal(here)),
            *common,
            *when,
            ("dct:language", Iri(language(place.language))),
            ("dct:spatial", Iri(at.place(place.code))),
            ("dcat:landingPage", Iri(at.page("vi", "open-data"))),
            *(("dcat:distribution", Iri(f"{here}#{name}-{end}")) for name, end in files()),
        ),
    )
    distributions = [
        Node(
            f"{here}#{name}-{end}",
            ("dcat:Distribution",),
            (
                ("dct:title", Literal(f"{name}.{end}", "en")),
                ("dcat:accessURL", Iri(address)),
                ("dcat:downloadURL", Iri(address)),
                ("dcat:mediaType", Iri(f"https://www.iana.org/assignments/media-types/{MEDIA[end]}")),
                ("dct:format", Iri(f"{_EU}/{_TYPES[end]}")),
                ("dct:license", Iri(LICENCE)),
            ),
        )
        for (name, end), address in addresses.items()
    ]
    formats = [
        Node(f"{_EU}/{_TYPES[end]}", ("dct:MediaTypeOrExtent",), (("dct:identifier", Literal(_TYPES[end])),))
        for end in MEDIA
    ]
    return [
        Node(f"{here}#catalog", ("dcat:Catalog",), (*common, *when, ("dcat:dataset", Iri(here)))),
        dataset,
        Node(
            publisher,
            ("foaf:Agent",),
            (("dct:identifier", Literal(place.code)), *in_both("dct:title", operator), *_names(operator)),
        ),
        Node(
            at.page("vi", "open-data"),
            ("foaf:Document",),
            in_both("dct:title", Words("Dữ liệu mở", "Open data")),
        ),
        Node(LICENCE, ("dct:LicenseDocument",), (("dct:title", Literal("Apache License 2.0", "en")),)),
        place_node(at, place),
        language_node(place.language),
        *formats,
        *distributions,
    ]


def _names(words: Words) -> tuple[tuple[str, Literal], ...]:
    return ("foaf:name", Literal(words.vi, "vi")), ("foaf:name", Literal(words.en, "en"))


def _field(name: str, kind: str, text: str) -> dict[str, str]:
    # Several values of one cell are parted by "; ", so for a reader of the CSV they are one text.
    return {"name": name, "type": "string" if kind == "array" else kind, "description": text}


def _resource(table: Table, rows: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "description": table.text,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(c.name, c.kind, c.text) for c in table.columns],
            "missingValues": [""],
        },
        **({"rowCount": rows[table.name]} if table.name in rows else {}),
    }


def datapackage(at: Addresses, place: Spot, rows: Mapping[str, int], version: str) -> dict[str, Any]:
    """The description of the CSV files; `rows` are the numbers of rows that are known."""
    return {
        "profile": "tabular-data-package",
        "name": f"lenmuc-{segment(place.code).lower()}",
        "id": at.dataset(),
        "title": f"Public services and their online levels: {place.name_en or place.name}",
        "version": version,
        "homepage": at.page("en", "open-data"),
        "licenses": [{"name": "Apache-2.0", "path": LICENCE, "title": "Apache License 2.0"}],
        "resources": [_resource(table, rows) for table in TABLES.values()],
    }
