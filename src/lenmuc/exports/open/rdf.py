"""Linked data as values, and its two spellings, Turtle and JSON-LD, written one subject at a time.

No node is blank and every address is whole, so both spellings say the same triples whatever the order, and a
catalogue of any size is written without being held. See docs/decisions on why no library writes this.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from lenmuc.core.checklists import Words

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": XSD,
}


class Iri(msgspec.Struct, frozen=True):
    """A whole address."""

    address: str


class Literal(msgspec.Struct, frozen=True):
    """A text with its language, or with a type of XML Schema such as `date`; with neither it is a string."""

    text: str
    language: str = ""
    kind: str = ""


Term = Iri | Literal


class Node(msgspec.Struct, frozen=True):
    """What is said of one address: its classes and its properties, both as `prefix:name`."""

    address: str
    classes: tuple[str, ...]
    says: tuple[tuple[str, Term], ...]


def segment(text: str) -> str:
    """`text` as one part of an address."""
    return quote(text, safe="")


def in_both(name: str, words: Words) -> tuple[tuple[str, Term], ...]:
    """A property in Vietnamese and in English."""
    return (name, Literal(words.vi, "vi")), (name, Literal(words.en, "en"))


def named(property: str, name: str, name_en: str, language: str = "vi") -> tuple[tuple[str, Term], ...]:
    """A name in the language of the records, and in English where there is one."""
    found: tuple[tuple[str, Term], ...] = ((property, Literal(name, language)),)
    more = name_en and (name_en, "en") != (name, language)
    return (*found, (property, Literal(name_en, "en"))) if more else found


# Source: Turtle 1.1, sections 6.4 and 6.5: what may not stand as it is in a string or in an address.
_IN_STRING = re.compile(r'["\\\x00-\x1f\x7f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_IN_ADDRESS = re.compile(r'[\x00-\x20<>"{}|^`\\]')


def _escaped(text: str) -> str:
    return _IN_STRING.sub(lambda found: _SHORT.get(found[0], f"\\u{ord(found[0]):04X}"), text)


def _address(text: str) -> str:
    return "<" + _IN_ADDRESS.sub(lambda found: f"\\u{ord(found[0]):04X}", text) + ">"


def _term(term: Term) -> str:
    if isinstance(term, Iri):
        return _address(term.address)
    tail = f"@{term.language}" if term.language else f"^^xsd:{term.kind}" if term.kind else ""
    return f'"{_escaped(term.text)}"{tail}'


def turtle_head() -> str:
    """The first lines of a Turtle document."""
    return "".join(f"@prefix {name}: <{address}> .\n" for name, address in PREFIXES.items())


def turtle(node: Node) -> str:
    """One subject in Turtle, with the blank line before it."""
    lines = [f"a {', '.join(node.classes)}"] if node.classes else []
    by_property: dict[str, dict[str, None]] = {}
    for name, term in node.says:
        by_property.setdefault(name, {})[_term(term)] = None
    lines += [f"{name} {', '.join(terms)}" for name, terms in by_property.items()]
    return f"\n{_address(node.address)} " + " ;\n    ".join(lines) + " .\n"


def _value(term: Term) -> dict[str, str]:
    if isinstance(term, Iri):
        return {"@id": term.address}
    if term.language:
        return {"@value": term.text, "@language": term.language}
    return {"@value": term.text, "@type": f"xsd:{term.kind}"} if term.kind else {"@value": term.text}


def jsonld_head() -> bytes:
    """The beginning of a JSON-LD document: its context stands in it, so nothing has to be fetched."""
    return b'{"@context":' + msgspec.json.encode(PREFIXES) + b',"@graph":['


def jsonld(node: Node) -> bytes:
    """One object of `@graph`."""
    said: dict[str, object] = {"@id": node.address, "@type": list(node.classes)}
    by_property: dict[str, list[dict[str, str]]] = {}
    for name, term in node.says:
        values = by_property.setdefault(name, [])
        if (value := _value(term)) not in values:
            values.append(value)
    return msgspec.json.encode(said | by_property)


class Writer:
    """Nodes into a document of either spelling, `turtle` or `jsonld`; a node that was written is left out.

    Only the addresses of nodes marked `shared` are remembered: those that several records name.
    """

    def __init__(self, spelling: str) -> None:
        self._json = spelling == "jsonld"
        self._first = True
        self._seen: set[str] = set()

    def head(self) -> bytes:
        """What opens the document."""
        return jsonld_head() if self._json else turtle_head().encode()

    def write(self, nodes: Iterable[Node], *, shared: bool = False) -> bytes:
        """The bytes of these nodes."""
        parts: list[bytes] = []
        for node in nodes:
            if node.address in self._seen:
                continue
            if shared:
                self._seen.add(node.address)
            if not self._json:
                parts.append(turtle(node).encode())
            else:
                parts += [b"\n" if self._first else b",\n", jsonld(node)]
                self._first = False
        return b"".join(parts)

    def tail(self) -> bytes:
        """What closes the document."""
        return b"\n]}\n" if self._json else b""


def document(nodes: Iterable[Node], spelling: str) -> bytes:
    """A whole small document."""
    writer = Writer(spelling)
    return writer.head() + writer.write(nodes) + writer.tail()
