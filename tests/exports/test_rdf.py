"""What is written as Turtle and as JSON-LD is read back by a library as the triples that were meant."""

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from lenmuc.exports.open.rdf import PREFIXES, XSD, Iri, Literal, Node, Term, Writer, document, segment

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
BASE = "https://lenmuc.example.org/data/"
# Every character that JSON and XML can carry: a lone surrogate and NUL are no text.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
TERMS = st.one_of(
    TEXT.map(lambda text: Iri(BASE + segment(text))),
    st.builds(Literal, TEXT, st.sampled_from(["", "vi", "en"])),
    st.dates().map(lambda day: Literal(day.isoformat(), kind="date")),
    st.integers(-(10**12), 10**12).map(lambda number: Literal(f"{number}.0E0", kind="double")),
)
NAMES = st.sampled_from(["dct:title", "dct:source", "skos:prefLabel", "cv:hasValue"])
NODES = st.lists(
    st.builds(
        Node,
        st.integers(1, 4).map(lambda number: f"{BASE}{number}"),
        st.just(("skos:Concept",)),
        st.lists(st.tuples(NAMES, TERMS), max_size=6).map(tuple),
    ),
    max_size=5,
)


def whole(name: str) -> rdflib.URIRef:
    prefix, _, rest = name.partition(":")
    return rdflib.URIRef(PREFIXES[prefix] + rest)


def meant(term: Term) -> rdflib.term.Identifier:
    if isinstance(term, Iri):
        return rdflib.URIRef(term.address)
    if term.language:
        return rdflib.Literal(term.text, lang=term.language)
    kind = rdflib.URIRef(XSD + term.kind) if term.kind else None
    return rdflib.Literal(term.text, datatype=kind)


def graph_of(nodes: list[Node]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for node in nodes:
        subject = rdflib.URIRef(node.address)
        for name in node.classes:
            graph.add((subject, rdflib.RDF.type, whole(name)))
        for name, term in node.says:
            graph.add((subject, whole(name), meant(term)))
    return graph


@given(NODES)
def test_every_triple_comes_back_from_both_spellings(nodes: list[Node]) -> None:
    expected = graph_of(nodes)
    for spelling, format in (("ttl", "turtle"), ("jsonld", "json-ld")):
        read = rdflib.Graph().parse(data=document(nodes, spelling), format=format)
        assert isomorphic(read, expected), spelling


def test_what_could_end_a_string_or_an_address_is_escaped() -> None:
    hostile = '"""\\" . <http://evil.example/> a <x> . \n\r\t\x07'
    node = Node(f'{BASE}a<b>"{{|}}^`\\ c', ("skos:Concept",), (("dct:title", Literal(hostile, "vi")),))
    graph = rdflib.Graph().parse(data=document([node], "ttl"), format="turtle")
    assert len(graph) == 2
    assert hostile in map(str, graph.objects())


def test_a_shared_node_is_written_once_and_another_each_time() -> None:
    node = Node(f"{BASE}1", ("skos:Concept",), (("dct:title", Literal("một", "vi")),))
    writer = Writer("jsonld")
    body = writer.head() + writer.write([node], shared=True) + writer.write([node, node]) + writer.tail()
    assert body.count(b'"@id"') == 1
