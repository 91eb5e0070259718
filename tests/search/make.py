"""An index of the starting catalogue without a database, for tests of what is found."""

from functools import cache

import numpy as np

from lenmuc import paths
from lenmuc.content.catalogue import Catalogue, load_catalogue, offerings
from lenmuc.core.search.index import Entry, Index, Records
from lenmuc.core.services import audience, has_fee, illustrative_filings
from lenmuc.core.text import sort_key


@cache
def catalogue() -> Catalogue:
    """The published files."""
    return load_catalogue(paths.catalogue())


@cache
def index() -> Index:
    """Hà Nội's services in the order of their use, every offering at level 2 and of class 1."""
    read = catalogue()
    offered = offerings(read)
    use: dict[str, int] = {}
    for code, agency, tier in offered:
        use[code] = use.get(code, 0) + illustrative_filings(code, agency, tier, read.illustrative_filings)
    fees = {True: "charged", False: "free", None: "unknown"}
    entries = sorted(
        (
            Entry(
                s.code, s.name, s.name_en, s.field, s.tiers, audience(s.applicants), fees[has_fee(s)],
                "yes" if "online" in s.channels else "no", use.get(s.code, 0),
            )
            for s in read.services
        ),
        key=lambda entry: (-entry.filings, sort_key(entry.name.removeprefix("Thủ tục ")), entry.code),
    )  # fmt: skip
    place = {entry.code: number for number, entry in enumerate(entries)}
    docs = np.array([place[code] for code, _, _ in offered], np.int32)
    records = Records(entries, read.fields, (docs, [agency for _, agency, _ in offered]), read.words)
    return Index(records, np.full(len(docs), 2, np.uint8), np.full(len(docs), 1, np.uint8))
