"""Schemes as linked data: levels as SKOS concepts, criteria in CCCEV 2.1.0.

A criterion is a `cv:Criterion` and, for readers of CPSV-AP that infer nothing, a `cv:Requirement`.
Source: https://semiceu.github.io/CCCEV/releases/2.1.0/
"""

from lenmuc.core.checklists import FACTS, Criterion, Scheme, Words, citation
from lenmuc.exports.open.addresses import Addresses
from lenmuc.exports.open.rdf import Iri, Literal, Node, Term, in_both, segment
from lenmuc.exports.open.words import word_nodes

Says = tuple[tuple[str, Term], ...]
_BELOW = Words("Chưa đạt mức 1", "Level 1 not reached")


def level_nodes(at: Addresses, scheme: Scheme) -> list[Node]:
    """The scheme and its levels; 0 is below the first."""
    here = at.scheme(scheme.id)
    levels = [
        Node(
            at.level(scheme.id, 0),
            ("skos:Concept",),
            (
                ("skos:notation", Literal("0")),
                *in_both("skos:prefLabel", _BELOW),
                ("skos:inScheme", Iri(here)),
            ),
        )
    ]
    for level in scheme.levels:
        says: Says = (
            ("skos:notation", Literal(str(level.number))),
            *in_both("skos:prefLabel", level.name),
            *in_both("skos:definition", level.meaning),
            ("skos:inScheme", Iri(here)),
            ("skos:topConceptOf", Iri(here)),
            ("dct:source", Literal(level.basis, "vi")),
            ("dct:source", Literal(citation(level.basis, "en"), "en")),
        )
        levels.append(Node(at.level(scheme.id, level.number), ("skos:Concept",), says))
    valid: Says = (
        (("schema:validThrough", Literal(scheme.valid_to.isoformat(), kind="date")),)
        if scheme.valid_to
        else ()
    )
    says = (
        ("dct:identifier", Literal(scheme.id)),
        *in_both("dct:title", scheme.name),
        *in_both("dct:description", scheme.summary),
        ("dct:valid", Literal(scheme.valid_from.isoformat(), kind="date")),
        *valid,
        *(("skos:hasTopConcept", Iri(at.level(scheme.id, level.number))) for level in scheme.levels),
        *(("dct:source", Iri(f"{here}#law-{number}")) for number in range(1, len(scheme.law) + 1)),
    )
    return [Node(here, ("skos:ConceptScheme",), says), *levels]


def _laws(at: Addresses, scheme: Scheme) -> list[Node]:
    return [
        Node(
            f"{at.scheme(scheme.id)}#law-{number}",
            ("cv:ReferenceFramework",),
            (("dct:identifier", Literal(law)), ("dct:title", Literal(law, "vi"))),
        )
        for number, law in enumerate(scheme.law, start=1)
    ]


def _fact_nodes(at: Addresses, scheme: Scheme) -> list[Node]:
    used = {
        condition.fact
        for criterion in scheme.criteria
        for condition in (*criterion.met_when, *criterion.not_applicable_when)
    }
    return [
        Node(
            f"{at.scheme(scheme.id)}#fact-{segment(fact)}",
            ("cv:InformationConcept",),
            (
                ("dct:identifier", Literal(fact)),
                ("skos:prefLabel", Literal(words.vi)),
                *in_both("dct:title", words),
            ),
        )
        for fact, words in FACTS.items()
        if fact in used
    ]


def _criterion_nodes(at: Addresses, scheme: Scheme, criterion: Criterion) -> list[Node]:
    here = at.criterion(scheme.id, criterion.id)
    facts = {c.fact: None for c in (*criterion.met_when, *criterion.not_applicable_when)}
    says: Says = (
        ("dct:identifier", Literal(criterion.id)),
        *in_both("dct:title", criterion.text),
        ("skos:prefLabel", Literal(criterion.text.vi)),
        ("dct:description", Literal(criterion.help.vi)),
        ("dct:type", Iri(at.level(scheme.id, criterion.level))),
        ("dct:type", Iri(at.word("role", criterion.role))),
        *(("dct:source", Literal(article, "vi")) for article in criterion.basis),
        *(("dct:source", Literal(citation(article, "en"), "en")) for article in criterion.basis),
        ("cv:isDerivedFrom", Iri(f"{at.scheme(scheme.id)}#law-1")),
        ("cv:hasConcept", Iri(f"{here}-answer")),
        *(("cv:hasConcept", Iri(f"{at.scheme(scheme.id)}#fact-{segment(fact)}")) for fact in facts),
        ("cv:hasEvidenceTypeList", Iri(f"{here}-evidence")),
    )
    answer: Says = (
        ("dct:identifier", Literal(f"{criterion.id}/answer")),
        ("skos:prefLabel", Literal(f"Kết quả đánh giá tiêu chí {criterion.id}")),
        *in_both(
            "dct:title",
            Words(f"Kết quả đánh giá tiêu chí {criterion.id}", f"Answer to criterion {criterion.id}"),
        ),
    )
    wanted: Says = (
        ("dct:identifier", Literal(f"{criterion.id}/evidence")),
        ("skos:prefLabel", Literal(criterion.evidence.vi)),
        ("cv:specifiesEvidenceType", Iri(f"{here}-evidence-type")),
    )
    kind: Says = (
        ("dct:identifier", Literal(f"{criterion.id}/evidence/1")),
        *in_both("dct:title", criterion.evidence),
        ("cv:isSpecifiedIn", Iri(f"{here}-evidence")),
    )
    return [
        Node(here, ("cv:Criterion", "cv:Requirement"), says),
        Node(f"{here}-answer", ("cv:InformationConcept",), answer),
        Node(f"{here}-evidence", ("cv:EvidenceTypeList",), wanted),
        Node(f"{here}-evidence-type", ("cv:EvidenceType",), kind),
    ]


def scheme_nodes(at: Addresses, scheme: Scheme) -> list[Node]:
    """A whole set of rules: its levels, its law, the facts it asks about, and every criterion."""
    nodes = [*level_nodes(at, scheme), *_laws(at, scheme), *_fact_nodes(at, scheme)]
    nodes += word_nodes(at, "role", sorted({criterion.role for criterion in scheme.criteria}))
    for criterion in scheme.criteria:
        nodes += _criterion_nodes(at, scheme, criterion)
    return nodes
