"""The small lists of words that linked data points to, as SKOS concepts: ways to file, applicants …"""

from collections.abc import Iterable

from lenmuc.core.checklists import Words
from lenmuc.core.mappings import LANGUAGES
from lenmuc.exports.open.addresses import Addresses
from lenmuc.exports.open.rdf import Literal, Node, in_both

CHANNELS = {
    "online": Words("Trực tuyến", "Online"),
    "post": Words("Qua dịch vụ bưu chính", "By post"),
    "in_person": Words("Trực tiếp", "In person"),
}
APPLICANTS = {
    "citizen": Words("Công dân Việt Nam", "Vietnamese citizens"),
    "overseas_vietnamese": Words("Người Việt Nam định cư ở nước ngoài", "Vietnamese living abroad"),
    "foreigner": Words("Người nước ngoài", "Foreigners"),
    "resident_foreigner": Words("Người nước ngoài cư trú tại Việt Nam", "Foreigners living in Viet Nam"),
    "official": Words("Cán bộ, công chức, viên chức", "Officials and public employees"),
    "party_member": Words("Đảng viên", "Party members"),
    "enterprise": Words("Doanh nghiệp", "Enterprises"),
    "vietnamese_enterprise": Words("Doanh nghiệp Việt Nam", "Vietnamese enterprises"),
    "foreign_enterprise": Words("Doanh nghiệp nước ngoài", "Foreign enterprises"),
    "cooperative": Words("Hợp tác xã", "Cooperatives"),
    "organisation": Words("Tổ chức", "Organisations"),
    "foreign_organisation": Words("Tổ chức nước ngoài", "Foreign organisations"),
    "party_organisation": Words("Tổ chức đảng", "Party organisations"),
}
ROLES = {
    "defines": Words("Tiêu chí xác định mức độ", "Decides the level"),
    "duty": Words("Nghĩa vụ của cơ quan", "Duty of the agency"),
    "readiness": Words("Điều kiện sẵn sàng", "Readiness"),
}
_KINDS = {"channel": CHANNELS, "applicant": APPLICANTS, "role": ROLES}
_OTHER = Words("Khác", "Other")
_EU = "http://publications.europa.eu/resource/authority"


def language(code: str) -> str:
    """The address of a language in the list of the Publications Office of the European Union."""
    return f"{_EU}/language/{LANGUAGES[code]}"


def currency(code: str) -> str:
    """The address of a currency in the list of the Publications Office of the European Union."""
    return f"{_EU}/currency/{code}"


def currency_node(code: str) -> Node:
    """A currency, so that a reader finds what it is."""
    return Node(currency(code), ("skos:Concept",), (("skos:notation", Literal(code)),))


def word_nodes(at: Addresses, kind: str, codes: Iterable[str]) -> list[Node]:
    """The words with these codes, as concepts of their list."""
    return [
        Node(
            at.word(kind, code),
            ("skos:Concept",),
            (("skos:notation", Literal(code)), *in_both("skos:prefLabel", _KINDS[kind].get(code, _OTHER))),
        )
        for code in codes
    ]


def all_words(at: Addresses, spoken: str) -> list[Node]:
    """Every word of every list, and `spoken`, the language of the records."""
    found = [node for kind, words in _KINDS.items() for node in word_nodes(at, kind, words)]
    return [*found, language_node(spoken)]


def language_node(code: str) -> Node:
    """A language, such as that of the records."""
    says = (("dct:identifier", Literal(LANGUAGES[code])),)
    return Node(language(code), ("dct:LinguisticSystem",), says)
