"""Services of three national registries, read by the mappings that come with the program, keep the official
shapes of CPSV-AP in both spellings. `make check-linked-data` does the same with all of them.
"""

import itertools
from pathlib import Path

import pyshacl
import pytest
import rdflib

from lenmuc.actions.importing import mapping_named
from lenmuc.content.everything import Content
from lenmuc.content.tables import Tables
from lenmuc.core.registry import Reader
from lenmuc.core.services import Agency, Field, Service
from lenmuc.exports.open.addresses import Addresses
from lenmuc.exports.open.cpsv import Known, Spot, beside, service_nodes
from lenmuc.exports.open.dcat import dataset_nodes
from lenmuc.exports.open.rdf import Node, document
from lenmuc.exports.open.rules import level_nodes

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
DATA = Path(__file__).parents[3] / "shared/data"
SHAPES = DATA / "cpsv-ap/3.2.0_shacl_cpsv-ap-SHACL.ttl"
AT = Addresses("https://lenmuc.example.org")
ROWS = 1_500
MOST = 25


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    if not SHAPES.is_file():
        pytest.skip("the official shapes are not shipped with the program")
    return rdflib.Graph().parse(SHAPES)


@pytest.mark.parametrize(
    ("name", "file", "language"),
    [
        ("ca-si-2024", "canada/gc_si_2024.csv", "fr"),
        ("jp-2025", "japan/jp_procedures_2025-07-29.csv.gz", "ja"),
        ("tthc-2026", "tthc-2026/raw_json_2642.tar.gz", "vi"),
    ],
)
def test_a_registry_is_valid_and_one_graph(
    content: Content, shapes: rdflib.Graph, name: str, file: str, language: str
) -> None:
    if not (DATA / file).is_file():
        pytest.skip("the national registries are not shipped with the program")
    mapping = mapping_named(content, name)
    reader = Reader(mapping)
    rows = itertools.islice(Tables(mapping).rows([DATA / file]), 0, ROWS, ROWS // MOST)
    records = [record for row in rows for record in reader.read(row)[:1] if record is not None]
    place = mapping.place
    day = content.scheme.valid_from
    fields = {r.service.field: Field(r.service.field, r.service.field, r.field_en) for r in records}
    agencies = {
        r.agency: Agency(r.agency, r.agency_name, r.agency_name_en, "", "ministry", "", "", day, None, "")
        for r in records
        if r.agency
    }
    spot = Spot(place.code, place.name, place.name_en, place.language)
    known = Known(agencies, fields, {}, spot, content.scheme.id)
    nodes: list[Node] = [*level_nodes(AT, content.scheme), *dataset_nodes(AT, spot, None)]
    for record in records:
        service: Service = record.service
        offered = [record.agency] if record.agency else []
        nodes += beside(AT, service, known, offered)
        nodes += service_nodes(AT, service, known, offered, [0])
    turtle = rdflib.Graph().parse(data=document(nodes, "ttl"), format="turtle")
    json_ld = rdflib.Graph().parse(data=document(nodes, "jsonld"), format="json-ld")
    assert set(turtle) == set(json_ld)
    fine, _, text = pyshacl.validate(turtle, shacl_graph=shapes)
    assert fine, text[:3_000]
    titles = [o for s, o in turtle.subject_objects(rdflib.DCTERMS.title) if str(s).startswith(AT.service(""))]
    assert len(records) <= len(titles)
    assert language in {title.language for title in titles}
